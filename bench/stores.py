#!/usr/bin/env python3
"""Measures the stores on servers beside their bare drivers on the same server, which it starts: writes of 64 clients beside inserts of 100
at a time, point reads of 64 clients beside the fastest bare loop. A ratio is the median of the ratios within each round."""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/blackbox"))
from mongo_server import MongoServer  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402

ROUNDS, SECONDS = 3, 4
RATIO_MIN = 0.5
# The server's name, how it is made, the program, and the bare reads.
SERVERS = [
    ("PostgreSQL 15", PostgresServer, "millrace_bench_postgres", "bare_pipelined_read"),
    ("SecantusDB", MongoServer, "millrace_bench_mongo", "bare_read"),
    # It keeps all in memory: with less of that it would be its garbage collector that is measured.
    ("mongo-java-server", lambda folder: MongoServer(folder, kind="java", heap="4g"), "millrace_bench_mongo", "bare_read"),
]


def measure(make_server, program):
    """One round, on a new server: the rates by name."""
    with tempfile.TemporaryDirectory() as folder:
        server = make_server(Path(folder)).start()
        try:
            command = [ROOT / "build/release/bench" / program, server.uri(), str(SECONDS)]
            output = subprocess.run(command, check=True, capture_output=True, text=True)
        finally:
            server.stop()
    return {name: float(rate) for name, rate in (line.split() for line in output.stdout.splitlines())}


def main():
    failed = False
    for name, make_server, program, bare_read in SERVERS:
        rounds = [measure(make_server, program) for _ in range(ROUNDS)]
        for what, ours, bare in [("writes", "store_write_64", "bare_insert_100"), ("point reads", "store_read_64", bare_read)]:
            ratio = statistics.median(each[ours] / each[bare] for each in rounds)
            failed |= ratio < RATIO_MIN
            rates = [statistics.median(each[key] for each in rounds) for key in (ours, bare)]
            print(f"{name}, {what}: {rates[0]:,.0f}/s, bare {rates[1]:,.0f}/s, ratio {ratio:.2f} (at least {RATIO_MIN})", flush=True)
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
