"""Endpoints as subgraphs of Apollo Federation: what composers make of their SDL, and what `_entities` gives."""

import json
import random
import re

import pytest

import service as services
from random_services import RandomServices
from remote_targets import NpmServer
from service import ROOT, Service, run_command
from subgraphs import ENTITIES, Gateway, compose, config, graphlette, represented, sdl_of, serve_events, write


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    running = serve_events(tmp_path_factory.mktemp("subgraph"))
    yield running
    running.stop()


# --- What a composer makes of it ----------------------------------------------------------------------------------------------------------


def test_what_is_told_to_gateways(service):
    sdl = sdl_of(service, "/processed-events/graph")
    assert sdl.startswith('extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])\n')
    assert 'type ProcessedEvent @key(fields: "id") {\n  id: ID!\n  raw_event_id: ID! @shareable\n' in sdl
    # Of the projection: what is as the owner has it, and what is added; not the name, which may be null here and not there.
    assert re.search(r'type RawEvent @key\(fields: "id"\) \{\n  id: ID!\n  data: JSON @shareable\n  results\(.*\): \[ProcessedEvent!\]!\n\}', sdl)
    assert "type PageInfo @shareable {" in sdl_of(service, "/raw-events/graph")
    # What groups is the endpoint's own, whichever operation it is for.
    assert "type RawEventsSubscription {" in sdl_of(service, "/graph")
    for path in ("/graph", "/raw-events/graph", "/processed-events/graph"):
        assert not re.search(r"_Any|_Entity|_Service|_service|_entities|@oneOf", sdl_of(service, path))


def test_subgraphs_compose(service):
    unified, raw, processed = (sdl_of(service, path) for path in ("/graph", "/raw-events/graph", "/processed-events/graph"))
    for subgraphs in ({"unified": unified}, {"raw": raw}, {"raw": raw, "processed": processed}):
        composed = compose(subgraphs)
        assert (composed.errors, composed.hints) == ([], []), subgraphs.keys()
    # The promise of the owner stands, and its arguments.
    assert "name: String!" in re.search(r"type RawEvent \{.*?\}", composed.schema, re.DOTALL)[0]
    assert "results(limit: Int, status: Status): [ProcessedEvent!]!" in composed.schema


@pytest.fixture(scope="module")
def seed(tmp_path_factory):
    """The events of the examples as they stand, as subgraphs."""
    folder = services.copy_example("events", tmp_path_factory.mktemp("seed"))
    file = folder / "config/config.conf"
    file.write_text(file.read_text().replace('"port"', '"federation": true, "port"', 1))
    running = Service(folder).start()
    yield running
    running.stop()


def test_the_names_of_the_seed_need_the_unified_endpoint(seed):
    """Two services that both have getById are no two subgraphs of one gateway, whoever serves them."""
    raw, processed, unified = (sdl_of(seed, f"/{path}graph") for path in ("raw-events/", "processed-events/", ""))
    assert compose({"all": unified}).errors == []
    errors = compose({"raw": raw, "processed": processed}).errors
    assert any('"Query.getById"' in error for error in errors), errors
    assert all("Query.getBy" in error for error in errors), errors  # root fields alone are in the way


def test_what_the_document_shows(seed, tmp_path):
    text = (ROOT / "docs/graphql.md").read_text().split("## As subgraphs of Apollo Federation")[1].split("\n## ")[0]
    file = services.copy_example("events", tmp_path) / "config/config.conf"
    members = file.read_text().strip().removeprefix("{").removesuffix("}")
    for line in re.search(r"```hocon\n(.*?)```", text, re.DOTALL)[1].splitlines()[:2]:
        file.write_text(f"{line}\n{members}")
        assert "subgraph  gives RawEvent, ProcessedEvent by id" in run_command("check", "--config", file).stdout
    (composed,) = re.findall(r"^federation_version: =(.*)$", text, re.MULTILINE)
    assert composed == json.loads((ROOT / "tests/subgraph/package.json").read_text())["dependencies"]["@apollo/composition"]
    assert re.search(r"`(type RawEvent .*?)`", text)[1] in (ROOT / "tests/subgraph/notes.mjs").read_text()
    event = seed.create("/raw-events/api", {"name": "user_login", "data": {}, "source": "s"})
    notes = NpmServer("notes.mjs", {event["id"]: "noted"}, tmp_path, "subgraph")
    gateway = Gateway({"events": f"{seed.url}/graph", "notes": notes.url.removesuffix("graph")}, tmp_path)
    try:
        assert gateway.data(re.search(r"`(\{ rawEvents .*?)`", text)[1]) == {"rawEvents": {"getByName": [{"name": "user_login", "note": "noted"}]}}
    finally:
        gateway.stop()
        notes.stop()


def test_the_farm_composes_once_its_root_fields_differ(tmp_path):
    """Four services that show each other's types in part, with connections, orders and mutations."""
    folder = services.copy_example("farm", tmp_path)
    file = folder / "config/config.conf"
    file.write_text("federation = true\n" + file.read_text())
    running = Service(folder).start()
    try:
        names = ("farm", "coop", "hen", "lay_report")
        sdls = {name: re.sub(r"\b(getById|getByName|getAll|list)\b", rf"{name}_\1", sdl_of(running, f"/{name}/graph")) for name in names}
        unified = sdl_of(running, "/graph")
    finally:
        running.stop()
    assert compose({"all": unified}).errors == []
    composed = compose(sdls)
    assert composed.errors == [], sdls
    assert "layReports(limit: Int, offset: Int, orderBy: String, time_of_day: TimeOfDay): [LayReport!]!" in composed.schema


def test_types_of_another_server(tmp_path):
    """They have a key that leads away: whoever has them by their ids is asked there, and without such a one their fields stand here."""
    resolvers = [
        {"name": "hen", "queryName": "getById", "url": "http://127.0.0.1:9/graph"},
        {"name": "Hen.reports", "id": "id", "queryName": "getByHen", "url": "/reports/graph"},
    ]
    sdl = """type Report { id: ID! hen_id: ID hen: Hen } type Hen { id: ID! name: String reports: [Report!]! }
      type Query { getById(id: ID!): Report getByHen(id: ID!): [Report!]! }"""
    file = write(tmp_path, {"federation": True, "graphlettes": [graphlette("/reports/graph", sdl, resolvers)]})
    running = Service(tmp_path, command=["serve", "--config", str(file)]).start()
    try:
        sdls = [sdl_of(running, path) for path in ("/reports/graph", "/graph")]
        entities = running.data("/reports/graph", '{ __type(name: "_Entity") { possibleTypes { name } } }')
    finally:
        running.stop()
    owner = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])\n'
    owner += 'type Hen @key(fields: "id") { id: ID! name: String @shareable eggs: Int } type Query { hen(id: ID!): Hen }'
    for own in sdls:
        assert 'type Hen @key(fields: "id", resolvable: false) {\n  id: ID!\n  name: String @shareable\n}' in own
        assert compose({"reports": own}).errors == compose({"reports": own, "hens": owner}).errors == []
    assert entities == {"__type": {"possibleTypes": [{"name": "Report"}]}}


@pytest.mark.parametrize("seed_of", range(4))
def test_random_services_compose(tmp_path, seed_of):
    """All of them as subgraphs of one gateway, each alone, and the unified endpoint."""
    services_of = RandomServices(random.Random(seed_of))
    running = Service(tmp_path, command=["serve", "--config", str(write(tmp_path, services_of.config))]).start()
    try:
        sdls = {name: sdl_of(running, f"/{name}/graph") for name in services_of.names}
        unified = sdl_of(running, "/graph")
    finally:
        running.stop()
    for subgraphs in (sdls, {"all": unified}, *({name: sdl} for name, sdl in sdls.items())):
        composed = compose(subgraphs)
        assert composed.errors == [], subgraphs
    assert compose(sdls).schema.count("(limit: Int, orderBy: String)") == sum(map(len, services_of.keys.values())), "a gateway has every argument"


# --- _entities ----------------------------------------------------------------------------------------------------------------------------


def test_entities_come_in_the_order_asked(service):
    of = represented("RawEvent", "a3", "gone", "a1") + represented("ProcessedEvent", "p0F") + represented("RawEvent", "a3")
    a3 = {"__typename": "RawEvent", "id": "a3", "data": {"n": 3}}
    for path in ("/graph", "/processed-events/graph"):
        found = service.data(path, ENTITIES, {"of": of})["_entities"]
        assert found == [a3, None, {"__typename": "RawEvent", "id": "a1", "data": {"n": 1}}, {"__typename": "ProcessedEvent", "status": "FAILED"}, a3]
    assert service.data("/graph", ENTITIES, {"of": []}) == {"_entities": []}


def test_relations_of_entities(service):
    query = 'query ($s: Status) { _entities(representations: [{__typename: "RawEvent", id: "a1"}]) { ... on RawEvent { results(status: $s, limit: 1) { id rawEvent { name } } } } }'
    found = service.data("/processed-events/graph", query, {"s": "FAILED"})
    assert found == {"_entities": [{"results": [{"id": "p1F", "rawEvent": {"name": "raw 1"}}]}]}


def test_relations_of_the_owner_hold_for_projections(tmp_path):
    """What another graphlette shows of a type is resolved as its owner resolves it, however one comes there."""
    hen = "type Hen { id: ID! coop_id: ID coop: Coop } type Coop { id: ID! name: String hens: [Hen!]! }"
    own = "type Query { hen(id: ID!): Hen hensOf(coop_id: ID!): [Hen!]! }"
    coop = "type Coop { id: ID! name: String hens: [Hen!]! } type Hen { id: ID! coop: Coop } type Query { coop(id: ID!): Coop }"
    of = {
        "graphlettes": [
            graphlette("/hen/graph", f"{hen} {own}", [{"name": "coop", "queryName": "coop", "url": "/coop/graph"}], federation=True),
            graphlette("/coop/graph", coop, [{"name": "hens", "id": "id", "queryName": "hensOf", "url": "/hen/graph"}]),
        ]
    }
    running = Service(tmp_path, command=["serve", "--config", str(write(tmp_path, of))]).start()
    try:
        running.create("/coop/api", {"id": "c", "name": "red"})
        running.create("/hen/api", {"id": "h", "coop_id": "c"})
        query = '{ _entities(representations: [{__typename: "Coop", id: "c"}, {__typename: "Hen", id: "h"}]) { ... on Coop { hens { coop { name } } } ... on Hen { coop { name } } } }'
        assert running.data("/hen/graph", query) == {"_entities": [{"hens": [{"coop": {"name": "red"}}]}, {"coop": {"name": "red"}}]}
        # The others are none.
        for path in ("/coop/graph", "/graph"):
            assert 'Cannot query field "_service"' in running.query(path, "{ _service { sdl } }")["errors"][0]["message"]
    finally:
        running.stop()


def test_what_is_wrong_with_one_leaves_the_others(service):
    odd = [{"__typename": "RawEvent"}, {"__typename": "RawEvent", "id": None}, {"__typename": "RawEvent", "id": {"a": 1}}]
    odd += [{"id": "a1"}, {"__typename": "Query", "id": "a1"}, {"__typename": 7, "id": "a1"}, {"__typename": "RawEvent", "id": "x" * 5000 + "é"}]
    of = [*odd, "a1", *represented("RawEvent", "a1")]
    answer = service.query("/graph", ENTITIES, {"of": of})
    assert answer["data"]["_entities"] == [None] * 8 + [{"__typename": "RawEvent", "id": "a1", "data": {"n": 1}}]
    told = [(error["path"], error["message"].split(". ")[0], error["extensions"]["code"]) for error in answer["errors"]]
    assert told == [
        (["_entities", place], f"representations[{place}]{what}", "graphql.representation")
        for place, what in [
            (0, ".id: it is missing"), (1, ".id: null is no id"), (2, '.id: {"a":1} is no id'), (3, ".__typename: it is missing"),
            (4, '.__typename: "Query" is no type whose documents are found by their ids here'), (5, ".__typename: 7 is no name of a type"),
            (7, ": it is no object"),
        ]
    ]  # fmt: skip
    for variables in ({"of": [None]}, {"of": None}, {}):
        assert service.query("/graph", ENTITIES, variables)["errors"][0]["message"].startswith('Variable "$of"')


def test_numbers_are_ids_as_elsewhere(service):
    service.create("/raw-events/api", {"id": "77", "name": "a number", "data": {}})
    found = service.data("/graph", ENTITIES, {"of": [{"__typename": "RawEvent", "id": 77}]})
    assert found == {"_entities": [{"__typename": "RawEvent", "id": "77", "data": {}}]}


def test_representations_count_as_rows(tmp_path):
    of = config(limits={"graphql": {"cost": 300}})
    running = Service(tmp_path, command=["serve", "--config", str(write(tmp_path, of))]).start()
    try:
        query = "query ($of: [_Any!]!) { _entities(representations: $of) { ... on RawEvent { id name data } } }"
        literal = lambda ids: query.replace("($of: [_Any!]!)", "").replace("$of", "[" + ",".join(f'{{__typename:"RawEvent",id:"{each}"}}' for each in ids) + "]")
        few, many = [f"x{i}" for i in range(90)], [f"x{i}" for i in range(110)]
        assert running.data("/graph", query, {"of": represented("RawEvent", *few)}) == running.data("/graph", literal(few)) == {"_entities": [None] * 90}
        for refused in (running.query("/graph", query, {"of": represented("RawEvent", *many)}), running.query("/graph", literal(many))):
            assert [error["extensions"]["code"] for error in refused["errors"]] == ["graphql.cost"]
    finally:
        running.stop()


def test_representations_have_a_limit_of_their_own(service):
    of = [1] * 10_000
    query = "query ($of: [_Any!]!) { _entities(representations: $of) { __typename } }"
    answer = service.query("/graph", query, {"of": of})
    assert answer["data"] == {"_entities": [None] * 10_000} and len(answer["errors"]) == 10_000
    answer = service.query("/graph", query, {"of": [*of, 1]})
    assert answer["data"] is None
    assert [(error["path"], error["extensions"]["code"]) for error in answer["errors"]] == [(["_entities"], "graphql.representation")]


def test_introspection_shows_federations_types(service):
    query = """{ __schema { queryType { fields { name type { ...T } args { name type { ...T } } } } }
      any: __type(name: "_Any") { kind } entity: __type(name: "_Entity") { kind possibleTypes { name } } service: __type(name: "_Service") { kind fields { name type { ...T } } } }
      fragment T on __Type { kind name ofType { kind name ofType { kind name ofType { kind name } } } }"""
    shown = service.data("/raw-events/graph", query)

    def text(of):
        wrapped = {"LIST": "[{}]", "NON_NULL": "{}!"}.get(of["kind"])
        return wrapped.format(text(of["ofType"])) if wrapped else of["name"]

    fields = {each["name"]: each for each in shown["__schema"]["queryType"]["fields"]}
    assert text(fields["_entities"]["type"]) == "[_Entity]!"
    assert [(each["name"], text(each["type"])) for each in fields["_entities"]["args"]] == [("representations", "[_Any!]!")]
    assert (text(fields["_service"]["type"]), fields["_service"]["args"]) == ("_Service!", [])
    assert (shown["any"]["kind"], shown["entity"]) == ("SCALAR", {"kind": "UNION", "possibleTypes": [{"name": "RawEvent"}]})
    assert [(each["name"], text(each["type"])) for each in shown["service"]["fields"]] == [("sdl", "String!")]


# --- What a config may say ----------------------------------------------------------------------------------------------------------------


def check(tmp_path, of):
    return run_command("check", "--config", write(tmp_path, of))


def test_the_nearest_setting_wins(tmp_path):
    said = lambda of: re.findall(r"^  subgraph  gives (.*) by id$", check(tmp_path, of).stdout, re.MULTILINE)
    of = config()
    assert said(of) == ["RawEvent", "ProcessedEvent, RawEvent", "RawEvent, ProcessedEvent"]
    of["graphlettes"][0]["federation"] = of["unified"] = {"federation": False}
    of["graphlettes"][0]["federation"] = False
    assert said(of) == ["ProcessedEvent, RawEvent"]
    del of["federation"]
    assert said(of) == []
    of["unified"] = {"federation": True}
    assert said(of) == ["RawEvent, ProcessedEvent"]


def test_directives_and_names_of_federation(tmp_path):
    sdl = 'extend schema @link(url: "https://specs.apollo.dev/federation/v2.3", import: ["@key"]) type A @key(fields: "id") { id: ID! } type Query { a(id: ID!): A }'
    refused = check(tmp_path, {"federation": True, "graphlettes": [graphlette("/a/graph", sdl)]}).stderr
    assert 'Unknown directive "@link".' in refused and 'Unknown directive "@key".' in refused
    assert refused.count("Take it out: with federation = true in the config, keys and what is shared follow from the schema.") == 2
    taken = check(tmp_path, {"federation": True, "graphlettes": [graphlette("/a/graph", "type A { id: ID! any: _Any } type _Any { a: Int } type Query { a(id: ID!): A }")]})
    assert taken.returncode == 1 and "The subgraph cannot be made: There can be only one type named \"_Any\"." in taken.stderr, taken.stderr
