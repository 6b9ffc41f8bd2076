"""The OpenAPI document of an entity: valid, true to the schema, and enough for clients that know nothing else."""

import json
import subprocess
from urllib.parse import urlsplit

import jsonschema_rs
import openapi_spec_validator
import pytest

import service as services

BLACKBOX = services.ROOT / "tests/blackbox"
ENTITIES = {
    "/raw-events/api": {"name": "user_login", "data": {"user_id": "user123"}, "timestamp": "2024-01-01T12:00:00Z", "source": "auth_service"},
    "/processed-events/api": {"raw_event_id": "7", "name": "user_login", "status": "SUCCESS", "processing_time_ms": 45.2},
}
OPERATIONS = ["list", "create", "read", "update", "patch", "delete", "history", "lifecycle", "bulk_read", "bulk_create", "changes"]
OPERATIONS += ["consumer_list", "consumer_read", "consumer_delete", "claim", "ack", "nack", "extend", "release"]
entities = pytest.mark.parametrize("path", ENTITIES)


def document_of(service, path):
    return service.get(f"{path}/api-docs/swagger.json").json()


def operations_of(document):
    return [operation for path in document["paths"].values() for operation in path.values()]


def resolved(document, schema):
    """The schema with the document's components, so that a validator finds what it refers to."""
    return {**schema, "components": document["components"]}


@entities
def test_is_valid_openapi_3_1(events, path):
    document = document_of(events, path)
    assert document["openapi"].startswith("3.1")
    openapi_spec_validator.validate(document)
    assert events.get(f"{path}/api-docs/openapi.json").json() == document


@entities
def test_names_the_operations_of_meshql(events, path):
    document = document_of(events, path)
    assert next(iter(document["paths"])) == path
    assert [operation["operationId"] for operation in operations_of(document)] == OPERATIONS


@entities
def test_the_server_is_the_one_that_was_asked(events, path):
    document = document_of(events, path)
    assert document["servers"][0]["url"] == f"http://127.0.0.1:{events.port}"
    named = events.get(f"{path}/api-docs/swagger.json", Host="events.example:81").json()
    assert named["servers"][0]["url"] == "http://events.example:81"
    assert events.get(f"{path}/api-docs/swagger.json", Host='a"b').status == 400


@entities
def test_examples_are_accepted(events, path):
    document = document_of(events, path)
    create = document["paths"][path]["post"]
    example = create["requestBody"]["content"]["application/json"]["example"]
    assert events.request("POST", path, example).status == 201
    answered = create["responses"]["201"]["content"]["application/json"]
    schema = resolved(document, answered["schema"])
    jsonschema_rs.Draft202012Validator(schema, validate_formats=True).validate(answered["example"])


@entities
def test_answers_are_as_described(events, path):
    document = document_of(events, path)
    described = document["paths"][path]["post"]["responses"]["201"]["content"]["application/json"]["schema"]
    created = events.create(path, ENTITIES[path])
    jsonschema_rs.Draft202012Validator(resolved(document, described), validate_formats=True).validate(created)
    version = {"$ref": f"{described['$ref']}Version"}
    history = events.get(f"{path}/{created['id']}/history").json()
    jsonschema_rs.Draft202012Validator(resolved(document, version)).validate(history[0])
    problem = events.request("POST", path, {"nme": 1})
    assert problem.status == 422
    jsonschema_rs.Draft202012Validator(document["components"]["schemas"]["Problem"]).validate(problem.json())


@entities
def test_every_described_filter_filters(events, path):
    document = document_of(events, path)
    for parameter in document["paths"][path]["get"]["parameters"]:
        kind = parameter["schema"].get("items", parameter["schema"]).get("type")
        if parameter["name"] in ("at", "limit", "after"):
            continue
        value = {"number": "1", "boolean": "true", "string": "x"}[kind]
        assert events.get(f"{path}?{parameter['name']}={value}").status == 200, parameter


@entities
def test_a_client_made_of_it_does_everything(events, path):
    node = services.ROOT / ".venv/bin/node"
    definition = f"{events.url}{path}/api-docs/swagger.json"
    command = [node, BLACKBOX / "openapi_client.mjs", definition, json.dumps(ENTITIES[path])]
    done = subprocess.run(command, capture_output=True, text=True, timeout=60, cwd=BLACKBOX)
    assert done.returncode == 0, done.stdout + done.stderr


def test_links_lead_to_the_next_page(events):
    for i in range(3):
        events.create("/raw-events/api", {"name": "paged", "data": i})
    seen = []
    url = f"{events.url}/raw-events/api?name=paged&limit=1"
    while url:
        parts = urlsplit(url)
        assert parts.netloc == f"127.0.0.1:{events.port}"
        page = events.get(f"{parts.path}?{parts.query}")
        seen += [each["data"] for each in page.json()]
        link = page.headers["Link"]
        url = link and link.removeprefix("<").removesuffix('>; rel="next"')
    assert seen == [2, 1, 0]


@pytest.mark.parametrize("spelling", ["name_in=set-a,set-b", "name_in=set-a&name_in=set-b", "name_in[]=set-a&name_in[]=set-b"])
def test_sets_are_read_as_clients_write_them(events, spelling):
    for name in ("set-a", "set-b", "set-c"):
        if not events.get(f"/raw-events/api?name={name}").json():
            events.create("/raw-events/api", {"name": name, "data": 1})
    assert {each["name"] for each in events.get(f"/raw-events/api?{spelling}").json()} == {"set-a", "set-b"}
