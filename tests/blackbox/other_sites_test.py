"""What a page of another site can make a browser send without asking first (the CORS protocol of the Fetch standard): reads alone, never a write.

A browser asks by a preflight before anything but a GET, HEAD or POST whose headers and media type a form could have sent.
"""

import json
from urllib.parse import quote

import pytest

import service as services

RAW, GRAPH = "/raw-events/api", "/raw-events/graph"
FORMS = ["text/plain", "text/plain; charset=application/json", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", None]
ORIGIN = {"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site", "Sec-Fetch-Mode": "no-cors"}
MUTATION = 'mutation { createHen(input: {name: "cross"}) { id } }'
HENS = "/hen/graph"


def send(service, method, path, body, media_type, origin):
    """As a browser sends it, without a media type where the page gives none."""
    connection = service.connect()
    try:
        connection.putrequest(method, path)
        for name, value in origin.items():
            connection.putheader(name, value)
        if media_type is not None:
            connection.putheader("Content-Type", media_type)
        connection.putheader("Content-Length", str(len(body)))
        connection.endheaders(body)
        response = connection.getresponse()
        return response.status, response.read()
    finally:
        connection.close()


@pytest.mark.parametrize("media_type", FORMS)
@pytest.mark.parametrize("path, body", [
    (RAW, {"name": "cross", "data": 1}),
    (RAW + "/bulk", [{"name": "cross", "data": 1}]),
    (RAW + "/bulk?partial=true", [{"name": "cross", "data": 1}]),
    (RAW + "/consumers/cross/claim", None),
    (RAW + "/consumers/cross/release/1", None),
    (GRAPH, {"query": "{ __typename }"}),
    ("/graph", {"query": "{ __typename }"}),
])  # fmt: skip
def test_no_form_writes(events, path, body, media_type):
    for origin in (ORIGIN, {"Origin": "https://evil.example"}, {"Origin": "null"}, {"Origin": f"http://127.0.0.1:{events.port + 1}"}):
        status, answer = send(events, "POST", path, b"" if body is None else json.dumps(body).encode(), media_type, origin)
        assert (status, json.loads(answer)["code"]) == (403, "http.cross_site"), answer
    assert events.get(f"{RAW}?name=cross").json() == []
    assert events.get(f"{RAW}/consumers").json() == []


def test_pages_of_the_service_itself_write(events):
    for origin in ({"Origin": events.url}, {"Origin": "https://front.example", "Sec-Fetch-Site": "same-origin"}, {}):
        assert send(events, "POST", RAW + "/consumers/own/claim", b"", None, origin)[0] == 200
    assert events.request("DELETE", RAW + "/consumers/own").status == 200


def test_pages_that_asked_first_write(events):
    status, answer = send(events, "POST", RAW, b'{"name": "asked", "data": 1}', "application/json", ORIGIN)
    assert status == 201, answer


def test_queries_by_get_only_read(farm):
    for accept in ("application/json", "application/graphql-response+json", "text/event-stream", "*/*"):
        response = farm.request("GET", f"{HENS}?query={quote(MUTATION)}", headers=ORIGIN | {"Accept": accept})
        assert response.status == 405 and response.headers["Allow"] == "POST", response
    assert farm.data(HENS, '{ getByName(name: "cross") { id } }') == {"getByName": []}


@pytest.mark.parametrize("name", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_no_header_makes_another_method_of_one(events, name):
    made = events.create(RAW, {"name": "kept", "data": 1})
    assert events.request("GET", f"{RAW}/{made['id']}?_method=DELETE", headers={name: "DELETE"}).status in (200, 400)
    assert events.request("POST", f"{RAW}/{made['id']}", {}, headers={name: "DELETE"}).status == 405
    assert events.get(f"{RAW}/{made['id']}").status == 200


def test_no_answer_lets_cookies_along(events):
    for method, path in (("GET", RAW), ("OPTIONS", RAW), ("GET", GRAPH), ("GET", "/nothing"), ("GET", "/")):
        response = events.request(method, path, headers=ORIGIN | {"Access-Control-Request-Method": "PUT", "Cookie": "a=b"})
        assert "Access-Control-Allow-Credentials" not in response.headers and "Set-Cookie" not in response.headers, response


@pytest.mark.parametrize("origins, allowed", [(["https://app.example"], "https://app.example"), ("none", None)])
def test_listed_pages_alone_read(tmp_path, origins, allowed):
    service = services.with_config(tmp_path, embedded({"cors": {"origins": origins}})).start()
    try:
        for origin in ("https://app.example", "https://evil.example"):
            expected = origin if origin == allowed else None
            assert service.get(RAW, Origin=origin).headers.get("Access-Control-Allow-Origin") == expected
            asked = {"Origin": origin, "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "content-type"}
            answer = service.request("OPTIONS", RAW, headers=asked)
            assert answer.headers.get("Access-Control-Allow-Origin") == expected
            assert (answer.headers.get("Access-Control-Allow-Headers") is not None) == (expected is not None)
            if expected is None:
                refused = service.request("GET", RAW, headers={"Origin": origin, "Connection": "Upgrade", "Upgrade": "websocket"})
                assert (refused.status, refused.json()["code"]) == (403, "http.cross_site")
    finally:
        service.stop()


def test_an_origin_that_is_none_is_told(tmp_path):
    service = services.with_config(tmp_path, embedded({"cors": {"origins": ["app.example", "https://app.example/page"]}}))
    ran = services.run_command("check", "--config", service.folder / "config/config.conf")
    assert ran.returncode == 1 and (ran.stdout + ran.stderr).count("which is no origin") == 2, ran


def embedded(more):
    """The entity of raw events, in memory, and more settings."""
    return {"restlettes": [{"path": RAW, "storage": {"type": "memory", "collection": "raw"}, "schema": {"type": "object"}}], **more}
