"""Lists and connections of examples/farm over GraphQL: random queries compared with a model in a few lines of Python."""

import functools
import random

import pytest

from service import instant

pytestmark = pytest.mark.every_storage

GRAPH = "/hen/graph"
NAMES = ["ada", "Ada", "adam", "bea", "béa", "beatrix", "cleo", "𝄞", "z", "10", "2"]
SPELLINGS = {"name": "NAME", "eggs": "EGGS", "hatched": "HATCHED"}


@pytest.fixture(scope="module")
def hens(farm):
    """Hens in the order of a list without order: newest first."""
    choose = random.Random(7)
    inputs = []
    for _ in range(150):
        hen = {"name": choose.choice(NAMES)}
        if choose.random() < 0.8:
            hen["eggs"] = choose.randrange(6)
        if choose.random() < 0.5:
            hen["hatched"] = f"2024-0{choose.randrange(1, 5)}-01"
        inputs.append(hen)
    created = farm.data(GRAPH, "mutation ($inputs: [HenInput!]!) { createHens(inputs: $inputs) { id name eggs hatched } }", {"inputs": inputs})
    return created["createHens"][::-1]


CONDITIONS = {
    "name": lambda value: lambda hen: hen["name"] == value,
    "name_in": lambda value: lambda hen: hen["name"] in value,
    "name_ne": lambda value: lambda hen: hen["name"] != value,
    "name_prefix": lambda value: lambda hen: hen["name"].startswith(value),
    "eggs_in": lambda value: lambda hen: hen["eggs"] in value,
    "eggs_lt": lambda value: lambda hen: hen["eggs"] is not None and hen["eggs"] < value,
    "eggs_lte": lambda value: lambda hen: hen["eggs"] is not None and hen["eggs"] <= value,
    "eggs_gt": lambda value: lambda hen: hen["eggs"] is not None and hen["eggs"] > value,
    "eggs_gte": lambda value: lambda hen: hen["eggs"] is not None and hen["eggs"] >= value,
}


def random_condition(choose):
    """An argument's name and value, null and empty lists among them."""
    name = choose.choice(list(CONDITIONS))
    if choose.random() < 0.1:
        return name, None
    if name == "name_in":
        return name, choose.sample(NAMES, choose.randrange(4))
    if name == "eggs_in":
        return name, choose.sample(range(6), choose.randrange(4))
    if name == "name_prefix":
        return name, choose.choice(["", "a", "be", "bé", "𝄞"])
    return name, choose.choice(NAMES) if name.startswith("name") else choose.randrange(7)


def random_where(choose):
    """A filter in JSON, and what it means."""
    kind = choose.randrange(5)
    eggs, name = choose.randrange(6), choose.choice(NAMES)
    if kind == 0:
        return (
            {"eggs": {"$gte": eggs}, "payload.name": {"$ne": name}},
            lambda hen: hen["eggs"] is not None and hen["eggs"] >= eggs and hen["name"] != name,
        )
    if kind == 1:
        return {"$or": [{"name": name}, {"eggs": eggs}]}, lambda hen: hen["name"] == name or hen["eggs"] == eggs
    if kind == 2:
        return {"hatched": {"$exists": True}}, lambda hen: hen["hatched"] is not None
    if kind == 3:
        return {"eggs": None}, lambda hen: hen["eggs"] is None
    return {"name": {"$regex": "^[ab]d?"}}, lambda hen: hen["name"][0] in "ab"


def random_order(choose):
    return [(choose.choice(list(SPELLINGS)), choose.random() < 0.5) for _ in range(choose.randrange(3))]


def in_order(hens, order):
    """Stable, so that what is equal stays newest first; what is absent is least."""

    def compare(a, b):
        for field, descending in order:
            left, right = ((hen[field] is not None, hen[field] or 0 if field == "eggs" else hen[field] or "") for hen in (a, b))
            if left != right:
                return (1 if left > right else -1) * (-1 if descending else 1)
        return 0

    return sorted(hens, key=functools.cmp_to_key(compare))


def spelled(choose, order):
    """One of the ways to write an order as a string."""
    ways = (lambda f, d: ("-" if d else "") + f, lambda f, d: f + (" desc" if d else ""), lambda f, d: f"{f}_{'DESC' if d else 'ASC'}")
    return ", ".join(choose.choice(ways)(field, descending) for field, descending in order)


LIST = """query ($name: String, $name_in: [String], $name_ne: String, $name_prefix: String, $eggs_in: [Int!], $eggs_lt: Int,
  $eggs_lte: Int, $eggs_gt: Int, $eggs_gte: Int, $where: JSON, $orderBy: String, $limit: Int, $offset: Int) {
  list(name: $name, name_in: $name_in, name_ne: $name_ne, name_prefix: $name_prefix, eggs_in: $eggs_in, eggs_lt: $eggs_lt,
    eggs_lte: $eggs_lte, eggs_gt: $eggs_gt, eggs_gte: $eggs_gte, where: $where, orderBy: $orderBy, limit: $limit, offset: $offset) {
    id name eggs hatched } }"""


def test_random_lists_are_those_of_the_model(farm, hens):
    for seed in range(300):
        choose = random.Random(seed)
        variables = dict(random_condition(choose) for _ in range(choose.randrange(3)))
        expected = [hen for hen in hens if all(CONDITIONS[name](value)(hen) for name, value in variables.items() if value is not None)]
        if choose.random() < 0.4:
            variables["where"], holds = random_where(choose)
            expected = [hen for hen in expected if holds(hen)]
        order = random_order(choose)
        expected = in_order(expected, order)
        if order or choose.random() < 0.2:
            variables["orderBy"] = spelled(choose, order)
        if choose.random() < 0.5:
            variables["offset"] = choose.randrange(20)
            expected = expected[variables["offset"] :]
        if choose.random() < 0.5:
            variables["limit"] = choose.randrange(20)
            expected = expected[: variables["limit"]]
        assert farm.data(GRAPH, LIST, variables)["list"] == expected, f"seed {seed}: {variables}"


HENS = """query ($name_prefix: String, $eggs_gte: Int, $where: JSON, $orderBy: [HenOrder!], $first: Int, $after: String, $last: Int, $before: String) {
  hens(name_prefix: $name_prefix, eggs_gte: $eggs_gte, where: $where, orderBy: $orderBy, first: $first, after: $after, last: $last, before: $before) {
    totalCount nodes { id } edges { cursor node { id name eggs hatched } }
    pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""


def page(farm, **variables):
    connection = farm.data(GRAPH, HENS, variables)["hens"]
    edges, info = connection["edges"], connection["pageInfo"]
    assert connection["nodes"] == [{"id": edge["node"]["id"]} for edge in edges]
    assert info["startCursor"] == (edges[0]["cursor"] if edges else None)
    assert info["endCursor"] == (edges[-1]["cursor"] if edges else None)
    return connection


def nodes(connection):
    return [edge["node"] for edge in connection["edges"]]


def enum_order(order):
    return [f"{SPELLINGS[field]}_{'DESC' if descending else 'ASC'}" for field, descending in order]


def test_random_connections_are_walked_whole_both_ways(farm, hens):
    for seed in range(40):
        choose = random.Random(1000 + seed)
        order = random_order(choose)
        arguments = {"orderBy": enum_order(order)} if order else {}
        expected = hens
        if choose.random() < 0.5:
            arguments["eggs_gte"] = choose.randrange(5)
            expected = [hen for hen in expected if CONDITIONS["eggs_gte"](arguments["eggs_gte"])(hen)]
        expected = in_order(expected, order)
        size = choose.randrange(7, 60)
        for way in ("forward", "backward"):
            seen, cursor = [], None
            while True:
                if way == "forward":
                    found = page(farm, **arguments, first=size, after=cursor)
                    seen = seen + nodes(found)
                    more, back, cursor = found["pageInfo"]["hasNextPage"], found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["endCursor"]
                else:
                    found = page(farm, **arguments, last=size, before=cursor)
                    seen = nodes(found) + seen
                    more, back, cursor = found["pageInfo"]["hasPreviousPage"], found["pageInfo"]["hasNextPage"], found["pageInfo"]["startCursor"]
                assert found["totalCount"] == len(expected)
                assert back == (len(seen) > len(nodes(found)))
                assert more == (len(seen) < len(expected)), f"seed {seed} {way}"
                if not more:
                    break
            assert seen == expected, f"seed {seed} {way} {arguments}"


def test_a_range_between_two_cursors(farm, hens):
    every = page(farm, first=1000)["edges"]
    between = page(farm, first=1000, after=every[10]["cursor"], before=every[20]["cursor"])
    assert nodes(between) == hens[11:20]
    assert nodes(page(farm, last=3, after=every[10]["cursor"], before=every[20]["cursor"])) == hens[17:20]
    assert nodes(page(farm, first=0)) == []
    assert page(farm, first=0)["pageInfo"]["hasNextPage"]
    assert len(nodes(page(farm))) == 100


def test_pages_stay_what_they_were_while_others_write(farm, hens):
    """Nothing is seen twice, and nothing that does not change is passed over, whatever happens between two pages."""
    for order in (None, ["NAME_ASC"], ["EGGS_DESC", "NAME_DESC"]):
        whole = nodes(page(farm, orderBy=order, first=1000))
        seen, cursor, turn, added = [], None, 0, []
        while True:
            found = page(farm, orderBy=order, first=17, after=cursor)
            seen += nodes(found)
            assert found["totalCount"] == len(whole)
            if not found["pageInfo"]["hasNextPage"]:
                break
            cursor = found["pageInfo"]["endCursor"]
            turn += 1
            added.append(farm.create("/hen/api", {"name": "aa between", "eggs": 9})["id"])
            changed = {name: value for name, value in whole[-turn].items() if value is not None}
            assert farm.request("PUT", f"/hen/api/{changed['id']}", {**changed, "name": "a moved"}).status == 200
            assert farm.request("PUT", f"/hen/api/{changed['id']}", changed).status == 200
        assert seen == whole
        for hen in added:
            farm.request("DELETE", f"/hen/api/{hen}")
        hens[:] = nodes(page(farm, first=1000))


@pytest.mark.parametrize(
    "arguments, code, words",
    [
        ('first: -1', "graphql.page", "first"),
        ('first: 1, last: 1', "graphql.page", "not both"),
        ('first: 100000', "graphql.page", "at most"),
        ('after: "nonsense"', "graphql.cursor", "after"),
        ('after: ""', "graphql.cursor", "after"),
        ('before: "1-1-1"', "graphql.cursor", "before"),
        ('where: {eggs: {_gte: 1}, _or: [{name: {b: "$x"}}, {payload: {name: "x"}}]}', None, None),
        ('where: {eggs: {_gte: 1, a: 1}}', "filter.syntax", "/where/eggs/a"),
        ('where: "text"', "filter.syntax", "/where"),
        ('where: [1]', "filter.syntax", "/where"),
    ],
)
def test_wrong_pages_are_refused(farm, hens, arguments, code, words):
    answer = farm.query(GRAPH, f"{{ hens({arguments}) {{ totalCount }} }}")
    if code is None:
        assert "errors" not in answer
        return
    error = answer["errors"][0]
    assert error["extensions"]["code"] == code
    assert words in error["message"]


def test_a_cursor_belongs_to_its_order(farm, hens):
    cursor = page(farm, first=1, orderBy=["NAME_ASC"])["pageInfo"]["endCursor"]
    answer = farm.query(GRAPH, HENS, {"first": 1, "after": cursor})
    assert answer["errors"][0]["extensions"]["code"] == "graphql.cursor"


def test_orders_that_fit_no_field_name_the_nearest(farm):
    for text, near in (("nam", "name"), ("-egs", "eggs"), ("hatchd_DESC", "hatched")):
        error = farm.query(GRAPH, LIST, {"orderBy": text})["errors"][0]
        assert error["extensions"]["code"] == "graphql.order"
        assert f'Did you mean "{near}"?' in error["message"]


def test_filters_that_are_wrong_name_the_place(farm):
    where = {"name": "x", "$or": [{"eggs": {"$gtt": 1}}, {"a/b": {"$in": 3}}]}
    error = farm.query(GRAPH, LIST, {"where": where})["errors"][0]
    assert error["extensions"]["code"] == "filter.syntax"
    paths = [problem["path"] for problem in error["extensions"]["errors"]]
    assert paths == ["/where/$or/0/eggs/$gtt", "/where/$or/1/a~1b/$in"]
    for too_large in ({"name": "x" * 70_000}, functools.reduce(lambda inner, _: {"$and": [inner]}, range(40), {})):
        assert farm.query(GRAPH, LIST, {"where": too_large})["errors"][0]["extensions"]["code"] == "filter.too_large"
    patterns = {"$or": [{"name": {"$regex": str(i)}} for i in range(9)]}
    assert "errors" in farm.query(GRAPH, LIST, {"where": patterns})


@pytest.fixture(scope="module")
def laying(farm):
    """Two hens with reports, the newest first."""
    hens = [farm.create("/hen/api", {"name": name, "retired": True}) for name in ("layer 1", "layer 2")]
    for hen in hens:
        for number, time in enumerate(["MORNING", "EVENING", "MORNING", "AFTERNOON"]):
            farm.create("/lay_report/api", {"hen_id": hen["id"], "time_of_day": time, "eggs": [3, 1, 3, 2][number]})
    return hens


def layers(farm, selection):
    return farm.data(GRAPH, f'{{ list(where: {{retired: true}}, orderBy: "name") {{ {selection} }} }}')["list"]


def test_relations_take_arguments_for_each_parent(farm, laying):
    found = layers(farm, 'a: layReports(orderBy: "-eggs", limit: 2) { eggs time_of_day } b: layReports(time_of_day: MORNING) { eggs }')
    for hen in found:
        assert hen["a"] == [{"eggs": 3, "time_of_day": "MORNING"}] * 2
        assert hen["b"] == [{"eggs": 3}] * 2
    assert [hen["c"] for hen in layers(farm, "c: layReports(offset: 3) { eggs }")] == [[{"eggs": 3}]] * 2


def test_relations_are_connections_for_each_parent(farm, laying):
    first = layers(farm, 'id reports(first: 3, orderBy: "eggs") { totalCount edges { cursor node { eggs } } pageInfo { hasNextPage endCursor } }')
    for hen in first:
        assert hen["reports"]["totalCount"] == 4
        assert [edge["node"]["eggs"] for edge in hen["reports"]["edges"]] == [1, 2, 3]
        rest = farm.data(
            GRAPH,
            f'{{ getById(id: "{hen["id"]}") {{ reports(first: 3, orderBy: "eggs", after: "{hen["reports"]["pageInfo"]["endCursor"]}")'
            " { edges { node { eggs time_of_day } } pageInfo { hasNextPage hasPreviousPage } } } }",
        )["getById"]["reports"]
        assert rest == {"edges": [{"node": {"eggs": 3, "time_of_day": "MORNING"}}], "pageInfo": {"hasNextPage": False, "hasPreviousPage": True}}
    backward = layers(farm, 'reports(last: 1, orderBy: "eggs") { edges { node { eggs } } pageInfo { hasPreviousPage } }')
    assert [hen["reports"]["edges"] for hen in backward] == [[{"node": {"eggs": 3}}]] * 2


def test_relations_are_followed_below_connections(farm, laying):
    farm.create("/coop/api", {"id": "nest", "name": "nest", "farm_id": "none"})
    for hen in laying:
        farm.data(GRAPH, f'mutation {{ updateHen(id: "{hen["id"]}", input: {{coop_id: "nest"}}) {{ id }} }}')
    connection = farm.data(
        GRAPH,
        """{ hens(where: {retired: true}, orderBy: [NAME_ASC]) {
          totalCount
          edges { node { name coop { name } reports(first: 1, orderBy: "-eggs") { totalCount edges { node { eggs } } } } }
          nodes { coop { name } layReports(limit: 1, orderBy: "eggs") { eggs } }
        } }""",
    )["hens"]
    assert connection["totalCount"] == 2
    reports = {"totalCount": 4, "edges": [{"node": {"eggs": 3}}]}
    assert [edge["node"] for edge in connection["edges"]] == [
        {"name": f"layer {number}", "coop": {"name": "nest"}, "reports": reports} for number in (1, 2)
    ]
    assert connection["nodes"] == [{"coop": {"name": "nest"}, "layReports": [{"eggs": 1}]}] * 2


def test_at_reaches_connections_and_what_is_below_them(farm, laying):
    earlier = instant()
    before = farm.data(GRAPH, "{ hens(where: {retired: true}) { totalCount nodes { layReports { eggs } } } }")
    farm.create("/lay_report/api", {"hen_id": laying[0]["id"], "eggs": 9})
    farm.create("/hen/api", {"name": "late", "retired": True})
    assert farm.data(GRAPH, f"{{ hens(where: {{retired: true}}, at: {earlier}) {{ totalCount nodes {{ layReports {{ eggs }} }} }} }}") == before
    assert farm.data(GRAPH, "{ hens(where: {retired: true}) { totalCount } }")["hens"]["totalCount"] == 3


def test_other_graphlettes_pass_orders_and_filters_to_relations(farm):
    land = farm.create("/farm/api", {"name": "ordered"})["id"]
    coop = farm.create("/coop/api", {"name": "ordered", "farm_id": land})["id"]
    for name, eggs in (("b", 1), ("a", 2), ("c", 0)):
        farm.create("/hen/api", {"name": name, "eggs": eggs, "coop_id": coop})
    text = """{ getById(id: "%s") { coops { a: hens(orderBy: "-name", limit: 2) { name } b: hens(where: {eggs: {_gte: 1}}, orderBy: "name") { name }
      c: hens(name_ne: "b", orderBy: "name") { name } } } }"""
    assert farm.data("/farm/graph", text % land)["getById"]["coops"] == [
        {"a": [{"name": "c"}, {"name": "b"}], "b": [{"name": "a"}, {"name": "b"}], "c": [{"name": "a"}, {"name": "c"}]}
    ]
