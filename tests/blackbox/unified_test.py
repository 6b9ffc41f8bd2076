"""The unified endpoint: one schema over all services, with what it takes from each, and what it says where they disagree."""

import json
import re
import subprocess
import threading

import pytest

import service as services
from service import ROOT, instant, run_command

pytestmark = pytest.mark.every_storage


def config_of(graphlettes, **others):
    """A config of SDL texts: {path: sdl}, or {path: (sdl, further keys)}."""
    made = []
    for path, given in graphlettes.items():
        sdl, keys = given if isinstance(given, tuple) else (given, {})
        storage = {"type": "memory", "collection": path.strip("/").split("/")[0].replace("-", "_")}
        made.append({"path": path, "schema": sdl, "storage": storage, **keys})
    return {"graphlettes": made, **others}


def write_config(folder, config):
    file = folder / "config" / "config.conf"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(config))
    return file


@pytest.fixture
def serve(tmp_path, storages):
    running = []

    def start(config):
        file = write_config(tmp_path, storages.config(config))
        running.append(services.Service(tmp_path, command=["serve", "--config", str(file)]).start())
        return running[-1]

    yield start
    for service in running:
        service.stop()


def resolver(name, path, query="getById", **others):
    return {"rootConfig": {"resolvers": [{"name": name, "queryName": query, "url": path, **others}]}}


@pytest.fixture(scope="module")
def stored(events):
    """Three raw events; the first has two processed events, the second one, the third none."""
    raw = [
        events.create("/raw-events/api", {"name": name, "data": {}, "timestamp": "2024-01-01T12:00:00Z", "source": "s", "metadata": {"n": n}})
        for n, name in enumerate(["login", "login", "logout"])
    ]
    processed = [
        events.create(
            "/processed-events/api",
            {"raw_event_id": raw[number]["id"], "name": "login", "processed_timestamp": "2024-01-01T12:00:01Z"}
            | {"status": status, "processed_data": {}, "processing_time_ms": ms},
        )
        for number, status, ms in ((0, "SUCCESS", 1.5), (0, "FAILED", 20), (1, "SUCCESS", 3))
    ]
    return raw, processed


def test_both_services_in_one_request(events, stored):
    raw, processed = stored
    answer = events.data(
        "/graph",
        "query ($raw: ID!, $processed: ID!) { rawEvents { getById(id: $raw) { name } } processedEvents { getById(id: $processed) { status } } }",
        {"raw": raw[2]["id"], "processed": processed[1]["id"]},
    )
    assert answer == {"rawEvents": {"getById": {"name": "logout"}}, "processedEvents": {"getById": {"status": "FAILED"}}}


def test_a_relation_gives_the_owners_type(events, stored):
    raw, processed = stored
    query = "query ($id: ID!) { processedEvents { getById(id: $id) { rawEvent { metadata processedEvents { id } rest: processedEvents { rawEvent { id } } } } } }"
    found = events.data("/graph", query, {"id": processed[0]["id"]})["processedEvents"]["getById"]["rawEvent"]
    assert found == {
        "metadata": {"n": 0},
        "processedEvents": [{"id": processed[1]["id"]}, {"id": processed[0]["id"]}],
        "rest": [{"rawEvent": {"id": raw[0]["id"]}}] * 2,
    }


def test_the_reverse_of_a_key_has_the_arguments_of_lists(events, stored):
    raw, processed = stored
    query = """query ($name: String!) { rawEvents { getByName(name: $name) { id
      all: processedEvents { id } failed: processedEvents(status: FAILED) { id } slow: processedEvents(processing_time_ms_gte: 3) { id }
      first: processedEvents(orderBy: "processing_time_ms", limit: 1) { id } second: processedEvents(orderBy: "processing_time_ms", limit: 1, offset: 1) { id }
      some: processedEvents(where: {_or: [{status: "FAILED"}, {processing_time_ms: 3}]}) { id } } } }"""
    second, first = events.data("/graph", query, {"name": "login"})["rawEvents"]["getByName"]
    ids = [each["id"] for each in processed]
    listed = lambda *numbers: [{"id": ids[number]} for number in numbers]
    assert first == {"id": raw[0]["id"], "all": listed(1, 0), "failed": listed(1), "slow": listed(1), "first": listed(0), "second": listed(1), "some": listed(1)}
    assert second == {"id": raw[1]["id"], "all": listed(2), "failed": [], "slow": listed(2), "first": listed(2), "second": [], "some": listed(2)}
    assert events.data("/graph", query, {"name": "logout"})["rawEvents"]["getByName"][0]["all"] == []


def test_an_instant_holds_for_all_below_its_group(events):
    raw = events.create("/raw-events/api", {"name": "early", "data": {}, "timestamp": "2024-01-01T12:00:00Z", "source": "s"})
    before = instant()
    document = {"name": "early", "processed_timestamp": "2024-01-01T12:00:01Z", "status": "SUCCESS", "processed_data": {}, "processing_time_ms": 1}
    events.create("/processed-events/api", {"raw_event_id": raw["id"], **document})
    query = "query ($id: ID!, $at: Float) { rawEvents(at: $at) { getById(id: $id) { processedEvents { name } } } }"
    counted = lambda at: len(events.data("/graph", query, {"id": raw["id"], "at": at})["rawEvents"]["getById"]["processedEvents"])
    assert (counted(before), counted(None), counted(instant())) == (0, 1, 1)
    assert events.data("/graph", query, {"id": raw["id"], "at": 1}) == {"rawEvents": {"getById": None}}


def test_what_fails_in_one_service_leaves_the_other(events, stored):
    answer = events.query("/graph", '{ rawEvents { getByName(name: "login", limit: -1) { id } } processedEvents { getByName(name: "login") { status } } }')
    assert answer["data"]["rawEvents"] is None
    assert len(answer["data"]["processedEvents"]["getByName"]) == 3
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["rawEvents", "getByName"], "graphql.page")


def test_introspection_and_typenames(events, stored):
    assert events.data("/graph", "{ __typename rawEvents { __typename } }") == {"__typename": "Query", "rawEvents": {"__typename": "RawEventsQuery"}}
    found = events.data("/graph", '{ __schema { queryType { fields { name } } mutationType { name } } __type(name: "RawEvent") { fields { name } } }')
    assert found["__schema"] == {"queryType": {"fields": [{"name": "rawEvents"}, {"name": "processedEvents"}]}, "mutationType": None}
    assert found["__type"]["fields"][-1] == {"name": "processedEvents"}


def test_mutations_of_a_group_run_in_order(farm):
    answer = farm.data(
        "/graph",
        """mutation { hen {
          createHen(input: {id: "unified", name: "una", eggs: 1}) { name }
          updateHen(id: "unified", input: {eggs: 2}) { eggs }
          again: updateHen(id: "unified", input: {eggs: 3}) { name eggs }
          deleteHen(id: "unified") { eggs }
        } }""",
    )
    assert answer == {"hen": {"createHen": {"name": "una"}, "updateHen": {"eggs": 2}, "again": {"name": "una", "eggs": 3}, "deleteHen": {"eggs": 3}}}


def test_after_a_mutation_that_makes_the_group_null_no_more_run(farm):
    text = """mutation { hen {
      createHen(input: {id: "twice", name: "one"}) { name }
      again: createHen(input: {id: "twice", name: "two"}) { name }
      deleteHen(id: "twice") { name }
    } other: hen { updateHen(id: "twice", input: {eggs: 7}) { name eggs } } }"""
    answer = farm.query("/graph", text)
    assert answer["data"] == {"hen": None, "other": {"updateHen": {"name": "one", "eggs": 7}}}
    (error,) = answer["errors"]
    assert (error["path"], error["extensions"]["code"]) == (["hen", "again"], "document.exists")


def test_the_farm_from_one_end_to_the_other(farm):
    emerdale = farm.create("/farm/api", {"name": "Unified"})
    coop = farm.create("/coop/api", {"name": "green", "farm_id": emerdale["id"]})
    hen = farm.create("/hen/api", {"name": "una", "coop_id": coop["id"], "eggs": 4})
    farm.create("/lay_report/api", {"hen_id": hen["id"], "time_of_day": "MORNING", "eggs": 2})
    query = """query ($id: ID!) { farm { getById(id: $id) { coops { name farm_id hens(name_ne: "x", orderBy: "name") { coop { name } coop_id
      retired layReports(time_of_day: MORNING) { hen_id hen { name } } reports(first: 1) { totalCount nodes: edges { node { eggs } } } } } } } }"""
    assert farm.data("/graph", query, {"id": emerdale["id"]})["farm"]["getById"]["coops"] == [
        {
            "name": "green",
            "farm_id": emerdale["id"],
            "hens": [
                {
                    "coop": {"name": "green"},
                    "coop_id": coop["id"],
                    "retired": None,
                    "layReports": [{"hen_id": hen["id"], "hen": {"name": "una"}}],
                    "reports": {"totalCount": 1, "nodes": [{"node": {"eggs": 2}}]},
                }
            ],
        }
    ]


def test_check_tells_what_was_composed():
    done = run_command("check", "--config", ROOT / "examples/farm/config/config.conf")
    assert done.returncode == 0
    assert "/graph  (all in one)" in done.stdout
    assert "reverse   Coop.hens of Hen.coop  is not there: Coop has a field of that name" in done.stdout
    done = run_command("check", "--config", ROOT / "examples/events/config/config.conf")
    assert "reverse   RawEvent.processedEvents of ProcessedEvent.rawEvent  where raw_event_id = id at /processed-events/graph" in done.stdout


@pytest.mark.parametrize("example", ["events", "farm"])
def test_the_printed_schema_is_what_graphql_js_prints_of_it(example):
    done = run_command("check", "--config", ROOT / f"examples/{example}/config/config.conf", "--print-schema")
    assert done.returncode == 0, done
    script = """
      import { readFileSync } from 'node:fs';
      import { buildSchema, printSchema, validateSchema } from 'graphql';
      const sdl = readFileSync(0, 'utf8');
      const schema = buildSchema(sdl);
      console.log(JSON.stringify({ problems: validateSchema(schema).map(String), isSame: printSchema(schema) + '\\n' === sdl }));"""
    node = [ROOT / ".venv/bin/node", "--input-type=module", "--eval", script]
    seen = subprocess.run(node, input=done.stdout, cwd=ROOT / "tests/graphql", capture_output=True, text=True, timeout=60)
    assert json.loads(seen.stdout) == {"problems": [], "isSame": True}, seen.stderr


A = "type A { id: ID! b_id: ID name: String b: B } type B { id: ID! } type Query { getById(id: ID!): A getByName(name: String): [A!]! }"
B = "type B { id: ID! size: Int } type Query { getById(id: ID!): B }"


def checked(folder, config):
    done = run_command("check", "--config", write_config(folder, config))
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize(
    "sdls, problem",
    [
        (
            {"/a/graph": A.replace("type B { id: ID! }", "type B { id: ID! weight: Int }"), "/b/graph": B},
            r'a.graphql:1:64: "B" of /a/graph is not as /b/graph has it at \S*b.graphql:1:1: the field "weight" is not there.',
        ),
        (
            {"/a/graph": A.replace("type B { id: ID! }", "type B { id: ID! size: String }"), "/b/graph": B},
            r'a.graphql:1:64: .* at \S*b.graphql:1:1: the field "size" is String here and Int there',
        ),
        (
            {"/a/graph": A + " enum E { X Y }", "/b/graph": B.replace("size: Int", "size: Int e: E") + " enum E { X }"},
            r'b.graphql:1:70: "E" of /b/graph is not as /a/graph has it at \S*a.graphql:1:132: it has no value Y here',
        ),
        ({"/a/graph": A, "/c/graph": (A, resolver("b", "/b/graph")), "/b/graph": B}, r'c.graphql:1:1: "A" is the type of two entities: of /c/graph here, of /a/graph at \S*a.graphql:1:1'),
        ({"/a/graph": A, "/b/graph": A.replace("name: String", "name: Int")}, r'b.graphql:\S* "A" of /b/graph is not as /a/graph has it at \S*a.graphql:1:1'),
        ({"/a/graph": A, "/b/graph": B + " type AQuery { x: Int }"}, 'The type "AQuery" is called as a type of the unified schema.'),
        ({"/a-b/graph": A, "/a_b/graph": B}, r'config.conf:\S* "/a_b/graph" and "/a-b/graph", at \S*config.conf:'),
        ({"/7/graph": B}, 'The path "/7/graph" makes no name'),
    ],
)
def test_what_cannot_be_one_schema_is_an_error_with_both_places_and_a_way_out(sdls, problem, tmp_path):
    files = {}
    for path, given in sdls.items():
        sdl, keys = given if isinstance(given, tuple) else (given, {})
        name = path.strip("/").split("/")[0] + ".graphql"
        (tmp_path / name).write_text(sdl)
        files[path] = (name, keys)
    code, text = checked(tmp_path, config_of(files))
    assert code == 1
    assert re.search(problem, text), text
    assert "unified = " in text or "unified.types" in text
    assert checked(tmp_path, config_of(files, unified={"path": False}))[0] == 0


def test_the_ways_out(tmp_path):
    assert checked(tmp_path, config_of({"/a/graph": A, "/b/graph": A}))[0] == 0
    other = {"/a/graph": A, "/b/graph": A.replace("b: B", "b: B extra: Int")}
    assert checked(tmp_path, config_of(other))[0] == 1
    assert checked(tmp_path, config_of({**other, "/b/graph": (other["/b/graph"], {"unified": False})}))[0] == 0
    assert checked(tmp_path, config_of(other, unified={"types": {"A": "/b/graph", "B": "/a/graph"}}))[0] == 0
    code, text = checked(tmp_path, config_of(other, unified={"types": {"A": "/c/graph", "Z": "/a/graph"}}))
    assert code == 1 and '"/c/graph", where there is no graphlette' in text and 'has no type "Z"' in text
    code, text = checked(tmp_path, config_of({"/a/graph": (A, {"unified": "letters"}), "/b/graph": B}))
    assert code == 0 and "field     letters  of /a/graph" in text


def test_a_path_of_its_own_or_none_at_all(serve, tmp_path):
    service = serve(config_of({"/a/graph": A, "/b/graph": B}, unified={"path": "/everything"}))
    assert service.data("/everything", "{ a { getById(id: 1) { id } } }") == {"a": {"getById": None}}
    assert service.get("/graph").status == 404


def test_what_is_served_at_graph_stays_there(serve):
    service = serve(config_of({"/graph": A.replace("b: B", "").replace("type B { id: ID! }", "")}))
    assert service.data("/graph", "{ getById(id: 1) { id } }") == {"getById": None}


def test_a_relation_on_anothers_type_belongs_to_it(serve):
    sdl = "type C { id: ID! b_id: ID } type B { id: ID! cs: [C!]! } type Query { getById(id: ID!): C getByB(id: ID!): [C!]! }"
    service = serve(config_of({"/b/graph": B, "/c/graph": (sdl, resolver("B.cs", "/c/graph", "getByB"))}))
    b = service.create("/b/api", {"size": 3})
    service.create("/c/api", {"b_id": b["id"]})
    query = 'query ($id: ID!) { b { getById(id: $id) { size cs { b_id } } } }'
    assert service.data("/graph", query, {"id": b["id"]}) == {"b": {"getById": {"size": 3, "cs": [{"b_id": b["id"]}]}}}


def test_two_keys_to_one_type_have_two_reverses(serve):
    sdl = "type A { id: ID! b_id: ID old_id: ID b: B old: B } type B { id: ID! } type Query { getById(id: ID!): A }"
    both = {"rootConfig": {"resolvers": [{"name": name, "queryName": "getById", "url": "/b/graph"} for name in ("b", "old")]}}
    service = serve(config_of({"/a/graph": (sdl, both), "/b/graph": B}))
    one, two = (service.create("/b/api", {"size": size}) for size in (1, 2))
    service.create("/a/api", {"id": "x", "b_id": one["id"], "old_id": two["id"]})
    query = "query ($id: ID!) { b { getById(id: $id) { as { id } asByOld { id } } } }"
    assert service.data("/graph", query, {"id": one["id"]})["b"]["getById"] == {"as": [{"id": "x"}], "asByOld": []}
    assert service.data("/graph", query, {"id": two["id"]})["b"]["getById"] == {"as": [], "asByOld": [{"id": "x"}]}


def test_while_it_is_written_no_processed_event_is_without_its_raw_event(events):
    """Writers store a raw event and then its processed event; readers ask from both sides, and side by side."""
    is_over = threading.Event()
    failures = []

    def write(number):
        for count in range(40):
            name = f"torn-{number}-{count % 3}"
            raw = events.create("/raw-events/api", {"name": name, "data": {}, "timestamp": "2024-01-01T12:00:00Z", "source": "s"})
            document = {"name": name, "processed_timestamp": "2024-01-01T12:00:01Z", "status": "SUCCESS", "processed_data": {}, "processing_time_ms": 1}
            processed = events.create("/processed-events/api", {"raw_event_id": raw["id"], **document})
            # What was acknowledged is there at once.
            seen = events.data("/graph", "query ($id: ID!) { rawEvents { getById(id: $id) { processedEvents { id } } } }", {"id": raw["id"]})
            if seen["rawEvents"]["getById"]["processedEvents"] != [{"id": processed["id"]}]:
                failures.append(seen)

    def read(number):
        query = """query ($name: String!) {
          rawEvents { getByName(name: $name) { id processedEvents { id rawEvent { id processedEvents { rawEvent { id } } } } } }
          processedEvents { getByName(name: $name) { id raw_event_id rawEvent { id } } }
        }"""
        while not is_over.is_set():
            found = events.data("/graph", query, {"name": f"torn-{number % 2}-{number % 3}"})
            raw, processed = found["rawEvents"]["getByName"], found["processedEvents"]["getByName"]
            ids = {each["id"] for each in raw}
            torn = [each for each in processed if each["rawEvent"] is None or each["raw_event_id"] not in ids]
            torn += [each for one in raw for each in one["processedEvents"] if each["rawEvent"]["id"] != one["id"]]
            torn += [deep for one in raw for each in one["processedEvents"] for deep in each["rawEvent"]["processedEvents"] if deep["rawEvent"] is None]
            if torn:
                failures.append(torn)

    readers = [threading.Thread(target=read, args=(number,)) for number in range(6)]
    writers = [threading.Thread(target=write, args=(number,)) for number in range(2)]
    for thread in readers + writers:
        thread.start()
    for thread in writers:
        thread.join()
    is_over.set()
    for thread in readers:
        thread.join()
    assert not failures, failures[:3]
