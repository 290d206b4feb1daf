# SPDX-License-Identifier: MIT
"""The lines of scripts/bench about --follow: one sandbox, whose bursts are made
before their first byte goes out, so that nothing but the client is measured.

Times are CLOCK_MONOTONIC on both sides: the sandbox's logs say when something was
sent, this program when something came out."""

import json
import os
import select
import signal
import statistics
import subprocess
import sys
import time

HERE = os.path.dirname(os.path.abspath(__file__))
KEYS = ["1%05d" % n for n in range(1, 42)]

sys.path.insert(0, os.path.join(os.path.dirname(HERE), "support"))
import auditor  # noqa: E402
from interpreter import interpreter_with  # noqa: E402


class Broker:
    """A sandbox with its logs; .environment is a client's."""

    def __init__(self, bench, folder, *options, tape=False):
        self.log, self.tape = os.path.join(folder, "stream.log"), os.path.join(folder, "tape.log")
        command = [bench.SANDBOX, "--rate", "0", "--lifetime", "120", "--stream-log", self.log,
                   "--app-key", "key", "--app-secret", "secret"] + list(options)
        if tape:
            command += ["--tape-log", self.tape]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
        base = self.process.stdout.readline().strip()
        url = self.process.stdout.readline().strip()
        self.environment = bench.environment(base, os.path.join(folder, "state-stream"),
                                             KIS_STREAM_URL=url)

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.process.terminate()
        self.process.wait()

    def events(self, *names):
        with open(self.log, encoding="utf-8") as lines:
            return [e for e in map(json.loads, lines) if e["event"] in names]


def follow(bench, *options):
    return [bench.CLIENT, "--follow", "--snapshot", "no", "--format", "ndjson", "-q",
            *options, "--", *KEYS]


def forget(folder):
    """Openings are counted across runs, for the account's safety; a bench is none."""
    state = os.path.join(folder, "state-stream")
    for name in os.listdir(state) if os.path.isdir(state) else ():
        if name.startswith("session-"):
            os.unlink(os.path.join(state, name))


def has_peer(bench, name):
    """Whether python3-websockets is here; if not, that is said once a line."""
    if not interpreter_with("websockets"):
        bench.skipped.append("%s: python3-websockets is not installed" % name)
    return interpreter_with("websockets")


def peer(*arguments):
    return [interpreter_with("websockets"), os.path.join(HERE, "follow_peer.py"), *arguments]


def burst(bench, folder, command, count):
    """Records a second, and the run."""
    forget(folder)
    with Broker(bench, folder, "--market", "closed", "--tape-clump", "1", "--heartbeat", "0",
                "--fault", "burst:%d@registered=%d" % (count, len(KEYS))) as broker:
        run = bench.Run(command, broker.environment)
        end = time.monotonic()
        sent_ms = broker.events("fault")[0]["t_ms"]
    assert run.status == 0, "a run failed"
    return count / (end - sent_ms / 1000), run


def bench_burst(bench, folder):
    count = 100000
    if not has_peer(bench, "stream"):
        return
    runs = bench.pairs(3 if bench.quick else 7,
                       lambda: burst(bench, folder, follow(bench, "--count", str(count)), count),
                       lambda: burst(bench, folder, peer(str(count), *KEYS), count))
    ours, theirs = [o[0] for o, _ in runs], [p[0] for _, p in runs]
    bench.line("stream", "burst of %d records, a second" % count, bench.spread(ours, "", 0),
               bench.spread(theirs, "", 0), statistics.median(o / p for o, p in zip(ours, theirs)), 10,
               below=False, text="%.1f" % statistics.median(o / p for o, p in zip(ours, theirs)))
    cpu = [o[1].cpu / count * 1e6 for o, _ in runs]
    bench.line("stream", "CPU a record", bench.spread(cpu, "us"),
               bench.spread([p[1].cpu / count * 1e6 for _, p in runs], "us"),
               statistics.median(cpu), 1)


def subscribe(bench, folder, command, delay_ms):
    """Seconds from the opening of the line to the last ack."""
    forget(folder)
    with Broker(bench, folder, "--market", "closed", "--ack-delay", str(delay_ms), "--fault",
                "burst:41@registered=%d" % len(KEYS)) as broker:
        run = bench.Run(command, broker.environment)
        acks = broker.events("register")
        opened = broker.events("open")[0]
    assert run.status == 0 and len(acks) == len(KEYS), "a run failed"
    return (acks[-1]["t_ms"] - opened["t_ms"]) / 1000


def bench_subscribe(bench, folder):
    if not has_peer(bench, "stream-subscribe"):
        return
    for delay_ms, target in ((0, 0.05), (20, 0.9)):
        runs = bench.pairs(3 if bench.quick else 7,
                           lambda d=delay_ms: subscribe(bench, folder, follow(bench, "--count", "41"), d),
                           lambda d=delay_ms: subscribe(bench, folder, peer("41", *KEYS), d))
        ours = [o for o, _ in runs]
        bench.line("stream", "41 registered, acks after %d ms" % delay_ms, bench.spread(ours),
                   bench.spread([p for _, p in runs]), statistics.median(ours), target)


def read_for(child, seconds, bytes_per_sec=None):
    """What comes out, as pairs of time and bytes; no faster than that."""
    came, end, taken, begun = [], time.monotonic() + seconds, 0, time.monotonic()
    while True:
        left = end - time.monotonic()
        if left <= 0:
            return came
        if bytes_per_sec and taken > (time.monotonic() - begun) * bytes_per_sec:
            time.sleep(0.005)
            continue
        if not select.select([child.stdout], [], [], left)[0]:
            return came
        data = os.read(child.stdout.fileno(), 1 << 16)
        came.append((time.monotonic(), data))
        taken += len(data)
        if not data:
            return came


def start(command, broker):
    return subprocess.Popen(command, env=broker.environment, stdin=subprocess.DEVNULL,
                            stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)


def sent_at(path):
    """(symbol, seq) -> the second at which it was sent."""
    when = {}
    with open(path, encoding="utf-8") as lines:
        for line in lines:
            entry = json.loads(line)
            for trade in auditor.Tape.read(entry, 0, print):
                when[trade.symbol, trade.seq] = entry["t_ms"] / 1000
    return when


def bench_latency(bench, folder):
    forget(folder)
    with Broker(bench, folder, "--tape-rate", "14634", "--tape-clump", "1", tape=True) as broker:
        child = start(follow(bench), broker)
        came = read_for(child, 3 if bench.quick else 10)
        child.send_signal(signal.SIGINT)
        child.communicate()
    when, took, rest = sent_at(broker.tape), [], b""
    for at, data in came:
        lines = (rest + data).split(b"\n")
        rest = lines.pop()
        for line in lines:
            record = json.loads(line)
            if record.get("kind") == "tick":
                took.append(at - when[record["symbol"], record["seq"]])
    took = sorted(took[len(took) // 10:])  # without the beginning
    per_sec = len(took) / 0.9 / (came[-1][0] - came[0][0])
    p99 = took[len(took) * 99 // 100] * 1000
    bench.line("stream", "socket to stdout, p99", "%.3f ms, p50 %.3f ms at %.0f/s" %
               (p99, took[len(took) // 2] * 1000, per_sec), "", p99, 1, text="%.3f" % p99)


def peak_of(pid, peak):
    try:
        with open("/proc/%d/status" % pid, encoding="ascii") as status:
            for line in status:
                if line.startswith("VmHWM:"):
                    return max(peak, int(line.split()[1]))
    except OSError:
        pass
    return peak


def bench_memory(bench, folder):
    """A burst, and a reader that takes 3 MB/s, or nothing at all."""
    peaks = []
    for bytes_per_sec in (3e6, 1):
        forget(folder)
        with Broker(bench, folder, "--market", "closed", "--fault",
                    "burst:100000@registered=%d" % len(KEYS)) as broker:
            child = start(follow(bench), broker)
            peak = 0
            for _ in range(10):
                read_for(child, 0.3, bytes_per_sec)
                peak = peak_of(child.pid, peak)
            child.kill()
            child.communicate()
            peaks.append(peak / 1024)
    bench.line("stream", "peak memory, slow and no reader", "%.1f and %.1f MiB" % tuple(peaks), "",
               max(peaks), 16, text="MiB")


def bench_lost(bench, folder):
    forget(folder)
    with Broker(bench, folder, "--market", "closed", "--fault",
                "burst:100000@registered=%d" % len(KEYS), tape=True) as broker:
        child = start(follow(bench, "--count", "100000"), broker)
        came = read_for(child, 60, 10e6)
        child.communicate()
    out = os.path.join(folder, "stream.out")
    with open(out, "wb") as file:
        file.writelines(data for _, data in came)
    judged = json.loads(subprocess.run(
        [sys.executable, auditor.__file__, "--tape", broker.tape, "--whole", out],
        stdout=subprocess.PIPE, check=False, text=True).stdout)
    wrong = 100000 - judged.get("records", 0) + judged["gap"] + judged["merged"] + judged["violations"]
    bench.line("stream", "lost, reader of 10 MB/s", str(wrong), "of 100000", wrong, 0)


def bench_again(bench, folder):
    """The line is killed, and the server takes the next at once."""
    took = []
    for _ in range(3):
        forget(folder)
        with Broker(bench, folder, "--market", "closed", "--fault",
                    "fin@registered=%d,session=1" % len(KEYS), "--fault",
                    "burst:41@registered=%d,session=2" % len(KEYS)) as broker:
            run = bench.Run(follow(bench, "--count", "41"), broker.environment)
            ended = broker.events("end")[0]["t_ms"]
            back = [e["t_ms"] for e in broker.events("register") if e["session"] == 2]
        assert run.status == 0 and len(back) == len(KEYS), "a run failed"
        took.append((back[-1] - ended) / 1000)
    bench.line("stream", "line killed, 41 live again", bench.spread(took), "", max(took), 2.1)


LINES = {
    "stream": bench_burst,
    "stream-subscribe": bench_subscribe,
    "stream-latency": bench_latency,
    "stream-memory": bench_memory,
    "stream-lost": bench_lost,
    "stream-again": bench_again,
}
