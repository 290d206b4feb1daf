#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A plain follower of the stream, for trying the sandbox and its auditor without
quotefetch: registers by ack, echoes heartbeats, writes a record for each trade.

    follower.py [--count N] [--seconds S] [--again N] [--deaf] [--ca FILE] SYMBOL...

SYMBOL is a domestic code, or a key such as DNASAAPL. The environment names the
broker (KIS_BASE_URL, KIS_STREAM_URL, KIS_APP_KEY, KIS_APP_SECRET). --again N: opens
a new line N times when one ends. --deaf: heartbeats are not answered."""

import argparse
import json
import os
import sys
import time

import wire_client
from wire_client import CLOSE, PING, PONG, TEXT


class Follower:
    def __init__(self, options):
        self.options = options
        self.seq = {}
        self.volume = {}
        self.records = 0
        self.until = time.monotonic() + options.seconds
        self.approval = wire_client.approve(os.environ["KIS_BASE_URL"], os.environ["KIS_APP_KEY"],
                                            os.environ["KIS_APP_SECRET"], options.ca)

    def is_done(self):
        return 0 < self.options.count <= self.records or time.monotonic() >= self.until

    def run(self):
        for attempt in range(self.options.again + 1):
            try:
                line = wire_client.Line(os.environ["KIS_STREAM_URL"], self.options.ca, 0.2)
                self.follow(line)
            except (wire_client.Ended, wire_client.Refused) as error:
                print("line %d: %s" % (attempt + 1, str(error)[:80]), file=sys.stderr)
            if self.is_done():
                break

    def follow(self, line):
        waiting = list(self.options.symbol)
        self.ask(line, waiting)
        while not self.is_done():
            try:
                opcode, payload = line.message()
            except TimeoutError:
                continue
            if opcode == PING:
                line.send(PONG, payload)
            elif opcode == CLOSE:
                line.send(CLOSE, payload[:2])
                return
            elif opcode == TEXT:
                try:
                    self.text(line, payload, waiting)
                except (ValueError, KeyError, IndexError, TypeError) as error:
                    print("unreadable: %.60r (%s)" % (payload, error), file=sys.stderr)
        line.close()

    def text(self, line, payload, waiting):
        if payload[:1] == b"{":
            self.control(line, payload, waiting)
        else:
            self.frame(payload.decode("utf-8"))

    def ask(self, line, waiting):
        if waiting:
            tr_id = "HDFSCNT0" if waiting[0][0] in "DR" and len(waiting[0]) > 7 else "H0STCNT0"
            line.send_text(wire_client.registration(self.approval, tr_id, waiting[0]))

    def control(self, line, payload, waiting):
        header = json.loads(payload)["header"]
        if header["tr_id"] == "PINGPONG":
            if not self.options.deaf:
                line.send(TEXT, payload)
        elif waiting and header["tr_key"] == waiting[0]:
            body = json.loads(payload)["body"]
            if body["msg_cd"] not in ("OPSP0000", "OPSP0002"):
                print(json.dumps({"kind": "refused", "symbol": waiting[0], "error": True,
                                  "msg_cd": body["msg_cd"]}))
            waiting.pop(0)
            self.ask(line, waiting)

    def frame(self, text):
        flag, tr_id, count, body = text.split("|", 3)
        fields = body.split("^")
        width = len(fields) // int(count)
        least = {"H0STCNT0": 46, "HDFSCNT0": 26}[tr_id]
        if flag != "0" or width * int(count) != len(fields) or width < least or len(count) != 3:
            raise ValueError("not a frame of trades")
        for i in range(int(count)):
            f = fields[i * width:(i + 1) * width]
            self.write(self.overseas(f) if tr_id == "HDFSCNT0" else self.domestic(f))

    @staticmethod
    def domestic(f):
        return {"symbol": f[0], "price": int(f[2]), "change": int(f[4]), "size": int(f[12]),
                "volume": int(f[13]), "seq": int(f[15]) + int(f[16]),
                "side": {"1": "buy", "5": "sell"}.get(f[21]),
                "trade_time": "%s-%s-%sT%s:%s:%s+09:00" % (f[33][:4], f[33][4:6], f[33][6:], f[1][:2],
                                                           f[1][2:4], f[1][4:])}

    @staticmethod
    def overseas(f):
        return {"symbol": f[1], "price": float(f[11]), "size": int(f[19]), "volume": int(f[20]),
                "seq": None}

    def write(self, record):
        last = self.seq.get(record["symbol"])
        gap = None if record["seq"] is None else 0
        if last is not None and record["seq"] is not None:
            gap = max(0, record["seq"] - last - 1)
        if record["seq"] is not None:
            self.seq[record["symbol"]] = max(record["seq"], last or 0)
        print(json.dumps(dict(record, kind="tick", gap=gap, merged=0, error=False)), flush=True)
        self.records += 1


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--count", type=int, default=0)
    parser.add_argument("--seconds", type=float, default=60)
    parser.add_argument("--again", type=int, default=0)
    parser.add_argument("--deaf", action="store_true")
    parser.add_argument("--ca")
    parser.add_argument("symbol", nargs="+")
    Follower(parser.parse_args()).run()


if __name__ == "__main__":
    main()
