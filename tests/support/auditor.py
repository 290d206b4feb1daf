#!/usr/bin/env python3
# SPDX-License-Identifier: MIT
"""Audits what a client made of a stream, against what the sandbox sent.

    auditor.py --tape FILE [--stream-log FILE] [--seed N] [OPTION...] [RECORDS]

--tape is the sandbox's --tape-log, RECORDS the client's NDJSON (- is stdin);
without RECORDS the tape alone is audited. It reads frames by a table of its own.

Of the tape: counters obey the rule of the real stream (the volume rises by the
size of each trade, sales + purchases by one); with --seed, that each trade is the
one that the generator makes after the one before.

Of the records, for every symbol:
  * each is a trade that was sent, with the prices, sizes, sides and times sent
  * in the order of its counters; none twice, but where the tape sent it twice
  * records + gap + merged = the distance of the first and the last in counters,
    and from each record to the next; an auction's print, which the broker does
    not count, is none
  * merged counts what was sent between two records, gap what was not (within a
    session; when the line broke between them, what was on its way is in doubt)
  * a record is never of a frame that had to be refused
  * after a snapshot come the trades that follow it, none that it contains

Of the stream's log: openings in ten minutes, registrations unanswered at a time,
heartbeats answered in time, exactly; no pong that nobody asked for, no extension.

Options: --complete: no gap, and nothing is missing between the first record of a
symbol and its last; --whole: nor after it; --openings N (6) in
any ten minutes; --answer-ms N (1500); --registrations N (41); --allow-inexact.
Prints one JSON object; ends with 1 and says what, if anything is violated."""

import argparse
import bisect
import collections
import json
import sys
from decimal import Decimal

# Field numbers of a record: name -> place.
DOMESTIC = dict(key=0, time=1, price=2, sign=3, change=4, change_percent=5, open=7, high=8, low=9,
                ask=10, bid=11, size=12, volume=13, turnover=14, sells=15, buys=16, side=21, date=33,
                ask_size=36, bid_size=37)
OVERSEAS = dict(key=0, symbol=1, day=3, date=6, time=7, open=8, high=9, low=10, price=11, sign=12,
                change=13, change_percent=14, bid=15, ask=16, bid_size=17, ask_size=18, size=19,
                volume=20, turnover=21)
# What the records name alike; compared as numbers.
SHOWN = ("price", "change", "change_percent", "open", "high", "low", "ask", "bid", "size", "volume",
         "turnover", "ask_size", "bid_size")
# Frames that no client may use, and such as it may use in part.
REFUSED = {"count", "odd", "utf8"}
DOUBTFUL = {"value", "field", "op"}
PREFIX = {"H0STCNT0": 46, "H0NXCNT0": 46, "H0UNCNT0": 46, "HDFSCNT0": 26}


class Trade:
    """One record of the tape. Its text is kept, not its fields: there are many."""
    __slots__ = ("symbol", "text", "table", "seq", "volume", "size", "session", "place", "state",
                 "day", "number", "is_counted")

    def __init__(self, fields, table, session, place, state, number):
        self.table, self.session, self.place = table, session, place
        self.state, self.number = state, number
        self.text = "^".join(fields)
        # Whose it is stands in the key: "DNASMSFT". A fault may spoil other fields.
        self.symbol = sys.intern(fields[0][4:] if "symbol" in table else fields[0])
        self.volume, self.size = int(fields[table["volume"]]), int(fields[table["size"]])
        self.seq, self.is_counted = None, True
        if "sells" in table:
            self.seq = int(fields[table["sells"]]) + int(fields[table["buys"]])
        self.day = sys.intern(fields[table["day" if "day" in table else "date"]])

    def fields(self):
        """By name."""
        fields = self.text.split("^")
        return {name: fields[place] for name, place in self.table.items()}

    def order(self):
        """What tells it from every other trade of the symbol, and sorts them."""
        return self.day, self.volume


def shown_number(fields, name):
    """As a record should show it."""
    value = Decimal(fields[name])
    # The sign of an overseas change stands in a field of its own.
    if name == "change" and "symbol" in fields and fields["sign"] in "45":
        value = -value
    return value


class Tape:
    def __init__(self, path, complain):
        self.trades = collections.defaultdict(dict)  # symbol -> order -> Trade, the first sent
        self.sent = collections.defaultdict(list)    # symbol -> [Trade] as sent
        self.by_volume = collections.defaultdict(list)  # (symbol, volume) -> [Trade]
        self.frames = self.records = 0
        with open(path, encoding="utf-8") as lines:
            for place, line in enumerate(lines):
                entry = json.loads(line)
                self.frames += 1
                for trade in self.read(entry, place, complain):
                    self.records += 1
                    self.keep(trade)
        for trades in self.trades.values():
            self.find_uncounted(sorted(trades.values(), key=lambda t: t.number))
        self.orders = {s: sorted(o for o, t in trades.items() if t.state != "refused")
                       for s, trades in self.trades.items()}
        self.is_in_order = {s: all(a.order() < b.order() for a, b in zip(sent, sent[1:]))
                            for s, sent in self.sent.items()}
        self.times_sent = {s: collections.Counter(t.order() for t in sent)
                           for s, sent in self.sent.items()}

    def keep(self, trade):
        self.sent[trade.symbol].append(trade)
        known = self.trades[trade.symbol].get(trade.order())
        if not known or known.state != "good":
            self.trades[trade.symbol][trade.order()] = trade
            self.by_volume[trade.symbol, trade.volume].append(trade)

    @staticmethod
    def find_uncounted(trades):
        for before, after in zip(trades, trades[1:]):
            if after.seq is not None and (after.number, after.day, after.seq) == \
                    (before.number + 1, before.day, before.seq):
                after.is_counted = False

    @staticmethod
    def read(entry, place, complain):
        fault = entry.get("fault", "")
        state = "refused" if fault in REFUSED else "doubtful" if fault in DOUBTFUL else "good"
        head = entry["frame"].split("|", 3)
        if len(head) != 4 or head[1] not in PREFIX:
            if not fault:
                complain("tape line %d: not a frame of trades" % (place + 1))
            return
        fields = head[3].split("^")
        count = entry["count"]
        if fault == "count" and head[2] == "%03d" % count:
            state = "good"
        if not fault and (head[0] != "0" or head[2] != "%03d" % count):
            complain("tape line %d: count %s of %d records" % (place + 1, head[2], count))
        width = len(fields) // count
        if len(fields) != width * count or width < PREFIX[head[1]]:
            state = "refused"
            if not fault:
                complain("tape line %d: %d fields of %d records" % (place + 1, len(fields), count))
        table = OVERSEAS if head[1] == "HDFSCNT0" else DOMESTIC
        if width < PREFIX[head[1]]:
            return
        for i in range(count):
            try:
                yield Trade(fields[i * width:(i + 1) * width], table, entry["session"], place, state,
                            entry["number"] - count + 1 + i)
            except (ValueError, IndexError):
                if state == "good":
                    complain("tape line %d: unreadable record" % (place + 1))

    def between(self, symbol, first, last):
        """Orders of good trades after first and before last."""
        orders = self.orders[symbol]
        return orders[bisect.bisect_right(orders, first):bisect.bisect_left(orders, last)]


# ---- the tape by itself ----

MASK = (1 << 64) - 1


def mix(x):
    x = ((x ^ (x >> 30)) * 0xbf58476d1ce4e5b9) & MASK
    x = ((x ^ (x >> 27)) * 0x94d049bb133111eb) & MASK
    return x ^ (x >> 31)


def symbol_key(code):
    x = 0xcbf29ce484222325
    for byte in code.encode():
        x = ((x ^ byte) * 0x100000001b3) & MASK
    return mix(x)


def chance_of(code, seed, number):
    return mix((symbol_key(code) + seed * 0x9e3779b97f4a7c15 + number * 0xd1342543de82ef95) & MASK)


def audit_generator(symbol, trade, seed, complain):
    """Size and side follow from the number of the trade alone."""
    chance = chance_of(symbol, seed, trade.number)
    size = 1 + (chance >> 16) % 50
    if (chance >> 24) % 32 == 0:
        size *= 20
    if trade.size not in (size, size * 100):  # an auction's print is of a hundred times the size
        complain("%s, trade %d: size %d, not %d" % (symbol, trade.number, trade.size, size))
    side = trade.fields().get("side")
    if side and (side == "1") != bool(chance & 1):
        complain("%s, trade %d: side %s" % (symbol, trade.number, side))


def audit_tape(tape, seed, complain):
    """Consecutive trades of the tape, whether they were sent together or not."""
    for symbol, trades in tape.trades.items():
        good = sorted((t for t in trades.values() if t.state == "good"), key=lambda t: t.number)
        for before, after in zip(good, good[1:]):
            if after.number != before.number + 1 or after.day != before.day:
                continue
            what = "%s, trade %d" % (symbol, after.number)
            if after.volume - before.volume != after.size:
                complain("%s: the volume rises by %d, not by %d" %
                         (what, after.volume - before.volume, after.size))
            if after.seq is not None and after.seq - before.seq not in (0, 1):
                complain("%s: the counts rise by %d" % (what, after.seq - before.seq))
        for trade in good if seed is not None else ():
            audit_generator(symbol, trade, seed, complain)


# ---- the records ----

def as_time(fields):
    date, time = fields["date"], fields["time"]
    return "%s-%s-%sT%s:%s:%s+09:00" % (date[:4], date[4:6], date[6:], time[:2], time[2:4], time[4:])


class Audit:
    def __init__(self, tape, complain, options):
        self.tape, self.complain, self.is_whole = tape, complain, options.whole
        self.is_complete = options.complete or options.whole
        self.last = {}       # symbol -> the last trade in order, of a record
        self.first = {}
        self.seen = collections.defaultdict(collections.Counter)
        self.snapshot = {}   # symbol -> volume
        self.count = collections.Counter()
        self.merged = collections.Counter()
        self.sums = collections.defaultdict(collections.Counter)

    def find(self, record):
        """The trade that a record shows."""
        found = self.tape.by_volume.get((record["symbol"], record.get("volume")), [])
        if len(found) > 1:
            date = (record.get("trade_time") or "")[:10].replace("-", "")
            found = [t for t in found if t.fields()["date"] == date] or found
        return found[-1] if found else None

    def tick(self, number, record):
        what = "record %d (%s)" % (number, record.get("symbol"))
        trade = self.find(record)
        if not trade:
            self.complain("%s: no such trade was sent: volume %s" % (what, record.get("volume")))
            return
        if trade.state == "refused":
            self.complain("%s: of a frame that is to be refused" % what)
        if trade.state == "good":
            self.compare(what, record, trade)
        self.chain(what, record, trade)

    def compare(self, what, record, trade):
        fields = trade.fields()
        for name in SHOWN:
            if name in record and fields.get(name) and (
                    record[name] is None or
                    Decimal(str(record[name])) != shown_number(fields, name)):
                self.complain("%s: %s is %s, sent was %s" %
                              (what, name, record[name], fields[name]))
        if "price" in record and record["price"] is None:
            self.complain("%s: no price" % what)
        if trade.seq is not None and record.get("seq") not in (trade.seq, None):
            self.complain("%s: seq %s, not %d" % (what, record["seq"], trade.seq))
        side = {"1": "buy", "5": "sell"}.get(fields.get("side"))
        if "side" in record and record["side"] != side:
            self.complain("%s: side %s, not %s" % (what, record["side"], side))
        if record.get("trade_time") not in (None, as_time(fields)):
            self.complain("%s: trade_time %s, not %s" % (what, record["trade_time"], as_time(fields)))

    def chain(self, what, record, trade):
        symbol, gap, merged = record["symbol"], record.get("gap"), record.get("merged") or 0
        before = self.last.get(symbol)
        self.seen[symbol][trade.order()] += 1
        self.count["records"] += 1
        self.count["gap"] += gap or 0
        self.count["merged"] += merged
        self.merged[symbol] += merged
        if before and trade.order() <= before.order():  # late, or twice
            if self.seen[symbol][trade.order()] > self.tape.times_sent[symbol][trade.order()]:
                self.complain("%s: written more often than it was sent" % what)
            if gap or merged:
                self.complain("%s: late, and yet gap %s, merged %s" % (what, gap, merged))
            self.count["late"] += 1
            return
        self.last[symbol] = trade
        self.first.setdefault(symbol, trade)
        if before:
            self.distance(what, before, trade, gap, merged)
        else:
            self.after_snapshot(what, symbol, trade)
        self.snapshot.pop(symbol, None)

    def distance(self, what, before, trade, gap, merged):
        """From the record before to this one."""
        symbol = trade.symbol
        between = [o for o in self.tape.between(symbol, before.order(), trade.order())
                   if not self.seen[symbol][o]]
        on_one_line = before.session == trade.session
        doubtful = sum(self.tape.trades[symbol][o].state == "doubtful" for o in between)
        if merged > len(between):
            self.complain("%s: merged %d of %d that were sent" % (what, merged, len(between)))
        if on_one_line and merged < len(between) - doubtful and self.tape.is_in_order[symbol]:
            self.complain("%s: %d trades were sent in between, merged %d, gap %s" %
                          (what, len(between), merged, gap))
        if trade.seq is None or trade.day != before.day:
            return
        steps = trade.seq - before.seq
        # Which of those in between were merged is not told, if not all.
        uncounted = sum(not self.tape.trades[symbol][o].is_counted for o in between)
        most = min(uncounted, merged) + (not trade.is_counted)
        least = max(0, uncounted - (len(between) - merged)) + (not trade.is_counted)
        if gap is None:
            # Counts that stand still while the volume rises, or less than is on the tape.
            self.count["unexplained"] += 1
        elif not least <= 1 + gap + merged - steps <= most:
            self.complain("%s: counts rise by %d, but gap %d, merged %d, of them not counted %d to %d" %
                          (what, steps, gap, merged, least, most))
        if self.is_complete and gap:
            self.complain("%s: gap %d" % (what, gap))
        self.sums[symbol]["steps"] += steps
        self.sums[symbol]["told"] += (steps > 0) + (gap or 0) + merged

    def after_snapshot(self, what, symbol, trade):
        volume = self.snapshot.get(symbol)
        if volume is None:
            return
        if trade.volume <= volume:
            self.complain("%s: the snapshot (volume %d) contains it" % (what, volume))
        skipped = [o for o in self.tape.between(symbol, (trade.day, volume), trade.order())]
        if skipped and self.is_complete:
            self.complain("%s: %d trades were sent after the snapshot and before it" %
                          (what, len(skipped)))

    def take(self, number, record):
        if record.get("exchange") == "HKS":  # the broker's spelling
            record["symbol"] = record["symbol"].zfill(5)
        kind = record.get("kind")
        if record.get("market") == "HKS":
            record["symbol"] = record["symbol"].zfill(5)  # as the broker spells it
        self.count["kind " + str(kind)] += 1
        if record.get("error"):
            self.count["errors"] += 1
        elif kind == "tick":
            self.tick(number, record)
        elif kind == "snapshot":
            volume = record.get("volume")
            last = self.last.pop(record["symbol"], None)
            if volume is not None:
                self.snapshot[record["symbol"]] = volume
                if last and volume < last.volume:
                    self.complain("record %d: the snapshot of %s is older than the tick before" %
                                  (number, record["symbol"]))
            if last:  # the chain of counters runs on through a snapshot
                self.last[record["symbol"]] = last

    def finish(self):
        for symbol, sums in self.sums.items():
            if sums["steps"] != sums["told"] and not self.count["unexplained"]:
                self.complain("%s: counters rose by %d, the records tell of %d" %
                              (symbol, sums["steps"], sums["told"]))
        if not self.is_complete:
            return
        for symbol, trades in self.tape.trades.items():
            if symbol not in self.last:
                self.complain("%s: sent %d trades, written none" % (symbol, len(trades)))
                continue
            first, last = self.first[symbol].order(), self.last[symbol].order()
            missing = [o for o, t in trades.items()
                       if t.state == "good" and o > last]
            if missing and self.is_whole:
                self.complain("%s: the last %d trades are missing" % (symbol, len(missing)))
            told = sum(self.seen[symbol].values()) + self.merged[symbol]
            if told < sum(first <= o <= last for o, t in trades.items() if t.state == "good"):
                self.complain("%s: %d trades sent, %d told of" % (symbol, len(trades), told))


def read_records(path, complain):
    """Whole lines, each one JSON object; numbers keep their digits."""
    with sys.stdin.buffer if path == "-" else open(path, "rb") as file:
        data = file.read()
    if data and not data.endswith(b"\n"):
        complain("the last line is not whole")
    for number, line in enumerate(data.split(b"\n")[:-1], 1):
        try:
            record = json.loads(line.decode("utf-8"), parse_float=Decimal)
            assert isinstance(record, dict)
        except (ValueError, AssertionError):
            complain("line %d is not a JSON object: %r" % (number, line[:80]))
            continue
        yield number, record


# ---- the stream's log ----

def audit_log(path, options, complain):
    with open(path, encoding="utf-8") as lines:
        events = [json.loads(line) for line in lines]
    opened = [e["t_ms"] for e in events if e["event"] == "open"]
    most = max((sum(t <= u < t + 600000 for u in opened) for t in opened), default=0)
    if most > options.openings:
        complain("%d openings in ten minutes" % most)
    # Pings of these faults are none of the broker's own.
    pinged = {e["session"] for e in events
              if e["event"] == "fault" and e["name"] == "rfc" and "ping" in e["argument"]}
    for event in events:
        what = "session %d" % event["session"]
        if event["event"] == "open" and (event["extensions"] or event["protocol"] or event["origin"]):
            complain(what + ": offers an extension, a subprotocol or an origin")
        if event["event"] == "register" and event["registered"] > options.registrations:
            complain(what + ": %d registrations" % event["registered"])
        if event["event"] in ("register", "unregister") and event["unanswered"] > 1:
            complain(what + ": %d registrations unanswered at a time" % event["unanswered"])
        if event["event"] == "answer":
            if event["by"].startswith("unasked"):
                if event["by"] != "unasked pong" or event["session"] not in pinged:
                    complain(what + ": an %s" % event["by"])
            elif event["took_ms"] > options.answer_ms:
                complain(what + ": an answer after %.0f ms" % event["took_ms"])
            elif event["exact"] != "yes" and not options.allow_inexact:
                complain(what + ": a heartbeat came back changed")
    ends = [e for e in events if e["event"] == "end"]
    for event in ends:
        if event["oldest_ms"] > options.answer_ms:
            complain("session %d: nothing answered for %.0f ms" % (event["session"], event["oldest_ms"]))
    return {"openings": len(opened), "openings_most": most,
            "answers": sum(e["event"] == "answer" for e in events),
            "slowest_ms": max((e["took_ms"] for e in events if e["event"] == "answer"), default=0),
            "registrations": sum(e["event"] == "register" for e in events),
            "ends": dict(collections.Counter(e["by"] for e in ends))}


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--tape", required=True)
    parser.add_argument("--stream-log")
    parser.add_argument("--seed", type=int)
    parser.add_argument("--complete", action="store_true")
    parser.add_argument("--whole", action="store_true")
    parser.add_argument("--openings", type=int, default=6)
    parser.add_argument("--answer-ms", type=float, default=1500)
    parser.add_argument("--registrations", type=int, default=41)
    parser.add_argument("--allow-inexact", action="store_true")
    parser.add_argument("records", nargs="?")
    options = parser.parse_args()

    violations = []
    complain = violations.append
    tape = Tape(options.tape, complain)
    audit_tape(tape, options.seed, complain)
    result = {"frames": tape.frames, "sent": tape.records, "symbols": len(tape.trades)}
    if options.records:
        audit = Audit(tape, complain, options)
        for number, record in read_records(options.records, complain):
            audit.take(number, record)
        audit.finish()
        result.update(audit.count)
    if options.stream_log:
        result.update(audit_log(options.stream_log, options, complain))
    result["violations"] = len(violations)
    print(json.dumps(result))
    for text in violations[:20]:
        print("auditor: " + text, file=sys.stderr)
    return 1 if violations else 0


if __name__ == "__main__":
    sys.exit(main())
