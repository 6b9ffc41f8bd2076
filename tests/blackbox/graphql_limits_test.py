"""Limits of GraphQL requests, as a config sets them and a client meets them."""

import pytest

from service import Service, copy_example

LIMITS = 'limits { bodyBytes = 3MiB, graphql { bytes = 2MiB, tokens = 60, depth = 3, aliases = 2, fields = 8, cost = 100, listRows = 5 } }\n'

REFUSED = {
    "graphql.bytes": '{ getByName(name: "a") { id } } #' + "x" * (2 << 20),
    "graphql.tokens": '{ getByName(name: "a") {' + " id" * 60 + " } }",
    "graphql.depth": '{ getByName(name: "a") { rawEvent { ... { id } } } }',
    "graphql.aliases": "{ a: __typename b: __typename c: __typename }",
    "graphql.fields": '{ getByName(name: "a") { ...F rawEvent { id } } ...G ...G ...G ...G } '
                      "fragment F on ProcessedEvent { id name } fragment G on Query { __typename }",
    "graphql.cost": '{ getByName(name: "a", limit: 60) { id name } }',
}  # fmt: skip


@pytest.fixture(scope="module")
def limited(tmp_path_factory):
    folder = copy_example("events", tmp_path_factory.mktemp("limits"))
    config = folder / "config/config.conf"
    text = config.read_text()
    config.write_text(text.replace("{", "{\n" + LIMITS, 1))
    service = Service(folder)
    service.start()
    yield service
    service.stop()


def ask(service, query, accept="application/graphql-response+json"):
    return service.request("POST", "/processed-events/graph", {"query": query}, headers={"Accept": accept})


@pytest.mark.parametrize("code", REFUSED)
def test_a_request_over_a_limit_is_refused_with_its_code(limited, code):
    response = ask(limited, REFUSED[code])
    assert response.status == 400
    body = response.json()
    assert "data" not in body
    assert [error["extensions"]["code"] for error in body["errors"]] == [code]
    assert ask(limited, REFUSED[code], "application/json").status == 200


def test_a_request_within_the_limits_is_answered(limited):
    response = ask(limited, '{ getByName(name: "a", limit: 20) { id name rawEvent { id } } }')
    assert (response.status, response.json()) == (200, {"data": {"getByName": []}})


def test_deep_nesting_of_every_kind_is_answered(limited):
    for query in ("{" * 500_000, "{a" * 300_000, "{a(b:" + "[" * 500_000, "{a(b:" + "{c:" * 200_000, "query($a:" + "[" * 500_000):
        response = ask(limited, query)
        assert response.status == 400 and response.json()["errors"][0]["message"]
    deep = '{"query": "{__typename}", "variables": {"a": ' + "[" * 200_000 + "]" * 200_000 + "}}"
    assert limited.request("POST", "/processed-events/graph", deep).status == 400
