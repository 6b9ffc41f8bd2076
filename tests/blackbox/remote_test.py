"""Resolvers whose target is another server: the same answers over HTTP as in the process, from Millrace and from servers of others."""

import json
import types
from random import Random

import pytest

import service as services
from remote_targets import CountingProxy, NpmServer
from service import Service, copy_example, instant

FARM, COOP, HEN, REPORT = "/farm/graph", "/coop/graph", "/hen/graph", "/lay_report/graph"
REPORT_ARGUMENTS = "limit: Int, offset: Int, orderBy: String, time_of_day: TimeOfDay"


def farm_folder(folder, others=None):
    """A copy of the farm whose lay reports can be asked in pages, and where the paths in `others` are served by other ports."""
    folder = copy_example("farm", folder)
    sdl = folder / "config/graph/lay_report.graphql"
    sdl.write_text(sdl.read_text().replace("getByHen(id: ID!, at: Float)", f"getByHen(id: ID!, at: Float, {REPORT_ARGUMENTS})"))
    config = folder / "config/config.conf"
    text = config.read_text()
    for path, port in (others or {}).items():
        text = text.replace("${url}" + path, f'"http://127.0.0.1:{port}{path}"')
    config.write_text(text)
    return folder


def fill(service, path, documents):
    for document in documents:
        service.create(path, document)


@pytest.fixture(scope="module")
def split(request, tmp_path_factory):
    """The farm in one process, and in two: farms and coops here, hens and lay reports there, with proxies that count between them."""
    ports = [services.free_port() for _ in range(2)]
    proxies = [CountingProxy(port) for port in ports]
    here = {HEN: proxies[1].port, REPORT: proxies[1].port}
    there = {FARM: proxies[0].port, COOP: proxies[0].port}
    one = Service(farm_folder(tmp_path_factory.mktemp("one")))
    first = Service(farm_folder(tmp_path_factory.mktemp("first"), here), ports[0])
    second = Service(farm_folder(tmp_path_factory.mktemp("second"), there), ports[1])
    for running in (one, first, second):
        request.addfinalizer(running.stop)
        running.start()
    for proxy in proxies:
        request.addfinalizer(proxy.stop)
    farms = [{"id": f"f{i}", "name": f"farm {i}"} for i in range(3)]
    coops = [{"id": f"c{i}", "name": f"coop \"{i}\" \u00e9", "farm_id": f"f{i % 2}"} for i in range(6)] + [{"id": "c9", "name": "lost", "farm_id": "nowhere"}]
    hens = [{"id": f"h{i}", "name": f"hen {i}", "eggs": i, "coop_id": f"c{i % 5}", "hatched": "2023-05-01"} for i in range(20)]
    times = ["MORNING", "AFTERNOON", "EVENING"]
    reports = [{"id": f"r{i}", "hen_id": f"h{i % 18}", "time_of_day": times[i % 3], "eggs": i % 4} for i in range(60)]
    kinds = [("/farm/api", farms), ("/coop/api", coops), ("/hen/api", hens), ("/lay_report/api", reports)]
    for service, kept in ((one, kinds), (first, kinds[:2]), (second, kinds[2:])):
        for path, documents in kept:
            fill(service, path, documents)
    earlier = instant()
    for service in (one, second):
        service.request("PUT", "/hen/api/h0", {**hens[0], "name": "renamed"})
        service.request("DELETE", "/lay_report/api/r0")
    return types.SimpleNamespace(one=one, first=first, second=second, proxies=proxies, earlier=earlier)


DOWN = "coops { name hens { id name eggs hatched layReports { id time_of_day eggs } } }"
QUERIES = {
    "down": (FARM, "{ getById(id: \"f0\") { name " + DOWN + " } }"),
    "all": (FARM, "{ getAll { name " + DOWN + " } }"),
    "typename only": (FARM, "{ getById(id: \"f0\") { coops { hens { __typename } } } }"),
    "members alone": (COOP, "{ getById(id: \"c0\") { hens { layReports { eggs } } } }"),
    "aliases": (
        COOP,
        "{ getById(id: \"c0\") { a: hens { x: name name: id id: name _y: eggs c_z: eggs __typename: hatched t: __typename"
        " _Hen_id: name l: layReports { e: eggs } layReports { time_of_day } } b: hens { name } } }",
    ),
    "fragments": (
        COOP,
        "query ($no: Boolean = false, $yes: Boolean!) { getById(id: \"c1\") { ...C } } fragment C on Coop { hens { ...H ... { eggs } ... on Hen { id } } }"
        " fragment H on Hen { name @skip(if: $no) eggs @include(if: $no) hatched @include(if: $yes) layReports { ...L } }"
        " fragment L on LayReport { eggs time_of_day }",
        {"yes": True},
    ),
    "merged": (COOP, "{ getById(id: \"c1\") { hens { name } hens { eggs layReports { eggs } } hens { layReports { id } } } }"),
    "no key": (COOP, "{ getById(id: \"c9\") { hens { id } farm { name } } }"),
    "nobody": (COOP, "{ getById(id: \"nobody\") { hens { id } } }"),
    "up": (REPORT, "{ getById(id: \"r5\") { eggs hen { name coop { name farm { name } } } } }"),
    "pages": (
        HEN,
        "query ($time: TimeOfDay, $n: Int = 2) { list(orderBy: \"name\") { name layReports(limit: $n, orderBy: \"-eggs, id\", time_of_day: $time)"
        " { id eggs } m: layReports(time_of_day: MORNING) { id time_of_day } } }",
        {"time": "EVENING"},
    ),
    "connection": (
        HEN,
        "{ hens(first: 5, orderBy: [NAME_ASC]) { totalCount nodes { name coop { name farm { name } } } edges { node { coop { name } } } } }",
    ),
}


@pytest.mark.parametrize("name", QUERIES)
def test_the_same_bytes_over_http_as_in_the_process(split, name):
    path, query, *variables = QUERIES[name]
    body = {"query": query, "variables": variables[0] if variables else {}}
    near = split.one.request("POST", path, body)
    far = (split.first if path in (FARM, COOP) else split.second).request("POST", path, body)
    assert "errors" not in near.json(), near
    assert far.body == near.body


@pytest.mark.parametrize("name", ["down", "aliases", "pages"])
def test_the_same_bytes_at_an_earlier_instant(split, name):
    path, query, *variables = QUERIES[name]
    query = query.replace("getById(id: \"f0\")", "getById(id: \"f0\", at: $at)").replace("getById(id: \"c0\")", "getById(id: \"c0\", at: $at)")
    query = query.replace("list(orderBy: \"name\")", "list(orderBy: \"name\", at: $at)")
    query = query.replace("query (", "query ($at: Float, ") if query.startswith("query") else "query ($at: Float) " + query
    values = {**(variables[0] if variables else {}), "at": split.earlier}
    answers = [
        service.request("POST", path, {"query": query, "variables": values})
        for service in (split.one, split.first if path in (FARM, COOP) else split.second)
    ]
    assert "errors" not in answers[0].json(), answers[0]
    assert answers[1].body == answers[0].body
    assert "renamed" not in answers[0].text
    now = split.one.request("POST", path, {"query": query, "variables": {**values, "at": None}})
    assert now.body != answers[0].body


LEAVES = {"Coop": ["id", "name", "farm_id"], "Farm": ["id", "name"], "Hen": ["id", "name", "eggs", "hatched"],
          "LayReport": ["id", "time_of_day", "eggs"]}  # fmt: skip
BRANCHES = {"Coop": {"farm": "Farm", "hens": "Hen"}, "Farm": {"coops": "Coop"}, "Hen": {"layReports": "LayReport"}, "LayReport": {}}


def random_selection(random, type_name, depth):
    """A selection set that is right: an alias is of one field, so that nothing conflicts."""
    parts = []
    for _ in range(random.randint(1, 5)):
        condition = random.choice(["", "", "", " @skip(if: $yes)", " @include(if: $yes)", " @skip(if: $no)"])
        if random.random() < 0.2:
            inner = random_selection(random, type_name, depth)
            parts.append("..." + random.choice(["", f" on {type_name}"]) + condition + inner)
            continue
        branches = list(BRANCHES[type_name]) if depth > 0 else []
        field = random.choice(LEAVES[type_name] + branches + branches + ["__typename"])
        alias = random.choice(["", "", f"_{field}: ", f"c_{field}: ", f"{field}2: ", f"_{type_name}_{field}: "])
        below = random_selection(random, BRANCHES[type_name][field], depth - 1) if field in branches else ""
        parts.append(alias + field + condition + below)
    return " { " + " ".join(parts) + " }"


def test_the_same_bytes_for_random_queries(split):
    random = Random(8)
    for number in range(300):
        selection = " " * 10_000
        while len(selection) > 5_000:  # the limit of tokens is not far
            selection = random_selection(random, "Coop", 4)
        query = "query ($yes: Boolean = true, $no: Boolean = false, $i: ID!) { getById(id: $i)" + selection
        query += " x: getById(id: $i) @include(if: $yes) { id @skip(if: $no) } }"
        body = {"query": query, "variables": {"i": f"c{number % 6}"}}
        near, far = split.one.request("POST", COOP, body), split.first.request("POST", COOP, body)
        assert "errors" not in near.json(), (query, near)
        assert far.body == near.body, query


def test_one_request_for_all_keys_of_a_level(split):
    proxy = split.proxies[1]
    split.first.query(FARM, "{ getAll { " + DOWN + " } }")
    proxy.requests.clear()
    connections = proxy.connections
    split.first.data(FARM, "{ getAll { " + DOWN + " } }")
    assert len(proxy.requests) == 2  # hens of all coops, then lay reports of all hens
    hens, reports = (body for _, body in proxy.requests)
    assert hens["query"].count("getByCoop") == 6 and len(set(hens["variables"].values())) == 6
    assert reports["query"].count("getByHen") == 20
    assert proxy.connections - connections <= 2


def test_passes_on_who_asks_and_nothing_else(split):
    proxy = split.proxies[1]
    proxy.requests.clear()
    trace = "00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01"
    sent = {"Authorization": "Bearer x.y.z", "traceparent": trace, "Cookie": "a=b", "X-Other": "c", "Millrace-Hops": "2"}
    split.first.query(COOP, "{ getById(id: \"c0\") { hens { id } } }", headers=sent)
    headers = {name.lower(): value for name, value in proxy.requests[0][0].items()}
    assert headers["authorization"] == "Bearer x.y.z" and headers["millrace-hops"] == "3"
    assert headers["traceparent"] == trace  # no span of this service, since it exports none
    assert "cookie" not in headers and "x-other" not in headers


def test_services_that_ask_each_other_come_to_an_end(split):
    answer = split.first.query(COOP, "{ getById(id: \"c0\") { name hens { id } } }", headers={"Millrace-Hops": "8"})
    assert answer["data"] == {"getById": None}, answer  # hens is [Hen!]!
    (error,) = answer["errors"]
    assert error["path"] == ["getById", "hens"] and error["extensions"]["code"] == "remote.hops"


def test_large_answers_take_few_requests(tmp_path):
    """100 parents with 10 children each over two other services: 1 + 1 + 10 requests."""
    names = {"a": "Parent", "b": "Child", "c": "Grandchild"}
    ports = {name: services.free_port() for name in names}
    proxies = {name: CountingProxy(ports[name]) for name in names}
    sdl = {
        "a": "type Parent { id: ID! name: String children: [Child!]! } type Child { id: ID! name: String toy_id: ID toy: Grandchild }"
        " type Grandchild { id: ID! name: String } type Query { all: [Parent!]! }",
        "b": "type Child { id: ID! name: String parent_id: ID toy_id: ID } type Query { getByParent(id: ID!): [Child!]! }",
        "c": "type Grandchild { id: ID! name: String } type Query { getById(id: ID!): Grandchild }",
    }
    resolvers = [
        {"name": "children", "queryName": "getByParent", "url": f"http://127.0.0.1:{proxies['b'].port}/b/graph"},
        {"name": "Child.toy", "id": "toy_id", "queryName": "getById", "url": f"http://127.0.0.1:{proxies['c'].port}/c/graph"},
    ]
    running = {}
    for name in names:
        folder = tmp_path / name
        (folder / "config").mkdir(parents=True)
        graphlette = {"path": f"/{name}/graph", "schema": sdl[name], "storage": {"type": "memory", "collection": name}}
        if name == "a":
            graphlette["rootConfig"] = {"resolvers": resolvers}
        (folder / "config/config.conf").write_text(json.dumps({"graphlettes": [graphlette]}))
        running[name] = Service(folder, ports[name]).start()
    fill_bulk = lambda name, documents: running[name].request("POST", f"/{name}/api/bulk", documents)
    assert fill_bulk("a", [{"id": f"p{i}", "name": f"p{i}"} for i in range(100)]).status == 201
    children = [{"id": f"x{i}", "name": f"x{i}", "parent_id": f"p{i // 10}", "toy_id": f"t{i}"} for i in range(1000)]
    assert fill_bulk("b", children).status == 201
    assert fill_bulk("c", [{"id": f"t{i}", "name": f"t{i}"} for i in range(1000)]).status == 201
    data = running["a"].data("/a/graph", "{ all { name children { name toy { name } } } }")
    toys = {(parent["name"], child["name"], child["toy"]["name"]) for parent in data["all"] for child in parent["children"]}
    assert toys == {(f"p{i // 10}", f"x{i}", f"t{i}") for i in range(1000)}
    assert (len(proxies["b"].requests), len(proxies["c"].requests)) == (1, 10)
    for service in running.values():
        service.stop()
    for proxy in proxies.values():
        proxy.stop()


# --- Servers of others -------------------------------------------------------------------------------------------------------------------

COOP_SDL = """
scalar Date scalar JSON
enum TimeOfDay { MORNING AFTERNOON EVENING }
interface Bird { id: ID! name: String! }
type Coop { id: ID! name: String! hen_id: ID hens: [Hen!]! best: Hen byKey: Hen first: Hen many: [Hen] who: Who asText: Text wrong: Nothing }
type Hen implements Bird { id: ID! name: String! eggs: Int hatched: Date layReports(limit: Int, time_of_day: TimeOfDay): [LayReport!]! own: [LayReport!]!
  friends: [Bird!]! broken: Int missing: Int }
type Duck implements Bird { id: ID! name: String! pond: Int! }
type LayReport { id: ID! time_of_day: TimeOfDay eggs: Int! hen: Hen }
type Who { authorization: String traceparent: String hops: String cookie: String }
type Text { name: Int eggs: Boolean }
type Nothing { id: ID }
type Query { getById(id: ID!, at: Float): Coop }
"""


@pytest.fixture(scope="module", params=["yoga.mjs", "mercurius.mjs"])
def others(request, tmp_path_factory):
    folder = tmp_path_factory.mktemp("others")
    hens = [{"id": f"h{i}", "name": f"hen {i}", "eggs": i, "coop_id": f"c{i % 2}", "hatched": "2023-05-01"} for i in range(6)]
    reports = [
        {"id": f"r{i}", "hen_id": f"h{i % 6}", "time_of_day": ["MORNING", "AFTERNOON", "EVENING"][i % 3], "eggs": i} for i in range(12)
    ]
    target = NpmServer(request.param, {"hens": hens, "reports": reports}, folder)
    resolvers = [
        {"name": name, "queryName": query, "url": target.url, **more}
        for name, query, more in [
            ("hens", "getByCoop", {}), ("best", "getById", {"id": "hen_id"}), ("byKey", "getByKey", {"id": "hen_id", "argument": "key"}),
            ("first", "getByCoop", {"id": "id"}), ("many", "getById", {"id": "hen_id"}), ("who", "getWho", {}),
            ("asText", "getById", {"id": "hen_id"}), ("wrong", "getNothing", {}), ("Hen.own", "getByHen", {}),
        ]
    ]  # fmt: skip
    graphlette = {
        "path": "/coop/graph", "schema": COOP_SDL, "storage": {"type": "memory", "collection": "coops"}, "rootConfig": {"resolvers": resolvers},
    }  # fmt: skip
    (folder / "config").mkdir()
    (folder / "config/config.conf").write_text(json.dumps({"graphlettes": [graphlette]}))
    service = Service(folder).start()
    for i in range(2):
        service.create("/coop/api", {"id": f"c{i}", "name": f"coop {i}", "hen_id": f"h{i}"})
    yield types.SimpleNamespace(service=service, url=target.url)
    service.stop()
    target.stop()


def ask(others, selection, variables=None, head=""):
    return others.service.query(COOP, head + "{ getById(id: \"c0\") { " + selection + " } }", variables)


def test_others_are_asked_with_all_that_is_selected(others):
    answer = ask(
        others,
        "hens { n: name ...E layReports(limit: $n, time_of_day: $t) { time_of_day eggs } own { id hen { name } } }",
        {"n": 1, "t": "EVENING"},
        "fragment E on Hen { eggs hatched @skip(if: true) } query ($n: Int, $t: TimeOfDay) ",
    )
    assert "errors" not in answer, answer
    assert answer["data"]["getById"]["hens"] == [
        {
            "n": f"hen {i}", "eggs": i,
            "layReports": [{"time_of_day": "EVENING", "eggs": n} for n in (i, i + 6) if n % 3 == 2][:1],
            "own": [{"id": f"r{n}", "hen": {"name": f"hen {i}"}} for n in (i, i + 6)],
        }
        for i in (0, 2, 4)
    ]  # fmt: skip


def test_interfaces_of_others(others):
    answer = ask(others, "best { friends { __typename name ... on Duck { pond } ... on Hen { x: eggs own { id } } } }")
    assert answer == {
        "data": {
            "getById": {
                "best": {
                    "friends": [
                        {"__typename": "Hen", "name": "hen 0", "x": 0, "own": [{"id": "r0"}, {"id": "r6"}]},
                        {"__typename": "Duck", "name": "donald", "pond": 7},
                    ]
                }
            }
        }
    }


def test_a_key_whose_argument_is_no_id(others):
    assert ask(others, "byKey { name }") == {"data": {"getById": {"byKey": {"name": "hen 0"}}}}
    assert ask(others, "byKey { eggs }") == {"data": {"getById": {"byKey": {"eggs": 0}}}}


def test_one_of_a_list_and_a_list_of_one(others):
    assert ask(others, "first { id } many { id }") == {"data": {"getById": {"first": {"id": "h0"}, "many": [{"id": "h0"}]}}}


def test_errors_of_others_stand_where_they_belong(others):
    answer = ask(others, "name hens { id x: broken }")
    assert answer["data"]["getById"] == {"name": "coop 0", "hens": [{"id": f"h{i}", "x": None} for i in (0, 2, 4)]}
    assert [error["path"] for error in answer["errors"]] == [["getById", "hens", i, "x"] for i in range(3)]
    for error in answer["errors"]:
        assert error["message"] == "The hen is broken."
        assert error["extensions"]["code"] == "remote.error" and error["extensions"]["service"] == others.url
        assert error["extensions"]["reason"] == "The hen is broken."
    answer = ask(others, "first { broken } many { broken }")
    assert answer["data"]["getById"] == {"first": {"broken": None}, "many": [{"broken": None}]}
    assert [error["path"] for error in answer["errors"]] == [["getById", "first", "broken"], ["getById", "many", 0, "broken"]]


def test_what_others_do_not_know_is_an_error_of_the_field(others):
    answer = ask(others, "name best { missing }  wrong { id }")
    assert answer["data"]["getById"] == {"name": "coop 0", "best": None, "wrong": None}
    best, wrong = answer["errors"]
    assert best["path"] == ["getById", "best"] and "missing" in best["extensions"]["reason"]
    assert wrong["path"] == ["getById", "wrong"] and "getNothing" in wrong["extensions"]["reason"]
    assert {best["extensions"]["code"], wrong["extensions"]["code"]} == {"remote.refused"}


def test_values_are_taken_by_the_types_here(others):
    answer = ask(others, "asText { name eggs }")
    assert answer["data"]["getById"] == {"asText": {"name": None, "eggs": False}}
    (error,) = answer["errors"]
    assert error["path"] == ["getById", "asText", "name"] and "Int cannot represent" in error["message"]


def test_others_hear_who_asks(others):
    query = "{ getById(id: \"c0\") { who { authorization traceparent hops cookie } } }"
    sent = {"Authorization": "Bearer t", "traceparent": "00-" + "a" * 32 + "-" + "b" * 16 + "-01", "Cookie": "secret=1"}
    answer = others.service.query(COOP, query, headers=sent)
    who = answer["data"]["getById"]["who"]
    assert who.pop("traceparent")[:36] == sent["traceparent"][:36]
    assert who == {"authorization": "Bearer t", "hops": "1", "cookie": None}
