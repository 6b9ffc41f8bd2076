"""Who read what: every route by which a document can be seen leaves a record, before it is seen."""

import contextlib
import hashlib
import json
import threading
import uuid

import pytest

import service as services

pytestmark = pytest.mark.every_storage

API, AUDIT = "/notes/api", "/audit/api"
KEYS = {"ada": ["writer"], "ben": ["reader"], "ivy": ["auditor"]}
RULES = [{"roles": ["writer"], "may": "*"}, {"roles": ["reader"], "may": ["read", "feed", "history", "lifecycle"], "where": {"open": True}}]
SDL = """
scalar JSON
type Note { id: ID name: String open: Boolean parent_id: ID parent: Note children: [Note!]! }
input NoteInput { id: ID name: String }
type NoteConnection { edges: [NoteEdge!]! nodes: [Note!]! pageInfo: PageInfo! totalCount: Int! }
type NoteEdge { cursor: String! node: Note! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
type Query {
  getById(id: ID!): Note
  byName(name: String): [Note!]!
  byParent(parent_id: ID): [Note!]!
  pages(first: Int): NoteConnection!
}
type Mutation { updateNote(id: ID!, input: NoteInput!): Note }
"""


def config(**more):
    storage = {name: {"type": "memory", "collection": name} for name in ("notes", "plain")}
    keys = [{"name": name, "roles": roles, "hash": "sha256:" + hashlib.sha256(name.encode()).hexdigest()} for name, roles in KEYS.items()]
    resolvers = [
        {"name": "parent", "id": "parent_id", "queryName": "getById", "graphlette": "/notes/graph"},
        {"name": "children", "id": "id", "queryName": "byParent", "graphlette": "/notes/graph"},
    ]
    return {
        "auth": {"required": False, "apiKeys": keys},
        "limits": {"heartbeat": "200ms"},
        "graphlettes": [
            {"path": "/notes/graph", "storage": storage["notes"], "schema": SDL, "rules": RULES, "audit": True, "rootConfig": {"resolvers": resolvers}}
        ],
        "restlettes": [
            {"path": API, "storage": storage["notes"], "schema": {"type": "object"}},
            {"path": "/plain/api", "storage": storage["plain"], "schema": {"type": "object"}},
        ],
        "rules": {"/audit": [{"roles": ["auditor"], "may": "*"}]},
    } | more


@pytest.fixture(scope="module")
def service(tmp_path_factory, storages):
    running = services.with_config(tmp_path_factory.mktemp("audit"), storages.config(config())).start()
    yield running
    running.stop()


class Caller:
    """Somebody, whose every request is in a trace of its own; and what is recorded of it."""

    def __init__(self, service, name):
        self.service, self.name = service, name

    def headers(self):
        self.trace = uuid.uuid4().hex
        return {"X-API-Key": self.name, "traceparent": f"00-{self.trace}-{'1' * 16}-01"}

    def send(self, method, path, body=None, **headers):
        return self.service.request(method, path, body, headers=self.headers() | {name.replace("_", "-"): value for name, value in headers.items()})

    def query(self, text, path="/notes/graph"):
        answer = self.send("POST", path, {"query": text}).json()
        assert "errors" not in answer, answer
        return answer["data"]

    def records(self, trace=None):
        """Of the last request, the oldest first: without what is the same in all."""
        found = self.service.request("GET", f"{AUDIT}?trace={trace or self.trace}", headers={"X-API-Key": "ivy"})
        assert found.status == 200, found
        told = []
        for each in found.json()[::-1]:
            assert (each.pop("entity"), each.pop("sub"), each.pop("address")) == ("/notes", self.name, "127.0.0.1")
            assert each.pop("at").endswith("Z") and each.pop("trace") == (trace or self.trace) and each.pop("id")
            told.append(each)
        return told


@pytest.fixture(scope="module")
def notes(service):
    """Three, the second of which ben may not see; the third is the first one's child."""
    ada = Caller(service, "ada")
    first = ada.send("POST", API, {"name": "one", "open": True}).json()
    second = ada.send("POST", API, {"name": "two", "open": False}).json()
    third = ada.send("POST", API, {"name": "three", "open": True, "parent_id": first["id"]}).json()
    return [each["id"] for each in (first, second, third)]


def read(*ids, absent=(), operation="read", count=None):
    told = {"operation": operation, "count": len(ids) if count is None else count}
    return told | ({"ids": list(ids)} if ids else {}) | ({"absent": list(absent)} if absent else {})


def test_rest(service, notes):
    ben, (one, two, three) = Caller(service, "ben"), notes
    ben.send("GET", f"{API}/{one}")
    assert ben.records() == [read(one)]
    assert ben.send("GET", f"{API}/{two}").status == 404
    assert ben.records() == [read(absent=[two])]
    ben.send("GET", f"{API}/{one}?at=2001-01-01T00:00:00Z")
    assert ben.records() == [read(absent=[one]) | {"as_of": "2001-01-01T00:00:00.000999Z"}]
    ben.send("GET", f"{API}/bulk?ids={one},{two},{three}")
    assert ben.records() == [read(one, three, absent=[two])]
    ben.send("GET", API + "?name=one&limit=5")
    [told] = ben.records()
    assert told.pop("where") and told == read(one, operation="list")
    ben.send("GET", API, Accept="application/x-ndjson")
    [told] = ben.records()
    assert told["ids"] == [three, one] and told["operation"] == "list"
    ben.send("GET", f"{API}/{one}/history")
    assert ben.records() == [read(one, operation="history")]
    ben.send("GET", f"{API}/{one}/lifecycle")
    assert ben.records()[0] == read(one, operation="lifecycle")
    ben.send("GET", f"{API}/changes")
    assert ben.records() == [read(one, three, operation="feed")]
    ben.send("HEAD", f"{API}/{one}")
    assert ben.records() == [read(one)]


def test_a_claim(service, notes):
    ben = Caller(service, "ben")
    claimed = ben.send("POST", f"{API}/consumers/c{uuid.uuid4().hex}/claim?from=beginning").json()
    assert [each["id"] for each in claimed["events"]] == [notes[0], notes[2]]
    assert set(ben.records()[-1]["ids"]) == {notes[0], notes[2]}


@pytest.mark.parametrize("path", ["/notes/graph", "/graph"])
def test_graphql(service, notes, path):
    ben, (one, two, three) = Caller(service, "ben"), notes
    ask = (lambda text: ben.query(text)) if path == "/notes/graph" else (lambda text: ben.query(f"{{ notes {text} }}", path))
    ask(f'{{ getById(id: "{one}") {{ name }} }}')
    assert ben.records() == [read(one)]
    ask(f'{{ getById(id: "{two}") {{ name }} }}')
    assert ben.records() == [read(absent=[two])]
    ask('{ byName(name: "three") { name parent { name } children { name } } }')
    told = ben.records()
    assert [each.get("ids") for each in told if each["operation"] == "list"][0] == [three]
    assert [each.get("ids") for each in told if each["operation"] == "read"] == [[one]]
    ask("{ pages(first: 1) { totalCount nodes { name } } }")
    assert {(each["operation"], each["count"]) for each in ben.records()} >= {("count", 2)}
    # What a mutation reads is what it writes.
    ada = Caller(service, "ada")
    if path == "/notes/graph":
        ada.query(f'mutation {{ updateNote(id: "{two}", input: {{name: "two again"}}) {{ id }} }}')
        assert ada.records() == []


def test_a_follower(service, notes):
    ben, ada = Caller(service, "ben"), Caller(service, "ada")
    connection = service.connect()
    connection.request("GET", f"{API}/changes?after=now&follow=true", headers=ben.headers())
    with contextlib.closing(connection), connection.getresponse() as lines:
        new = ada.send("POST", API, {"name": "followed", "open": True}).json()["id"]
        while json.loads(lines.readline()).get("id") != new:
            pass
        assert ben.records() == [read(new, operation="feed")]
    ada.send("DELETE", f"{API}/{new}")


def test_what_is_not_audited_is_not_recorded(service):
    ben = Caller(service, "ben")
    made = service.create("/plain/api", {"name": "plain"})
    assert ben.send("GET", f"/plain/api/{made['id']}").status == 200
    assert ben.records() == []


def test_records_are_for_those_whom_rules_name_and_nobody_writes_them(service, notes):
    ben, ivy = Caller(service, "ben"), Caller(service, "ivy")
    ben.send("GET", f"{API}/{notes[0]}")
    trace = ben.trace
    assert ben.send("GET", AUDIT).json() == [] and ben.send("GET", AUDIT + "/changes").status == 403
    [record] = ivy.send("GET", f"{AUDIT}?trace={trace}").json()
    assert ivy.send("GET", f"{AUDIT}?ids={notes[0]}&limit=1").json()[0]["ids"].count(notes[0]) == 1
    assert ivy.send("GET", f"{AUDIT}/{record['id']}").json() == record
    before = ivy.send("GET", AUDIT).json()
    for method, path in (("POST", AUDIT), ("PUT", f"{AUDIT}/{record['id']}"), ("DELETE", f"{AUDIT}/{record['id']}"), ("POST", AUDIT + "/bulk")):
        assert ivy.send(method, path, record).status in (403, 405, 400), method
    assert ivy.send("GET", AUDIT).json() == before


def test_every_read_that_was_answered_is_recorded_whatever_is_killed(tmp_path, storages):
    if storages.name == "memory":
        pytest.skip("What is in memory ends with the process.")
    service = services.with_config(tmp_path, storages.config(config())).start()
    ids = [service.request("POST", API, {"name": f"n{i}", "open": True}, headers={"X-API-Key": "ada"}).json()["id"] for i in range(20)]
    answered = set()

    def keep_reading(number):
        with contextlib.suppress(OSError):
            for i in range(10_000):
                trace = f"{number:016x}{i + 1:016x}"
                headers = {"X-API-Key": "ben", "traceparent": f"00-{trace}-{'1' * 16}-01"}
                if service.request("GET", f"{API}/{ids[i % 20]}", headers=headers).status == 200:
                    answered.add((trace, ids[i % 20]))

    threads = [threading.Thread(target=keep_reading, args=(number,)) for number in range(1, 5)]
    for thread in threads:
        thread.start()
    services.wait_until(lambda: len(answered) > 200)
    service.kill()
    for thread in threads:
        thread.join()
    service.start()
    lines = service.request("GET", AUDIT, headers={"X-API-Key": "ivy", "Accept": "application/x-ndjson"}).text.splitlines()
    recorded = {(each["trace"], id) for each in map(json.loads, lines) for id in each.get("ids", [])}
    assert answered <= recorded
    service.stop()


def test_records_may_be_kept_elsewhere(tmp_path, storages):
    more = {"audit": {"storage": {"type": "memory", "collection": "reads"}}}
    service = services.with_config(tmp_path, storages.config(config(**more))).start()
    ben = Caller(service, "ben")
    ben.send("GET", API)
    assert [each["operation"] for each in ben.records()] == ["list"]
    service.stop()


def test_a_closed_record_is_kept_all_the_same(tmp_path, storages):
    service = services.with_config(tmp_path, storages.config(config(rules={}))).start()
    ben, ivy = Caller(service, "ben"), Caller(service, "ivy")
    ben.send("GET", API)
    assert ivy.send("GET", AUDIT).json() == []
    service.stop()
