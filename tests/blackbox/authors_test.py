"""Who wrote a version: kept by every write of every kind, shown to whoever may see histories, and one trace from an event to its result."""

import contextlib
import hashlib
import json
import sqlite3
import uuid

import pytest

import service as services

pytestmark = pytest.mark.every_storage

RAW, PROCESSED = "/raw/api", "/processed/api"
KEYS = {"ada": ["writer"], "ben": ["reader"], "cyd": ["follower"]}
RULES = [
    {"roles": ["writer"], "may": "*"},
    {"roles": ["reader"], "may": ["read", "feed", "history", "lifecycle"], "fields": ["name"]},
    {"roles": ["follower"], "may": ["read", "feed", "lifecycle"]},
]
SDL = """
type Raw { id: ID name: String }
input RawInput { id: ID name: String }
type Query { getById(id: ID!): Raw }
type Mutation { createRaw(input: RawInput!): Raw updateRaw(id: ID!, input: RawInput!): Raw deleteRaw(id: ID!): Boolean createRaws(inputs: [RawInput!]!): [Raw!]! }
"""
PROCESSED_SDL = """
type Processed { id: ID name: String raw_event_id: ID raw: Raw }
type Raw { id: ID name: String lifecycle: [LifecycleEntry!]! }
type Query { getById(id: ID!): Processed }
"""


def config():
    storage = {name: {"type": "memory", "collection": name} for name in ("raw", "processed")}
    keys = [{"name": name, "roles": roles, "hash": "sha256:" + hashlib.sha256(name.encode()).hexdigest()} for name, roles in KEYS.items()]
    return {
        "auth": {"required": False, "apiKeys": keys},
        "graphlettes": [{"path": "/raw/graph", "storage": storage["raw"], "schema": SDL, "rules": RULES}],
        "restlettes": [
            {"path": RAW, "storage": storage["raw"], "schema": {"type": "object"}},
            {"path": PROCESSED, "storage": storage["processed"], "schema": {"type": "object"}},
        ],
        "processors": [{"name": "copy", "from": "/raw", "to": "/processed", "transform": "{name: .name}"}],
    }


@pytest.fixture(scope="module")
def service(tmp_path_factory, storages):
    running = services.with_config(tmp_path_factory.mktemp("authors"), storages.config(config())).start()
    yield running
    running.stop()


class Traced:
    """Requests of somebody, each in a trace of its own."""

    def __init__(self, service, name="ada"):
        self.service, self.name = service, name

    def send(self, method, path, body=None, **headers):
        self.trace = uuid.uuid4().hex
        sent = {"traceparent": f"00-{self.trace}-{'1' * 16}-01"} | ({"X-API-Key": self.name} if self.name else {})
        answer = self.service.request(method, path, body, headers=sent | {name.replace("_", "-"): value for name, value in headers.items()})
        assert answer.status < 300, answer
        return answer

    @property
    def author(self):
        return {"sub": self.name, "address": "127.0.0.1", "trace": self.trace} if self.name else {"address": "127.0.0.1", "trace": self.trace}

    def history(self, path, id):
        return self.send("GET", f"{path}/{id}/history").json()

    def changes(self, path, after=0):
        lines = self.send("GET", f"{path}/changes?after={after}&limit=1000").text.splitlines()
        return [line for line in map(json.loads, lines) if "version" in line]


def authors(versions):
    return [version.get("author") for version in versions]


def until_result(ada, event):
    return services.wait_until(lambda: ada.send("GET", f"{PROCESSED}?raw_event_id={event['id']}").json())[0]


def test_every_write_of_rest_has_its_author(service):
    ada, wrote = Traced(service), []
    event = ada.send("POST", RAW, {"name": "a", "n": 1}).json()
    wrote.append(ada.author)
    for method, body in (("PUT", {"name": "b"}), ("PATCH", {"name": "c"}), ("DELETE", None)):
        ada.send(method, f"{RAW}/{event['id']}", body)
        wrote.append(ada.author)
    assert authors(ada.history(RAW, event["id"])) == wrote[::-1]
    assert [line.get("author") for line in ada.changes(RAW) if line["id"] == event["id"]] == wrote
    # An author is no part of the document.
    kept = ada.send("POST", RAW, {"name": "d", "author": {"mine": True}})
    assert ada.send("GET", f"{RAW}/{kept.json()['id']}").json()["author"] == {"mine": True}
    assert ada.send("GET", RAW + "?name=d").json()[0]["author"] == {"mine": True}


def test_what_is_sent_again_stays_the_firsts(service):
    ada, key = Traced(service), uuid.uuid4().hex
    first = ada.send("POST", RAW, {"name": "once"}, Idempotency_Key=key)
    author = ada.author
    again = ada.send("POST", RAW, {"name": "once"}, Idempotency_Key=key)
    assert again.json() == first.json() and again.headers["Idempotent-Replayed"] == "true"
    assert authors(ada.history(RAW, first.json()["id"])) == [author]


@pytest.mark.parametrize("partial", ["", "?partial=true"])
def test_bulk_has_its_author(service, partial):
    ada = Traced(service)
    answer = ada.send("POST", f"{RAW}/bulk{partial}", [{"name": f"bulk {i}"} for i in range(700)]).json()
    author = ada.author
    ids = [each["document"]["id"] if partial else each["id"] for each in answer]
    for id in (ids[0], ids[-1]):
        assert authors(ada.history(RAW, id)) == [author]


def test_a_bulk_that_is_spooled_has_its_author(service):
    ada = Traced(service)
    ids = [each["id"] for each in ada.send("POST", f"{RAW}/bulk", [{"name": "x" * 3000} for _ in range(1500)]).json()]
    author = ada.author
    assert authors(ada.history(RAW, ids[-1])) == [author]


def test_mutations_have_their_author(service):
    ada, wrote = Traced(service), []

    def mutate(text):
        answer = ada.send("POST", "/raw/graph", {"query": f"mutation {{ {text} }}"}).json()
        assert "errors" not in answer, answer
        wrote.append(ada.author)
        return answer["data"]

    id = mutate('createRaw(input: {name: "g"}) { id }')["createRaw"]["id"]
    mutate(f'updateRaw(id: "{id}", input: {{name: "h"}}) {{ id }}')
    mutate(f'deleteRaw(id: "{id}")')
    assert authors(ada.history(RAW, id)) == wrote[::-1]
    many = mutate('createRaws(inputs: [{name: "i"}, {name: "j"}]) { id }')["createRaws"]
    assert [authors(ada.history(RAW, each["id"])) for each in many] == [[wrote[-1]]] * 2


def test_a_trace_goes_from_the_event_to_its_result(service):
    ada = Traced(service)
    event = ada.send("POST", RAW, {"name": "traced"}).json()
    trace = ada.trace
    result = until_result(ada, event)
    assert authors(ada.history(PROCESSED, result["id"])) == [{"processor": "copy", "trace": trace}]
    told = ada.send("GET", f"{RAW}/{event['id']}/lifecycle").json()["entries"]
    assert [(each["kind"], each["author"].get("trace")) for each in told if "author" in each] == [("received", trace), ("outcome", trace)]


def test_a_workers_result_has_the_workers_author(service):
    ada, name = Traced(service), uuid.uuid4().hex
    event = ada.send("POST", RAW, {"name": "for a worker"}).json()
    author = ada.author
    claimed = ada.send("POST", f"{RAW}/consumers/{name}/claim?from=beginning&max=10000").json()
    [mine] = [each for each in claimed["events"] if each["id"] == event["id"]]
    assert mine["author"] == author
    body = {"token": claimed["token"], "to": PROCESSED, "results": [{"position": mine["position"], "document": {"name": "r"}}]}
    [written] = ada.send("POST", f"{RAW}/consumers/{name}/ack", body).json()["results"]
    author = ada.author
    assert authors(ada.history(PROCESSED, written["id"])) == [author]


def test_nobody_is_known_by_the_address_alone(service):
    nobody = Traced(service, None)
    made = nobody.send("POST", PROCESSED, {"name": "open"}).json()
    author = nobody.author
    assert authors(nobody.history(PROCESSED, made["id"])) == [author]
    # Without a traceparent it is in a trace of its own.
    made = service.create(PROCESSED, {"name": "open"})
    [author] = authors(nobody.history(PROCESSED, made["id"]))
    assert author["address"] == "127.0.0.1" and len(author["trace"]) == 32 and int(author["trace"], 16) > 0


def test_authors_belong_to_the_right_history(service):
    ada = Traced(service)
    before = int(ada.send("POST", RAW, {"name": "first"}).headers["X-Position"])
    event = ada.send("POST", RAW, {"name": "secret", "other": 1}).json()
    author = ada.author
    for name, sees in (("ada", True), ("ben", True), ("cyd", False)):
        caller = Traced(service, name)
        assert authors(caller.changes(RAW, before)) == [author if sees else None]
        told = caller.send("GET", f"{RAW}/{event['id']}/lifecycle").json()["entries"]
        assert told[0].get("author") == (author if sees else None)
    ben, cyd = Traced(service, "ben"), Traced(service, "cyd")
    assert ben.history(RAW, event["id"])[0]["document"] == {"id": event["id"], "name": "secret"}
    assert authors(ben.history(RAW, event["id"])) == [author]
    assert service.request("GET", f"{RAW}/{event['id']}/history", headers={"X-API-Key": cyd.name}).status == 404


def test_who_follows_sees_authors_at_once(service):
    ada = Traced(service)
    connection = service.connect()
    connection.request("GET", f"{RAW}/changes?after=now&follow=true", headers={"X-API-Key": "ada"})
    with contextlib.closing(connection), connection.getresponse() as lines:
        ada.send("POST", RAW, {"name": "followed"})
        while "author" not in (line := json.loads(lines.readline())):
            pass
        assert (line["document"]["name"], line["author"]) == ("followed", ada.author)


def test_a_file_of_an_earlier_version_gets_authors(tmp_path):
    folder = services.copy_example("farm", tmp_path)
    service = services.Service(folder).start()
    path = "/hen/api"
    old = service.create(path, {"name": "old"})
    service.stop()
    files = [file for file in folder.rglob("*") if file.is_file() and file.read_bytes().startswith(b"SQLite format 3")]
    assert files
    for file in files:
        with contextlib.closing(sqlite3.connect(file)) as database:
            for (table,) in database.execute("SELECT name FROM sqlite_master WHERE sql LIKE '%author TEXT%'").fetchall():
                database.execute(f'ALTER TABLE "{table}" DROP COLUMN author')
            database.commit()
    service.start()
    new = service.create(path, {"name": "new"})
    assert authors(service.get(f"{path}/{old['id']}/history").json()) == [None]
    assert authors(service.get(f"{path}/{new['id']}/history").json())[0]["address"] == "127.0.0.1"
    service.stop()
