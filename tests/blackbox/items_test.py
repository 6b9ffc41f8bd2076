"""Every item of a bulk request has one outcome, in order; ids, keys and filters as clients spell them."""

import json

import pytest

import service as services

pytestmark = pytest.mark.every_storage

LINES = {"Content-Type": "application/x-ndjson"}
CONFIG = {
    "url": "https://events.example.com/base",
    "limits": {"bodyBytes": 2000},
    "restlettes": [
        {"path": "/any/api", "storage": {"type": "memory", "collection": "any"}, "schema": {"type": "object"}},
        {
            "path": "/typed/api",
            "storage": {"type": "memory", "collection": "typed"},
            "schema": {
                "additionalProperties": False,
                "properties": {
                    "id": {"type": "string"},
                    "n": {"type": "integer"},
                    "ok": {"type": "boolean"},
                    "address": {"type": "object"},
                    "name": {"type": "string"},
                    "_x": {"type": "string"},
                },
            },
        },
        {
            "path": "/enveloped/api",
            "storage": {"type": "memory", "collection": "enveloped"},
            "schema": {
                "properties": {"document": {"type": "object"}, "idempotencyKey": {"type": "string"}},
                "required": ["document", "idempotencyKey"],
            },
        },
    ],
}  # fmt: skip


@pytest.fixture(scope="module")
def service(tmp_path_factory, storages):
    folder = tmp_path_factory.mktemp("items")
    (folder / "config").mkdir()
    (folder / "config/config.conf").write_text(json.dumps(storages.config(CONFIG)))
    running = services.Service(folder, command=["serve", "--config", str(folder / "config/config.conf")]).start()
    yield running
    running.stop()


def names(service, path="/any/api"):
    return {document.get("name") for document in service.get(path + "?limit=10000").json()}


GOOD = ['{"name":"one"}', '{"name":"three"}']
BROKEN = {
    "a duplicate key": ('{"name":"x","name":"y"}', 400, "json.duplicate_key"),
    "a lone surrogate": ('{"name":"\\ud800"}', 400, "json.surrogate"),
    "a syntax error": ('{"name" "x"}', 400, "json.syntax"),
    "no object": ("7", 422, "document.not_object"),
    "too deep": ("[" * 300 + "]" * 300, 400, "json.depth"),
    "too long": ('{"name":"' + "x" * 3000 + '"}', 413, "bulk.item_too_large"),
}


@pytest.mark.parametrize("form", ["array", "lines"])
@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_item_has_a_result_and_the_rest_goes_on(service, form, what):
    text, status, code = BROKEN[what]
    items = [f'{{"name":"{what} {form} {number}"}}' for number in (1, 2)]
    items.insert(1, text)
    body, headers = ("[" + ", ".join(items) + "]", {}) if form == "array" else ("\n".join(items), LINES)
    results = service.request("POST", "/any/api/bulk?partial=true", body, headers)
    assert results.status == 200, results
    assert [each["index"] for each in results.json()] == [0, 1, 2]
    assert [each["status"] for each in results.json()] == [201, status, 201]
    assert results.json()[1]["problem"]["code"] == code
    assert {f"{what} {form} {number}" for number in (1, 2)} <= names(service)


@pytest.mark.parametrize("form", ["array", "lines"])
@pytest.mark.parametrize("what", BROKEN)
def test_a_broken_item_refuses_all_of_an_atomic_request(service, form, what):
    text, status, code = BROKEN[what]
    items = [f'{{"name":"atomic {what} {form}"}}', text]
    body, headers = ("[" + ", ".join(items) + "]", {}) if form == "array" else ("\n".join(items), LINES)
    answer = service.request("POST", "/any/api/bulk", body, headers)
    assert answer.status == status, answer
    if code != "document.not_object":
        assert answer.json()["code"] == code
    assert f"atomic {what} {form}" not in names(service)


def test_a_body_that_ends_early_has_a_last_result(service):
    for body in ('[{"name":"early"}', '[{"name":"early"}]x', '[{"name":"early"},]', '[{"name":"early"},{"b":', '[{"name":"early"},"b'):
        results = service.request("POST", "/any/api/bulk?partial=true", body).json()
        assert [(each["index"], each["status"]) for each in results] == [(0, 201), (1, 400)]
        assert results[1]["problem"]["code"] == "json.syntax"


def test_an_idempotency_key_is_no_header_of_bulk(service):
    for query in ("", "?partial=true"):
        answer = service.request("POST", "/any/api/bulk" + query, [{"name": "keyed"}], {"Idempotency-Key": "k"})
        assert (answer.status, answer.json()["code"]) == (400, "idempotency.key")
    assert "keyed" not in names(service)


def test_an_idempotency_key_stands_once(service):
    connection = service.connect()
    connection.putrequest("POST", "/any/api")
    for name, value in (("Content-Type", "application/json"), ("Content-Length", "2"), ("Idempotency-Key", "a"), ("Idempotency-Key", "a")):
        connection.putheader(name, value)
    connection.endheaders(b"{}")
    answer = connection.getresponse()
    assert (answer.status, json.loads(answer.read())["code"]) == (400, "idempotency.key")
    connection.close()


def test_an_envelope_is_not_mistaken_for_a_document(service):
    line = '{"idempotencyKey": "e1", "document": {"name": "enveloped"}}'
    first, again = (service.request("POST", "/any/api/bulk", line, LINES).json() for _ in range(2))
    assert first == again and first[0]["name"] == "enveloped"
    for wrong in ('{"idempotencyKey": 7, "document": {}}', '{"idempotencyKey": "x", "document": {}, "more": 1}'):
        answer = service.request("POST", "/any/api/bulk", wrong, LINES)
        assert answer.status == 422 and "An envelope has the members" in answer.json()["errors"][0]["message"]
    stored = service.request("POST", "/enveloped/api/bulk", line, LINES)
    assert stored.status == 201 and stored.json()[0]["document"] == {"name": "enveloped"}


def test_an_encoded_comma_is_part_of_an_id(service):
    for number in ("a,b", "c"):
        assert service.request("POST", "/any/api", {"id": number, "name": "comma,s"}).status == 201
    for query in ("ids=a%2Cb,c", "ids=a%2Cb&ids=c", "ids[]=a%2Cb&ids[]=c"):
        assert [each["id"] for each in service.get("/any/api/bulk?" + query).json()] == ["a,b", "c"], query
    assert [each["id"] for each in service.get("/any/api?id_in=a%2Cb,x").json()] == ["a,b"]
    assert len(service.get("/any/api?name_in=comma%2Cs").json()) == 2
    assert len(service.get("/any/api?name=comma,s").json()) == 2
    # Many clients encode every comma of a list.
    service.create("/any/api", {"id": "d", "name": "s"})
    assert [each["id"] for each in service.get("/any/api/bulk?ids=c%2Cd").json()] == ["c", "d"]
    assert [each["id"] for each in service.get("/any/api?id_in=c%2Cd").json()] == ["d", "c"]


@pytest.mark.parametrize("number", ["é 123", " pad ", "100%", "a/b", "日本"])
def test_the_canonical_id_is_told_in_ascii(service, number):
    from urllib.parse import quote, unquote

    created = service.request("POST", "/any/api", {"id": number})
    assert unquote(created.headers["X-Canonical-Id"]) == number
    assert created.headers["Location"] == "/base/any/api/" + quote(number, safe="")
    read = service.get("/any/api/" + quote(number, safe=""))
    assert read.json() == {"id": number} and unquote(read.headers["X-Canonical-Id"]) == number


def test_links_lead_through_the_path_of_the_url(service):
    for _ in range(2):
        service.create("/typed/api", {"n": 1})
    link = service.get("/typed/api?limit=1").headers["Link"]
    assert link.startswith("<https://events.example.com/base/typed/api?limit=1&after=")


def test_control_characters_are_in_no_id(service):
    for number in ("a\x85", "a\x9f", "\x7f"):
        assert service.request("POST", "/any/api", {"id": number}).status == 422


def test_names_with_an_underscore_in_front_evade_caches(service):
    service.create("/any/api", {"name": "cached"})
    service.create("/typed/api", {"_x": "kept"})
    assert "cached" in {each.get("name") for each in service.get("/any/api?_cb=1&_=2&limit=10000").json()}
    assert [each["_x"] for each in service.get("/typed/api?_x=kept&_y=1").json()] == ["kept"]
    assert service.get("/typed/api?_x=other").json() == []


@pytest.mark.parametrize("query", ["n_prefix=five", "n_gt=five", "ok_gt=false", "address=x", "address_ne=x", "address_in=x", "ok=1", "n=true"])
def test_a_filter_that_nothing_can_meet_is_refused(service, query):
    answer = service.get("/typed/api?" + query)
    assert (answer.status, answer.json()["code"]) == (400, "list.value")


def test_what_is_unchanged_varies_as_what_is_read(service):
    number = service.create("/any/api", {"name": "long", "text": "x" * 1500})["id"]
    for coding in ("gzip", "identity"):
        read = service.get("/any/api/" + number, Accept_Encoding=coding)
        unchanged = service.get("/any/api/" + number, Accept_Encoding=coding, If_None_Match=read.headers["ETag"])
        assert (unchanged.status, unchanged.body) == (304, b"")
        for name in ("Vary", "ETag", "X-Canonical-Id"):
            assert unchanged.headers[name] == read.headers[name], name
