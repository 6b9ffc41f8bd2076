"""What follows from SDL in the corners: costs of connections of any name, relations of nested types, operators and orders that are none."""

import json

import pytest

import service as services

pytestmark = pytest.mark.every_storage

SDL = """
scalar JSON
type Thing { id: ID! name: String n: Int box: Box boxes: [Box!] }
type Box { name: String same: [Thing!]! }
type Page { nodes: [Thing!] edges: [Edge!]! pageInfo: PageInfo! totalCount: Int }
type Edge { node: Thing! cursor: String! }
type PageInfo { hasNextPage: Boolean! endCursor: String }
type Query {
  getById(id: ID!, at: String): Thing
  getByName(name: String!): [Thing!]!
  list(where: JSON, orderBy: JSON, limit: Int): [Thing!]!
  pages(first: Int, last: Int, after: String, at: String): Page!
}
type Mutation { createThings(input: [JSON!]!): [Thing!]! }
"""
GRAPH = "/thing/graph"


def config_of(sdl):
    resolver = {"name": "Box.same", "id": "name", "queryName": "getByName", "url": GRAPH}
    graphlette = {"path": GRAPH, "storage": {"type": "memory", "collection": "thing"}, "schema": sdl, "rootConfig": {"resolvers": [resolver]}}
    return {"limits": {"graphql": {"cost": 500}}, "graphlettes": [graphlette]}


@pytest.fixture(scope="module")
def service(tmp_path_factory, storages):
    folder = tmp_path_factory.mktemp("corners")
    (folder / "config").mkdir()
    (folder / "config/config.conf").write_text(json.dumps(storages.config(config_of(SDL))))
    running = services.Service(folder, command=["serve", "--config", str(folder / "config/config.conf")]).start()
    for number in range(3):
        running.create("/thing/api", {"name": f"thing {number}", "n": number})
    yield running
    running.stop()


def ask(service, query, **variables):
    return service.request("POST", GRAPH, {"query": query, "variables": variables}).json()


def code(answer):
    return answer["errors"][0]["extensions"]["code"]


@pytest.mark.parametrize(
    "query", ["{ pages(first: 10000) { nodes { id name } } }", "{ pages(last: 10000) { edges { node { id } } } }", "{ pages { nodes { id name n box { name } } } }"]
)
def test_a_connection_costs_what_its_rows_do_whatever_its_name(service, query):
    assert code(ask(service, query)) == "graphql.cost"


def test_a_short_page_costs_little(service):
    assert len(ask(service, "{ pages(first: 2) { nodes { id name n box { name } } } }")["data"]["pages"]["nodes"]) == 2


def test_relations_of_nested_types_are_not_stored(service):
    created = service.create("/thing/api", {"name": "outer", "box": {"name": "thing 1"}, "boxes": [{"name": "thing 2"}]})
    found = ask(service, "query($id: ID!) { getById(id: $id) { box { same { n } } boxes { same { n } } } }", id=created["id"])
    assert found == {"data": {"getById": {"box": {"same": [{"n": 1}]}, "boxes": [{"same": [{"n": 2}]}]}}}


@pytest.mark.parametrize(
    "where, words",
    [
        ('{_not: {name: "x"}}', "stands below a field"),
        ('{name: {_options: "i"}}', "stands beside $regex"),
        ('{name: {_and: [{name: "x"}]}}', "stands beside the fields"),
        ("{_and: []}", "one filter or more"),
        ("{n: {_foo: 1}}", "Known are"),
        ("{n: {_gtee: 1}}", 'Did you mean "$gte"'),
        ('{_Or: [{name: "x"}]}', 'Did you mean "$or"'),
        ('{_an: [{name: "x"}]}', 'Did you mean "$and"'),
    ],
)
def test_an_operator_that_is_none_is_refused_with_a_way_out(service, where, words):
    answer = ask(service, f"{{ list(where: {where}) {{ id }} }}")
    assert words in json.dumps(answer["errors"][0]).replace('\\"', '"'), answer


@pytest.mark.parametrize("order", ['{field: "n", dir: DESC}', '{field: "n", direction: DESC, nulls: LAST}', '"-n desc"', '"n upwards"', '"-m"'])
def test_an_order_that_is_none_is_refused(service, order):
    assert code(ask(service, f"{{ list(orderBy: {order}) {{ id }} }}")) == "graphql.order"


def test_a_cursor_has_its_own_instant(service):
    first = ask(service, "{ pages(first: 1) { pageInfo { endCursor } } }")["data"]["pages"]["pageInfo"]["endCursor"]
    query = "query($after: String, $at: String) { pages(first: 1, after: $after, at: $at) { nodes { n } } }"
    assert ask(service, query, after=first)["data"]["pages"]["nodes"]
    assert code(ask(service, query, after=first, at="2020-01-01T00:00:00Z")) == "graphql.cursor"


def test_an_instant_to_come_is_the_first_page_s(service):
    """What is changed between the pages is on one of them all the same."""
    later = "2100-01-01T00:00:00Z"
    names = [service.create("/thing/api", {"name": f"later {number}"})["id"] for number in range(4)]
    query = "query($after: String) { pages(first: 2, after: $after, at: \"%s\") { nodes { id } pageInfo { hasNextPage endCursor } } }" % later
    page = ask(service, query)["data"]["pages"]
    link = service.get(f"/thing/api?name_prefix=later&limit=2&at={later}").headers["Link"]
    service.request("PUT", f"/thing/api/{names[0]}", {"name": "later, changed"})
    seen = [node["id"] for node in page["nodes"]]
    while page["pageInfo"]["hasNextPage"]:
        page = ask(service, query, after=page["pageInfo"]["endCursor"])["data"]["pages"]
        seen += [node["id"] for node in page["nodes"]]
    assert set(names) <= set(seen) and len(seen) == len(set(seen))
    rest = service.get(link[link.index("/thing") : link.index(">")]).json()
    assert [document["id"] for document in rest] == [names[1], names[0]]


def test_problems_of_sdl_in_the_config_are_told_at_their_place(tmp_path):
    sdl = """\ntype T { id: ID! }\ntype Query { getById(id: ID!): T }\ntype Mutation {\n  frob(x: Int): T\n}\n"""
    text = 'graphlettes = [{path = /t/graph, storage = {type = memory, collection = t}\n schema = """%s"""\n}]\n' % sdl
    (tmp_path / "x.conf").write_text(text)
    done = services.run_command("check", "--config", tmp_path / "x.conf")
    assert "x.conf:6:3: No mutation is derived" in done.stdout + done.stderr


def test_errors_of_many_documents_are_bounded(service):
    error = ask(service, "mutation($input: [JSON!]!) { createThings(input: $input) { id } }", input=[{"n": "x"}] * 5000)["errors"][0]
    assert len(error["extensions"]["errors"]) == 100 and "5000 places" in error["message"]


@pytest.mark.parametrize(
    "sdl, words",
    [
        (SDL.replace("at: String): Thing", "at: Boolean): Thing"), 'The argument "at" of "getById" is Boolean'),
        (SDL.replace("at: String): Thing", "at: Int): Thing"), 'The argument "at" of "getById" is Int'),
        (SDL.replace("limit: Int): [Thing!]!", "limit: Int): [[Thing!]!]!"), "a list of lists"),
        ("", "Syntax Error"),
        ("type Query", "Query"),
    ],
)
def test_sdl_that_says_nothing_sensible_is_a_problem(tmp_path, sdl, words):
    (tmp_path / "config.conf").write_text(json.dumps(config_of(sdl)))
    done = services.run_command("check", "--config", tmp_path / "config.conf")
    assert done.returncode == 1 and words in done.stdout + done.stderr, done
    assert "is not there" not in done.stdout + done.stderr
