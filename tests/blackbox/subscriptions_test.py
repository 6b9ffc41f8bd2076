"""GraphQL subscriptions, with clients of npm: per entity and through the unified endpoint, over server-sent events and WebSocket."""

import json

import pytest

import service as services
from feed_client import Events
from subscription_client import Client, ask

pytestmark = pytest.mark.every_storage

RAW, PROCESSED = "/raw-events", "/processed-events"
RAW_SDL = """
type RawEvent { id: ID name: String! n: Int }
type Query { getById(id: ID!): RawEvent getByName(name: String!): [RawEvent!]! }
type Mutation { create(name: String!, n: Int): RawEvent update(id: ID!, n: Int): RawEvent delete(id: ID!): ID }
type Subscription {
  created(name: String, n_gte: Int): RawEvent
  rawEventUpdated: RawEvent!
  changed(name_in: [String!], where: JSON, after: ID): RawEvent
  deleted(id: ID): ID!
}
scalar JSON
"""
PROCESSED_SDL = """
type ProcessedEvent { id: ID raw_event_id: ID status: String rawEvent: RawEvent }
type RawEvent { id: ID name: String! n: Int }
type Query { getById(id: ID!): ProcessedEvent getByRawEvent(id: ID!): [ProcessedEvent!]! }
type Subscription { created(status: String): ProcessedEvent changed: ProcessedEvent }
"""
CONFIG = {
    "limits": {"heartbeat": "200ms", "graphql": {"cost": 5000}},
    "graphlettes": [
        {"path": f"{RAW}/graph", "storage": {"type": "memory", "collection": "raw"}, "schema": RAW_SDL},
        {
            "path": f"{PROCESSED}/graph",
            "storage": {"type": "memory", "collection": "processed"},
            "schema": PROCESSED_SDL,
            "rootConfig": {"resolvers": [{"name": "rawEvent", "queryName": "getById", "graphletteName": f"{RAW}/graph"}]},
        },
    ],
}


def serve(folder, storages, config=CONFIG):
    (folder / "config").mkdir()
    (folder / "config/config.conf").write_text(json.dumps(storages.config(config)))
    return services.Service(folder, command=["serve", "--config", str(folder / "config/config.conf")]).start()


@pytest.fixture
def service(tmp_path, storages):
    running = serve(tmp_path, storages)
    yield running
    running.stop()


def write_some(service):
    """Positions 1 to 6 of raw events; the id of the second is what is given."""
    service.create(f"{RAW}/api", {"name": "a", "n": 1})
    second = service.create(f"{RAW}/api", {"name": "b", "n": 2})["id"]
    service.request("PATCH", f"{RAW}/api/{second}", {"n": 3})
    third = service.create(f"{RAW}/api", {"name": "a", "n": 4})["id"]
    service.request("DELETE", f"{RAW}/api/{third}")
    service.request("PATCH", f"{RAW}/api/{second}", {"name": "c"})
    return second


BEGINNING = {"after": 0}
SUBSCRIPTIONS = {
    "{ created { n } }": [(1, {"created": {"n": 1}}), (2, {"created": {"n": 2}}), (4, {"created": {"n": 4}})],
    '{ created(name: "a", n_gte: 2) { n } }': [(4, {"created": {"n": 4}})],
    "{ it: rawEventUpdated { name n __typename } }": [
        (3, {"it": {"name": "b", "n": 3, "__typename": "RawEvent"}}),
        (6, {"it": {"name": "c", "n": 3, "__typename": "RawEvent"}}),
    ],
    '{ changed(name_in: ["b", "c"]) { n } }': [(2, {"changed": {"n": 2}}), (3, {"changed": {"n": 3}}), (6, {"changed": {"n": 3}})],
    "{ changed(where: {n: {_gt: 2}}) { n } }": [(3, {"changed": {"n": 3}}), (4, {"changed": {"n": 4}}), (6, {"changed": {"n": 3}})],
}
TRANSPORTS = ["sse", "ws"]


def results(lines):
    return [(line["extensions"]["position"], line["data"]) for line in lines]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_fields_give_what_their_names_say(service, transport):
    write_some(service)
    for text, expected in SUBSCRIPTIONS.items():
        lines, end = ask(transport, service, f"{RAW}/graph", f"subscription {text}", count=len(expected), extensions=BEGINNING)
        assert results(lines) == expected and end == {"end": "left"}, text
        unified = f"subscription {{ rawEvents {text} }}"
        lines, _ = ask(transport, service, "/graph", unified, count=len(expected), extensions=BEGINNING)
        assert results(lines) == [(position, {"rawEvents": data}) for position, data in expected], text
