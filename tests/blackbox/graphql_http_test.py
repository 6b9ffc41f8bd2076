"""GraphQL over HTTP: npm's graphql-http audits every endpoint of both examples, MUST, SHOULD and MAY; and what the audits leave out."""

import json
import subprocess

import pytest

import service as services
from service import ROOT

pytestmark = pytest.mark.every_storage

AUDITS = {"MUST": 13, "SHOULD": 23, "MAY": 25}


def audit(service, paths, capsys):
    urls = [service.url + path for path in paths]
    done = subprocess.run([ROOT / ".venv/bin/node", ROOT / "tests/web/audit.mjs", *urls], capture_output=True, text=True, timeout=300)
    assert done.returncode == 0, done.stdout + done.stderr
    results = [json.loads(line) for line in done.stdout.splitlines()]
    assert [result["url"] for result in results] == urls
    for path, result in zip(paths, results):
        with capsys.disabled():
            print(f"\ngraphql-http audits of {path}: {result['MUST']} MUST, {result['SHOULD']} SHOULD, {result['MAY']} MAY passed, 0 failed")
        assert {level: result[level] for level in AUDITS} == AUDITS


def test_the_audits_of_the_events(events, capsys):
    audit(events, ["/raw-events/graph", "/processed-events/graph", "/graph"], capsys)


def test_the_audits_of_the_farm(farm, capsys):
    audit(farm, ["/farm/graph", "/coop/graph", "/hen/graph", "/lay_report/graph", "/graph"], capsys)


def test_batches_are_refused_unless_the_config_allows_them(events, tmp_path):
    batch = [{"query": "{ __typename }"}, {"query": "{ nothing }"}]
    refused = events.request("POST", "/raw-events/graph", batch)
    assert refused.status == 400
    assert refused.json()["errors"][0]["extensions"]["code"] == "graphql.batch"

    folder = services.copy_example("farm", tmp_path)
    config = folder / "config/config.conf"
    config.write_text("batching = 2\n" + config.read_text())
    service = services.Service(folder).start()
    try:
        answer = service.request("POST", "/farm/graph", batch)
        assert answer.status == 200
        first, second = answer.json()
        assert first == {"data": {"__typename": "Query"}}
        assert "data" not in second and "nothing" in second["errors"][0]["message"]
        assert service.request("POST", "/farm/graph", batch * 2).status == 400
    finally:
        service.stop()


@pytest.mark.parametrize(
    "accept, status, content_type",
    [
        ("application/graphql-response+json", 400, "application/graphql-response+json"),
        ("application/json", 200, "application/json"),
        ("application/json;q=0.5, application/graphql-response+json", 400, "application/graphql-response+json"),
        ("application/*", 200, "application/json"),
        ("text/html, */*;q=0.1", 200, "application/json"),
        ("image/png", 406, "application/problem+json"),
    ],
)
def test_an_invalid_document_by_media_type(events, accept, status, content_type):
    response = events.request("POST", "/raw-events/graph", {"query": "{ nothing }"}, {"Accept": accept})
    assert (response.status, response.headers["Content-Type"].partition(";")[0]) == (status, content_type)


def test_pages_of_other_origins_may_ask(events):
    asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type,x-trace"}
    preflight = events.request("OPTIONS", "/raw-events/graph", headers=asked)
    assert (preflight.status, preflight.body) == (204, b"")
    assert preflight.headers["Access-Control-Allow-Origin"] == "*"
    assert "POST" in preflight.headers["Access-Control-Allow-Methods"]
    assert preflight.headers["Access-Control-Allow-Headers"] == "content-type,x-trace"
    assert "Access-Control-Allow-Credentials" not in preflight.headers
    for path in ("/raw-events/graph", "/raw-events/api", "/nothing", "/health"):
        answer = events.get(path)  # a cache may give it to any page, so it says so whoever asks
        assert answer.headers["Access-Control-Allow-Origin"] == "*", path
        assert "X-Canonical-Id" in answer.headers["Access-Control-Expose-Headers"], path
    assert events.request("OPTIONS", "/raw-events/graph").headers["Allow"] == "GET, HEAD, POST, OPTIONS"
