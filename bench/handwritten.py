#!/usr/bin/env python3
"""The hand-written rival (bench/handwritten) of a Millrace service: the same events, the same answers byte for byte. Run by itself it checks
that, on SQLite and on PostgreSQL with 1,000 events each; bench/run.py measures it."""

import http.client
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from dataset import Dataset  # noqa: E402
from measured import Started, program  # noqa: E402
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


def compare(storage, service, make_rival):
    """`make_rival`: once the service is filled."""
    running = [service.start()]
    try:
        data = Dataset(service, SIZE, PER_NAME)
        running.append(rival := make_rival())
        expect_same_answers(service, rival, data)
        print(f"{storage}: both answer alike", flush=True)
    finally:
        for server in running:
            server.stop()


def on_sqlite(folder):
    service = Service(copy_example("events", folder))
    compare("SQLite", service, lambda: Handwritten(service, folder))


def on_postgresql(folder):
    (folder / "server").mkdir()
    server = PostgresServer(folder / "server").start()
    try:
        example = copy_example("events", folder)
        service = Service(example, command=on_postgres(example, server.uri()))
        compare("PostgreSQL", service, lambda: Handwritten.on_postgres(server.uri()))
    finally:
        server.stop()


def main():
    for run in (on_sqlite, on_postgresql):
        with tempfile.TemporaryDirectory() as folder:
            run(Path(folder))


if __name__ == "__main__":
    main()
