"""The REST API of one entity: versions, tags, lists, bulk, and values that come back as they went in."""

import json
from urllib.parse import urlsplit

import pytest

pytestmark = pytest.mark.every_storage

RAW = "/raw-events/api"


def event(**fields):
    return {"name": "rest", "data": None, **fields}


def test_create_answers_with_everything_a_client_needs(events):
    response = events.request("POST", RAW, event())
    made = response.json()
    assert response.status == 201
    assert response.headers["X-Canonical-Id"] == made["id"]
    assert response.headers["ETag"]
    assert int(response.headers["X-Position"]) >= 1
    assert events.get(urlsplit(response.headers["Location"]).path).json() == made


def test_an_id_of_the_clients_own(events):
    assert events.create(RAW, event(id="my own/ id?"))["id"] == "my own/ id?"
    assert events.get(RAW + "/my%20own%2F%20id%3F").json()["id"] == "my own/ id?"
    assert events.request("POST", RAW, event(id="my own/ id?")).status == 409


def test_ids_sort_in_order_of_creation(events):
    ids = [events.create(RAW, event())["id"] for _ in range(20)]
    assert len(set(ids)) == 20
    milliseconds = [one[:13] for one in ids]
    assert milliseconds == sorted(milliseconds)
    assert all(len(one) == 36 and one[14] == "7" for one in ids)


def test_versions_and_if_match(events):
    response = events.request("POST", RAW, event(data=1))
    path, first = f"{RAW}/{response.json()['id']}", response.headers["ETag"]
    response = events.request("PUT", path, event(data=2), headers={"If-Match": first})
    assert response.status == 200
    assert response.headers["ETag"] != first
    assert events.request("PUT", path, event(data=3), headers={"If-Match": first}).status == 412
    assert events.get(path).json()["data"] == 2
    assert events.request("PUT", path, event(data=4), headers={"If-Match": "*"}).status == 200
    assert events.get(path).headers["ETag"] not in (first, response.headers["ETag"])


def test_if_none_match(events):
    response = events.request("POST", RAW, event())
    path = f"{RAW}/{response.json()['id']}"
    same = events.get(path, If_None_Match=response.headers["ETag"])
    assert (same.status, same.body) == (304, b"")
    assert events.get(path, If_None_Match='"other"').status == 200


def test_head(events):
    path = f"{RAW}/{events.create(RAW, event())['id']}"
    full, head = events.get(path), events.request("HEAD", path)
    assert (head.status, head.body) == (200, b"")
    assert head.headers["ETag"] == full.headers["ETag"]
    assert head.headers["Content-Length"] == str(len(full.body))
    assert events.request("HEAD", RAW + "/none").status == 404


def test_history(events):
    path = f"{RAW}/{events.create(RAW, event(data=1))['id']}"
    events.request("PUT", path, event(data=2))
    events.request("DELETE", path)
    versions = events.get(path + "/history").json()
    assert [version["version"] for version in versions] == [3, 2, 1]
    assert [version["deleted"] for version in versions] == [True, False, False]
    assert all(version["recorded_at"] for version in versions)
    assert events.get(RAW + "/none/history").status == 404


def test_a_deleted_id_can_be_made_again(events):
    events.create(RAW, event(id="again", data=1))
    assert events.request("DELETE", RAW + "/again").status == 200
    events.create(RAW, event(id="again", data=2))
    assert [version["version"] for version in events.get(RAW + "/again/history").json()] == [3, 2, 1]


def test_pages_cover_everything_once(events):
    made = {events.create(RAW, {"name": "paged", "data": number})["id"] for number in range(25)}
    seen, path = [], RAW + "?name=paged&limit=10"
    while path:
        response = events.get(path)
        seen += [one["id"] for one in response.json()]
        link = response.headers["Link"]
        path = link[link.index("<") + 1 : link.index(">")] if link and 'rel="next"' in link else None
        path = path and (urlsplit(path).path + "?" + urlsplit(path).query)
        assert len(seen) <= 25
    assert len(seen) == 25
    assert set(seen) == made


def test_lists_by_comparison(events):
    for hour in range(5):
        events.create(RAW, {"name": "timed", "data": hour, "timestamp": f"2024-01-01T0{hour}:00:00Z"})
    hours = lambda parameters: [one["data"] for one in events.get(f"{RAW}?name=timed&{parameters}").json()]
    assert hours("timestamp_gte=2024-01-01T03:00:00Z") == [4, 3]
    assert hours("timestamp_lt=2024-01-01T01:00:00Z") == [0]
    assert hours("timestamp_gt=2024-01-01T01:00:00Z&timestamp_lte=2024-01-01T03:00:00Z") == [3, 2]


def test_a_list_is_bounded_by_default(events):
    items = [{"name": "many", "data": number} for number in range(150)]
    assert events.request("POST", RAW + "/bulk", items).status == 201
    assert len(events.get(RAW + "?name=many").json()) == 100
    assert len(events.get(RAW + "?name=many&limit=150").json()) == 150


def test_bulk_keeps_the_order(events):
    items = [{"name": "bulk", "data": number} for number in range(500)]
    made = events.request("POST", RAW + "/bulk", items).json()
    assert [one["data"] for one in made] == list(range(500))
    wanted = [made[number]["id"] for number in (3, 1, 2)]
    read = events.get(RAW + "/bulk?ids=" + ",".join(wanted))
    assert read.status == 200
    assert [one["id"] for one in read.json()] == wanted


def test_bulk_as_ndjson(events):
    lines = "".join(json.dumps({"name": "lines", "data": number}) + "\n" for number in range(10))
    response = events.request("POST", RAW + "/bulk", lines, headers={"Content-Type": "application/x-ndjson"})
    assert response.status == 201
    assert [one["data"] for one in response.json()] == list(range(10))


def test_bulk_over_the_limit_of_one_document(events):
    items = [{"name": "large bulk", "data": "x" * 100_000} for _ in range(30)]
    assert events.request("POST", RAW + "/bulk", items).status == 201
    assert len(events.get(RAW + "?name=large%20bulk").json()) == 30


VALUES = [
    "12345678901234567890", "1e400", "45.20", "-0", "0.1", "1E-7", "1.0", "123456789012345678901234567890.123456789", "true", "null",
    '""', '"\\u0000"', '"\\u001f\\u007f"', '"\\ud83d\\ude00"', '"\\/"', '{"$date":1}', '{"$oid":"x"}', '{"":{}}', '{"a.b":1,"$c":2}',
    "[]", "[[[]]]", '{"b":1,"a":2}', '{"id":"inner"}', '{"__proto__":1}',
]  # fmt: skip


def with_exact_numbers(text):
    return json.loads(text, parse_int=str, parse_float=str, object_pairs_hook=list)


@pytest.mark.parametrize("value", VALUES)
def test_values_come_back_as_they_went_in(events, value):
    body = '{"name":"exact","data":' + value + "}"
    response = events.request("POST", RAW, body)
    assert response.status == 201, response
    made = response.json()["id"]
    expected = with_exact_numbers(value)
    exact = lambda text: dict(with_exact_numbers(text))["data"]
    assert exact(response.text) == expected
    assert exact(events.get(f"{RAW}/{made}").text) == expected
    asked = events.request("POST", "/raw-events/graph", {"query": f'{{ getById(id: "{made}") {{ data }} }}'}).text
    assert dict(dict(dict(with_exact_numbers(asked))["data"])["getById"])["data"] == expected


def test_keep_alive_and_pipelining(events):
    connection = events.connect()
    for _ in range(3):
        connection.request("GET", "/health")
        assert connection.getresponse().read() is not None
    connection.close()
