#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""A careful Python client, as one would write it: requests with urllib3's Retry
and a thread pool of three, paced to the broker's rate.

    heal_peer.py URL TOKEN SECONDS < symbols

Prints a line for each symbol that it has a price for."""

import os
import sys
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import requests
from requests.adapters import HTTPAdapter
from urllib3.util.retry import Retry

PER_SEC = 18
PATH = "/uapi/domestic-stock/v1/quotations/inquire-price"


class Pace:
    def __init__(self):
        self.lock, self.next = threading.Lock(), time.monotonic()

    def wait(self):
        with self.lock:
            at = max(self.next, time.monotonic())
            self.next = at + 1 / PER_SEC
        time.sleep(max(0.0, at - time.monotonic()))


def main():
    url, token, seconds = sys.argv[1], sys.argv[2], float(sys.argv[3])
    ends = time.monotonic() + seconds
    session = requests.Session()
    session.trust_env = False
    session.mount("http://", HTTPAdapter(pool_maxsize=3, max_retries=Retry(
        total=5, backoff_factor=0.3, status_forcelist=(429, 500, 502, 503, 504))))
    session.headers.update({
        "authorization": "Bearer " + token, "appkey": os.environ["KIS_APP_KEY"],
        "appsecret": os.environ["KIS_APP_SECRET"], "tr_id": "FHKST01010100", "custtype": "P"})
    pace, out = Pace(), threading.Lock()

    def fetch(symbol):
        left = ends - time.monotonic()
        if left <= 0:
            return
        pace.wait()
        try:
            answer = session.get(url + PATH, timeout=min(5, left), params={
                "FID_COND_MRKT_DIV_CODE": "J", "FID_INPUT_ISCD": symbol}).json()
            price = answer["output"]["stck_prpr"]
        except (requests.RequestException, ValueError, KeyError, TypeError):
            return
        with out:
            print(symbol, price, flush=True)

    with ThreadPoolExecutor(3) as pool:
        list(pool.map(fetch, sys.stdin.read().split()))


if __name__ == "__main__":
    main()
