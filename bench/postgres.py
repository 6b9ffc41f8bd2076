#!/usr/bin/env python3
"""Measures the store in PostgreSQL beside bare libpq on the same server, which it starts: writes of 64 clients beside inserts of 100 rows a
statement, point reads of 64 clients beside a pipelined loop. A ratio is the median of the ratios within each round."""

import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT / "tests/blackbox"))
from postgres_server import PostgresServer  # noqa: E402

ROUNDS, SECONDS = 3, 4
RATIO_MIN = 0.5
PAIRS = [("writes", "store_write_64", "bare_insert_100"), ("point reads", "store_read_64", "bare_pipelined_read")]


def measure(uri):
    output = subprocess.run([ROOT / "build/release/bench/millrace_bench_postgres", uri, str(SECONDS)], check=True, capture_output=True, text=True)
    return {name: float(rate) for name, rate in (line.split() for line in output.stdout.splitlines())}


def main():
    with tempfile.TemporaryDirectory() as folder:
        server = PostgresServer(Path(folder)).start()
        try:
            rounds = [measure(server.uri()) for _ in range(ROUNDS)]
        finally:
            server.stop()
    failed = False
    for name, ours, bare in PAIRS:
        ratio = statistics.median(each[ours] / each[bare] for each in rounds)
        failed |= ratio < RATIO_MIN
        rates = [statistics.median(each[key] for each in rounds) for key in (ours, bare)]
        print(f"PostgreSQL, {name}: {rates[0]:,.0f}/s, bare {rates[1]:,.0f}/s, ratio {ratio:.2f} (at least {RATIO_MIN})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main())
