#!/usr/bin/env python3
"""Measures whether the time of an answer tells a document that is somebody else's from one that is not there: both are the same answer, byte
for byte (docs/security.md). Part of ./dev bench.

A caller whose rule shows them their own documents asks for ids and names of others' documents and for ids and names of nobody's, in random
order over one connection, on each storage. `others`: how much longer an answer about somebody else's takes, in microseconds: the median of
the differences between each of these and the next answer about nobody's. `noise`: the same between answers about nobody's. `longer`: of a
hundred such pairs, in how many the other's took longer; 50 tells nothing. Fails where that is further from 50 than TOLD_MAX."""

import argparse
import contextlib
import hashlib
import json
import random
import shutil
import socket
import statistics
import sys
import tempfile
import time
import uuid
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
import service as services  # noqa: E402
from storages import Storages  # noqa: E402

API, GRAPH = "/notes/api", "/notes/graph"
SDL = """
type Note { id: ID owner: String name: String pad: String }
type Query { getById(id: ID!): Note getByName(name: String!): [Note!]! }
"""
RULES = [{"roles": ["writer"], "may": "*"}, {"roles": ["reader"], "may": ["read"], "where": {"owner": "${sub}"}}]
KEYS = {"ada": ["writer"], "ben": ["reader"]}
COUNT = 500  # documents of others, and as many of the reader's own
TOLD_MAX = 5  # chance alone makes it 1.3 in a thousand rounds
SIZES = {"small": 200, "large": 50_000}  # bytes of each document


def config():
    storage = {"type": "memory", "collection": "notes"}
    schema = {"type": "object", "properties": {name: {"type": "string"} for name in ("owner", "name", "pad")}}
    keys = [{"name": name, "roles": roles, "hash": "sha256:" + hashlib.sha256(name.encode()).hexdigest()} for name, roles in KEYS.items()]
    return {
        "auth": {"apiKeys": keys},
        "graphlettes": [{"path": GRAPH, "storage": storage, "schema": SDL, "rules": RULES}],
        "restlettes": [{"path": API, "storage": storage, "schema": schema}],
    }


def request(method, path, body=b""):
    head = f"{method} {path} HTTP/1.1\r\nHost: h\r\nX-API-Key: ben\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    return head.encode() + body


def graphql(query, **variables):
    return request("POST", GRAPH, json.dumps({"query": query, "variables": variables}).encode())


ASKED = {
    "GET": lambda id, name: request("GET", f"{API}/{id}"),
    "getById": lambda id, name: graphql("query ($id: ID!) { getById(id: $id) { id name } }", id=id),
    "list": lambda id, name: request("GET", f"{API}?name={name}"),
    "getByName": lambda id, name: graphql("query ($name: String!) { getByName(name: $name) { id } }", name=name),
}


class Asker:
    """One connection, and the nanoseconds of an answer."""

    def __init__(self, service):
        self.socket = socket.create_connection(("127.0.0.1", service.port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)

    def ask(self, sent):
        begun = time.perf_counter_ns()
        self.socket.sendall(sent)
        answer = self.socket.recv(65536)
        return time.perf_counter_ns() - begun, answer


def fill(service, size):
    """The ids and names of documents that are not the reader's."""
    others = []
    for begin in range(0, COUNT, 50):
        documents = [{"owner": owner, "name": f"{owner}-{uuid.uuid4()}", "pad": "x" * size} for owner in ("ben", "cyd") for _ in range(50)]
        made = service.request("POST", f"{API}/bulk", documents, {"X-API-Key": "ada"})
        assert made.status == 201, made
        others += [(each["id"], each["name"]) for each in made.json() if each["owner"] == "cyd"]
    return others


def without_times(answer, id, name):
    head, _, body = answer.partition(b"\r\n\r\n")
    lines = [line for line in head.split(b"\r\n") if not line.lower().startswith((b"date:", b"traceparent:"))]
    return b"\n".join(lines) + body.replace(id.encode(), b"ID").replace(name.encode(), b"NAME")


def longer(of, than):
    """Of a hundred pairs, in how many the first took longer."""
    ranked = sorted([(time, 1) for time in of] + [(time, 0) for time in than])
    seen = wins = 0
    for _, is_of in ranked:
        wins += seen if is_of else 0
        seen += 1 - is_of
    return 100 * wins / len(of) / len(than)


def measure(service, others, make, rounds, rng):
    absent = [(str(uuid.uuid4()), f"cyd-{uuid.uuid4()}") for _ in others]
    kinds = {"others": others, "absent": absent, "absent again": absent}
    asker, times, answers = Asker(service), {kind: [] for kind in kinds}, set()
    for turn in range(rounds + rounds // 10):
        for kind in rng.sample(list(kinds), len(kinds)):
            id, name = rng.choice(kinds[kind])
            took, answer = asker.ask(make(id, name))
            if turn >= rounds // 10:
                times[kind].append(took / 1000)
            answers.add(without_times(answer, id, name))
    assert len(answers) == 1, answers
    return times


def report(name, times):
    median = {kind: statistics.median(values) for kind, values in times.items()}
    difference = statistics.median(a - b for a, b in zip(times["others"], times["absent"]))
    noise = statistics.median(a - b for a, b in zip(times["absent again"], times["absent"]))
    told, nothing = longer(times["others"], times["absent"]), longer(times["absent again"], times["absent"])
    print(f"{name:32} absent {median['absent']:8.1f} µs   others {difference:+7.1f} µs   noise {noise:+6.1f} µs"
          f"   longer {told:4.1f} of 100   noise {nothing:4.1f}", flush=True)  # fmt: skip
    return abs(told - 50) <= TOLD_MAX


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--storages", nargs="*", default=["memory", "embedded", "postgres"])
    parser.add_argument("--rounds", type=int, default=1000)
    options = parser.parse_args()
    rng, tells_nothing = random.Random(1), True
    folder = Path(tempfile.mkdtemp(dir="/tmp"))
    folder.chmod(0o755)
    numbers = iter(range(1000))

    def make_folder(name):
        (made := folder / f"{name}{next(numbers)}").mkdir()
        return made

    with contextlib.ExitStack() as stack:
        stack.callback(shutil.rmtree, folder, ignore_errors=True)
        for name in options.storages:
            storages = Storages(name, make_folder)
            stack.callback(storages.stop)
            for label, size in SIZES.items():
                service = services.with_config(make_folder("service"), storages.config(config())).start()
                others = fill(service, size)
                for asked, make in ASKED.items():
                    tells_nothing &= report(f"{name}, {label}, {asked}", measure(service, others, make, options.rounds, rng))
                service.stop()
    return 0 if tells_nothing else 1


if __name__ == "__main__":
    sys.exit(main())
