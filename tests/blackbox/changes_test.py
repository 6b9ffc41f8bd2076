"""The change feed over HTTP: what it gives, how it is followed, and where it ends."""

import concurrent.futures
import itertools
import json
import threading

import pytest

import service as services
from feed_client import Events, Lines, read

pytestmark = pytest.mark.every_storage

CHANGES = "/any/api/changes"
SCHEMA = {"type": "object", "properties": {"name": {"type": "string"}, "n": {"type": "integer"}, "limit": {"type": "integer"}}}
CONFIG = {
    "limits": {"heartbeat": "200ms", "followers": 40},
    "restlettes": [{"path": "/any/api", "storage": {"type": "memory", "collection": "any"}, "schema": SCHEMA}],
}


def serve(folder, storages, config=CONFIG):
    return services.with_config(folder, storages.config(config)).start()


@pytest.fixture
def service(tmp_path, storages):
    running = serve(tmp_path, storages)
    yield running
    running.stop()


def write_some(service):
    """Seven versions of three documents."""
    for document in ("a", "b", "c"):
        service.create("/any/api", {"id": document, "name": document, "n": 1})
    for path, change in (("a", {"n": 2}), ("b", {"name": None, "n": 3})):
        service.request("PATCH", f"/any/api/{path}", change)
    assert service.request("DELETE", "/any/api/b").status == 200
    return int(service.request("PUT", "/any/api/a", {"name": "z", "n": 9007199254740993}).headers["X-Position"])


def test_every_version_is_given_in_the_order_of_its_position(service):
    assert read(service, CHANGES) == ([], 0)
    assert write_some(service) == 7
    versions, last = read(service, CHANGES)
    assert [version["position"] for version in versions] == list(range(1, 8)) and last == 7
    assert [(version["id"], version["version"]) for version in versions] == [("a", 1), ("b", 1), ("c", 1), ("a", 2), ("b", 2), ("b", 3), ("a", 3)]
    deleted = versions[5]
    assert deleted["deleted"] is True and deleted["document"] is None
    assert versions[6]["document"] == {"id": "a", "name": "z", "n": 9007199254740993}
    # A line says what the history says.
    history = service.get("/any/api/b/history").json()
    assert [{key: value for key, value in version.items() if key != "id"} for version in reversed(versions) if version["id"] == "b"] == history


def test_a_reader_goes_on_where_it_stopped(service):
    write_some(service)
    seen, after = [], 0
    while len(seen) < 7:
        versions, after = read(service, f"{CHANGES}?after={after}&limit=2")
        assert len(versions) == min(2, 7 - len(seen)) and after == versions[-1]["position"]
        seen += [version["position"] for version in versions]
    assert seen == list(range(1, 8))
    assert read(service, f"{CHANGES}?after=7") == ([], 7)
    assert read(service, f"{CHANGES}?after=now") == ([], 7)
    assert read(service, f"{CHANGES}?limit=0") == ([], 0)


FILTERS = {
    "name=a": [1, 4], "n_gte=2": [4, 5, 7], "n_in=3,9007199254740993": [5, 7], "name_prefix=z": [7], "id=b": [2, 5, 6],
    "name=a&n=1": [1], "name_ne=a": [2, 3, 5, 6, 7], "n_gt=9007199254740992": [7], "_cache=x": list(range(1, 8)),
}  # fmt: skip


def test_a_filter_meets_each_version_by_itself(service):
    write_some(service)
    for condition, expected in FILTERS.items():
        versions, last = read(service, f"{CHANGES}?{condition}")
        assert ([version["position"] for version in versions], last) == (expected, 7), condition
    # Who filters learns how far it has read, also where a limit ends it.
    assert read(service, f"{CHANGES}?name=a&limit=1")[1] == 1
    assert read(service, f"{CHANGES}?name=nobody")[1] == 7


BAD = {
    "after=8": "feed.position", "after=-1": "feed.position", "after=x": "feed.position", "after=": "feed.position", "after=1.5": "feed.position",
    "after=99999999999999999999": "feed.position", "after=1&after=2": "http.parameter", "limit=-1": "list.limit", "limit=x": "list.limit",
    "limit=10001": "list.limit", "follow=yes": "http.parameter", "follow=true&wait=1s": "http.parameter", "wait=2m": "http.parameter",
    "wait=soon": "http.parameter", "snapshot=1": "http.parameter", "snapshot=true&after=1": "http.parameter", "snapshot=true&limit=1": "http.parameter", "n=x": "list.value", "%ff": "http.query",
}  # fmt: skip


def test_what_is_wrong_is_refused(service):
    write_some(service)
    for query, code in BAD.items():
        refused = service.get(f"{CHANGES}?{query}")
        assert (refused.status, refused.json()["code"]) == (400, code), (query, refused)
    for method in ("POST", "PUT", "DELETE", "PATCH"):
        refused = service.request(method, CHANGES, {})
        assert refused.status == 405 and refused.headers["Allow"] == "GET, HEAD, OPTIONS", refused
    assert service.get(CHANGES, Last_Event_ID="8", Accept="text/event-stream").json()["code"] == "feed.position"
    assert service.get(CHANGES, Last_Event_ID="x", Accept="text/event-stream").json()["code"] == "feed.position"


def test_head_and_preflight(service):
    write_some(service)
    head = service.request("HEAD", f"{CHANGES}?follow=true")
    assert (head.status, head.headers["Content-Type"], head.body) == (200, "application/x-ndjson", b"")
    headers = {"Origin": "https://a", "Access-Control-Request-Method": "GET", "Access-Control-Request-Headers": "last-event-id"}
    preflight = service.request("OPTIONS", CHANGES, headers=headers)
    assert preflight.status == 204 and preflight.headers["Access-Control-Allow-Headers"] == "last-event-id"
    # A line is passed on as it comes, so nothing is folded.
    assert "Content-Encoding" not in service.get(CHANGES, Accept_Encoding="gzip").headers


def test_who_follows_gets_what_is_there_and_what_comes(service):
    write_some(service)
    with Lines(service, f"{CHANGES}?follow=true&after=5") as stream:
        versions = stream.versions()
        assert [next(versions)["position"] for _ in range(2)] == [6, 7]
        for number in range(8, 12):
            service.create("/any/api", {"name": "new"})
            assert next(versions)["position"] == number


def test_who_follows_may_say_how_many(service):
    with Lines(service, f"{CHANGES}?follow=true&limit=3&n_gt=1") as stream:
        for n in (1, 2, 1, 3, 4, 5):
            service.create("/any/api", {"n": n})
        lines = [line for line in stream if "id" in line or line["position"] == 5]
        assert [line.get("document", {}).get("n") for line in lines] == [2, 3, 4, None] and not stream.cut


def test_who_filters_hears_how_far_it_has_read(service):
    with Lines(service, f"{CHANGES}?follow=true&name=rare") as stream:
        lines = iter(stream)
        assert next(lines) == {"position": 0}
        write_some(service)
        assert next(line for line in lines if line["position"] == 7) == {"position": 7}
        service.create("/any/api", {"name": "rare"})
        assert next(line for line in lines if "id" in line)["position"] == 8


def test_waiting_for_the_first(service):
    with concurrent.futures.ThreadPoolExecutor() as pool:
        waiting = pool.submit(read, service, f"{CHANGES}?wait=60s&n_gt=5")
        with Lines(service, f"{CHANGES}?follow=true") as stream:
            service.create("/any/api", {"n": 1})
            next(stream.versions())
        assert not waiting.done()
        service.create("/any/api", {"n": 6})
        versions, last = waiting.result(60)
        assert [version["document"]["n"] for version in versions] == [6] and last == 2
    assert read(service, f"{CHANGES}?wait=10ms&after=2") == ([], 2)


def test_server_sent_events(service):
    write_some(service)
    with Events(service, f"{CHANGES}?name=a") as stream:
        assert stream.response.headers["Content-Type"] == "text/event-stream"
        first, second = (next(each) for each in [iter(stream)] * 2)
        assert (stream.retry, first[:2], second[:2]) == (2000, ("message", "1"), ("message", "4"))
        expected, _ = read(service, f"{CHANGES}?name=a")
        assert [json.loads(event[2]) for event in (first, second)] == expected
    with Events(service, f"{CHANGES}?name=a", {"Last-Event-ID": "1"}) as stream:
        assert next(stream.versions())["position"] == 4
    with Events(service, f"{CHANGES}?after=0", {"Last-Event-ID": "6"}) as stream:
        assert next(stream.versions())["position"] == 7


def test_a_comment_moves_the_id_of_events_on(service):
    write_some(service)
    with Events(service, f"{CHANGES}?name=rare&limit=1") as stream:
        events = iter(stream)
        threading.Timer(1, service.create, ["/any/api", {"name": "rare"}]).start()
        ids = []
        original = stream._line

        def line():
            read_line = original()
            ids.append(read_line)
            return read_line

        stream._line = line
        assert next(events)[1] == "8"
        assert b"id: 7\n" in ids and b":\n" in ids
        assert next(events) == ("position", "8", '{"position":8}')


def test_a_snapshot_of_nothing(service):
    assert read(service, f"{CHANGES}?snapshot=true") == ([], 0)
    with Lines(service, f"{CHANGES}?snapshot=true&follow=true") as stream:
        lines = iter(stream)
        assert next(lines) == {"position": 0}
        service.create("/any/api", {"name": "new"})
        assert next(stream.versions())["position"] == 1


def test_a_snapshot_goes_over_into_what_comes(service):
    write_some(service)
    versions, last = read(service, f"{CHANGES}?snapshot=true")
    assert all(version.pop("snapshot") for version in versions)
    assert [(version["position"], version["id"]) for version in versions] == [(7, "a"), (3, "c")] and last == 7
    assert [version["id"] for version in read(service, f"{CHANGES}?snapshot=true&name=c")[0]] == ["c"]
    with Events(service, f"{CHANGES}?snapshot=true") as stream:
        events = iter(stream)
        assert [next(events)[1] for _ in range(2)] == [None, None]
        assert next(events) == ("position", "7", '{"position":7}')
        service.create("/any/api", {"name": "new"})
        assert next(events)[:2] == ("message", "8")
    with Events(service, f"{CHANGES}?snapshot=true", {"Last-Event-ID": "7"}) as stream:
        assert next(iter(stream))[:2] == ("message", "8")


def test_snapshots_amid_writes_lack_nothing_and_have_nothing_twice(service):
    documents, rounds = 300, 4
    ids = [f"d{number}" for number in range(documents)]
    response = service.request("POST", "/any/api/bulk", [{"id": each, "n": 0} for each in ids])
    assert response.status == 201
    stop = threading.Event()

    def write(share):
        for n in itertools.count(1):
            for each in ids[share::4]:
                if stop.is_set():
                    return
                assert service.request("PUT", f"/any/api/{each}", {"n": n}).status == 200

    def follow():
        """Every version from a snapshot on until each document has come once more."""
        state, fresh, last_position, taken = {}, set(), None, None
        with Lines(service, f"{CHANGES}?snapshot=true&follow=true") as stream:
            for line in stream:
                if "id" not in line:
                    if taken is None:
                        taken = last_position = line["position"]
                    continue
                if line.get("snapshot"):
                    assert taken is None and line["id"] not in state
                    state[line["id"]] = line["version"]
                    continue
                assert line["position"] == last_position + 1
                last_position = line["position"]
                assert line["version"] == state[line["id"]] + 1, line
                state[line["id"]] = line["version"]
                fresh.add(line["id"])
                if len(fresh) == documents:
                    return len(state)

    with concurrent.futures.ThreadPoolExecutor() as pool:
        writers = [pool.submit(write, share) for share in range(4)]
        try:
            assert [pool.submit(follow).result(120) for _ in range(rounds)] == [documents] * rounds
        finally:
            stop.set()
        for writer in writers:
            writer.result(60)


def test_there_is_a_most_of_followers(service):
    streams = [Lines(service, f"{CHANGES}?follow=true") for _ in range(40)]
    refused = service.get(f"{CHANGES}?follow=true")
    assert (refused.status, refused.json()["code"]) == (503, "overloaded.followers") and refused.headers["Retry-After"]
    for stream in streams:
        stream.close()
    # Who is gone is noticed when it is to hear something.
    services.wait_until(lambda: service.get(CHANGES), lambda answer: answer.status == 200)


def test_a_feed_ends_with_the_service_and_says_where(tmp_path, storages):
    running = serve(tmp_path, storages)
    write_some(running)
    streams = [Lines(running, f"{CHANGES}?follow=true&after={after}") for after in (0, 3, 7)]
    for stream, count in zip(streams, (7, 4, 0)):
        assert len([next(versions) for versions in [stream.versions()] * count]) == count
    events = Events(running, f"{CHANGES}?after=7")
    assert running.terminate() == 0, running.printed()
    for stream in streams:
        assert list(stream)[-1] == {"position": 7} and not stream.cut
    assert list(events) == [("position", "7", '{"position":7}')]
