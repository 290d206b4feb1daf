# SPDX-License-Identifier: MIT
"""Judges an output: one record for each symbol asked, in a whole document.

usage: document.py LIST OUTPUT

An independent reader: json and csv are Python's own. The format is told by how
the output begins. Of a table, which is for people, no more is asked than that
each symbol stands in it."""

import csv
import io
import json
import sys
from collections import Counter


def strict(text):
    def once(pairs):
        keys = [k for k, _ in pairs]
        if len(set(keys)) != len(keys):
            raise ValueError("a key twice in %.80r" % (pairs,))
        return dict(pairs)

    def no_constant(name):
        raise ValueError("%s is no JSON" % name)

    return json.loads(text, object_pairs_hook=once, parse_constant=no_constant)


def records(text):
    if text.startswith("["):
        return strict(text)
    if not text or text.startswith("{"):
        if text and not text.endswith("\n"):
            raise ValueError("the last line is cut")
        return [strict(line) for line in text.splitlines()]
    delimiter = "\t" if "\t" in text.split("\n", 1)[0] else ","
    rows = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    if any(len(row) != len(rows[0]) for row in rows):
        raise ValueError("rows of different lengths")
    return [dict(zip(rows[0], row)) for row in rows[1:]]


def main():
    with open(sys.argv[1], encoding="utf-8") as f:
        asked = Counter(line.split(".")[0] for line in f.read().split())
    with open(sys.argv[2], encoding="utf-8", newline="") as f:
        text = f.read()
    if text.startswith("Symbol "):
        words = set(text.replace(",", " ").split())
        answered = Counter({s: n for s, n in asked.items() if s in words})
    else:
        answered = Counter(r["symbol"] for r in records(text))
    if asked != answered:
        sys.exit("asked and not answered: %s; answered and not asked: %s"
                 % (dict(asked - answered), dict(answered - asked)))


if __name__ == "__main__":
    try:
        main()
    except (ValueError, KeyError) as problem:
        sys.exit("%s: %s" % (sys.argv[2], problem))
