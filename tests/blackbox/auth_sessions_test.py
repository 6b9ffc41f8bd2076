"""What goes on: WebSockets and feeds, which begin with credentials and end with them."""

import time

import pytest

import prometheus
import service as services
from auth_test import GRAPH, REST, api_key, config, issued_by, issuer  # noqa: F401 (fixtures)
from feed_client import Stream
from issuer import bearer
from subscription_client import Client
from web_socket_client import WebSocket

CREATED = "subscription { created { name } }"


@pytest.fixture(scope="module")
def service(issuer, api_key, tmp_path_factory):
    auth = {"jwt": issued_by(issuer, clockSkew="0s"), "apiKeys": [{"name": "importer", "hash": api_key[1]}]}
    running = services.with_config(tmp_path_factory.mktemp("sessions"), config(auth)).start()
    yield running
    running.stop()


def header(token):
    return [f"Authorization: Bearer {token}"]


@pytest.mark.parametrize("name", ["Authorization", "authorization"])
@pytest.mark.parametrize("below", [True, False])
def test_the_first_message_brings_a_token(service, issuer, name, below):
    payload = {name: f"Bearer {issuer.token()}"}
    with WebSocket(service, GRAPH) as socket:
        socket.greet({"headers": payload} if below else payload)
        socket.subscribe("1", CREATED)
        services.wait_until(lambda: prometheus.read(service).value("millrace_feed_followers") > 0)
        service.request("POST", REST, {"name": "a"}, bearer(issuer.token()))
        assert socket.next()["payload"]["data"] == {"created": {"name": "a"}}


def test_so_may_the_handshake_and_an_api_key(service, issuer, api_key):
    with WebSocket(service, GRAPH, headers=header(issuer.token())) as socket:
        socket.greet()
    with WebSocket(service, GRAPH, headers=[f"X-API-Key: {api_key[0]}"]) as socket:
        socket.greet()
    with WebSocket(service, GRAPH) as socket:
        socket.greet({"authorization": f"ApiKey {api_key[0]}"})


def test_without_credentials_it_ends(service):
    for payload in ({}, {"payload": {}}, {"payload": {"Authorization": 7}}, {"payload": {"headers": {}}}):
        with WebSocket(service, GRAPH) as socket:
            socket.send({"type": "connection_init", **payload})
            socket.subscribe("1", "{ __typename }")
            assert socket.receive() is None
            assert socket.closed == (4401, "Unauthorized")


def test_with_wrong_ones_it_ends(service, issuer):
    for authorization in ("Bearer a.b.c", "", f"Bearer {issuer.token(lasts=-1)}", "ApiKey x", "Basic eDp5", f"Bearer {issuer.token(aud='other')}"):
        with WebSocket(service, GRAPH) as socket:
            socket.send({"type": "connection_init", "payload": {"Authorization": authorization}})
            socket.subscribe("1", "{ __typename }")
            assert socket.receive() is None
            assert socket.closed == (4403, "Forbidden"), authorization


def test_with_two_sets_of_them_it_ends(service, issuer, api_key):
    right = f"Bearer {issuer.token()}"
    for handshake, payload in ((header(issuer.token()), {"Authorization": right}), (header(issuer.token()), {"headers": {"authorization": "ApiKey x"}}),
                               ([f"X-API-Key: {api_key[0]}"], {"Authorization": right}), ([], {"Authorization": right, "authorization": right}),
                               ([], {"Authorization": right, "headers": {"Authorization": right}})):
        with WebSocket(service, GRAPH, headers=handshake) as socket:
            socket.send({"type": "connection_init", "payload": payload})
            socket.subscribe("1", "{ __typename }")
            assert socket.receive() is None
            assert socket.closed == (4400, "More than one set of credentials"), (handshake, payload)


def test_a_handshake_with_a_wrong_token_is_none(service):
    with WebSocket(service, GRAPH, headers=header("a.b.c")) as socket:
        assert socket.head.startswith("HTTP/1.1 401 ")
    with WebSocket(service, REST) as socket:
        assert socket.head.startswith("HTTP/1.1 401 "), "no WebSocket is there, so nothing is open"


def test_nothing_runs_before_the_first_message(service):
    with WebSocket(service, GRAPH) as socket:
        socket.subscribe("1", "{ __typename }")
        assert socket.end()[0] == 4401


def test_it_ends_when_the_token_does(service, issuer):
    with WebSocket(service, GRAPH) as socket:
        begun = time.time()
        socket.greet({"Authorization": f"Bearer {issuer.token(lasts=2)}"})
        socket.subscribe("1", CREATED)
        assert socket.end() == (4403, "Expired")
        assert 0.9 < time.time() - begun < 3


def test_a_client_of_npm(service, issuer):
    with Client("ws", service, GRAPH, "{ __typename }", parameters={"Authorization": f"Bearer {issuer.token()}"}) as client:
        assert list(client) == [{"data": {"__typename": "Query"}}]
        assert client.end == {"end": "complete"}
    with Client("ws", service, GRAPH, "{ __typename }", parameters={"Authorization": "Bearer x"}) as client:
        assert list(client) == []
        assert client.end["code"] == 4403


def test_feeds_end_when_the_token_does(service, issuer):
    for path, accept in ((f"{REST}/changes?follow=true", "application/x-ndjson"), (f"{REST}/changes?follow=true", "text/event-stream"),
                         (f"{GRAPH}?query=subscription%7Bcreated%7Bname%7D%7D", "text/event-stream")):
        begun = time.time()
        with Stream(service, path, {**bearer(issuer.token(lasts=2)), "Accept": accept}) as stream:
            assert stream.status == 200, stream.response.read()
            stream.response.read()  # a body that is cut would raise
        assert 0.9 < time.time() - begun < 6, path



@pytest.fixture(scope="module")
def slow(issuer, api_key, tmp_path_factory):
    """No heartbeat comes that would end a feed."""
    auth = {"jwt": issued_by(issuer, clockSkew="0s"), "apiKeys": [{"name": "importer", "hash": api_key[1]}]}
    running = services.with_config(tmp_path_factory.mktemp("slow"), {**config(auth), "limits": {"heartbeat": "20s"}}).start()
    yield running
    running.stop()


def test_nothing_is_sent_that_comes_after_the_token(slow, issuer, api_key):
    feeds = ((f"{REST}/changes?follow=true", "application/x-ndjson"), (f"{REST}/changes?follow=true", "text/event-stream"),
             (f"{REST}/changes?wait=10s", "application/x-ndjson"), (f"{GRAPH}?query=subscription%7Bcreated%7Bname%7D%7D", "text/event-stream"))
    for path, accept in feeds:
        last = slow.request("POST", REST, {"name": "before"}, {"X-API-Key": api_key[0]}).headers["X-Position"]
        path += f"&after={last}" if REST in path else ""
        token = bearer(issuer.token(lasts=2))
        with Stream(slow, path, {**token, "Accept": accept}) as stream:
            assert stream.status == 200
            services.wait_until(lambda: slow.request("GET", f"{REST}/7", headers=token).status == 401)  # noqa: B023 (called at once)
            slow.request("POST", REST, {"name": "after"}, {"X-API-Key": api_key[0]})
            assert b"after" not in stream.response.read(), path


def test_a_claim_waits_no_longer_than_the_token_holds(slow, issuer, api_key):
    slow.request("POST", f"{REST}/consumers/waits/claim?from=now", headers={"X-API-Key": api_key[0]})
    begun = time.time()
    answer = slow.request("POST", f"{REST}/consumers/waits/claim?wait=20s", headers=bearer(issuer.token(lasts=2)))
    assert answer.json()["events"] == []
    assert time.time() - begun < 3
