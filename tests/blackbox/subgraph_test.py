"""Endpoints as subgraphs of Apollo Federation: what a composer makes of their SDL, and what a real gateway over them answers."""

import json
import random
import re
import subprocess
import types

import pytest

import service as services
from remote_targets import NODE, CountingProxy, NpmServer
from service import ROOT, Service, instant, run_command

# The events of the examples, as two services whose queries have names of their own, so that a gateway can hold both.
RAW_SDL = """
scalar JSON
type RawEvent { id: ID! name: String! data: JSON source: String }
type Query { rawEvent(id: ID!, at: Float): RawEvent rawEvents(name: String, at: Float, limit: Int): [RawEvent!]! rawPages(name: String, first: Int): RawPages! }
type RawPages { edges: [RawEdge!]! nodes: [RawEvent!]! pageInfo: PageInfo! totalCount: Int! }
type RawEdge { node: RawEvent! cursor: String! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
input RawInput @oneOf { name: String source: String }
input RawEventInput { id: ID name: String! data: JSON source: String }
type Mutation { createRawEvent(input: RawEventInput!): RawEvent! }
"""
PROCESSED_SDL = """
scalar JSON
enum Status { SUCCESS FAILED }
type ProcessedEvent { id: ID! raw_event_id: ID! name: String! status: Status rawEvent: RawEvent }
type RawEvent { id: ID! name: String data: JSON results(limit: Int, status: Status): [ProcessedEvent!]! }
type Query { processedEvent(id: ID!, at: Float): ProcessedEvent processedEvents(name: String, at: Float): [ProcessedEvent!]! ofRawEvent(raw_event_id: ID!, limit: Int): [ProcessedEvent!]! }
"""


def graphlette(path, sdl, resolvers=(), **keys):
    collection = path.split("/")[1].replace("-", "_")
    root = {"rootConfig": {"resolvers": list(resolvers)}}
    return {"path": path, "schema": sdl, "storage": {"type": "memory", "collection": collection}, **root, **keys}


def config(**keys):
    resolvers = [
        {"name": "rawEvent", "queryName": "rawEvent", "url": "/raw-events/graph"},
        {"name": "RawEvent.results", "id": "id", "queryName": "ofRawEvent", "url": "/processed-events/graph"},
    ]
    graphlettes = [graphlette("/raw-events/graph", RAW_SDL), graphlette("/processed-events/graph", PROCESSED_SDL, resolvers)]
    return {"federation": True, "graphlettes": graphlettes, **keys}


def write(folder, of):
    file = folder / "config/config.conf"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(of))
    return file


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """Twelve raw events a0 to a11; the first six have two results each, the even ones of all are noted by somebody else."""
    folder = tmp_path_factory.mktemp("subgraph")
    running = Service(folder, command=["serve", "--config", str(write(folder, config()))]).start()
    for i in range(12):
        running.create("/raw-events/api", {"id": f"a{i}", "name": f"raw {i % 3}", "data": {"n": i}})
    for i in range(6):
        for status in ("SUCCESS", "FAILED"):
            document = {"id": f"p{i}{status[0]}", "raw_event_id": f"a{i}", "name": f"raw {i % 3}", "status": status}
            running.create("/processed-events/api", document)
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


class Gateway:
    def __init__(self, subgraphs, folder):
        self.server = NpmServer("gateway.mjs", subgraphs, folder, "subgraph")
        self.ask = types.MethodType(Service.request, types.SimpleNamespace(connect=lambda seconds: _connection(self.server.port, seconds)))

    def query(self, text, variables=None, headers=None):
        return self.ask("POST", "/", {"query": text, "variables": variables or {}}, headers=headers).json()

    def data(self, text, variables=None, headers=None):
        answer = self.query(text, variables, headers)
        assert "errors" not in answer, answer
        return answer["data"]


def _connection(port, seconds):
    return services.http.client.HTTPConnection("127.0.0.1", port, timeout=seconds)


def gateway_of(subgraphs, folder):
    running = Gateway(subgraphs, folder)
    yield running
    running.server.stop()


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


def compose(subgraphs):
    script = ROOT / "tests/subgraph/compose.mjs"
    done = subprocess.run([NODE, script], input=json.dumps(subgraphs), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return types.SimpleNamespace(**json.loads(done.stdout))


def sdl_of(service, path):
    return service.data(path, "{ _service { sdl } }")["_service"]["sdl"]


# --- What a composer makes of it ----------------------------------------------------------------------------------------------------------


def test_what_is_told_to_gateways(service):
    sdl = sdl_of(service, "/processed-events/graph")
    assert sdl.startswith('extend schema @link(url: "https://specs.apollo.dev/federation/v2.0", import: ["@key", "@shareable"])\n')
    assert 'type ProcessedEvent @key(fields: "id") {\n  id: ID!\n  raw_event_id: ID! @shareable\n' in sdl
    # Of the projection: what is as the owner has it, and what is added; not the name, which may be null here and not there.
    assert re.search(r'type RawEvent @key\(fields: "id"\) \{\n  id: ID!\n  data: JSON @shareable\n  results\(.*\): \[ProcessedEvent!\]!\n\}', sdl)
    assert "type PageInfo @shareable {" in sdl_of(service, "/raw-events/graph")
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
        gateway.server.stop()
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


class RandomServices:
    """Entities with keys to each other, each in a graphlette that shows others in part: some of their fields, some that may be null there and
    not at their owner, relations of the owner, and relations of its own."""

    PLAIN = {"name": "String!", "n": "Int", "tags": "[String!]", "status": "Status", "nest": "Nest", "size(unit: Unit, at_least: Int = 1)": "Float!"}
    VALUES = "enum Status { A B } enum Unit { M FT } type Nest { eggs: Int! inner: Nest } type PageInfo { hasNextPage: Boolean! endCursor: String }"

    def __init__(self, chance):
        self.chance = chance
        self.names = [f"T{i}" for i in range(chance.randint(2, 4))]
        self.plain = {name: chance.sample(list(self.PLAIN), chance.randint(1, 6)) for name in self.names}
        self.keys = {name: [to for to in self.names if chance.random() < 0.5] for name in self.names}
        self.config = {"federation": True, "graphlettes": [self.graphlette(name) for name in self.names]}

    def relations(self, name):
        """Field, its type, the resolver: to what is named by a key, and back to all that name it."""
        for to in self.keys[name]:
            yield f"to{to}", to, {"queryName": f"by{to}", "id": f"{to.lower()}_id", "url": f"/{to}/graph"}
        for holder in self.names:
            if name in self.keys[holder]:
                yield f"all{holder}(limit: Int, orderBy: String)", f"[{holder}!]!", {"queryName": f"{holder}of{name}", "id": "id", "url": f"/{holder}/graph"}

    def own(self, name):
        fields = [f"{field}: {self.PLAIN[field]}" for field in self.plain[name]] + [f"{to.lower()}_id: ID" for to in self.keys[name]]
        return f"type {name} {{ id: ID! {' '.join(fields)} {' '.join(f'{field}: {of}' for field, of, _ in self.relations(name))} }}"

    def part(self, name, resolvers):
        fields = []
        for field in self.plain[name]:
            if self.chance.random() < 0.6:
                of = self.PLAIN[field]
                fields.append(f"{field if self.chance.random() < 0.7 else field.split('(')[0]}: {of if self.chance.random() < 0.6 else of.removesuffix('!')}")
        for field, of, resolver in self.relations(name):
            if (how := self.chance.random()) < 0.5:
                fields.append(f"{field if self.chance.random() < 0.5 else field.split('(')[0]}: {of}")
                if how < 0.2:
                    resolvers.append({"name": f"{name}.{field.split('(')[0]}", **resolver})
        return f"type {name} {{ id: ID! {' '.join(fields)} }}"

    def added(self, name, resolvers):
        """A relation on another's type that only this graphlette has."""
        for to in self.keys[name]:
            if to != name and self.chance.random() < 0.3:
                resolvers.append({"name": f"{to}.seenBy{name}", "queryName": f"{name}of{to}", "id": "id", "url": f"/{name}/graph"})
                yield f"extend type {to} {{ seenBy{name}(limit: Int): [{name}!]! }}"

    def graphlette(self, name):
        resolvers = [{"name": field.split("(")[0], **resolver} for field, _, resolver in self.relations(name)]
        sdl = [self.VALUES, self.own(name), *(self.part(other, resolvers) for other in self.names if other != name), *self.added(name, resolvers)]
        sdl.append(f"type {name}Page {{ edges: [{name}Edge!]! nodes: [{name}!]! pageInfo: PageInfo! }} type {name}Edge {{ node: {name}! cursor: String! }}")
        queries = [f"by{name}(id: ID!): {name}", f"page{name}(first: Int, after: String): {name}Page!"]
        queries += [f"{name}of{to}({to.lower()}_id: ID!, limit: Int): [{name}!]!" for to in self.keys[name]]
        sdl.append(f"type Query {{ {' '.join(queries)} }}")
        return graphlette(f"/{name}/graph", "\n".join(sdl), resolvers)


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


ENTITIES = "query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on RawEvent { id data } ... on ProcessedEvent { status } } }"


def represented(type_name, *ids):
    return [{"__typename": type_name, "id": each} for each in ids]


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


# --- Gateways -----------------------------------------------------------------------------------------------------------------------------


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
        gateway.server.stop()
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
