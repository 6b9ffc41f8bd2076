"""A real gateway over subgraphs of this service and one of somebody else."""

import random

import pytest

from remote_targets import CountingProxy, NpmServer
from service import instant
from subgraphs import ENTITIES, Gateway, represented, serve_events


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    running = serve_events(tmp_path_factory.mktemp("subgraph"))
    yield running
    running.stop()


@pytest.fixture(scope="module")
def proxy(service):
    """Between the gateways and the service: it counts."""
    running = CountingProxy(service.port)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def notes(tmp_path_factory):
    documents = {f"a{i}": f"note {i}" for i in range(0, 12, 2)} | {"gone": "a note on what is not there"}
    running = NpmServer("notes.mjs", documents, tmp_path_factory.mktemp("notes"), "subgraph")
    yield running
    running.stop()


def gateway_of(subgraphs, folder):
    running = Gateway(subgraphs, folder)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def unified(proxy, notes, tmp_path_factory):
    """A gateway over /graph and the subgraph of somebody else."""
    subgraphs = {"millrace": f"http://127.0.0.1:{proxy.port}/graph", "notes": notes.url.removesuffix("graph")}
    yield from gateway_of(subgraphs, tmp_path_factory.mktemp("unified"))


@pytest.fixture(scope="module")
def alone(proxy, tmp_path_factory):
    """A gateway over /graph alone."""
    yield from gateway_of({"millrace": f"http://127.0.0.1:{proxy.port}/graph"}, tmp_path_factory.mktemp("alone"))


@pytest.fixture(scope="module")
def separate(proxy, notes, tmp_path_factory):
    """A gateway over both graphlettes as two subgraphs, and that of somebody else."""
    here = f"http://127.0.0.1:{proxy.port}"
    subgraphs = {"raw": f"{here}/raw-events/graph", "processed": f"{here}/processed-events/graph", "notes": notes.url.removesuffix("graph")}
    yield from gateway_of(subgraphs, tmp_path_factory.mktemp("separate"))


def counted(proxy, ask):
    """What `ask` gives, and what the service was asked meanwhile."""
    before = len(proxy.requests)
    given = ask()
    return given, [body for _, body in proxy.requests[before:]]


def test_ours_into_the_others(unified, proxy):
    query = """query ($name: String!, $status: Status) { rawEvents { rawEvents(name: $name) { ...E processedEvents(status: $status) { status rawEvent { note } } } } }
      fragment E on RawEvent { id n: name note }"""
    found, asked = counted(proxy, lambda: unified.data(query, {"name": "raw 1", "status": "FAILED"}))
    result = lambda i: [{"status": "FAILED", "rawEvent": {"note": f"note {i}" if i % 2 == 0 else None}}] if i < 6 else []
    assert found["rawEvents"]["rawEvents"] == [
        {"id": f"a{i}", "n": "raw 1", "note": f"note {i}" if i % 2 == 0 else None, "processedEvents": result(i)} for i in (10, 7, 4, 1)
    ]
    assert len(asked) == 1


def test_the_others_into_ours(unified, proxy):
    query = "{ noted { id note name data processedEvents(orderBy: \"id\") { id } } notedPages { hasNextPage } }"
    answer, asked = counted(proxy, lambda: unified.query(query))
    notes = answer["data"]["noted"]
    assert notes[:6] == [
        {"id": f"a{i}", "note": f"note {i}", "name": f"raw {i % 3}", "data": {"n": i}}
        | {"processedEvents": [{"id": f"p{i}F"}, {"id": f"p{i}S"}] if i < 6 else []}
        for i in range(0, 12, 2)
    ]
    # What is not there has no name, which may not be null: so there is no such event for the gateway.
    assert notes[6] is None
    assert len(asked) == 1 and len(asked[0]["variables"]["representations"]) == 7


def test_a_hundred_representations_are_one_request(service, proxy, tmp_path):
    ids = [service.create("/raw-events/api", {"name": f"of many {i}"})["id"] for i in range(100)]
    notes = NpmServer("notes.mjs", {each: "noted" for each in ids}, tmp_path, "subgraph")
    gateway = Gateway({"millrace": f"http://127.0.0.1:{proxy.port}/graph", "notes": notes.url.removesuffix("graph")}, tmp_path)
    try:
        found, asked = counted(proxy, lambda: gateway.data("{ noted { note name } }"))
    finally:
        gateway.stop()
        notes.stop()
    assert [each["name"] for each in found["noted"]] == [f"of many {i}" for i in range(100)]
    assert [len(body["variables"]["representations"]) for body in asked] == [100]


def test_mutations_through_a_gateway(unified, service):
    mutation = "mutation ($input: RawEventInput!) { rawEvents { createRawEvent(input: $input) { id name note processedEvents { id } } } }"
    made = unified.data(mutation, {"input": {"id": "a_made", "name": "made by a gateway"}})["rawEvents"]["createRawEvent"]
    assert made == {"id": "a_made", "name": "made by a gateway", "note": None, "processedEvents": []}
    assert service.get("/raw-events/api/a_made").json()["name"] == "made by a gateway"


def test_a_gateway_over_one_subgraph(alone, service):
    query = """query ($id: ID!, $skip: Boolean!) { processedEvents { processedEvent(id: $id) { __typename status rawEvent { data name @skip(if: $skip) } } }
      rawEvents { rawPages(first: 1, name: "raw 2") { totalCount pageInfo { hasNextPage } nodes { id } } } }"""
    for skip in (True, False):
        variables = {"id": "p2S", "skip": skip}
        assert alone.data(query, variables) == service.data("/graph", query, variables)


def test_an_instant_goes_through_a_gateway_as_an_argument(alone, service):
    service.create("/raw-events/api", {"id": "a_late", "name": "before"})
    before = instant()
    assert service.request("PUT", "/raw-events/api/a_late", {"name": "after"}).status == 200
    query = 'query ($at: Float) { rawEvents(at: $at) { rawEvent(id: "a_late") { name } } }'
    named = lambda at: alone.data(query, {"at": at})["rawEvents"]["rawEvent"]["name"]
    assert (named(before), named(None)) == ("before", "after")


def test_an_instant_goes_through_a_gateway_as_a_header(separate, service):
    """It holds for what is asked by ids, and for relations below that, in every subgraph."""
    service.create("/raw-events/api", {"id": "a_moved", "name": "before"})
    service.create("/processed-events/api", {"id": "p_moved", "raw_event_id": "a_moved", "name": "x", "status": "SUCCESS"})
    before = instant()
    assert service.request("PUT", "/raw-events/api/a_moved", {"name": "after"}).status == 200
    service.create("/processed-events/api", {"id": "p_late", "raw_event_id": "a_moved", "name": "x", "status": "SUCCESS"})
    query = '{ processedEvent(id: "p_moved") { rawEvent { name results { id } } } }'
    at = lambda headers: separate.data(query, headers=headers)["processedEvent"]["rawEvent"]
    then = {"name": "before", "results": [{"id": "p_moved"}]}
    assert at({"Millrace-At": str(before)}) == then
    assert at({}) == at({"Millrace-At": str(instant())}) == {"name": "after", "results": [{"id": "p_late"}, {"id": "p_moved"}]}
    early = separate.query(query, headers={"Millrace-At": "2020-01-01T00:00:00Z"})
    assert early["data"] == {"processedEvent": None}
    wrong = service.query("/graph", ENTITIES, {"of": represented("RawEvent", "a1")}, headers={"Millrace-At": "yesterday"})
    assert [error["extensions"]["code"] for error in wrong["errors"]] == ["graphql.at"]


def test_an_instant_that_is_told_is_stronger_than_the_header(service):
    before = instant()
    service.create("/raw-events/api", {"id": "a_new", "name": "new"})
    query = '{ of: rawEvent(id: "a_new") { name } now: rawEvent(id: "a_new", at: null) { name } }'
    assert service.query("/raw-events/graph", query, headers={"Millrace-At": str(before)})["data"] == {"of": None, "now": {"name": "new"}}
    # What is written is not of the past.
    mutation = 'mutation { rawEvents { createRawEvent(input: {name: "made"}) { name processedEvents { id } } } }'
    made = service.query("/graph", mutation, headers={"Millrace-At": str(before)})
    assert made == {"data": {"rawEvents": {"createRawEvent": {"name": "made", "processedEvents": []}}}}


def test_two_graphlettes_as_two_subgraphs(separate, proxy):
    query = """query ($id: ID!) { processedEvent(id: $id) { status rawEvent { ...R results { id } } } rawEvent(id: "a4") { ...R results(limit: 1) { rawEvent { name } } } }
      fragment R on RawEvent { name data source note }"""
    answer, asked = counted(proxy, lambda: separate.data(query, {"id": "p0S"}))
    raw = lambda i: {"name": f"raw {i % 3}", "data": {"n": i}, "source": None, "note": f"note {i}"}
    assert answer["processedEvent"] == {"status": "SUCCESS", "rawEvent": raw(0) | {"results": [{"id": "p0F"}, {"id": "p0S"}]}}
    assert answer["rawEvent"] == raw(4) | {"results": [{"rawEvent": {"name": "raw 1"}}]}
    assert len(asked) <= 5


def test_a_part_that_the_owner_has_as_well_needs_no_second_request(separate, proxy):
    answer, asked = counted(proxy, lambda: separate.data('{ processedEvent(id: "p1S") { rawEvent { id data } } }'))
    assert answer == {"processedEvent": {"rawEvent": {"id": "a1", "data": {"n": 1}}}}
    assert len(asked) == 1


def test_a_missing_target_is_null(separate, service):
    service.create("/processed-events/api", {"id": "p_dangling", "raw_event_id": "nobody", "name": "x", "status": "FAILED"})
    assert separate.data('{ processedEvent(id: "p_dangling") { rawEvent { name note } } }') == {"processedEvent": {"rawEvent": None}}


TYPES = "{ __schema { types { name fields { name args { name } type { ...T } } } } } fragment T on __Type { name kind ofType { name kind ofType { name kind ofType { name kind } } } }"


def named(of):
    while of.get("ofType"):
        of = of["ofType"]
    return of


def selection(types_known, of, chance, depth):
    """A random selection on a type, with aliases and arguments of lists; without what is of others, and cursors, which hold an instant."""
    fields = [field for field in types_known[of] if field["name"] != "note" and "ursor" not in field["name"]]
    chosen = chance.sample(fields, chance.randint(1, len(fields)))
    parts = ["__typename"] * (chance.random() < 0.2)
    for field in chosen:
        inner = named(field["type"])
        alias = f"{chance.choice('xyz')}{len(parts)}: " * (chance.random() < 0.2)
        limit = f"(limit: {chance.randint(0, 3)})" * (chance.random() < 0.3 and any(each["name"] == "limit" for each in field["args"]))
        if inner["kind"] != "OBJECT":
            parts.append(alias + field["name"])
        elif depth > 0:
            parts.append(f"{alias}{field['name']}{limit} {selection(types_known, inner['name'], chance, depth - 1)}")
    return "{ " + " ".join(parts or ["__typename"]) + " }"


@pytest.mark.parametrize("seed_of", range(4))
def test_random_queries_over_two_subgraphs_give_what_the_unified_endpoint_gives(separate, service, seed_of):
    chance = random.Random(seed_of)
    known = {each["name"]: each["fields"] for each in separate.data(TYPES)["__schema"]["types"] if each["fields"]}
    roots = [
        ("rawEvents", "rawEvent", '(id: "a%d")'), ("rawEvents", "rawEvents", '(name: "raw %d")'), ("rawEvents", "rawPages", "(first: %d)"),
        ("processedEvents", "processedEvent", '(id: "p%dF")'), ("processedEvents", "processedEvents", '(name: "raw %d")'),
    ]  # fmt: skip
    for _ in range(15):
        group, root, arguments = chance.choice(roots)
        (field,) = (each for each in known["Query"] if each["name"] == root)
        asked = f"{root}{arguments % chance.randint(0, 3)} {selection(known, named(field['type'])['name'], chance, 3)}"
        assert separate.data("{ " + asked + " }") == service.data("/graph", "{ " + group + " { " + asked + " } }")[group], asked
