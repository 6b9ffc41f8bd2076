"""examples/webhooks: every payload of npm's @octokit/webhooks-examples becomes an activity."""

import datetime

import pytest
import service as services
from processors_test import until
from webhooks_test import payloads


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    service = services.Service(services.copy_example("webhooks", tmp_path_factory.mktemp("webhooks"), processors=True)).start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def activities(example):
    """Every payload's name, payload, delivery and activities."""
    sent = payloads()
    deliveries = []
    for begin in range(0, len(sent), 50):
        batch = [{"name": name, "payload": payload} for name, payload in sent[begin : begin + 50]]
        deliveries += example.request("POST", "/deliveries/api/bulk", batch).json()
    until(lambda: example.get("/processors/normalise").json(), lambda told: sum(told["counts"].values()) == len(sent))
    made = [example.get(f"/activities/api?raw_event_id={delivery['id']}").json() for delivery in deliveries]
    return [(name, payload, delivery, results) for (name, payload), delivery, results in zip(sent, deliveries, made)]


def test_each_payload_has_one_activity_with_what_it_says(activities):
    assert len(activities) > 300
    for name, payload, delivery, results in activities:
        (activity,) = results
        assert activity["status"] == "SUCCESS" and activity["raw_event_id"] == delivery["id"] and activity["name"] == name, activity
        assert activity["repository"] == payload.get("repository", {}).get("full_name"), activity
        assert activity["actor"] == payload.get("sender", {"login": "github"})["login"], activity
        assert activity["action"] == payload["action"] if "action" in payload else activity["action"] not in ("happened", "", None), activity
        assert activity["kind"] == f"{name}.{activity['action']}"
        assert activity["url"].startswith(("http://", "https://")), activity
        if activity["occurred_at"] is not None:
            datetime.datetime.fromisoformat(activity["occurred_at"].replace("Z", "+00:00"))
    assert sum(results[0]["occurred_at"] is not None for _, _, _, results in activities) > 200


def test_an_activity_leads_back_to_its_delivery(example, activities):
    query = "query ($id: ID!) { getByRawEventId(raw_event_id: $id) { kind delivery { name payload } } }"
    for name, payload, delivery, results in activities[::20]:
        (found,) = example.data("/activities/graph", query, {"id": delivery["id"]})["getByRawEventId"]
        assert found == {"kind": results[0]["kind"], "delivery": {"name": name, "payload": payload}}


def test_activities_are_found_by_who_did_them_and_where(example, activities):
    query = "{ getByActor(actor: \"Codertocat\", limit: 1000) { actor } getByRepository(repository: \"Codertocat/Hello-World\", limit: 1000) { repository } }"
    found = example.data("/activities/graph", query)
    assert len(found["getByActor"]) == sum(results[0]["actor"] == "Codertocat" for *_, results in activities) > 100
    assert len(found["getByRepository"]) == sum(results[0]["repository"] == "Codertocat/Hello-World" for *_, results in activities) > 100
