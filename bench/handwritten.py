#!/usr/bin/env python3
"""The hand-written rival (bench/handwritten) beside a Millrace service: the same events, the same answers byte for byte, and both rates.

  bench/handwritten.py --check [--seconds N] [--rounds N]

starts examples/events on SQLite and on PostgreSQL with 1,000 events each, checks that both answer alike, and prints requests/s of both."""

import argparse
import http.client
import json
import os
import re
import statistics
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from dataset import Dataset  # noqa: E402
from measured import Started, program, wrk  # noqa: E402
from postgres_server import PostgresServer, on_postgres  # noqa: E402
from questions import BY_ID, FEDERATED, graphql, post_bodies  # noqa: E402
from service import Service, copy_example, free_port  # noqa: E402

SIZE, PER_NAME = 1_000, 20


class Handwritten(Started):
    """The rival on the events of a service that stores in SQLite, as they are now. `folder`: for its file."""

    def __init__(self, service, folder):
        stored = service.folder / ".millrace"
        file = folder / "handwritten.sqlite"
        self._begin("sqlite", file, stored / "raw_events.sqlite", stored / "processed_events.sqlite")

    @classmethod
    def on_postgres(cls, uri):
        """On the events of a service that stores in this database."""
        rival = cls.__new__(cls)
        rival._begin("postgres", uri)
        return rival

    def _begin(self, storage, place, *sources):
        binary = program("millrace_bench_handwritten")
        subprocess.run([binary, "import", storage, str(place), *map(str, sources)], check=True)
        port = free_port()
        super().__init__([binary, str(port), str(os.cpu_count()), storage, str(place)], port)


def answer(url, method, path, body=None):
    """Status, headers without Date, and body, as they came."""
    connection = http.client.HTTPConnection(url.removeprefix("http://"), timeout=30)
    try:
        connection.request(method, path, body, {"Content-Type": "application/json"} if body else {})
        response = connection.getresponse()
        return response.status, [header for header in response.getheaders() if header[0] != "Date"], response.read()
    finally:
        connection.close()


def expect_same(service, rival, asked):
    """Both answer alike: `asked` as of answer(). What differs between two stores of their own, made ids and positions, does not count."""
    ours, theirs = (anonymous(answer(server.url, *asked)) for server in (service, rival))
    assert ours == theirs, f"{asked}\nMillrace: {ours}\nhand-written: {theirs}"
    assert ours[0] in (200, 201, 404), ours


def anonymous(answered):
    status, headers, body = answered
    if status != 201:
        return answered
    made = json.loads(body)["id"]
    hidden = [(name, "POSITION" if name == "X-Position" else value.replace(made, "ID")) for name, value in headers]
    assert re.fullmatch("[1-9][0-9]*", dict(headers)["X-Position"])
    return status, hidden, body.replace(made.encode(), b"ID")


def expect_same_answers(service, rival, data):
    """What is compared must be the same first; both get some events more."""
    for raw_id in (*data.sample_of_raw_ids()[:50], "nothing", "a%20b"):
        expect_same(service, rival, ("GET", f"/raw-events/api/{raw_id}"))
        expect_same(service, rival, ("POST", "/raw-events/graph", graphql(BY_ID, "id", [raw_id])[0]))
    for name in [*data.sample_of_names(5)[:50], "no \"such\" name"]:
        expect_same(service, rival, ("POST", "/processed-events/graph", graphql(FEDERATED, "name", [name])[0]))
    odd = {"data": None, "name": "it's \"ä\"\n", "metadata": {"a": [1.50, 2e3]}}
    for event in (*post_bodies()[:5], json.dumps(odd), json.dumps(odd, indent=1, ensure_ascii=False).encode()):
        expect_same(service, rival, ("POST", "/raw-events/api", event))
    expect_to_read_what_was_written(rival)


def expect_to_read_what_was_written(rival):
    """On whatever connection, and though much was read before: a state that is kept for long must not be an old one."""
    for body in post_bodies()[:5]:
        status, _headers, written = answer(rival.url, "POST", "/raw-events/api", body)
        assert status == 201
        path = f"/raw-events/api/{json.loads(written)['id']}"
        for _ in range(100):
            assert answer(rival.url, "GET", path)[2] == written
    taken = json.dumps({**json.loads(written), "name": "other"})
    assert answer(rival.url, "POST", "/raw-events/api", taken)[0] == 409


def requests_of(data):
    """What is measured, by name: method, path, and what wrk() sends there in turn."""
    return {
        "GET": ("GET", "/raw-events/api/", data.sample_of_raw_ids()),
        "getById": ("POST", "/raw-events/graph", graphql(BY_ID, "id", data.sample_of_raw_ids())),
        "federated": ("POST", "/processed-events/graph", graphql(FEDERATED, "name", data.sample_of_names(1))),
        "POST": ("POST", "/raw-events/api", post_bodies()),
    }


def measure(service, rival, data, options, folder):
    """Both in turn within each round; POST last, since it makes both stores larger."""
    rates = {}
    for name, (method, prefix, lines) in requests_of(data).items():
        file = folder / f"{name}.lines"
        file.write_text("\n".join(lines) + "\n")
        for connections in options.connections:
            pairs = [
                [wrk(server.url, method, prefix, file, connections, options.seconds)[0] for server in (service, rival)]
                for _ in range(options.rounds)
            ]
            rates[name, connections] = pairs
    return rates


def print_rates(storage, rates):
    print(f"\n{storage:12}{'connections':>12}{'Millrace':>11}{'by hand':>11}{'ratio':>8}")
    for (name, connections), pairs in rates.items():
        ours, theirs = (statistics.median(pair[side] for pair in pairs) for side in (0, 1))
        ratio = statistics.median(ours / theirs for ours, theirs in pairs)
        print(f"{name:12}{connections:12}{ours:11.0f}{theirs:11.0f}{ratio:8.2f}", flush=True)


def compare(storage, service, make_rival, options, folder):
    """`make_rival`: once the service is filled."""
    running = [service.start()]
    try:
        data = Dataset(service, SIZE, PER_NAME)
        running.append(rival := make_rival())
        expect_same_answers(service, rival, data)
        print(f"{storage}: both answer alike", flush=True)
        print_rates(storage, measure(service, rival, data, options, folder))
    finally:
        for server in running:
            server.stop()


def on_sqlite(options, folder):
    service = Service(copy_example("events", folder))
    compare("SQLite", service, lambda: Handwritten(service, folder), options, folder)


def on_postgresql(options, folder):
    (folder / "server").mkdir()
    server = PostgresServer(folder / "server").start()
    try:
        example = copy_example("events", folder)
        service = Service(example, command=on_postgres(example, server.uri()))
        compare("PostgreSQL", service, lambda: Handwritten.on_postgres(server.uri()), options, folder)
    finally:
        server.stop()


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--check", action="store_true", required=True)
    parser.add_argument("--seconds", type=int, default=3, help="of each case in each round")
    parser.add_argument("--rounds", type=int, default=3)
    parser.add_argument("--connections", type=int, nargs="*", default=[16, 64])
    parser.add_argument("--only", choices=("sqlite", "postgres"))
    options = parser.parse_args(arguments)
    for name, run in (("sqlite", on_sqlite), ("postgres", on_postgresql)):
        if options.only in (None, name):
            with tempfile.TemporaryDirectory() as folder:
                run(options, Path(folder))


if __name__ == "__main__":
    main(sys.argv[1:])
