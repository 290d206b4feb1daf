# SPDX-License-Identifier: MIT
"""Fetches quotes until the time is up, under one of the usual limiters.

usage: quota_peer.py RULE PER_SEC SECONDS TOKEN

What a good script of its kind does: threads enough for the round trip, kept
connections, one limiter for all threads of the process. A process knows nothing
of others. Base URL, key and secret come from the environment."""

import collections
import http.client
import os
import sys
import threading
import time
import urllib.parse

THREADS = 16


class TokenBucket:
    """Capacity N, refilled by N a second."""

    def __init__(self, per_sec):
        self.per_sec, self.tokens, self.at = per_sec, per_sec, time.monotonic()

    def wait_sec(self, now):
        self.tokens = min(self.per_sec, self.tokens + (now - self.at) * self.per_sec)
        self.at = now
        self.tokens -= 1
        return max(0, -self.tokens / self.per_sec)


class Pacing:
    """A call each 1/N of a second."""

    def __init__(self, per_sec):
        self.step, self.next = 1 / per_sec, 0

    def wait_sec(self, now):
        at = max(now, self.next)
        self.next = at + self.step
        return at - now


class SlidingLog:
    """At most N in any 1.000 s of this process's sends."""

    def __init__(self, per_sec):
        self.sent = collections.deque([0] * per_sec, per_sec)

    def wait_sec(self, now):
        at = max(now, self.sent[0] + 1)
        self.sent.append(at)
        return at - now


RULES = {"bucket": TokenBucket, "pacing": Pacing, "log": SlidingLog}


def fetch_on(end, limiter, lock, token):
    base = urllib.parse.urlsplit(os.environ["KIS_BASE_URL"])
    connection = http.client.HTTPConnection(base.hostname, base.port, timeout=5)
    headers = {"authorization": "Bearer " + token, "appkey": os.environ["KIS_APP_KEY"],
               "appsecret": os.environ["KIS_APP_SECRET"], "tr_id": "FHKST01010100",
               "custtype": "P", "content-type": "application/json; charset=utf-8"}
    while True:
        with lock:
            wait = limiter.wait_sec(time.monotonic())
        if time.monotonic() + wait > end:
            return
        time.sleep(wait)
        connection.request("GET", "/uapi/domestic-stock/v1/quotations/inquire-price"
                           "?FID_COND_MRKT_DIV_CODE=J&FID_INPUT_ISCD=005930", headers=headers)
        connection.getresponse().read()


def main():
    rule, per_sec, seconds, token = sys.argv[1:]
    end = time.monotonic() + float(seconds)
    limiter, lock = RULES[rule](int(per_sec)), threading.Lock()
    threads = [threading.Thread(target=fetch_on, args=(end, limiter, lock, token))
               for _ in range(THREADS)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()


main()
