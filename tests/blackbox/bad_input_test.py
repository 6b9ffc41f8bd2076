"""What no service should choke on: each bad request gets a clear answer, and the service goes on."""

import json
import socket

import pytest

pytestmark = pytest.mark.every_storage

RAW = "/raw-events/api"
GRAPH = "/raw-events/graph"
MEBIBYTE = 1 << 20

# Name: (body, status, what the answer's "error" says).
BODIES = {
    "nothing": (b"", 400, "line 1"),
    "not JSON": (b"name=user_login", 400, "line 1"),
    "cut off": (b'{"name": "x", "data": {', 400, "line 1"),
    "line and column": (b'{\n  "name": "x",\n  "data": [1, 2}\n}', 400, "line 3"),
    "trailing comma": (b'{"name": "x", "data": 1,}', 400, "line 1"),
    "two values": (b'{"name": "x", "data": 1} {}', 400, "line 1"),
    "NaN": (b'{"name": "x", "data": NaN}', 400, "line 1"),
    "leading zero": (b'{"name": "x", "data": 01}', 400, "line 1"),
    "control character": (b'{"name": "x\ny", "data": 1}', 400, "line 1"),
    "duplicate key": (b'{"name": "x", "data": 1, "name": "y"}', 400, "line 1, column 26"),
    "duplicate key, escaped": (b'{"name": "x", "data": {"a": 1, "\\u0061": 2}}', 400, "key"),
    "invalid UTF-8": (b'{"name": "x\xff", "data": 1}', 400, "UTF-8"),
    "overlong UTF-8": (b'{"name": "x\xc0\xaf", "data": 1}', 400, "UTF-8"),
    "surrogate as UTF-8": (b'{"name": "x\xed\xa0\x80", "data": 1}', 400, ""),
    "lone surrogate": (b'{"name": "\\ud800", "data": 1}', 400, "surrogate"),
    "byte order mark alone": (b"\xef\xbb\xbf", 400, ""),
    "too deep": (b'{"name": "x", "data": ' + b"[" * 300 + b"]" * 300 + b"}", 400, "deep"),
    "far too deep": (b"[" * 500_000, 400, ""),
    "an array": (b"[]", 422, ""),
    "a string": (b'"x"', 422, ""),
    "too large": (b'{"name": "x", "data": "' + b"a" * (2 * MEBIBYTE) + b'"}', 413, ""),
}


@pytest.fixture(autouse=True)
def the_service_goes_on(events):
    yield
    assert events.get("/health").status == 200
    made = events.create(RAW, {"name": "still here", "data": 1})
    assert events.get(f"{RAW}/{made['id']}").json() == made


def assert_is_problem(response, status, says=""):
    assert response.status == status, response
    assert response.headers["Content-Type"].startswith("application/problem+json"), response
    problem = response.json()
    assert problem["status"] == status, problem
    assert isinstance(problem["error"], str) and problem["error"], problem
    assert says.lower() in problem["error"].lower(), problem
    return problem


@pytest.mark.parametrize("name", BODIES)
def test_bodies(events, name):
    body, status, says = BODIES[name]
    before = len(events.get(RAW + "?limit=1000").json())
    if status == 422 and name in ("an array", "a string"):
        response = events.request("POST", RAW, body)
        assert response.status in (400, 422), response
        assert_is_problem(response, response.status)
    else:
        assert_is_problem(events.request("POST", RAW, body), status, says)
    assert len(events.get(RAW + "?limit=1000").json()) == before


@pytest.mark.parametrize("name", [name for name in BODIES if name not in ("too large", "an array", "a string")])
def test_the_same_bodies_as_updates(events, name):
    made = events.create(RAW, {"name": "kept", "data": 1})
    body, status, _ = BODIES[name]
    assert_is_problem(events.request("PUT", f"{RAW}/{made['id']}", body), status)
    assert events.get(f"{RAW}/{made['id']}").json() == made


def test_every_violation_is_named(events):
    document = {"data": 1, "timestamp": "yesterday", "source": 5, "sorce": "x"}
    problem = assert_is_problem(events.request("POST", RAW, document), 422)
    found = {(error["path"], error["keyword"]) for error in problem["errors"]}
    assert ("/timestamp", "format") in found
    assert ("/source", "type") in found
    assert "required" in {keyword for _, keyword in found}
    assert "additionalProperties" in {keyword for _, keyword in found}
    assert all(error["message"] for error in problem["errors"])


def test_processed_status_is_one_of_three(events):
    document = {"raw_event_id": "x", "name": "x", "status": "DONE", "processing_time_ms": -1}
    problem = assert_is_problem(events.request("POST", "/processed-events/api", document), 422)
    assert {(error["path"], error["keyword"]) for error in problem["errors"]} == {("/status", "enum"), ("/processing_time_ms", "minimum")}


@pytest.mark.parametrize("item", ["no-such-id", "%20", "a%2Fb", "%00", "%22'--", "x" * 5000])
def test_unknown_ids(events, item):
    assert events.get(f"{RAW}/{item}").status == 404
    assert events.request("DELETE", f"{RAW}/{item}").status == 404
    assert events.request("PUT", f"{RAW}/{item}", {"name": "x", "data": 1}).status == 404


def test_unknown_ids_in_graphql_are_null(events):
    assert events.data(GRAPH, '{ getById(id: "no-such-id") { id } }') == {"getById": None}
    assert events.data(GRAPH, '{ getByName(name: "no such name") { id } }') == {"getByName": []}


def test_unknown_paths_and_methods(events):
    assert_is_problem(events.get("/raw-event/api"), 404)
    assert_is_problem(events.get("/nothing"), 404)
    response = events.request("DELETE", RAW)
    assert_is_problem(response, 405)
    assert "POST" in response.headers["Allow"]


def test_a_body_that_is_no_json_by_its_type(events):
    response = events.request("POST", RAW, b"name=x", headers={"Content-Type": "application/x-www-form-urlencoded"})
    assert_is_problem(response, 415)


@pytest.mark.parametrize("parameter", ["limit=-1", "limit=x", "at=yesterday", "after=%FF", "no_such_field=1", "name_gt_=1"])
def test_list_parameters_that_mean_nothing(events, parameter):
    assert_is_problem(events.get(f"{RAW}?{parameter}"), 400)


# Name: (query, variables, what the first message says).
QUERIES = {
    "empty": ("", None, "Must provide query string."),
    "nothing but white space": (" ", None, "Syntax Error: Unexpected <EOF>."),
    "cut off": ("{ getById(", None, "Syntax Error"),
    "not GraphQL": ("SELECT 1", None, "Syntax Error"),
    "unterminated string": ('{ getById(id: "x', None, "Unterminated string"),
    "unknown field": ("{ getByNam { id } }", None, 'Cannot query field "getByNam" on type "Query". Did you mean "getByName"'),
    "unknown subfield": ('{ getById(id: "x") { nam } }', None, 'Cannot query field "nam" on type "RawEvent". Did you mean "name"?'),
    "unknown argument": ('{ getById(id: "x", when: 1) { id } }', None, 'Unknown argument "when" on field "Query.getById".'),
    "missing argument": ("{ getById { id } }", None, 'Argument "Query.getById(id:)" of type "ID!" is required, but it was not provided.'),
    "selection of a leaf": ('{ getById(id: "x") { id { x } } }', None, 'Field "id" must not have a selection'),
    "no selection of an object": ('{ getById(id: "x") }', None, 'Field "getById" of type "RawEvent" must have a selection of subfields'),
    "unknown fragment": ('{ getById(id: "x") { ...F } }', None, 'Unknown fragment "F".'),
    "cycle of fragments": (
        '{ getById(id: "x") { ...F } } fragment F on RawEvent { ...F }', None, 'Cannot spread fragment "F" within itself.',
    ),
    "undefined variable": ("{ getById(id: $id) { id } }", None, 'Variable "$id" is not defined'),
    "missing variable": ("query ($id: ID!) { getById(id: $id) { id } }", {}, 'Variable "$id" has invalid value: Expected a value of non-null type "ID!" to be provided.'),
    "variable of the wrong type": ("query ($id: ID!) { getById(id: $id) { id } }", {"id": {}}, 'Variable "$id" has invalid value: ID cannot represent value: {}'),
    "no such operation": ("mutation { drop }", None, ""),
}  # fmt: skip


@pytest.mark.parametrize("name", QUERIES)
def test_queries(events, name):
    query, variables, says = QUERIES[name]
    answer = events.query(GRAPH, query, variables)
    assert answer.get("data") is None, answer
    assert says in answer["errors"][0]["message"], answer
    if says and name != "empty":
        assert {"line", "column"} <= answer["errors"][0]["locations"][0].keys(), answer


def test_status_of_a_bad_query_by_media_type(events):
    newer = {"Accept": "application/graphql-response+json"}
    response = events.request("POST", GRAPH, {"query": "{ nothing }"}, headers=newer)
    assert (response.status, response.headers["Content-Type"].split(";")[0]) == (400, "application/graphql-response+json")
    response = events.request("POST", GRAPH, {"query": "{ nothing }"}, headers={"Accept": "application/json"})
    assert (response.status, response.headers["Content-Type"].split(";")[0]) == (200, "application/json")


@pytest.mark.parametrize("body", [b"", b"{", b"[]", b"{}", b'{"query": 1}', b'{"query": "{ x }", "variables": []}', b'{"query": "\xff"}'])
def test_bodies_that_are_no_graphql_request(events, body):
    response = events.request("POST", GRAPH, body)
    assert response.status == 400, response
    assert response.json()["errors"][0]["message"], response


def test_a_query_nested_without_end(events):
    deep = "{ getById(id: \"x\") " + "{ a " * 20_000 + "}" * 20_000 + "}"
    assert events.query(GRAPH, deep)["errors"]
    assert events.query(GRAPH, "{ getById(id: " + "[" * 100_000)["errors"]


@pytest.mark.parametrize("body", [b"{}", b'{"name": "x"}', b'"x"', b"1", b"null"])
def test_bulk_with_something_else_than_an_array(events, body):
    response = events.request("POST", RAW + "/bulk", body)
    assert_is_problem(response, 400 if response.status == 400 else 422)


def test_bulk_is_all_or_nothing(events):
    items = [{"name": "bulk-bad", "data": 1}, {"name": "bulk-bad"}, {"name": "bulk-bad", "data": 2}, {"nam": 1}]
    problem = assert_is_problem(events.request("POST", RAW + "/bulk", items), 422)
    assert {error["path"].split("/")[1] for error in problem["errors"]} == {"1", "3"}
    assert events.get(RAW + "?name=bulk-bad").json() == []


def test_partial_bulk_reports_each_item(events):
    items = [{"name": "bulk-part", "data": 1}, {"name": "bulk-part"}, {"name": "bulk-part", "data": 2}]
    response = events.request("POST", RAW + "/bulk?partial=true", items)
    assert response.status == 200, response
    results = response.json()
    assert len(results) == 3
    assert json.dumps(results[1]).find("required") >= 0
    assert sorted(event["data"] for event in events.get(RAW + "?name=bulk-part").json()) == [1, 2]


def raw_exchange(events, data):
    """Sends bytes as they are and gives the first bytes of the answer, or nothing when the connection is closed."""
    with socket.create_connection(("127.0.0.1", events.port), timeout=20) as connection:
        connection.sendall(data)
        return connection.recv(4096)


@pytest.mark.parametrize(
    "data",
    [
        b"NONSENSE\r\n\r\n",
        b"GET / HTTP/9.9\r\nHost: x\r\n\r\n",
        b"POST /raw-events/api HTTP/1.1\r\nHost: x\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n{}",
        b"POST /raw-events/api HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
        b"POST /raw-events/api HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
        b"POST /raw-events/api HTTP/1.1\r\nHost: x\r\nContent-Length: -5\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost : x\r\n\r\n",
        b"GET /health HTTP/1.1\r\nHost: x\r\nA: " + b"a" * 100_000 + b"\r\n\r\n",
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\r\n\r\n",
    ],
)
def test_requests_that_are_no_http(events, data):
    status_line = raw_exchange(events, data).split(b"\r\n")[0]
    assert not status_line or status_line.split(b" ")[1] in (b"400", b"414", b"431", b"501", b"505"), status_line


def test_clients_that_leave_in_the_middle(events):
    for _ in range(50):
        with socket.create_connection(("127.0.0.1", events.port), timeout=20) as connection:
            connection.sendall(b"POST /raw-events/api HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nContent-Length: 100\r\n\r\n{")
