#!/usr/bin/env python3
"""Measures what size costs, on SQLite and PostgreSQL: events of 250 B, 4 KB and 64 KB, answers of 1 to 10,000 rows, and whole lists, which
are streamed and must take no more memory the longer they are; part of ./dev bench."""

import json
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from bulk_test import Memory  # noqa: E402
from dataset import Dataset  # noqa: E402
from measured import Bare, forget_peak, resident_peak  # noqa: E402
from places import measure_each, parser  # noqa: E402
from questions import RAW, RAW_GRAPH, Question  # noqa: E402
from results import Results  # noqa: E402
from service import ROOT  # noqa: E402

FOLDER = ROOT / "build/bench-sizes"
BYTES = [250, 4_096, 65_536]
ROWS = [1, 10, 100, 1_000, 10_000]
LISTED = max(ROWS)
DOCUMENTS = 200
CONNECTIONS, LIST_CONNECTIONS = 16, 4
OURS = "Millrace"
LIST = """query ($name: String!, $limit: Int) { getByName(name: $name, limit: $limit) { id name data timestamp source version } }"""
WHOLE = {"REST list as NDJSON": ("", "application/x-ndjson"), "change feed": ("/changes?snapshot=true", "*/*")}
# Memory of the process's own, beside that for a tenth of the list. What SQLite maps of its file is the system's, and counts as resident.
WHOLE_GROWTH_MAX = 16e6
LOAD_BYTES = 150e6


def event(number, size):
    """An event as JSON of exactly so many bytes."""
    head = f'{{"name":"name-{number}","timestamp":"2024-01-01T12:00:00Z","source":"auth_service","data":{{"user_id":"user{number}","words":['
    words, tail = [], "]}}"
    left = size - len(head) - len(tail)
    while left > 43:
        words.append(f'"{(number * 31 + left) * 0x9E3779B97F4A7C15 & (1 << 128) - 1:032x}"')
        left -= len(words[-1]) + 1
    words.append(f'"{"x" * (left - 2)}"')
    body = head + ",".join(words) + tail
    assert len(body) == size, len(body)
    return body


class Payload:
    """A service of its own for a size of events, and a bare server that answers as many bytes."""

    def __init__(self, place, size, options, results):
        self.place, self.size, self.options, self.results = place, size, options, results
        self.started = []
        service = self._started(place.service(f"bytes{size}").start())
        (folder := place.folder / f"lines{size}").mkdir()
        events = [event(number, size) for number in range(DOCUMENTS)]
        stored = [service.create(RAW, body) for body in events]
        bare = self._started(Bare(json.dumps(stored[0], separators=(",", ":")).encode(), folder))
        get = Question(folder, "GET", "GET", RAW + "/", [document["id"] for document in stored])
        self.asked = [(get, service, OURS), (get, bare, "bare"), (Question(folder, "POST", "POST", RAW, events), service, OURS)]

    def _started(self, server):
        self.started.append(server)
        return server

    def round(self):
        for question, server, name in self.asked:
            forget_peak(server.process.pid)
            figures = question.ask(server, CONNECTIONS, self.options.seconds)
            figures["peak"] = resident_peak(server.process.pid)
            self.results.add(figures, part="payload", storage=self.place.name, case=question.name, bytes=self.size, server=name)

    def stop(self):
        for server in self.started:
            server.stop()


class Lists:
    """Events of one name, listed by REST and GraphQL."""

    def __init__(self, place, options, results):
        self.place, self.options, self.results = place, options, results
        self.service = place.service("lists").start()
        self.started = [self.service]
        Dataset(self.service, LISTED, per_name=LISTED)
        place.settle(self.service)
        self.asked = []
        (folder := place.folder / "lists-lines").mkdir()
        for rows in ROWS:
            body = json.dumps({"query": LIST, "variables": {"name": "name-0", "limit": rows}})
            self._expect(rows, body)
            self.asked.append((rows, Question(folder, f"REST list {rows}", "GET", RAW, [f"?limit={rows}"])))
            self.asked.append((rows, Question(folder, f"GraphQL list {rows}", "POST", RAW_GRAPH, [body])))

    def _expect(self, rows, body):
        assert len(self.service.get(f"{RAW}?limit={rows}").json()) == rows
        assert len(self.service.request("POST", RAW_GRAPH, body).json()["data"]["getByName"]) == rows

    def round(self):
        for rows, question in self.asked:
            forget_peak(self.service.process.pid)
            figures = question.ask(self.service, LIST_CONNECTIONS, self.options.seconds)
            figures["peak"] = resident_peak(self.service.process.pid)
            self.results.add(figures, part="rows", storage=self.place.name, case=question.name.rsplit(" ", 1)[0], rows=rows, server=OURS)

    def stop(self):
        for server in self.started:
            server.stop()


class Whole:
    """A long list, read from its beginning to its end, and one of a tenth of it, each by a service that has read nothing before."""

    def __init__(self, place, options, results):
        self.place, self.options, self.results = place, options, results
        self.services = {}
        for rows in (options.rows // 10, options.rows):
            self.services[rows] = service = place.service(f"whole{rows}").start()
            Dataset(service, rows, kinds=[RAW])
            place.settle(service)

    def round(self):
        for case, asked in WHOLE.items():
            for rows, service in self.services.items():
                service.stop()
                service.start()
                self._read(case, rows, service, *asked)

    def _read(self, case, rows, service, path, accept):
        pid = service.process.pid
        forget_peak(pid)
        # What comes is counted, so that nobody takes a page for all.
        reading = f"set -o pipefail; curl -sS -H 'Accept: {accept}' -w '%{{stderr}}%{{time_total}}' {service.url}{RAW}{path} | wc -lc"
        with Memory(pid) as memory:
            read = subprocess.run(["bash", "-c", reading], check=True, capture_output=True, text=True)
        lines, size = map(int, read.stdout.split())
        assert rows <= lines <= rows + 1, f"{case}: {lines} lines of {rows}"
        seconds, peak = float(read.stderr), resident_peak(pid)
        figures = {"rate": rows / seconds, "bytes": size / seconds, "peak": peak, "growth": memory.growth}
        self.results.add(figures, part="whole", storage=self.place.name, case=case, rows=rows, server=OURS)

    def stop(self):
        for service in self.services.values():
            service.stop()


def check(results):
    for whole in results.points(part="whole"):
        tenth = {**whole, "rows": whole["rows"] // 10}
        if results.has(tenth):
            grown = (results.median("growth", whole) - results.median("growth", tenth)) / 1e6
            what = f"{whole['storage']}: {whole['case']}, {whole['rows']:,} rows, MB more than a tenth"
            results.expect(what, grown, most=WHOLE_GROWTH_MAX / 1e6, unit=" MB")
    for storage in dict.fromkeys(point["storage"] for point in results.points()):
        peak = max(max(results.each("peak", point)) for point in results.points(storage=storage, server=OURS))
        results.expect(f"{storage}: resident at most, in MB", peak / 1e6, most=LOAD_BYTES / 1e6, unit=" MB")


def print_table(results):
    print(f"\n{'storage':12}{'':22}{'':14}{'server':10}{'a second':>11}{'MB/s':>8}{'peak MB':>9}")
    for point in results.points():
        size = f"{point['bytes']:,} B" if "bytes" in point else f"{point['rows']:,} rows"
        rate, bandwidth, peak = (results.median(name, point) for name in ("rate", "bytes", "peak"))
        print(f"{point['storage']:12}{point['case']:22}{size:14}{point['server']:10}{rate:11.0f}{bandwidth / 1e6:8.1f}{peak / 1e6:9.1f}")


def measure(place, options, results):
    started = []
    try:
        for size in BYTES:
            started.append(Payload(place, size, options, results))
        started.append(Lists(place, options, results))
        started.append(Whole(place, options, results))
        for number in range(options.rounds):
            print(f"{place.name}: round {number + 1} of {options.rounds}", flush=True)
            for each in started:
                each.round()
    finally:
        for each in started:
            each.stop()


def main(arguments):
    asked = parser(__doc__, rounds=3, quick="50,000 rows")
    asked.add_argument("--rows", type=int, default=500_000, help="of the whole list")
    options = asked.parse_args(arguments)
    if options.quick:
        options.rounds, options.seconds, options.rows = 1, 1, 50_000
    results = Results(rounds=options.rounds, seconds=options.seconds, connections=CONNECTIONS)
    measure_each(options, FOLDER, lambda place: measure(place, options, results))
    print_table(results)
    check(results)
    return results.finish(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
