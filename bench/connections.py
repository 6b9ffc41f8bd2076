#!/usr/bin/env python3
"""Measures what idle connections cost busy ones, and what a large upload costs in memory: part of ./dev bench.

Rounds without and with 10,000 idle connections alternate, so that a noisy minute hits both alike; the threshold is on the median of the
ratios. The upload is 1 GB in either form, all or nothing and partial.
"""

import argparse
import shutil
import socket
import statistics
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from bulk_test import ARRAY, LINES, RAW, Memory, count_items, pieces, upload, with_limits  # noqa: E402
from measured import measure, resident  # noqa: E402
from service import ROOT, Service  # noqa: E402

FOLDER = ROOT / "build/bench-connections"
IDLE, BUSY = 10_000, 64
COST_MAX = 0.10
RSS_MAX = 200e6
GROWTH_MAX = 100e6  # most of it is the cache of pages that SQLite fills


def open_idle(port):
    """Connections that have asked once and say nothing more."""
    idle = []
    for _ in range(IDLE):
        idle.append(socket.create_connection(("127.0.0.1", port), 30))
        idle[-1].sendall(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
    for connection in idle:
        connection.recv(4096)
    return idle


def measure_busy(service, lines, seconds):
    """(requests per second, processor time of a request in microseconds)"""
    figures = measure(service, "GET", RAW + "/", lines, BUSY, seconds)
    return figures["rate"], figures["processor"]


def measure_idle(service, rounds, seconds):
    lines = FOLDER / "lines"
    made = service.create(RAW, {"name": "busy", "data": 1})
    lines.write_text(f"{made['id']}\n")
    ratios, costs, rss = [], [], 0
    for _ in range(rounds):
        without, cost_without = measure_busy(service, lines, seconds)
        idle = open_idle(service.port)
        with_idle, cost_with = measure_busy(service, lines, seconds)
        rss = max(rss, resident(service.process.pid))
        for connection in idle:
            connection.close()
        ratios.append(with_idle / without)
        costs.append(cost_with / cost_without)
        print(f"  {without:9.0f} requests/s of {cost_without:.1f} us without, {with_idle:9.0f} of {cost_with:.1f} us with {IDLE} idle connections")
    return statistics.median(ratios), statistics.median(costs), rss


def measure_upload(service, form, headers, query):
    count, size = 500_000, 2_000
    began = time.monotonic()
    with Memory(service.process.pid) as memory:
        connection, response = upload(service, RAW + "/bulk" + query, pieces(count, size, form), headers | {"Transfer-Encoding": "chunked"})
        stored = count_items(response, b'"filler"')
        connection.close()
    seconds = time.monotonic() - began
    print(f"  1 GB {form}{query}: {response.status}, {stored} items, {seconds:.0f} s, memory grew by {memory.growth / 1e6:.1f} MB")
    return stored == count and memory.growth < GROWTH_MAX


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3)
    parser.add_argument("--uploads", default="lines,array", help="forms of the 1 GB upload; empty: none")
    options = parser.parse_args()
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    service = Service(with_limits(FOLDER, "bulkBytes = 4GiB")).start()
    try:
        ratio, cost, rss = measure_idle(service, options.rounds, options.seconds)
        print(f"idle connections cost {100 * (1 - ratio):.1f} % of the requests (at most {100 * COST_MAX:.0f} %) and "
              f"{100 * (cost - 1):.1f} % of processor time; {rss / 1e6:.0f} MB resident")  # fmt: skip
        good = ratio >= 1 - COST_MAX and rss < RSS_MAX
        for form in filter(None, options.uploads.split(",")):
            for query in ("", "?partial=true"):
                good = measure_upload(service, form, {"lines": LINES, "array": ARRAY}[form], query) and good
    finally:
        service.stop()
        shutil.rmtree(FOLDER, ignore_errors=True)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
