"""The member `id` and the schema: what was read can be sent back, whatever the schema says about ids."""

import json
import uuid

import pytest

import service as services

pytestmark = pytest.mark.every_storage

DRAFT = "https://json-schema.org/draft/2020-12/schema"
NAMED = {"type": "object", "properties": {"name": {"type": "string"}}, "required": ["name"]}
SCHEMAS = {
    "open": NAMED,
    "closed": NAMED | {"additionalProperties": False},
    "unevaluated": NAMED | {"$schema": DRAFT, "unevaluatedProperties": False},
    "declared": NAMED | {"additionalProperties": False, "properties": {"name": {"type": "string"}, "id": {"type": "string"}}},
    "required": NAMED | {"required": ["id", "name"]},
    "own": NAMED | {"properties": {"name": {"type": "string"}, "id": {"type": "string", "pattern": "^[a-z]{3}$"}}},
}
SDL = """
scalar JSON
type Thing { id: ID! name: String }
input ThingInput { name: String }
type Query { getById(id: ID!): Thing }
type Mutation { updateThing(id: ID!, input: ThingInput!): Thing createThing(input: JSON!): Thing createThings(input: [JSON!]!): [Thing!]! }
"""
PROBLEM = "schema.violation"


def restlette(name, schema):
    return {"path": f"/{name}/api", "storage": {"type": "memory", "collection": name}, "schema": schema}


def graphlette(name):
    return {"path": f"/{name}/graph", "storage": {"type": "memory", "collection": name}, "schema": SDL}


@pytest.fixture(scope="module")
def service(tmp_path_factory, storages):
    folder = tmp_path_factory.mktemp("ids")
    (folder / "config").mkdir()
    config = {
        "restlettes": [restlette(name, schema) for name, schema in SCHEMAS.items()],
        "graphlettes": [graphlette(name) for name in SCHEMAS],
    }
    (folder / "config/config.conf").write_text(json.dumps(storages.config(config)))
    running = services.Service(folder, command=["serve", "--config", str(folder / "config/config.conf")]).start()
    yield running
    running.stop()


def start(service, name):
    """A document of the entity: with an id of its own where the schema wants that."""
    document = {"name": "first"}
    if name in ("required", "own"):
        document["id"] = "abc" if name == "own" else str(uuid.uuid4())
    service.request("DELETE", f"/{name}/api/abc")
    created = service.request("POST", f"/{name}/api", document)
    assert created.status == 201, created
    return f"/{name}/api/{created.json()['id']}"


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_was_read_can_be_sent_back(service, name):
    path = start(service, name)
    read = service.get(path).json()
    assert service.request("PUT", path, read).status == 200
    assert service.request("PUT", path, {"name": "second"}).status == 200
    assert service.get(path).json() == {"id": read["id"], "name": "second"}


@pytest.mark.parametrize("name", SCHEMAS)
def test_a_patch_never_fails_for_the_id(service, name):
    path = start(service, name)
    for patch in ({}, {"name": "third"}, {"id": service.get(path).json()["id"]}):
        answer = service.request("PATCH", path, patch, {"Content-Type": "application/merge-patch+json"})
        assert answer.status == 200, answer
    assert service.get(path).json()["name"] == "third"


@pytest.mark.parametrize("name", SCHEMAS)
def test_updates_over_graphql_never_fail_for_the_id(service, name):
    path = start(service, name)
    number = path.rsplit("/", 1)[1]
    query = {"query": f'mutation {{ updateThing(id: "{number}", input: {{name: "fourth"}}) {{ id name }} }}'}
    assert service.request("POST", f"/{name}/graph", query).json() == {"data": {"updateThing": {"id": number, "name": "fourth"}}}


@pytest.mark.parametrize("name", SCHEMAS)
def test_another_id_is_refused(service, name):
    path = start(service, name)
    for method in ("PUT", "PATCH"):
        answer = service.request(method, path, {"name": "x", "id": "other"})
        assert (answer.status, answer.json()["code"], answer.json()["errors"][0]["path"]) == (422, "document.id", "/id")


@pytest.mark.parametrize("name", SCHEMAS)
def test_what_is_wrong_with_a_change_is_still_named(service, name):
    path = start(service, name)
    for method in ("PUT", "PATCH"):
        answer = service.request(method, path, {"name": 5})
        assert (answer.status, [each["path"] for each in answer.json()["errors"]]) == (422, ["/name"])


def test_documents_bring_their_id_where_a_made_one_would_not_fit(service):
    answer = service.request("POST", "/own/api", {"name": "x"})
    assert (answer.status, answer.json()["errors"][0]["path"]) == (422, "/id")
    assert "id of its own" in answer.json()["error"]
    bulk = service.request("POST", "/own/api/bulk", [{"name": "x", "id": "xyz"}, {"name": "y"}])
    assert (bulk.status, bulk.json()["errors"][0]["path"]) == (422, "/1/id")
    many = {"query": 'mutation { createThings(input: [{name: "x"}]) { id } }'}
    assert service.request("POST", "/own/graph", many).json()["errors"][0]["extensions"]["errors"][0]["path"] == "/input/0/id"


def test_an_own_id_is_refused_where_the_schema_does_not_allow_it(service):
    for name in ("closed", "unevaluated"):
        answer = service.request("POST", f"/{name}/api", {"name": "x", "id": "own"})
        assert (answer.status, answer.json()["errors"][0]["path"]) == (422, "/id")


@pytest.mark.parametrize("schema", [{"type": "string"}, {"properties": {"id": {"type": "integer"}}}, {"type": "object", "properties": {"id": {"type": ["null", "number"]}}}])
def test_a_schema_that_no_document_fits_is_a_problem(tmp_path, schema):
    (tmp_path / "config.conf").write_text(json.dumps({"restlettes": [restlette("none", schema)]}))
    done = services.run_command("check", "--config", tmp_path / "config.conf")
    assert done.returncode == 1
    assert "No document fits this schema" in done.stdout + done.stderr
