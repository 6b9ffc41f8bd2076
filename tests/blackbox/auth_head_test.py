"""Credentials are judged by the head of a request, wherever it goes, and the log says who was refused."""

import gzip
import json
import re
import socket
import time

import pytest

import service as services
from auth_test import GRAPH, REST, api_key, ask, assert_is_refused, config, issued_by, issuer  # noqa: F401 (fixtures)
from issuer import bearer

WRONG = ["X-API-Key: junk", "X-API-Key:", "Authorization:", "Authorization: Bearer a.b.c", "Authorization: Basic x", "Authorization: ApiKey junk"]
ROUTES = [("POST", REST), ("PUT", f"{REST}/7"), ("PATCH", f"{REST}/7"), ("POST", f"{REST}/bulk"), ("POST", GRAPH), ("POST", f"{REST}/consumers/a/claim"), ("POST", "/nothing")]


@pytest.fixture(scope="module", params=[True, False], ids=["required", "not required"])
def service(request, issuer, api_key, tmp_path_factory):
    auth = {"required": request.param, "jwt": issued_by(issuer), "apiKeys": [{"name": "importer", "hash": api_key[1]}]}
    running = services.with_config(tmp_path_factory.mktemp("head"), {**config(auth), "logs": {"format": "json"}}).start()
    yield running
    running.stop()
    assert api_key[0] not in running.printed()


def begin(service, method, path, credentials, length=1000):
    """A request that waits to be told to send its body."""
    connection = socket.create_connection(("127.0.0.1", service.port), 10)
    head = f"{method} {path} HTTP/1.1\r\nHost: h\r\n{credentials}\r\nContent-Type: application/json\r\nContent-Length: {length}\r\n"
    connection.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
    return connection


@pytest.mark.parametrize("wrong", WRONG)
def test_the_body_of_who_is_refused_is_not_taken(service, wrong):
    for method, path in ROUTES:
        with begin(service, method, path, wrong) as connection:
            assert connection.recv(65536).startswith(b"HTTP/1.1 401 "), (method, path)
    with begin(service, "POST", REST, wrong, 100_000_000) as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 "), "too large is not what is wrong with it"


def test_neither_is_that_of_one_whose_key_is_looked_for(service, issuer):
    with begin(service, "POST", REST, f"Authorization: Bearer {issuer.token(header={'kid': 'nobody'})}") as connection:
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")


def test_who_is_let_in_is_asked_for_the_body(service, issuer, api_key):
    body = json.dumps({"name": "asked"})
    for credentials in (f"Authorization: Bearer {issuer.token()}", f"X-API-Key: {api_key[0]}"):
        for _ in range(2):
            with begin(service, "POST", REST, credentials, len(body)) as connection:
                assert connection.recv(65536) == b"HTTP/1.1 100 Continue\r\n\r\n"
                connection.sendall(body.encode())
                assert connection.recv(65536).startswith(b"HTTP/1.1 201 ")


def test_a_body_is_as_large_as_it_may_be_with_a_new_token_too(service, issuer):
    token = issuer.token()
    for name, status in (("x" * 1_000_000, 201), ("x" * 1_100_000, 413), ("x" * 1_100_000, 413)):
        response = service.request("POST", REST, {"name": name}, bearer(token if status == 201 else issuer.token()))
        assert response.status == status


def test_a_connection_goes_on_whatever_it_brings(service, issuer):
    connection = service.connect()
    body = json.dumps({"name": "kept"}).encode()
    for sent, headers in ((body, {}), (iter([body[:5], body[5:]]), {}), (gzip.compress(body), {"Content-Encoding": "gzip"}), (body, {"X-API-Key": "junk"}), (body, {})):
        credentials = {} if "X-API-Key" in headers else bearer(issuer.token())
        connection.request("POST", REST, sent, {"Content-Type": "application/json", **credentials, **headers})
        response = connection.getresponse()
        answer = json.loads(response.read())
        assert response.status == (201 if credentials else 401), answer
        assert not credentials or answer["name"] == "kept"


def test_empty_credentials_are_wrong_ones(service):
    assert_is_refused(ask(service, {"X-API-Key": ""}), "auth.key")
    assert_is_refused(ask(service, {"Authorization": ""}), "auth.scheme")
    assert_is_refused(ask(service, {"Authorization": "Bearer "}))


def test_a_token_is_no_api_key(service, issuer):
    assert_is_refused(ask(service, bearer(issuer.token(sub="importer"))))
    assert ask(service, bearer(issuer.token(sub="importer2"))).status == 200


def refusals(service):
    lines = (json.loads(line) for line in service.printed().splitlines() if line.startswith("{"))
    return [line for line in lines if line["module"] == "auth" and "refused" in line["message"]]


def next_refusal(service, headers):
    """The next line about requests with these headers: there is one a second."""
    before = len(refusals(service))

    def ask_again():
        service.request("GET", f"{REST}/7", headers=headers)
        return refusals(service)[before:]

    return services.wait_until(ask_again)[-1]


def test_the_log_says_who_was_refused(service, issuer):
    trace = "0af7651916cd43dd8448eb211c80319c"
    traceparent = {"traceparent": f"00-{trace}-b7ad6b7169203331-01"}
    for headers, why in (({"X-API-Key": "hunter2"}, "an API key is refused: there is no such key"),
                         (bearer(issuer.token(lasts=-100)), "a token is refused: it has expired"),
                         (bearer(issuer.token(sub="importer")), "a token is refused: its subject is the name of an API key"),
                         ({"Authorization": "Basic hunter2"}, "credentials are refused: their scheme is not taken"),
                         ({"X-API-Key": "hunter2", **bearer("hunter2")}, "a request is refused: it has more than one set of credentials")):
        line = next_refusal(service, {**headers, **traceparent})
        assert re.sub(r" \(\d+ more since the line before\)", "", line["message"]) == f"{why}."
        said = {name: line[name] for name in ("level", "method", "route", "client", "trace_id")}
        assert said == {"level": "warn", "method": "GET", "route": REST, "client": "127.0.0.1", "trace_id": trace}
    assert "hunter2" not in service.printed()


def test_it_is_not_filled_by_them(service):
    before = len(refusals(service))
    begun = time.time()
    for _ in range(50):
        ask(service, {"X-API-Key": "junk"})
    assert len(refusals(service)) - before <= time.time() - begun + 2
    assert re.search(r"\((\d+) more since the line before\)", next_refusal(service, {"X-API-Key": "junk"})["message"])
