"""A whole list as NDJSON: what is in it, as of which instant, and what it costs the service however slowly it is read."""

import contextlib
import gzip
import http.client
import json
import socket

import pytest

import prometheus
import service as services
from feed_client import Lines

pytestmark = pytest.mark.every_storage

API = "/any/api"
LINES = {"Accept": "application/x-ndjson"}
SCHEMA = {"type": "object", "properties": {name: {"type": kind} for name, kind in {"n": "integer", "kind": "string", "pad": "string"}.items()}}
SDL = """
type Any { id: ID n: Int kind: String pad: String }
type Query { getById(id: ID!): Any getByKind(kind: String): [Any] getByN(n: Int): [Any] }
"""
COUNT, LARGE, LARGE_BYTES = 3_000, 2_000, 20_000
SLOW = ("mongo", "mongo-java", "seed")  # the servers that stand in for MongoDB look at all they hold for each page
SLOW_COUNT, SLOW_LARGE, SLOW_LARGE_BYTES = 600, 100, 100_000


def serve(folder, storages, **limits):
    storage = {"type": "memory", "collection": "any"}
    config = {
        "limits": limits,
        "restlettes": [{"path": API, "storage": storage, "schema": SCHEMA}],
        "graphlettes": [{"path": "/any/graph", "storage": storage, "schema": SDL}],  # which has indexes made
    }
    return services.with_config(folder, storages.config(config)).start()


def create_all(service, documents, batch=250):
    for begin in range(0, len(documents), batch):
        response = service.request("POST", f"{API}/bulk", documents[begin : begin + batch], seconds_max=120)
        assert response.status == 201, response


@pytest.fixture(scope="module")
def count(storages):
    return SLOW_COUNT if storages.name in SLOW else COUNT


@pytest.fixture(scope="module")
def documents(count):
    """In the order of a list."""
    return [{"id": f"d{n}", "n": n, "kind": "rare" if n % 500 == 7 else "some" if n % 2 else "others"} for n in reversed(range(count))]


@pytest.fixture(scope="module")
def filled(tmp_path_factory, storages, documents):
    service = serve(tmp_path_factory.mktemp("list"), storages)
    create_all(service, documents[::-1])
    yield service
    service.stop()


def listed(service, query="", **headers):
    response = service.get(API + query, **LINES, **headers)
    assert (response.status, response.headers["Content-Type"]) == (200, "application/x-ndjson"), response
    return [json.loads(line) for line in response.text.splitlines()]


CONDITIONS = {
    "kind=rare": lambda each: each["kind"] == "rare",
    "kind=some": lambda each: each["kind"] == "some",
    "kind_in=some,others": lambda each: each["kind"] != "rare",
    "n_gte=100": lambda each: each["n"] >= 100,
    "kind=some&n_lt=2000": lambda each: each["kind"] == "some" and each["n"] < 2000,
    "kind_prefix=o": lambda each: each["kind"] == "others",
    "id_in=d5,d999": lambda each: each["id"] in ("d5", "d999"),
    "kind=nobody": lambda each: False,
}  # fmt: skip


def test_all_that_matches_is_given_newest_first(filled, documents):
    assert listed(filled) == documents
    for query, holds in CONDITIONS.items():
        expected = [each for each in documents if holds(each)]
        assert listed(filled, f"?{query}") == expected, query
        assert listed(filled, f"?{query}&limit=300") == expected[:300], query
        assert listed(filled, f"?{query}&at=2100-01-01T00:00:00Z") == expected, query
    assert listed(filled, "?limit=99999") == documents
    assert listed(filled, "?limit=0") == []
    assert listed(filled, "?at=0") == []


def test_a_page_and_a_list_are_one_order(filled, documents):
    page = filled.get(f"{API}?limit=10")
    assert page.json() == documents[:10] and page.headers["Vary"].startswith("Accept")
    cursor = page.headers["Link"].split("after=")[1].split(">")[0]
    assert listed(filled, f"?after={cursor}") == documents[10:]


def test_head_gzip_and_old_clients(filled, documents):
    head = filled.request("HEAD", API, headers=LINES)
    assert (head.status, head.headers["Content-Type"], head.body) == (200, "application/x-ndjson", b"")
    folded = filled.get(API, **LINES, Accept_Encoding="gzip")
    assert folded.headers["Content-Encoding"] == "gzip"
    assert [json.loads(line) for line in gzip.decompress(folded.body).splitlines()] == documents
    with socket.create_connection(("127.0.0.1", filled.port), 30) as client:
        client.sendall(f"GET {API} HTTP/1.0\r\nAccept: application/x-ndjson\r\n\r\n".encode())
        answer = b"".join(iter(lambda: client.recv(65536), b""))
    head, body = answer.split(b"\r\n\r\n", 1)
    assert b"Transfer-Encoding" not in head and [json.loads(line) for line in body.splitlines()] == documents
    for query, code in {"limit=x": "list.limit", "limit=-1": "list.limit", "n=x": "list.value", "at=x": "list.at", "after=x": "list.after"}.items():
        refused = filled.get(f"{API}?{query}", **LINES)
        assert (refused.status, refused.json()["code"]) == (400, code), query


def test_what_is_written_meanwhile_is_not_in_it(tmp_path, storages, count):
    service = serve(tmp_path, storages)
    pad = "x" * 5_000
    create_all(service, [{"id": f"d{n}", "n": n, "kind": "some", "pad": pad} for n in range(count)])
    for query, expected in {"": count, "?kind=some": count, "?n_gte=0": count, f"?limit={count - 500}": count - 500}.items():
        with Lines(service, API + query, LINES, receive_buffer=4096) as stream:
            lines = iter(stream)
            seen = [next(lines) for _ in range(3)]
            top = seen[0]["n"]
            for n in (0, 1, count // 2):
                changed = service.request("PUT", f"{API}/d{n}", {"n": n, "kind": "some", "pad": pad})
                assert changed.status == 200
            deleted = service.create(API, {"kind": "some", "n": count, "pad": pad})["id"]
            seen += lines
            assert not stream.cut and len(seen) == expected, query
            assert top == seen[0]["n"] and len({each["id"] for each in seen}) == expected, query
            assert service.request("DELETE", f"{API}/{deleted}").status == 200
    service.stop()


def own_memory(pid):
    """What the process has of its own: a file that is mapped is not counted."""
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon"))


@pytest.fixture(scope="module")
def large(tmp_path_factory, storages):
    """40 MB of documents, or 10. `length`: how many they are."""
    service = serve(tmp_path_factory.mktemp("large"), storages, writeTimeout="5s")
    service.length, each = (SLOW_LARGE, SLOW_LARGE_BYTES) if storages.name in SLOW else (LARGE, LARGE_BYTES)
    create_all(service, [{"n": n, "kind": "some", "pad": "x" * each} for n in range(service.length)], batch=50)
    yield service
    service.stop()


def test_a_list_takes_the_memory_of_a_page(large):
    assert len(listed(large, "?limit=50")) == 50
    before = most = own_memory(large.process.pid)
    with Lines(large, API, LINES) as stream:
        for number, _ in enumerate(stream):
            if number % 20 == 0:
                most = max(most, own_memory(large.process.pid))
        assert not stream.cut and number == large.length - 1
    print(f"{large.length} documents listed: {(most - before) / 1e6:.1f} MB more")
    assert most - before < 15e6


def test_who_reads_slowly_holds_up_nobody_and_costs_little(large):
    before = own_memory(large.process.pid)
    with contextlib.ExitStack() as stack:
        slow = [stack.enter_context(Lines(large, API, LINES, receive_buffer=4096)) for _ in range(30)]
        firsts = [next(iter(stream)) for stream in slow]
        assert len({each["id"] for each in firsts}) == 1
        assert large.get(f"{API}?limit=1").status == 200
        more = own_memory(large.process.pid) - before
        print(f"30 slow readers: {more / 1e6:.1f} MB more")
        assert more < 40e6
        with Lines(large, API, LINES) as stream:
            assert sum(1 for _ in stream) == large.length and not stream.cut


def test_who_does_not_read_is_cut_and_can_tell(large):
    with Lines(large, API, LINES, receive_buffer=4096) as stream:
        next(iter(stream))
        # Nobody else is connected, but for whoever asks.
        services.wait_until(lambda: prometheus.read(large).value("millrace_http_connections") == 1)
        seen = sum(1 for _ in stream)
        assert stream.cut and seen < large.length - 1


def test_who_leaves_leaves_nothing_behind(large):
    before = own_memory(large.process.pid)
    for _ in range(100):
        connection = http.client.HTTPConnection("127.0.0.1", large.port, timeout=30)
        connection.request("GET", API, headers=LINES)
        connection.getresponse().read(100)
        connection.close()
    assert large.get(f"{API}?limit=1").status == 200
    assert own_memory(large.process.pid) - before < 15e6
