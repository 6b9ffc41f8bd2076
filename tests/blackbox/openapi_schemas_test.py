"""Schemas in the OpenAPI document: whole, whatever they refer to, so that a validator that knows nothing but the document judges documents
as the service does."""

import json

import jsonschema
import openapi_spec_validator
import pytest
from referencing import Registry, Resource
from referencing.jsonschema import DRAFT202012

import service as services

NEWER = "https://json-schema.org/draft/2020-12/schema"
FILES = {
    "addr.schema.json": {
        "$schema": NEWER,
        "$id": "https://schemas.example/addr",
        "$defs": {"addr": {"type": "object", "required": ["zip"], "properties": {"zip": {"$ref": "#zip"}, "near": {"$ref": "#/$defs/addr"}}}},
        "$anchor": "whole",
        "properties": {"zip": {"$anchor": "zip", "type": "string", "minLength": 5}},
    },
    "old.schema.json": {
        "$schema": "http://json-schema.org/draft-07/schema#",
        "type": "array",
        "items": [{"type": "string"}],
        "additionalItems": {"$ref": "#/definitions/n"},
        "definitions": {"n": {"type": "integer"}},
    },
}
SCHEMA = {  # of the entity, and in a file that another refers to
    "$schema": NEWER,
    "title": "Order",
    "type": "object",
    "required": ["addr"],
    "properties": {
        "addr": {"$ref": "addr.schema.json#/$defs/addr"},
        "p": {"$ref": "#pa", "properties": {"b": {"type": "integer"}}, "unevaluatedProperties": False},
        "named": {"$ref": "urn:example:named"},
        "old": {"$ref": "old.schema.json"},
        "tree": {"$ref": "#"},
        "list": {"$ref": "#/$defs/list"},
    },
    "$defs": {
        "pa": {"$anchor": "pa", "type": "object", "properties": {"a": {"type": "string"}}},
        "patch": {"$id": "urn:example:named", "enum": ["x", "y"]},
        "list": {"type": "array", "items": {"$ref": "#/$defs/list"}},
    },
}
ADDR = {"zip": "12345"}
FILES["order.schema.json"] = SCHEMA
DOCUMENTS = [
    {"addr": ADDR},
    {"addr": {}},
    {"addr": {"zip": "1"}},
    {"addr": ADDR | {"near": ADDR | {"near": ADDR}}},
    {"addr": ADDR | {"near": {"near": ADDR}}},
    {"addr": ADDR, "p": {"a": "x", "b": 1}},
    {"addr": ADDR, "p": {"a": 1}},
    {"addr": ADDR, "p": {"c": 1}},
    {"addr": ADDR, "named": "x"},
    {"addr": ADDR, "named": "z"},
    {"addr": ADDR, "old": ["a", 1, 2]},
    {"addr": ADDR, "old": ["a", "b"]},
    {"addr": ADDR, "old": [1]},
    {"addr": ADDR, "tree": {"addr": ADDR, "tree": {"addr": ADDR}}},
    {"addr": ADDR, "tree": {"addr": ADDR, "tree": {}}},
    {"addr": ADDR, "list": [[], [[]]]},
    {"addr": ADDR, "list": [[], [1]]},
    {"id": "own", "addr": ADDR},
    {"id": "", "addr": ADDR},
    {"id": "api-docs", "addr": ADDR},
    {"id": "\u0085", "addr": ADDR},
]
OTHERS = {
    "beside": {"$ref": "order.schema.json"},
    "closed": {"type": "object", "additionalProperties": False, "properties": {"name": {"type": "string"}}, "required": ["name"]},
    "within": {"allOf": [{"properties": {"name": {"type": "string"}}, "additionalProperties": False}]},
    "own": {"properties": {"id": {"pattern": "^[a-z]{3}$"}, "n": {"type": "integer"}}, "required": ["id", "n"]},
    "any": {},
    "problem": {"title": "Problem", "properties": {"of": {"$ref": "#/definitions/version"}}, "definitions": {"version": {"title": "Problem"}}},
    "tree": {"type": "object", "additionalProperties": False, "properties": {"left": {"$ref": "#"}, "n": {"type": ["integer", "null"]}}},
}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    folder = tmp_path_factory.mktemp("schemas")
    for name, schema in FILES.items():
        (folder / name).write_text(json.dumps(schema))
    entities = {"order": SCHEMA} | OTHERS
    restlettes = [
        {"path": f"/{name}/api", "storage": {"type": "memory", "collection": name}, "schema": schema} for name, schema in entities.items()
    ]
    (folder / "config.conf").write_text(json.dumps({"restlettes": restlettes, "graphlettes": []}))
    running = services.Service(folder, command=["serve", "--config", str(folder / "config.conf")]).start()
    yield running
    running.stop()


def document_of(service, name):
    return service.get(f"/{name}/api/api-docs/swagger.json").json()


def validator_of(document, pointer):
    """An independent validator of what stands at a place of the document."""
    registry = Registry().with_resource("urn:openapi", Resource(document, DRAFT202012))
    return jsonschema.Draft202012Validator({"$ref": f"urn:openapi#{pointer}"}, registry=registry)


def references_of(value):
    if isinstance(value, list):
        return [each for element in value for each in references_of(element)]
    if not isinstance(value, dict):
        return []
    own = [value["$ref"]] if isinstance(value.get("$ref"), str) else []
    return own + [each for member in value.values() for each in references_of(member)]


def examples_of(value, pointer=""):
    """Every example of the document: the pointer to its schema, and itself."""
    if isinstance(value, list):
        for i, element in enumerate(value):
            yield from examples_of(element, f"{pointer}/{i}")
    elif isinstance(value, dict):
        if "example" in value and "schema" in value:
            yield f"{pointer}/schema", value["example"]
        for key, member in value.items():
            yield from examples_of(member, f"{pointer}/{key.replace('~', '~0').replace('/', '~1').replace('{', '%7B').replace('}', '%7D')}")


@pytest.mark.parametrize("name", ["order", *OTHERS])
def test_the_document_holds_all_that_it_refers_to(service, name):
    document = document_of(service, name)
    openapi_spec_validator.validate(document)
    for reference in references_of(document):
        kind, part = reference.removeprefix("#/components/").split("/")
        assert part in document["components"][kind], reference
    titles = [schema.get("title", part) for part, schema in document["components"]["schemas"].items() if isinstance(schema, dict)]
    assert len(titles) == len(set(titles)), titles
    assert "ETag" in document["paths"][f"/{name}/api"]["post"]["responses"]["201"]["headers"]


@pytest.mark.parametrize("name", ["order", "beside"])
def test_another_validator_judges_as_the_service(service, name):
    document = document_of(service, name)
    created = document["paths"][f"/{name}/api"]["post"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    validator = validator_of(document, created.removeprefix("#"))
    verdicts = set()
    for each in DOCUMENTS:
        answer = service.request("POST", f"/{name}/api", each)
        assert answer.status in (201, 422), answer
        assert validator.is_valid(each) == (answer.status == 201), (each, answer)
        verdicts.add(answer.status)
    assert verdicts == {201, 422}


@pytest.mark.parametrize("name", ["order", *OTHERS])
def test_every_example_fits_its_schema(service, name):
    document = document_of(service, name)
    examples = list(examples_of(document))
    for pointer, example in examples:
        validator_of(document, pointer).validate(example)
    assert name == "own" or len(examples) >= 7, examples


@pytest.mark.parametrize("name", ["order", *OTHERS])
def test_examples_work_one_after_the_other(service, name):
    """What is created is read back, put as the example of PUT says, and patched as that of PATCH says."""
    document = document_of(service, name)
    path = f"/{name}/api"
    body = document["paths"][path]["post"]["requestBody"]["content"]["application/json"]
    example = body["example"] if name != "own" else {"id": "abc", "n": 1}  # none is made up for a pattern
    created = service.request("POST", path, example)
    assert created.status == 201, created
    answered = document["paths"][path]["post"]["responses"]["201"]["content"]["application/json"]["schema"]["$ref"]
    validator_of(document, answered.removeprefix("#")).validate(created.json())
    item = document["paths"][f"{path}/{{id}}"]
    at = f"{path}/{created.json()['id']}"
    for method in ("put", "patch"):
        for media_type, body in item[method]["requestBody"]["content"].items():
            send = body.get("example", {"n": 2})
            validator_of(document, body["schema"]["$ref"].removeprefix("#")).validate(send)
            assert service.request(method.upper(), at, send, headers={"Content-Type": media_type}).status == 200
    replacement = item["put"]["requestBody"]["content"]["application/json"]["schema"]["$ref"]
    if name != "within":  # whose own schema has no place for an id
        validator_of(document, replacement.removeprefix("#")).validate(created.json())
