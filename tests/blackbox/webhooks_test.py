"""Real input: every payload of npm's @octokit/webhooks-examples goes in as a raw event, gets a processed event, and comes back through the
federated query equal to what was sent."""

import json
from pathlib import Path

import pytest

pytestmark = pytest.mark.every_storage

EXAMPLES = Path(__file__).resolve().parent / "node_modules/@octokit/webhooks-examples/api.github.com/index.json"


def payloads():
    assert EXAMPLES.is_file(), f"{EXAMPLES} is missing: ./dev setup test"
    return [(webhook["name"], payload) for webhook in json.loads(EXAMPLES.read_text()) for payload in webhook["examples"]]


@pytest.fixture(scope="module")
def sent(events):
    """By webhook name, the payloads sent with the ids of both events."""
    by_name = {}
    for name, payload in payloads():
        raw = events.create("/raw-events/api", {"name": name, "data": payload, "source": "github"})
        processed = events.create("/processed-events/api", {"name": name, "raw_event_id": raw["id"], "processed_data": payload, "status": "SUCCESS"})
        by_name.setdefault(name, []).append((raw["id"], processed["id"], payload))
    return by_name


def test_there_are_many(sent):
    assert len(sent) > 40
    assert sum(len(events) for events in sent.values()) > 150


def test_every_payload_comes_back_through_the_federated_query(events, sent):
    query = """query ($name: String!) {
      getByName(name: $name) { id name status processed_data rawEvent { id name source data } } }"""
    for name, expected in sent.items():
        found = events.data("/processed-events/graph", query, {"name": name})["getByName"]
        assert [event["id"] for event in found] == [processed for _, processed, _ in reversed(expected)]
        for event, (raw, _, payload) in zip(found, reversed(expected)):
            assert event["processed_data"] == payload
            assert event["rawEvent"] == {"id": raw, "name": name, "source": "github", "data": payload}


def test_every_payload_comes_back_over_rest(events, sent):
    for name, expected in sent.items():
        ids = ",".join(raw for raw, _, _ in expected)
        found = events.get("/raw-events/api/bulk?ids=" + ids).json()
        assert [event["data"] for event in found] == [payload for _, _, payload in expected], name


def test_by_raw_event_id(events, sent):
    query = "query ($id: ID!) { getByRawEventId(raw_event_id: $id) { id } }"
    for expected in sent.values():
        raw, processed, _ = expected[0]
        assert events.data("/processed-events/graph", query, {"id": raw}) == {"getByRawEventId": [{"id": processed}]}
