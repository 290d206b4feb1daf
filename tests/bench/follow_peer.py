#!/usr/bin/python3
# SPDX-License-Identifier: MIT
"""What people write instead of `quotefetch --follow`: python3-websockets and json.
Registers the keys one by one by ack, echoes heartbeats, and writes a JSON line of
fifteen fields for each record, until COUNT are written.

    follow_peer.py COUNT KEY...      (KIS_BASE_URL, KIS_STREAM_URL, KIS_APP_KEY, ...)"""

import asyncio
import json
import os
import sys
import urllib.request

import websockets


def approve():
    body = json.dumps({"grant_type": "client_credentials", "appkey": os.environ["KIS_APP_KEY"],
                       "secretkey": os.environ["KIS_APP_SECRET"]}).encode()
    request = urllib.request.Request(os.environ["KIS_BASE_URL"] + "/oauth2/Approval", body,
                                     {"content-type": "application/json"})
    with urllib.request.urlopen(request, timeout=10) as answer:
        return json.load(answer)["approval_key"]


def registration(approval, key):
    return json.dumps({"header": {"approval_key": approval, "custtype": "P", "tr_type": "1",
                                  "content-type": "utf-8"},
                       "body": {"input": {"tr_id": "H0STCNT0", "tr_key": key}}})


def write(text, out):
    """The records of a frame; how many."""
    _, _, count, body = text.split("|", 3)
    fields = body.split("^")
    width = len(fields) // int(count)
    for i in range(0, len(fields), width):
        f = fields[i:i + width]
        out(json.dumps({
            "kind": "tick", "symbol": f[0], "price": int(f[2]), "change": int(f[4]),
            "change_percent": float(f[5]), "size": int(f[12]), "volume": int(f[13]),
            "turnover": int(f[14]), "ask": int(f[10]), "bid": int(f[11]), "open": int(f[7]),
            "high": int(f[8]), "low": int(f[9]), "seq": int(f[15]) + int(f[16]),
            "trade_time": "%s-%s-%sT%s:%s:%s+09:00" % (f[33][:4], f[33][4:6], f[33][6:], f[1][:2],
                                                       f[1][2:4], f[1][4:])}) + "\n")
    return int(count)


async def follow(count, keys):
    approval, out = approve(), sys.stdout.write
    async with websockets.connect(os.environ["KIS_STREAM_URL"], ping_interval=None,
                                  compression=None, max_size=None) as socket:
        waiting = list(keys)
        await socket.send(registration(approval, waiting.pop(0)))
        while count > 0:
            text = await socket.recv()
            if text[0] != "{":
                count -= write(text, out)
            elif json.loads(text)["header"]["tr_id"] == "PINGPONG":
                await socket.send(text)
            elif waiting:
                await socket.send(registration(approval, waiting.pop(0)))
    sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(follow(int(sys.argv[1]), sys.argv[2:]))
