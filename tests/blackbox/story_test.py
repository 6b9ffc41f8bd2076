"""The seed's story on examples/events: create both events over REST; find them by name, across services, and by raw event id."""

import pytest

pytestmark = pytest.mark.every_storage

RAW = "/raw-events"
PROCESSED = "/processed-events"

RAW_EVENT = {
    "name": "user_login",
    "data": {"user_id": "user123", "username": "john_doe", "ip_address": "192.168.1.100"},
    "timestamp": "2024-01-01T12:00:00Z",
    "source": "auth_service",
    "version": "1.0",
}
PROCESSED_EVENT = {
    "name": "user_login",
    "processed_data": {"user_id": "user123", "username": "john_doe", "login_country": "US", "risk_score": 0.1},
    "processed_timestamp": "2024-01-01T12:00:01Z",
    "status": "SUCCESS",
    "processing_time_ms": 45.2,
}


@pytest.fixture(scope="module")
def story(events):
    raw = events.create(RAW + "/api", RAW_EVENT)
    processed = events.create(PROCESSED + "/api", {**PROCESSED_EVENT, "raw_event_id": raw["id"]})
    return raw, processed


def test_an_answer_is_the_document_with_its_id(story):
    raw, processed = story
    assert raw == {**RAW_EVENT, "id": raw["id"]}
    assert processed == {**PROCESSED_EVENT, "id": processed["id"], "raw_event_id": raw["id"]}


def test_raw_events_by_name(events, story):
    raw, _ = story
    found = events.data(RAW + "/graph", '{ getByName(name: "user_login") { id name data timestamp source metadata } }')
    expected = {"id": raw["id"], "name": "user_login", "data": RAW_EVENT["data"], "timestamp": RAW_EVENT["timestamp"]}
    assert found == {"getByName": [{**expected, "source": "auth_service", "metadata": None}]}


def test_processed_events_with_their_raw_event(events, story):
    raw, processed = story
    query = """{ getByName(name: "user_login") { id name processed_data status processing_time_ms
                 rawEvent { id name data timestamp source } } }"""
    (found,) = events.data(PROCESSED + "/graph", query)["getByName"]
    assert found.pop("rawEvent") == {
        "id": raw["id"], "name": "user_login", "data": RAW_EVENT["data"], "timestamp": RAW_EVENT["timestamp"], "source": "auth_service",
    }  # fmt: skip
    assert found == {
        "id": processed["id"],
        **{key: PROCESSED_EVENT[key] for key in ("name", "processed_data", "status", "processing_time_ms")},
    }


def test_processed_events_by_raw_event_id(events, story):
    raw, processed = story
    query = f'{{ getByRawEventId(raw_event_id: "{raw["id"]}") {{ id name status processed_timestamp error_message }} }}'
    assert events.data(PROCESSED + "/graph", query)["getByRawEventId"] == [
        {
            "id": processed["id"],
            "name": "user_login",
            "status": "SUCCESS",
            "processed_timestamp": PROCESSED_EVENT["processed_timestamp"],
            "error_message": None,
        }
    ]


def test_a_raw_event_by_id_over_both_apis(events, story):
    raw, _ = story
    assert events.get(f"{RAW}/api/{raw['id']}").json() == raw
    query = "query ($id: ID!) { getById(id: $id) { id version data } }"
    assert events.data(RAW + "/graph", query, {"id": raw["id"]}) == {"getById": {key: raw[key] for key in ("id", "version", "data")}}


def test_a_list_is_newest_first(events):
    made = [events.create(RAW + "/api", {"name": "ordered", "data": number})["id"] for number in range(5)]
    listed = [event["id"] for event in events.get(RAW + "/api?name=ordered").json()]
    asked = events.data(RAW + "/graph", '{ getByName(name: "ordered") { id } }')["getByName"]
    assert listed == [event["id"] for event in asked] == made[::-1]


def test_many_parents_with_one_target_and_with_many(events):
    raws = [events.create(RAW + "/api", {"name": "fan", "data": number}) for number in range(30)]
    for number in range(60):
        events.create(PROCESSED + "/api", {"name": "fanned", "raw_event_id": raws[number % 30]["id"], "processed_data": number % 30})
    found = events.data(PROCESSED + "/graph", '{ getByName(name: "fanned") { processed_data rawEvent { data } } }')["getByName"]
    assert len(found) == 60
    assert all(event["rawEvent"]["data"] == event["processed_data"] for event in found)


def test_health_and_ready(events):
    assert events.get("/health").status == 200
    assert events.get("/ready").status == 200


def test_a_restart_keeps_everything(tmp_path):
    import service as services

    service = services.Service(services.copy_example("events", tmp_path)).start()
    raw = service.create(RAW + "/api", RAW_EVENT)
    service.stop()
    service.start()
    assert service.get(f"{RAW}/api/{raw['id']}").json() == raw
    service.stop()
