"""A server whose disk has no room: a limit of its files' sizes stands in for the disk, at the same place of the server, where a table cannot
grow. Writes are refused, reads go on, and with room again all goes on without a restart; what was acknowledged is there once, the rest is not."""

import base64
import json
import os
import subprocess
import threading

import pytest

import service as services
from durability_test import everything
from postgres_server import as_unprivileged, on_postgres, own_server

RAW = "/raw-events/api"
WRITERS = 4
REFUSALS = 5  # of each writer
LINES = {"Content-Type": "application/x-ndjson"}
ROOM = 16 << 20  # what a segment of the server's log takes: it must not fail


def processes(server):
    children = subprocess.run(["pgrep", "-P", str(server.process.pid)], capture_output=True, text=True, check=True).stdout.split()
    return [server.process.pid, *map(int, children)]


def limit_files(server, size):
    """Of the server's processes, as the one user that may."""
    for process in processes(server):
        subprocess.run(as_unprivileged(["prlimit", "--pid", str(process), f"--fsize={size}:"]), check=False, capture_output=True)


def large(name):
    return {"name": name, "data": {"filler": base64.b64encode(os.urandom(60_000)).decode()}}


class Writer(threading.Thread):
    """Creates documents one after another until some were refused."""

    def __init__(self, service, number):
        super().__init__(daemon=True)
        self.service, self.number, self.acknowledged, self.refused = service, number, {}, {}

    def run(self):
        count = 0
        while len(self.refused) < REFUSALS and count < 1_000:
            document = large(f"{self.number}.{count}")
            answer = self.service.request("POST", RAW, document)
            if answer.status == 201:
                self.acknowledged[document["name"]] = answer.json()
            else:
                self.refused[document["name"]] = (answer.status, answer.json()["code"], answer.headers["Retry-After"])
            count += 1


@pytest.fixture
def server(tmp_path_factory):
    with own_server(tmp_path_factory.mktemp("full")) as running:
        yield running


def test_a_full_disk(server, tmp_path):
    limit_files(server, ROOM)
    folder = services.copy_example("events", tmp_path)
    service = services.Service(folder, command=on_postgres(folder, server.uri())).start()
    writers = [Writer(service, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join(120)
        assert not writer.is_alive()
    acknowledged = {name: made for writer in writers for name, made in writer.acknowledged.items()}
    refused = {name: why for writer in writers for name, why in writer.refused.items()}
    assert len(acknowledged) > 20 and set(refused.values()) == {(503, "store.full", "1")}, set(refused.values())
    # An import, a change and a removal that bring something large are refused as a whole as well.
    first = next(iter(acknowledged.values()))
    lines = "".join(json.dumps(large(f"import {number}")) + "\n" for number in range(20))
    for answer in (
        service.request("POST", RAW + "/bulk", lines, LINES),
        service.request("PUT", f"{RAW}/{first['id']}", large("changed")),
    ):
        assert (answer.status, answer.json()["code"]) == (503, "store.full"), answer
    # Reads go on.
    for name, made in list(acknowledged.items())[:10]:
        assert service.get(f"{RAW}/{made['id']}").json() == made
        assert service.data("/raw-events/graph", "query($name: String!) { getByName(name: $name) { id } }", {"name": name}) == {
            "getByName": [{"id": made["id"]}]
        }
    limit_files(server, "unlimited")
    after = service.create(RAW, large("after"))
    assert service.request("POST", RAW + "/bulk", lines, LINES).status == 201
    there = {}
    for document in everything(service):
        assert document["name"] not in there
        there[document["name"]] = document
    imported = {f"import {number}" for number in range(20)}
    assert set(there) == set(acknowledged) | imported | {"after"}
    assert all(there[name] == made for name, made in acknowledged.items()) and there["after"] == after
    service.stop()
