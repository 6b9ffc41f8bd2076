"""64 clients that write over three instances, readers of every kind that are cut at random and go on at another instance: each sees every
position once, in order, with what was acknowledged. And readers that do not read."""

import concurrent.futures
import json
import os
import random
import socket
import urllib.parse

import pytest

import service as services
from feed_client import Events, Lines
from load_test import resident
from web_socket_client import WebSocket

pytestmark = pytest.mark.every_storage

WRITERS, WRITES = 64, 12
PATH, GRAPH = "/events/api", "/events/graph"
CHANGES = f"{PATH}/changes"
SUBSCRIPTION = "subscription { changed { id writer n } }"
SDL = """
type Event { id: ID writer: Int n: Int pad: String }
type Query { getById(id: ID!): Event }
type Subscription { changed: Event }
"""


def config(storages, **limits):
    graphlette = {"path": GRAPH, "storage": {"type": "memory", "collection": "events"}, "schema": SDL}
    return storages.config({"limits": limits, "graphlettes": [graphlette]})


@pytest.fixture
def instances(tmp_path, storages):
    """Three over one database; one where no other process may share the storage."""
    count = 1 if storages.name in ("embedded", "memory") else 3
    shared = config(storages, heartbeat="200ms")
    running = [services.with_config(tmp_path / f"i{number}", shared).start() for number in range(count)]
    yield running
    for one in running:
        one.stop()


def write(service, writer):
    """{position: (id, writer, n)} of one client's writes: some new documents, each with later versions."""
    connection = service.connect()
    acknowledged, document = {}, None
    for n in range(WRITES):
        is_new = n % 4 == 0
        body = json.dumps({"writer": writer, "n": n} if is_new else {"n": n})
        connection.request("POST" if is_new else "PATCH", PATH if is_new else f"{PATH}/{document}", body, {"Content-Type": "application/json"})
        response = connection.getresponse()
        document = json.loads(response.read())["id"]
        assert response.status in (200, 201)
        acknowledged[int(response.headers["X-Position"])] = (document, writer, n)
    connection.close()
    return acknowledged


def seen_in(document):
    return document["id"], document["writer"], document["n"]


def read_lines(service, after):
    with Lines(service, f"{CHANGES}?follow=true&after={after}") as stream:
        for version in stream.versions():
            yield version["position"], seen_in(version["document"])


def read_events(service, after):
    with Events(service, CHANGES, {"Last-Event-ID": str(after)}) as stream:
        for version in stream.versions():
            yield version["position"], seen_in(version["document"])


def read_subscription_events(service, after):
    with Events(service, f"{GRAPH}?{urllib.parse.urlencode({'query': SUBSCRIPTION})}", {"Last-Event-ID": str(after)}) as stream:
        for _, position, data in stream:
            yield int(position), seen_in(json.loads(data)["data"]["changed"])


def read_web_socket(service, after):
    with WebSocket(service, GRAPH) as client:
        client.greet()
        client.subscribe("1", SUBSCRIPTION, extensions={"after": after})
        while message := client.receive():
            if message["type"] == "ping":
                client.send({"type": "pong"})
                continue
            assert message["type"] == "next", message
            yield message["payload"]["extensions"]["position"], seen_in(message["payload"]["data"]["changed"])


READERS = [read_lines, read_events, read_subscription_events, read_web_socket]


def follow(instances, read, seed, is_last):
    """All that a reader sees who is cut after some versions, again and again, and goes on elsewhere."""
    dice = random.Random(seed)
    seen, after = [], 0
    while True:
        source = read(dice.choice(instances), after)
        for _ in range(dice.randint(1, 150)):
            position, what = next(source)
            assert position > after, (read.__name__, position, after)
            after = position
            seen.append((position, what))
            if is_last(what):
                source.close()
                return seen
        source.close()


def follow_snapshots(instances, seed, is_last):
    """What the newest versions are after all, by a reader who begins with a snapshot, amid the writes, and follows from there."""
    service = random.Random(seed).choice(instances)
    state, last, is_complete = {}, None, False
    with Lines(service, f"{CHANGES}?snapshot=true&follow=true") as stream:
        for line in stream:
            if "id" in line:
                if not line.get("snapshot"):
                    assert last is not None and line["position"] > last
                    last = line["position"]
                what = seen_in(line["document"])
                state[what[0]] = what
                is_complete |= is_last(what)
            elif last is None:
                last = line["position"]
            if is_complete and last is not None:
                return state


def test_every_reader_sees_every_position_once_and_in_order(instances):
    def is_last(what):
        return what[1] == -1

    with concurrent.futures.ThreadPoolExecutor(WRITERS + 32) as pool:
        readers = [pool.submit(follow, instances, read, seed, is_last) for read in READERS for seed in range(3)]
        snapshots = []
        writers = [pool.submit(write, instances[number % len(instances)], number) for number in range(WRITERS)]
        for number, writer in enumerate(writers):
            writer.result(300)
            if number % 16 == 0:
                snapshots.append(pool.submit(follow_snapshots, instances, number, is_last))
        marker = instances[0].request("POST", PATH, {"writer": -1, "n": 0})
        acknowledged = {int(marker.headers["X-Position"]): (marker.json()["id"], -1, 0)}
        for writer in writers:
            assert acknowledged.keys().isdisjoint(writer.result())
            acknowledged |= writer.result()
        expected = sorted(acknowledged.items())
        assert [position for position, _ in expected] == list(range(1, WRITERS * WRITES + 2))
        for reader in readers:
            assert reader.result(300) == expected
        newest = {what[0]: what for _, what in expected}
        for snapshot in snapshots:
            assert snapshot.result(300) == newest


def begin_and_stop_reading(service, request):
    client = socket.socket()
    client.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, 4096)
    client.settimeout(120)
    client.connect(("127.0.0.1", service.port))
    client.sendall(f"{request} HTTP/1.1\r\nHost: h\r\n".encode())
    return client


def test_who_does_not_read_is_cut_and_can_go_on(tmp_path, storages):
    service = services.with_config(tmp_path, config(storages, writeTimeout="1s", heartbeat="200ms")).start()
    document = {"writer": 0, "n": 0, "pad": "x" * 100_000}
    before, files = resident(service.process.pid), open_files(service)
    stuck = []
    for _ in range(20):
        client = begin_and_stop_reading(service, f"GET {CHANGES}?follow=true")
        client.sendall(b"\r\n")
        stuck.append(client)
        client = begin_and_stop_reading(service, f"GET {CHANGES}")
        client.sendall(b"Accept: text/event-stream\r\n\r\n")
        stuck.append(client)
        web_socket = WebSocket(service, GRAPH).greet()
        web_socket.subscribe("1", "subscription { changed { id pad } }", extensions={"after": 0})
        stuck.append(web_socket.socket)
    for _ in range(4):
        assert service.request("POST", f"{PATH}/bulk", [document] * 50).status == 201
    with Lines(service, f"{CHANGES}?follow=true") as reading:  # others are not held up
        assert [next(versions)["position"] for versions in [reading.versions()] * 200] == list(range(1, 201))
    grown = resident(service.process.pid) - before
    # Each would have 20 MB to read.
    assert grown < 60 * 4e6, f"{grown / 1e6:.0f} MB"
    services.wait_until(lambda: open_files(service) < files + len(stuck) // 2, seconds_max=60)
    # What a cut one got ends amid the feed, and the last whole line says where to go on.
    got = b""
    while piece := take(stuck[0]):
        got += piece
    lines = [line for line in got.split(b"\n") if line.endswith(b"}") and line.startswith(b'{"position"')]
    last = json.loads(lines[-1])["position"]
    assert last < 200
    with Lines(service, f"{CHANGES}?follow=true&after={last}") as stream:
        assert next(stream.versions())["position"] == last + 1
    for client in stuck:
        client.close()
    service.stop()


def open_files(service):
    return len(os.listdir(f"/proc/{service.process.pid}/fd"))


def take(client):
    try:
        return client.recv(65536)
    except ConnectionError:
        return b""
