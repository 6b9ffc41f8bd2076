"""The lineage page at /console, in Chromium (tests/console), over the examples and over a config with a service that is away."""

import json
import re
import subprocess

import pytest

import service as services

from pages_test import BROWSER, page
from prefix_proxy import below
from service import ROOT

NODE = ROOT / ".venv/bin/node"
PICTURE_BYTES_MAX = 200_000

ORDERS = """
type Order { id: ID! title: String! customer_id: ID digits: JSON score: Score customer: Customer }
type Score { id: ID! value: Int }
type Customer { id: ID! name: String }
type Query { getById(id: ID!, at: Float): Order  getByTitle(title: String!): [Order!]! }
"""
CUSTOMERS = """
type Customer { id: ID! name: String }
type Query { getById(id: ID!, at: Float): Customer }
type Mutation { createCustomer(id: ID, name: String): Customer }
"""


def in_chromium(script, *arguments):
    done = subprocess.run([NODE, ROOT / "tests/console" / script, *arguments], capture_output=True, text=True, timeout=180)
    assert done.returncode == 0, done.stdout + done.stderr


def settings_of(service):
    return json.loads(re.search(r'id="settings">(.*?)</script>', page(service, "/console").text)[1])


def start(folder, config):
    """A service of that config, in memory."""
    return services.with_config(folder, config).start()


def graphlette(path, sdl, **others):
    return {"path": path, "schema": sdl, "storage": {"type": "memory", "collection": path.split("/")[1]}, **others}


@pytest.fixture
def fresh(tmp_path):
    """examples/events with nothing in it."""
    service = services.Service(services.copy_example("events", tmp_path)).start()
    yield service
    service.stop()


@pytest.mark.parametrize("script", ["lineage.mjs", "live.mjs", "hostile.mjs", "large.mjs", "narrow.mjs"])
def test_in_a_browser(fresh, script):
    in_chromium(script, fresh.url)


def test_what_processors_did_with_an_event_in_a_browser(tmp_path):
    service = services.Service(services.copy_example("events", tmp_path, processors=True)).start()
    in_chromium("lifecycle.mjs", service.url)
    service.stop()


def test_below_a_prefix_of_a_proxy(fresh):
    with below("/some/shop", fresh.port) as base:
        in_chromium("lineage.mjs", base)


def test_any_config_has_one(farm):
    in_chromium("farm.mjs", farm.url)


@pytest.mark.parametrize("unified", [False, "/everything"])
def test_what_fails_is_told_where_it_stands(tmp_path, unified):
    away = f"http://127.0.0.1:{services.free_port()}/graph"
    resolvers = [
        {"name": "score", "id": "id", "queryName": "getById", "url": away, "retries": 0},
        {"name": "customer", "queryName": "getById", "url": "/customers"},
    ]
    orders = graphlette("/orders/graph", ORDERS, rootConfig={"resolvers": resolvers})
    service = start(tmp_path, {"graphlettes": [orders, graphlette("/customers", CUSTOMERS)], "unified": {"path": unified}})
    assert settings_of(service)["graphql"] == ("everything" if unified else None)
    in_chromium("errors.mjs", service.url)
    service.stop()


def test_the_picture_of_the_documents_can_be_made(fresh, tmp_path):
    in_chromium("picture.mjs", fresh.url, tmp_path / "console.png")
    for picture in (tmp_path / "console.png", ROOT / "docs/console.png"):
        assert picture.read_bytes().startswith(b"\x89PNG") and picture.stat().st_size < PICTURE_BYTES_MAX, picture


def test_what_it_is_told_of_the_examples(events, farm):
    told = settings_of(events)
    assert [(entity["name"], entity["rest"], entity["group"]) for entity in told["entities"]] == [
        ("raw-events", "raw-events/api", "rawEvents"),
        ("processed-events", "processed-events/api", "processedEvents"),
    ]
    assert told["entities"][1] | {"names": ["name"], "status": "status", "error": "error_message"} == told["entities"][1]
    assert told["links"] == [{"from": 1, "key": "raw_event_id", "to": 0, "forward": "rawEvent", "reverse": None, "unified": "processedEvents"}]
    keys = [(told["from"], told["key"], told["to"]) for told in settings_of(farm)["links"]]
    assert keys == [(1, "farm_id", 0), (2, "coop_id", 1), (3, "hen_id", 2)]
    assert settings_of(farm)["resolved"] == []


def test_it_loads_nothing_from_elsewhere(events):
    response = page(events, "/console")
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in response.headers["Content-Security-Policy"]
    assert not re.findall(r"(?:src|href)=\"(?!\./-/pages/)", response.text)
    script = re.search(r"-/pages/console-\w+\.js", response.text)[0]
    assert len(events.get("/" + script, Accept_Encoding="gzip").body) < 30_000
    assert events.get("/console", Accept=BROWSER, If_None_Match=response.headers["ETag"]).status == 304
    assert events.request("POST", "/console", {}).status == 405


def test_a_path_of_ones_own_goes_before_it(tmp_path):
    sdl = "type Console { id: ID! } type Query { getById(id: ID!): Console }"
    service = start(tmp_path, {"graphlettes": [graphlette("/console", sdl)]})
    assert service.data("/console", '{ getById(id: "x") { id } }') == {"getById": None}
    assert service.get("/").json()["console"] is None
    assert "Console" not in service.printed()
    service.stop()


def test_it_is_linked_and_printed(events):
    assert events.get("/").json()["console"] == f"{events.url}/console"
    services.wait_until(lambda: f"  Console  http://localhost:{events.port}/console\n" in events.printed())
