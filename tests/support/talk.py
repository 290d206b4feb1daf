#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Talks to the sandbox's stream as it is told, and stops where it is answered
otherwise.

    talk.py [--ca FILE] [--timeout SEC] STEP...

  approve                an approval key (each line has one at its beginning)
  open                   a new line; the one before stays open: "line 1" is the first
  line N                 what follows is about the Nth line
  register KEY [TR_ID]   and unregister: H0STCNT0, or HDFSCNT0 for DNASAAPL's like
  ack CODE [KEY]         the next answer has that msg_cd, and names that key
  say TEXT               a text message
  beat, echo             waits for a heartbeat; sends it back as it is
  echo-pong, echo-anew   sends it back in a pong, or written anew
  frames N [KEY]         waits for N frames of trades (of that key)
  ping TEXT              and waits for the pong
  hex BYTES              the next bytes are these, before any frame is looked at
  closed CODE            the server closes with that code; echoes it
  ended                  the connection ends without a word
  reset                  the connection is reset
  close, drop            closes in order; or cuts
  sleep SEC"""

import json
import os
import sys
import time

import wire_client
from wire_client import CLOSE, PING, PONG, TEXT, Ended, Line


class Talk:
    def __init__(self, ca, timeout):
        self.ca, self.timeout, self.lines, self.at = ca, timeout, [], None
        self.approval, self.beat = None, b""

    def approve(self):
        self.approval = wire_client.approve(os.environ["KIS_BASE_URL"], os.environ["KIS_APP_KEY"],
                                            os.environ["KIS_APP_SECRET"], self.ca)

    def open(self):
        if not self.approval:
            self.approve()
        self.lines.append(Line(os.environ["KIS_STREAM_URL"], self.ca, self.timeout))
        self.at = self.lines[-1]

    def line(self, number):
        self.at = self.lines[int(number) - 1]

    def register(self, key, tr_id=None, tr_type="1"):
        tr_id = tr_id or ("HDFSCNT0" if len(key) > 7 else "H0STCNT0")
        self.at.send_text(wire_client.registration(self.approval, tr_id, key, tr_type))

    def unregister(self, key, tr_id=None):
        self.register(key, tr_id, "2")

    def next_text(self, is_wanted):
        """The next text of the kind; pings are answered, other texts dropped."""
        while True:
            opcode, payload = self.at.message()
            if opcode == PING:
                self.at.send(PONG, payload)
            elif opcode == CLOSE:
                raise SystemExit("closed with %r" % payload)
            elif opcode != PONG and is_wanted(payload):
                return payload

    def ack(self, code, key=None):
        text = self.next_text(lambda t: t[:1] == b"{" and b"PINGPONG" not in t)
        answer = json.loads(text)
        seen = answer.get("body", {}).get("msg_cd", "none")
        if seen != code or key not in (None, answer["header"]["tr_key"]):
            raise SystemExit("an ack %s for '%s'" % (seen, answer["header"]["tr_key"]))

    def say(self, text):
        self.at.send_text(text)

    def wait_beat(self):
        self.beat = self.next_text(lambda t: b"PINGPONG" in t)

    def echo(self):
        self.at.send(TEXT, self.beat)

    def echo_pong(self):
        self.at.send(PONG, self.beat)

    def echo_anew(self):
        self.at.send(TEXT, json.dumps(json.loads(self.beat), indent=1).encode())

    def frames(self, count, key=""):
        for _ in range(int(count)):
            self.next_text(lambda t: t[:1] != b"{" and key.encode() in t)

    def ping(self, text):
        self.at.send(PING, text.encode())
        while self.at.message() != (PONG, text.encode()):
            pass

    def hex(self, wanted):
        seen = self.at._take(len(wanted) // 2).hex()
        if seen != wanted.lower():
            raise SystemExit("bytes " + seen)

    def closed(self, code):
        while True:
            opcode, payload = self.at.message()
            if opcode == CLOSE:
                break
        if payload != (b"" if code == "none" else int(code).to_bytes(2, "big")):
            raise SystemExit("closed with %r" % payload)
        self.at.send(CLOSE, payload)

    def wait_end(self):
        while True:
            self.at.message()

    def ended(self, wanted="closed"):
        try:
            self.wait_end()
        except Ended as end:
            if (str(end) == "closed") != (wanted == "closed"):
                raise SystemExit("ended: %s" % end) from None

    def reset(self):
        self.ended("reset")

    def close(self):
        self.at.close()

    def drop(self):
        self.at.socket.close()

    def sleep(self, seconds):
        time.sleep(float(seconds))


def main():
    steps, options = sys.argv[1:], {}
    while steps[:1] and steps[0].startswith("--"):
        options[steps[0]], steps = steps[1], steps[2:]
    talk = Talk(options.get("--ca"), float(options.get("--timeout", 10)))
    for number, step in enumerate(steps, 1):
        words = step.split()
        name = {"beat": "wait_beat"}.get(words[0], words[0].replace("-", "_"))
        arguments = [step.split(None, 1)[1]] if name in ("say", "ping") else words[1:]
        try:
            getattr(talk, name)(*arguments)
        except TimeoutError:
            sys.exit("step %d, %s: nothing comes" % (number, step))
        except (SystemExit, Ended, wire_client.Refused) as error:
            sys.exit("step %d, %s: %s" % (number, step, error))


if __name__ == "__main__":
    main()
