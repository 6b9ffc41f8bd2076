"""Whose address is recorded: the connection's, unless it is of a proxy that the config trusts, which says who asked it."""

import json
import re

import pytest

import service as services
from otlp_collector import Collector, attributes
from reload_test import hang_up

API = "/things/api"
SDL = """type Thing { id: ID name: String } input ThingInput { id: ID name: String }
type Query { getById(id: ID!): Thing }
type Mutation { createThing(input: ThingInput!): Thing }"""
CLIENT = "198.51.100.7"


def config(**more):
    storage = {"type": "memory", "collection": "things"}
    return {
        "port": 0,
        "logs": {"requests": True},
        "graphlettes": [{"path": "/things/graph", "storage": storage, "schema": SDL, "audit": True}],
        "restlettes": [{"path": API, "storage": storage, "schema": {"type": "object"}}],
        "rules": {"/audit": [{"may": "read"}]},
    } | more


def start(folder, **more):
    return services.with_config(folder, config(**more)).start()


def author_of(service, id):
    return service.get(f"{API}/{id}/history").json()[-1]["author"]["address"]


def address_of(service, headers):
    """The one that is recorded with what is written so."""
    return author_of(service, service.request("POST", API, {"name": "x"}, headers).json()["id"])


def test_what_a_trusted_proxy_says_is_recorded_everywhere(tmp_path):
    collector = Collector()
    traces = {"endpoint": collector.url, "interval": "50ms"}
    service = start(tmp_path, trustedProxies=["127.0.0.0/8", "10.0.0.0/8", "2001:db8::/32"], traces=traces)
    said = {"X-Forwarded-For": f"203.0.113.9, {CLIENT}, 10.1.2.3"}
    id = service.request("POST", API, {"name": "x"}, said).json()["id"]
    assert author_of(service, id) == CLIENT
    made = service.query("/things/graph", 'mutation { createThing(input: {name: "y"}) { id } }', headers=said)
    assert author_of(service, made["data"]["createThing"]["id"]) == CLIENT
    service.get(f"{API}/{id}", **{"X-Forwarded-For": CLIENT})
    assert service.get(f"/audit/api?operation=read&address={CLIENT}").json()[0]["ids"] == [id]
    assert re.search(rf"POST {API} 201 client={CLIENT} ", service.printed())
    assert attributes(collector.named(f"POST {API}"))["client.address"] == CLIENT
    service.stop()
    collector.stop()


@pytest.mark.parametrize(
    "headers, expected",
    [
        ({}, "127.0.0.1"),
        ({"Forwarded": f'for=203.0.113.9, for="{CLIENT}:4711";proto=https'}, CLIENT),
        ({"Forwarded": 'for="[2001:db8:1::7]:80", for=127.0.0.1'}, "2001:db8:1::7"),
        ({"X-Forwarded-For": "::ffff:198.51.100.7"}, CLIENT),
        ({"X-Forwarded-For": f"{CLIENT}, unknown"}, "127.0.0.1"),
        ({"X-Forwarded-For": "\x85nonsense;,,"}, "127.0.0.1"),
        ({"X-Forwarded-For": "9" * 20_000}, "127.0.0.1"),
        ({"Forwarded": 'for="'}, "127.0.0.1"),
        ({"Forwarded": 'for="', "X-Forwarded-For": "203.0.113.9"}, "127.0.0.1"),
        ({"Forwarded": "for=203.0.113.9", "X-Forwarded-For": CLIENT}, "127.0.0.1"),
    ],
)
def test_what_the_headers_say(trusting, headers, expected):
    assert address_of(trusting, headers) == expected


@pytest.fixture(scope="module")
def trusting(tmp_path_factory):
    running = start(tmp_path_factory.mktemp("trusting"), trustedProxies=["127.0.0.1"])
    yield running
    running.stop()


def test_nobody_is_trusted_unless_the_config_says_so(tmp_path):
    service = start(tmp_path)
    said = {"X-Forwarded-For": CLIENT, "Forwarded": f"for={CLIENT}"}
    assert address_of(service, said) == "127.0.0.1"
    for networks, expected in ([["127.0.0.1/32"], CLIENT], [["127.0.0.2", "10.0.0.0/8"], "127.0.0.1"], [[], "127.0.0.1"]):
        (service.folder / "config/config.conf").write_text(json.dumps(config(trustedProxies=networks)))
        hang_up(service)
        assert address_of(service, said) == expected, networks
    service.stop()


def test_each_request_of_a_connection_has_its_own(trusting):
    """As a proxy sends requests of many clients over one."""
    connection = trusting.connect()
    ids = []
    for client in ("198.51.100.1", None, "198.51.100.2"):
        headers = {"Content-Type": "application/json"} | ({"X-Forwarded-For": client} if client else {})
        connection.request("POST", API, "{}", headers)
        ids.append(json.loads(connection.getresponse().read())["id"])
    connection.close()
    assert [author_of(trusting, id) for id in ids] == ["198.51.100.1", "127.0.0.1", "198.51.100.2"]


@pytest.mark.parametrize("wrong", ["10.0.0.0/33", "proxy.example", "10.0.0/8", "", "::1/129"])
def test_a_wrong_network_is_a_problem_of_the_config(tmp_path, wrong):
    service = services.with_config(tmp_path, config(trustedProxies=["10.0.0.0/8", wrong]))
    checked = services.run_command("check", "--config", service.folder / "config/config.conf")
    assert checked.returncode == 1 and f'trustedProxies has "{wrong}", which is no network.' in checked.stderr, checked.stderr
