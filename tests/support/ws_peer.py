#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""A broker's stream made with the websockets package, a third reading of RFC 6455
beside quotefetch's and libwslay's. It replays what a sandbox has sent:

    ws_peer.py --tape FILE [--keys N] [--heartbeat SEC] [--close CODE] [--lifetime SEC]

--tape is the sandbox's --tape-log. Registrations are acked; when N keys (all that
the tape has) are registered, the frames of those keys are sent in their order, and
then nothing but heartbeats, until the client leaves; or the peer closes with CODE.
Prints its URL first. Ends with 77 where the package is missing."""

import argparse
import asyncio
import json
import sys
import time

try:
    import websockets
except ImportError:
    print("python3-websockets is not here")
    sys.exit(77)


def read_tape(path):
    with open(path, encoding="utf-8") as lines:
        entries = [json.loads(line) for line in lines]
    # Bytes that were no UTF-8 are not in the log as they were: such a tape is no use.
    if any("\ufffd" in entry["frame"] for entry in entries):
        sys.exit("ws_peer: the tape has frames that are not UTF-8")
    return [(entry["tr_key"], entry["frame"]) for entry in entries]


def ack(header, code):
    return json.dumps({
        "header": {"tr_id": header["tr_id"], "tr_key": header["tr_key"], "encrypt": "N"},
        "body": {"rt_cd": "0" if code in ("OPSP0000", "OPSP0001") else "1", "msg_cd": code,
                 "msg1": {"OPSP0000": "SUBSCRIBE SUCCESS", "OPSP0001": "UNSUBSCRIBE SUCCESS",
                          "OPSP0002": "ALREADY IN SUBSCRIBE",
                          "OPSP0003": "UNSUBSCRIBE ERROR(not found!)"}[code],
                 "output": {"iv": "0" * 16, "key": "k" * 32}}})


class Session:
    def __init__(self, socket, tape, options):
        self.socket, self.tape, self.options = socket, tape, options
        self.keys = set()
        self.is_sent = False

    async def run(self):
        beats = asyncio.ensure_future(self.beat())
        try:
            async for text in self.socket:
                await self.take(json.loads(text))
        except websockets.ConnectionClosed:
            pass
        finally:
            beats.cancel()

    async def beat(self):
        while self.options.heartbeat:
            await asyncio.sleep(self.options.heartbeat)
            await self.socket.send(json.dumps({"header": {
                "tr_id": "PINGPONG", "datetime": time.strftime("%Y%m%d%H%M%S")}}))

    async def take(self, message):
        if message["header"].get("tr_id") == "PINGPONG":
            return
        wish = message["body"]["input"]
        if message["header"]["tr_type"] == "1":
            code = "OPSP0002" if wish["tr_key"] in self.keys else "OPSP0000"
            self.keys.add(wish["tr_key"])
        else:
            code = "OPSP0001" if wish["tr_key"] in self.keys else "OPSP0003"
            self.keys.discard(wish["tr_key"])
        await self.socket.send(ack(wish, code))
        if len(self.keys) >= self.options.keys and not self.is_sent:
            self.is_sent = True
            await self.replay()

    async def replay(self):
        for key, frame in self.tape:
            if key in self.keys:
                await self.socket.send(frame)
        if self.options.close:
            await self.socket.close(self.options.close)


async def serve(options):
    tape = read_tape(options.tape)
    options.keys = options.keys or len({key for key, _ in tape})

    async def handler(socket, _path=None):
        await Session(socket, tape, options).run()

    async with websockets.serve(handler, "127.0.0.1", 0) as server:
        print("ws://127.0.0.1:%d/tryitout" % server.sockets[0].getsockname()[1], flush=True)
        await asyncio.sleep(options.lifetime)


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tape", required=True)
    parser.add_argument("--keys", type=int, default=0)
    parser.add_argument("--heartbeat", type=float, default=0)
    parser.add_argument("--close", type=int, default=0)
    parser.add_argument("--lifetime", type=float, default=60)
    asyncio.run(serve(parser.parse_args()))


if __name__ == "__main__":
    main()
