"""Hostile texts in every place where a value goes, on every database: each is the text that it is, and nothing else happens.

The model is a list in Python: what is found is what has that very value. Beside the entity that is asked stand an entity, and a table or
collection of somebody else's, in the same database: neither changes.
"""

import json
import re
import sqlite3
from urllib.parse import quote

import pymongo
import pytest

import service as services
from postgres_server import run_sql
from storages import Storages

NAMES = ["embedded", "memory", "postgres", "mongo", "mongo-java"]
THINGS, GRAPH, OTHERS = "/things/api", "/things/graph", "/others/api"

HOSTILE = [
    "'", "''", '"', '""', "`", "\\", "\\'", '\\"', ";", "--", "/*", "*/", "#", "%", "_", "*", "?", "?1", "$1", ":name", "@name", "$$", "$tag$", "{{name}}", "{{{name}}}", "${name}",
    "'; DROP TABLE things; --", "' OR '1'='1", "') OR ('1'='1", "\" OR \"\"=\"", "1; SELECT pg_sleep(9)", "' UNION SELECT * FROM canary --", "E'\\x27'", "U&'\\0027'", "x'27'", "'||(SELECT 1)||'",
    "\\x27", "%27", "&#39;", "\u02bc", "\uff07", "\u2019", "$where", "$ne", "$gt", '{"$gt": ""}', '{"$ne": null}', "{$where: 'sleep(9000)'}", '"}, "$or": [{}], "a": {"$ne": "',
    "function () { return true }", "this.name == 'a' || true", "a.b", ".", "..", "$", "$a.b", "__proto__", "constructor", "_id", "payload", "id", "recorded_at",
    "null", "true", "false", "0", "1", "-1", "1e400", "NaN", "0x1", "[]", "{}", '["a"]', "()", "a|b", "^a", "a$", ".*", "[", "(?i)A", "\\Qa\\E", "{1}",
    "", " ", "a", "A", " a", "a ", "á", "a\u0301", "é", "日", "😀", "\U0010ffff", "\uffff", "\ufeffa", "\u202ea", "a\u200b", "x" * 5000, "'" * 2000, "\\" * 2000,
    "\x00", "a\x00b", "\x00'; DROP TABLE things; --", "\r\n", "\t", "\x1b[31m", "\x7f", "\u0085", "\u2028",
]  # fmt: skip
SDL = """
scalar JSON
type Thing { id: ID! name: String! data: JSON }
type Query {
  getById(id: ID!): Thing
  named(name: String!): [Thing!]!
  among(names: [String!]!): [Thing!]!
  except(name: String!): [Thing!]!
  between(from: String!, to: String!): [Thing!]!
  written(name: String!, other: String!): [Thing!]!
  list(name: String, name_in: [String], name_ne: String, name_prefix: String, name_gte: String, where: JSON, orderBy: String, limit: Int): [Thing!]!
}
input ThingInput { id: ID name: String! data: JSON }
type Mutation { createThing(input: ThingInput!): Thing! updateThing(id: ID!, input: ThingInput!): Thing deleteThing(id: ID!): Thing }
"""
TEMPLATES = {
    "named": '{"payload.name": "{{name}}"}',
    "among": '{"payload.name": {"$in": {{names}}}}',
    "except": '{"$nor": [{"payload.name": "{{name}}"}]}',
    "between": '{"payload.name": {"$gte": "{{from}}", "$lte": {{to}}}}',
}
WRITTEN = ("payload->>'name' = '{{name}}' OR (id = {{other}} AND 'it''s; --' <> {{name}})", '{"$or": [{"payload.name": "{{name}}"}, {"id": "{{other}}"}]}')


def config(storages):
    def entity(name, storage):
        return {"path": f"/{name}/graph", "storage": storage, "schema": SDL if name == "things" else "type Other { id: ID! name: String } type Query { getById(id: ID!): Other }"}

    places = storages.config([{"type": "memory", "collection": name} for name in ("things", "others")])
    things, others = (entity(name, place) for name, place in zip(("things", "others"), places))
    speaks_sql = places[0]["type"] in ("sqlite", "postgres")
    templates = TEMPLATES | {"written": WRITTEN[0 if speaks_sql else 1]}
    things["rootConfig"] = {"vectors": [{"name": name, "query": query} for name, query in templates.items()]}
    return {"graphlettes": [things, others]}, places[0]


class Canary:
    """What somebody else keeps in the same database, and what tables there are."""

    def __init__(self, storages, place, folder):
        self.kind, self.uri = storages.name, place.get("uri")
        self.file = folder / (self.uri or "")
        if self.kind == "embedded":
            with sqlite3.connect(self.file) as database:
                database.execute("CREATE TABLE canary (song)")
                database.execute("INSERT INTO canary VALUES ('tweet')")
        elif self.kind == "postgres":
            run_sql(self.uri, "CREATE TABLE canary (song text); INSERT INTO canary VALUES ('tweet')")
        elif self.kind == "mongo":
            with pymongo.MongoClient(self.uri) as client:
                client.get_default_database()["canary"].insert_one({"_id": 1, "song": "tweet"})

    def state(self):
        if self.kind == "embedded":
            with sqlite3.connect(self.file) as database:
                return database.execute("SELECT name, sql FROM sqlite_master ORDER BY name").fetchall(), database.execute("SELECT * FROM canary").fetchall()
        if self.kind == "postgres":
            listed = "SELECT string_agg(relname, ',' ORDER BY relname) FROM pg_class WHERE relnamespace::regnamespace::text NOT LIKE 'pg_toast%'"
            roles = "SELECT string_agg(rolname || rolsuper, ',' ORDER BY rolname) FROM pg_roles"
            return [run_sql(self.uri, text).stdout for text in (listed, roles, "SELECT * FROM canary", "SELECT count(*) FROM pg_proc")]
        if self.kind == "mongo":
            with pymongo.MongoClient(self.uri) as client:
                database = client.get_default_database()
                return sorted(database.list_collection_names()), list(database["canary"].find())
        return None


class World:
    """A service with the hostile texts as names, and what it is to answer."""

    def __init__(self, storages, folder):
        made, place = config(storages)
        self.service = services.with_config(folder, made).start()
        for number in range(5):
            self.service.create(OTHERS, {"id": f"other-{number}", "name": "kept"})
        self.canary = Canary(storages, place, folder / "config" if (folder / "config" / place.get("uri", "-")).exists() else folder)
        self.documents = [{"id": f"thing-{number}", "name": name, "data": {"number": number}} for number, name in enumerate(HOSTILE)]
        for document in self.documents:
            assert self.service.create(THINGS, document) == document
        self.others = self.service.get(f"{OTHERS}?limit=1000").body
        self.state = self.canary.state()

    def in_sql(self, name):
        """What `payload->>'name'` is there: no database reads a text with U+0000."""
        return None if "\0" in name and self.canary.kind in ("postgres", "embedded") else name

    def ids(self, is_meant):
        return sorted(document["id"] for document in self.documents if is_meant(document["name"]))

    def asked(self, field, variables, types):
        declared = ", ".join(f"${name}: {types[name]}" for name in variables)
        passed = ", ".join(f"{name}: ${name}" for name in variables)
        limit = ", limit: 1000" if field == "list" else ""
        answer = self.service.query(GRAPH, f"query ({declared}) {{ {field}({passed}{limit}) {{ id name }} }}", variables)
        assert "errors" not in answer, (field, variables, answer)
        return sorted(document["id"] for document in answer["data"][field])

    def listed(self, **parameters):
        query = "&".join(f"{name}={quote(value, safe='')}" for name, value in parameters.items())
        response = self.service.get(f"{THINGS}?limit=1000&{query}")
        assert response.status == 200, (parameters, response)
        return sorted(document["id"] for document in response.json())

    def check_nothing_else_happened(self):
        assert self.canary.state() == self.state
        assert self.service.get(f"{OTHERS}?limit=1000").body == self.others
        stored = self.service.get(f"{THINGS}?limit=1000").json()
        assert sorted(stored, key=lambda one: one["id"]) == sorted(self.documents, key=lambda one: one["id"])


@pytest.fixture(scope="module", params=NAMES)
def world(request, tmp_path_factory):
    storages = Storages(request.param, tmp_path_factory.mktemp)
    made = World(storages, tmp_path_factory.mktemp("injection"))
    yield made
    made.service.stop()
    storages.stop()


@pytest.fixture(autouse=True)
def nothing_else_happens(world):
    yield
    world.check_nothing_else_happened()


def test_values_of_filters(world):
    types = {"name": "String", "name_in": "[String]", "name_ne": "String", "name_prefix": "String", "name_gte": "String", "where": "JSON"}
    for text in HOSTILE:
        same, other = world.ids(lambda name: name == text), world.ids(lambda name: name != text)
        assert world.asked("list", {"name": text}, types) == same, text
        assert world.asked("list", {"name_in": [text, "no such"]}, types) == same, text
        assert world.asked("list", {"name_ne": text}, types) == other, text
        assert world.asked("list", {"name_prefix": text}, types) == world.ids(lambda name: name.startswith(text)), text
        assert world.asked("list", {"name_gte": text}, types) == world.ids(lambda name: name >= text), text
        assert world.asked("list", {"where": {"name": text}}, types) == same, text
        assert world.asked("list", {"where": {"$nor": [{"name": {"$in": [text]}}]}}, types) == other, text
        assert world.listed(name=text) == same, text
        assert world.listed(name_prefix=text) == world.ids(lambda name: name.startswith(text)), text


def test_values_of_patterns(world):
    """A text with everything escaped is found where it stands; as it is, it is a pattern, or refused as none."""
    types = {"where": "JSON"}
    for text in HOSTILE:
        if len(text) < 200 and "\0" not in text:
            escaped = re.sub(r"([^\w\s])", r"\\\1", text, flags=re.ASCII) if text.isascii() else re.escape(text)
            found = world.asked("list", {"where": {"name": {"$regex": f"^{escaped}$"}}}, types)
            assert found == world.ids(lambda name: name == text), text
        response = world.service.request("POST", GRAPH, {"query": "query ($w: JSON) { list(where: $w) { id } }", "variables": {"w": {"name": {"$regex": text}}}})
        assert response.status == 200, response


def test_values_of_templates(world):
    types = {"name": "String!", "names": "[String!]!", "from": "String!", "to": "String!", "other": "String!"}
    for number, text in enumerate(HOSTILE):
        assert world.asked("named", {"name": text}, types) == world.ids(lambda name: name == text), text
        assert world.asked("among", {"names": [text, text + "'"]}, types) == world.ids(lambda name: name in (text, text + "'")), text
        assert world.asked("except", {"name": text}, types) == world.ids(lambda name: name != text), text
        assert world.asked("between", {"from": text, "to": text}, types) == world.ids(lambda name: name == text), text
        response = world.service.query(
            GRAPH, "query ($a: String!, $b: String!) { written(name: $a, other: $b) { id } }", {"a": text, "b": f"thing-{number}"}
        )
        if "errors" in response:  # SQL has no text with U+0000
            assert "\0" in text and "u0000" in response["errors"][0]["message"], response
            continue
        found = {one["id"] for one in response["data"]["written"]}
        by_id = {f"thing-{number}"} if world.in_sql(text) is not None else set()
        assert found == {*by_id, *world.ids(lambda name: world.in_sql(name) == text)}, text
        by_text = world.service.query(GRAPH, "query ($a: String!, $b: String!) { written(name: $a, other: $b) { id } }", {"a": "no such", "b": text})
        assert by_text.get("data", {}).get("written", []) == [], text


def test_names_of_fields_and_orders(world):
    """What is no field is refused or found nowhere; it never becomes a part of what the database is asked."""
    known = ("$ne", "id", "payload", "")  # an operator, and names of what is there
    for text in HOSTILE:
        for where in ({text: 1}, {f"name.{text}": 1}, {f"data.{text}": {"$exists": True}}, {"name": {text: 1}}, {"$or": [{text: {"$ne": None}}]}):
            answer = world.service.query(GRAPH, "query ($w: JSON) { list(where: $w, limit: 1000) { id } }", {"w": where})
            assert "errors" in answer or answer["data"]["list"] == [] or text in known, (where, answer)
        for order in (text, f"-{text}", f"name,{text}", f"data.{text}"):
            answer = world.service.query(GRAPH, "query ($o: String) { list(orderBy: $o, limit: 1000) { id } }", {"o": order})
            assert "errors" in answer or len(answer["data"]["list"]) == len(HOSTILE), (order, answer)
        for parameter in (quote(text, safe=""), f"name_{quote(text, safe='')}", f"data.{quote(text, safe='')}"):
            assert world.service.get(f"{THINGS}?{parameter}=x").status in (200, 400), parameter


def test_other_parameters(world):
    for text in HOSTILE:
        value = quote(text, safe="")
        for parameter in ("limit", "offset", "at", "after", "orderBy"):
            assert world.service.get(f"{THINGS}?{parameter}={value}").status in (200, 400), (parameter, text)
        for path in (f"{THINGS}/thing-1/history?before={value}", f"{THINGS}/changes?after={value}", f"{THINGS}/consumers/{value}", f"{THINGS}/bulk?ids={value}"):
            assert world.service.get(path).status in (200, 400, 404), path


def test_ids(world):
    """Not there, whatever they say: nothing is read, changed or removed."""
    types = {"id": "ID!"}
    for text in HOSTILE:
        path = f"{THINGS}/{quote(text, safe='')}"
        for method, body in (("GET", None), ("DELETE", None), ("PUT", {"name": "x"}), ("PATCH", {"name": "x"})):
            if text not in ("", "bulk", "changes", "consumers"):
                assert world.service.request(method, path, body).status in (400, 404), (method, text)
        answer = world.service.query(GRAPH, "query ($id: ID!) { getById(id: $id) { id } }", {"id": text})
        assert answer["data"] == {"getById": None}, (types, text, answer)
        answer = world.service.query(GRAPH, 'mutation ($id: ID!) { updateThing(id: $id, input: {name: "x"}) { id } deleteThing(id: $id) { id } }', {"id": text})
        assert "errors" in answer, (text, answer)


def test_what_is_written(world):
    """Ids, names, keys of objects and idempotency keys that go in come out as they were, or are refused; then all of it is removed."""
    for number, text in enumerate(HOSTILE):
        document = {"id": text, "name": text, "data": {text: text, "list": [text, {"a": {text: 1}}]}}
        line = json.dumps({"idempotencyKey": text, "document": {**document, "id": f"written-{number}"}}) + "\n"
        for response in (world.service.request("POST", THINGS, document), world.service.request("POST", f"{THINGS}/bulk", line, {"Content-Type": "application/x-ndjson"})):
            assert response.status in (201, 400, 409, 413, 422), (text, response)
            if response.status != 201:
                continue
            made = response.json()[0] if isinstance(response.json(), list) else response.json()
            assert made["name"] == text and made["data"] == document["data"], (text, made)
            path = f"{THINGS}/{quote(made['id'], safe='')}"
            assert world.service.get(path).json() == made
            assert world.service.request("PATCH", path, {"data": {text: None}}).json()["data"] == ({"list": document["data"]["list"]} if text != "list" else {})
            assert world.service.request("DELETE", path).status == 200, path
