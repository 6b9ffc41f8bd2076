"""What a mutation that creates answers to whom not everything is shown, and where it says that something is wrong."""

import hashlib

import pytest

import service as services

SDL = """
type Note { id: ID title: String secret: String score: Float }
input NoteInput { id: ID score: Float secret: String title: String }
type Query { getById(id: ID!): Note }
type Mutation { createNote(input: NoteInput!): Note createNotes(input: [NoteInput!]!): [Note!] updateNote(id: ID!, input: NoteInput!): Note }
"""
STORAGE = {"type": "memory", "collection": "notes"}
SCHEMA = {"type": "object", "properties": {"title": {"type": "string"}, "secret": {"type": "string"}, "score": {"type": "number"}}}
RULES = [
    {"roles": ["admin"], "may": "*"},
    {"roles": ["writer"], "may": ["create", "update"]},
    {"roles": ["writer"], "may": ["read"], "fields": ["title", "score"]},
    {"roles": ["narrow"], "may": ["create"], "fields": ["title"]},
    {"roles": ["blind"], "may": ["create"]},
]
ROLES = ("admin", "writer", "narrow", "blind")
CREATE = "mutation ($i: NoteInput!) { createNote(input: $i) { id title secret } }"


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    keys = [{"name": role, "roles": [role], "hash": "sha256:" + hashlib.sha256(role.encode()).hexdigest()} for role in ROLES]
    restlette = {"path": "/notes/api", "storage": STORAGE, "schema": SCHEMA, "rules": RULES, "idempotency": "title"}
    config = {"auth": {"apiKeys": keys}, "graphlettes": [{"path": "/notes/graph", "storage": STORAGE, "schema": SDL}], "restlettes": [restlette]}
    running = services.with_config(tmp_path_factory.mktemp("created"), config).start()
    yield running
    running.stop()


def ask(service, role, text, **variables):
    return service.request("POST", "/notes/graph", {"query": text, "variables": variables}, {"X-API-Key": role}).json()


def codes(answer):
    return sorted((tuple(error["path"]), error["extensions"]["code"]) for error in answer.get("errors", []))


def test_what_is_hidden_is_said_to_be(service):
    created = ask(service, "writer", CREATE, i={"title": "a", "secret": "s"})
    assert created["data"]["createNote"] | {"id": None} == {"id": None, "title": "a", "secret": None}
    assert codes(created) == [(("createNote", "secret"), "FORBIDDEN")]
    update = "mutation ($id: ID!, $i: NoteInput!) { createNote: updateNote(id: $id, input: $i) { id title secret } }"
    assert codes(ask(service, "writer", update, id=created["data"]["createNote"]["id"], i={"title": "a"})) == codes(created)
    many = ask(service, "writer", "mutation ($i: [NoteInput!]!) { createNotes(input: $i) { title secret } }", i=[{"title": "b"}, {"title": "c"}])
    assert codes(many) == [(("createNotes", i, "secret"), "FORBIDDEN") for i in (0, 1)]
    assert ask(service, "admin", CREATE, i={"title": "d", "secret": "s"})["data"]["createNote"]["secret"] == "s"


def test_who_reads_nothing_is_given_the_id(service):
    created = ask(service, "blind", CREATE, i={"title": "e"})
    assert created["data"]["createNote"]["id"] and created["data"]["createNote"]["title"] is None
    assert codes(created) == [(("createNote", "secret"), "FORBIDDEN"), (("createNote", "title"), "FORBIDDEN")]


def test_errors_name_their_place(service):
    def places(answer):
        return [(each["path"], each["keyword"]) for each in answer["errors"][0]["extensions"]["errors"]]

    assert places(ask(service, "narrow", CREATE, i={"title": "f", "secret": "s"})) == [("/input/secret", "access.field")]
    many = "mutation ($i: [NoteInput!]!) { createNotes(input: $i) { id } }"
    assert places(ask(service, "narrow", many, i=[{"title": "g"}, {"secret": "s"}])) == [("/input/1/secret", "access.field")]
    ask(service, "admin", CREATE, i={"id": "there", "title": "h"})
    assert places(ask(service, "admin", CREATE, i={"id": "there", "title": "i"})) == [("/input/id", "unique")]
    assert places(ask(service, "admin", CREATE, i={"id": "there", "title": "h", "secret": "other"})) == [("/input/title", "idempotency.mismatch")]


def test_one_document_has_one_fingerprint(service):
    sent = {"title": "same", "score": 1.5, "secret": "s"}
    created = service.request("POST", "/notes/api", sent, {"X-API-Key": "admin"})
    assert created.status == 201
    again = service.request("POST", "/notes/api", dict(reversed(sent.items())), {"X-API-Key": "admin"})
    assert again.headers["Idempotent-Replayed"] == "true" and again.json()["id"] == created.json()["id"]
    assert ask(service, "admin", CREATE, i=sent)["data"]["createNote"]["id"] == created.json()["id"]
    literal = 'mutation { createNote(input: {secret: "s", title: "same", score: 1.5}) { id } }'
    assert ask(service, "admin", literal)["data"]["createNote"]["id"] == created.json()["id"]
    other = service.request("POST", "/notes/api", {**sent, "score": 2}, {"X-API-Key": "admin"})
    assert other.status == 422 and other.json()["code"] == "idempotency.mismatch"
