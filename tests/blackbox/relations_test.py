"""Names, deletions and relations that other servers of this kind get wrong."""

import pytest

from service import instant

pytestmark = pytest.mark.every_storage

RAW = "/raw-events"
PROCESSED = "/processed-events"

NAMES = [
    "it's", 'say "hi"', "back`tick", "a<b>c", "a&b", "a=b", "{{name}}", "${name}", "$ne", "%", "_", "a\\b", "tab\there", "nul\u0000l",
    "; DROP TABLE raw_events; --", "Zoë", "\U0001f600", "\u2028", " ", "x" * 10_000, "null", "1", "true", "[]", '{"$ne": 1}', "e\u0301",
]  # fmt: skip


@pytest.mark.parametrize("name", NAMES, ids=lambda name: ascii(name[:20]))
def test_any_name_is_found_and_only_it(events, name):
    made = events.create(RAW + "/api", {"name": name, "data": "names"})
    query = "query ($name: String!) { getByName(name: $name) { id name } }"
    assert events.data(RAW + "/graph", query, {"name": name}) == {"getByName": [{"id": made["id"], "name": name}]}
    from urllib.parse import quote

    assert [event["id"] for event in events.get(RAW + "/api?name=" + quote(name, safe="")).json()] == [made["id"]]


@pytest.mark.parametrize("name", ["it's", 'say "hi"', "back`tick", "a<b>c & d=e"])
def test_names_in_templates(farm, name):
    made = farm.create("/farm/api", {"name": name})
    query = "query ($name: String!) { getByName(name: $name) { id } }"
    assert farm.data("/farm/graph", query, {"name": name}) == {"getByName": [{"id": made["id"]}]}


def by_name(service, name, at=None):
    query = "query ($name: String!, $at: Float) { getByName(name: $name, at: $at) { id data } }"
    return service.data(RAW + "/graph", query, {"name": name, "at": at})["getByName"]


def test_a_renamed_document_is_not_found_by_its_old_name(events):
    made = events.create(RAW + "/api", {"name": "old name", "data": 1})
    before = instant()
    assert events.request("PUT", f"{RAW}/api/{made['id']}", {"name": "new name", "data": 2}).status == 200
    assert by_name(events, "old name") == []
    assert by_name(events, "new name") == [{"id": made["id"], "data": 2}]
    assert by_name(events, "old name", before) == [{"id": made["id"], "data": 1}]
    assert by_name(events, "new name", before) == []
    assert events.get(RAW + "/api?name=old%20name").json() == []


def test_a_deleted_document_is_gone_now_and_there_before(events):
    made = events.create(RAW + "/api", {"name": "short-lived", "data": 1})
    before = instant()
    assert events.request("DELETE", f"{RAW}/api/{made['id']}").json() == {"id": made["id"], "status": "deleted"}
    assert events.get(f"{RAW}/api/{made['id']}").status == 404
    assert events.get(RAW + "/api?name=short-lived").json() == []
    assert by_name(events, "short-lived") == []
    assert by_name(events, "short-lived", before) == [{"id": made["id"], "data": 1}]
    assert events.get(f"{RAW}/api/{made['id']}?at={before}").json() == made
    assert events.get(f"{RAW}/api?name=short-lived&at={before}").json() == [made]
    assert events.request("DELETE", f"{RAW}/api/{made['id']}").status == 404


@pytest.fixture(scope="module")
def pair(events):
    raw = events.create(RAW + "/api", {"name": "target", "data": {"deep": [1, {"x": None}]}, "source": "s"})
    processed = events.create(PROCESSED + "/api", {"name": "related", "raw_event_id": raw["id"]})
    return raw, processed


def test_two_aliases_of_one_relation(events, pair):
    raw, _ = pair
    query = '{ getByName(name: "related") { a: rawEvent { id name } b: rawEvent { data } rawEvent { source } } }'
    assert events.data(PROCESSED + "/graph", query)["getByName"] == [
        {"a": {"id": raw["id"], "name": "target"}, "b": {"data": raw["data"]}, "rawEvent": {"source": "s"}}
    ]


def test_two_aliases_of_one_query(events, pair):
    raw, processed = pair
    query = 'query ($a: ID!, $b: ID!) { one: getById(id: $a) { rawEvent { name } } two: getById(id: $b) { id } }'
    assert events.data(PROCESSED + "/graph", query, {"a": processed["id"], "b": "none"}) == {"one": {"rawEvent": {"name": "target"}}, "two": None}


def test_nested_fragments_directives_and_typename(events, pair):
    raw, processed = pair
    query = """
      query Q($deep: Boolean!, $never: Boolean = true) { getByName(name: "related") { __typename ...Event } }
      fragment Event on ProcessedEvent { id ...Relation ... on ProcessedEvent { name } }
      fragment Relation on ProcessedEvent { rawEvent { ...Raw source @skip(if: $never) } }
      fragment Raw on RawEvent { __typename id ... @include(if: $deep) { data } }"""
    (found,) = events.data(PROCESSED + "/graph", query, {"deep": True})["getByName"]
    assert found == {
        "__typename": "ProcessedEvent", "id": processed["id"], "name": "related",
        "rawEvent": {"__typename": "RawEvent", "id": raw["id"], "data": raw["data"]},
    }  # fmt: skip
    assert list(found) == ["__typename", "id", "rawEvent", "name"]
    (shallow,) = events.data(PROCESSED + "/graph", query, {"deep": False})["getByName"]
    assert shallow["rawEvent"] == {"__typename": "RawEvent", "id": raw["id"]}


def test_a_dangling_reference_is_null_without_an_error(events):
    events.create(PROCESSED + "/api", {"name": "dangling", "raw_event_id": "raw_event_uuid_here"})
    assert events.data(PROCESSED + "/graph", '{ getByName(name: "dangling") { rawEvent { id } } }') == {"getByName": [{"rawEvent": None}]}


def test_a_reference_to_what_was_deleted(events):
    raw = events.create(RAW + "/api", {"name": "doomed", "data": 1})
    events.create(PROCESSED + "/api", {"name": "of the doomed", "raw_event_id": raw["id"]})
    before = instant()
    events.request("DELETE", f"{RAW}/api/{raw['id']}")
    query = 'query ($at: Float) { getByName(name: "of the doomed", at: $at) { rawEvent { data } } }'
    assert events.data(PROCESSED + "/graph", query) == {"getByName": [{"rawEvent": None}]}
    assert events.data(PROCESSED + "/graph", query, {"at": before}) == {"getByName": [{"rawEvent": {"data": 1}}]}


def test_variables_with_defaults_and_null(events, pair):
    query = 'query ($name: String! = "related", $limit: Int) { getByName(name: $name, limit: $limit) { name } }'
    assert events.data(PROCESSED + "/graph", query) == {"getByName": [{"name": "related"}]}
    assert events.data(PROCESSED + "/graph", query, {"limit": None}) == {"getByName": [{"name": "related"}]}
    assert events.data(PROCESSED + "/graph", query, {"limit": 0}) == {"getByName": []}
    assert events.data(PROCESSED + "/graph", query, {"name": "nobody"}) == {"getByName": []}


def test_one_of_several_operations(events, pair):
    query = 'query A { getByName(name: "related") { id } } query B { getByName(name: "related") { name } }'
    assert events.query(PROCESSED + "/graph", query, operation_name="B")["data"] == {"getByName": [{"name": "related"}]}
    assert "Must provide operation name" in events.query(PROCESSED + "/graph", query)["errors"][0]["message"]
    assert 'Unknown operation named "C".' in events.query(PROCESSED + "/graph", query, operation_name="C")["errors"][0]["message"]


def test_graphql_over_get(events, pair):
    from urllib.parse import quote

    query = "query ($name: String!) { getByName(name: $name) { name } }"
    path = PROCESSED + "/graph?query=" + quote(query) + "&variables=" + quote('{"name": "related"}')
    assert events.get(path).json() == {"data": {"getByName": [{"name": "related"}]}}


def test_introspection(events):
    answer = events.data(PROCESSED + "/graph", '{ __type(name: "ProcessedEvent") { fields { name type { kind name ofType { name } } } } }')
    fields = {field["name"]: field["type"] for field in answer["__type"]["fields"]}
    assert fields["rawEvent"] == {"kind": "OBJECT", "name": "RawEvent", "ofType": None}
    assert fields["id"] == {"kind": "NON_NULL", "name": None, "ofType": {"name": "ID"}}
    types = {one["name"] for one in events.data(RAW + "/graph", "{ __schema { types { name } } }")["__schema"]["types"]}
    assert {"RawEvent", "Query", "JSON", "DateTime", "__Schema", "String", "Boolean"} <= types
