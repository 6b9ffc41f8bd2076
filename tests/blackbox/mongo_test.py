"""Entities in MongoDB: what other tools see of them, and what it can hold."""

import pymongo
import pytest

import service as services
from mongo_server import mongo, on_mongo  # noqa: F401  a fixture
from story_test import RAW_EVENT


@pytest.fixture(scope="module")
def events(mongo, tmp_path_factory):
    folder = services.copy_example("events", tmp_path_factory.mktemp("service"))
    running = services.Service(folder, command=on_mongo(folder, mongo.uri())).start()
    yield running
    running.stop()


def body(data):
    return f'{{"name":"x","data":{data},"timestamp":"2024-01-01T12:00:00Z","source":"s","version":"1"}}'


def test_values_are_kept_as_they_were_sent(events):
    parts = ['"big":12345678901234567890', '"huge":1e400', '"money":45.20', '"nul":"a\\u0000b"', '"date":{"$date":1}', '"a.b":{"":-0}']
    created = events.request("POST", "/raw-events/api", body("{" + ",".join(parts) + "}"))
    assert created.status == 201, created
    read = events.get(created.headers["Location"].split(f":{events.port}")[-1])
    for part in parts:
        assert part in read.text, read


@pytest.mark.parametrize("data", ['{"a\\u0000b":1}', "[" * 120 + "]" * 120])
def test_what_bson_cannot_hold_is_refused(events, data):
    refused = events.request("POST", "/raw-events/api", body(data))
    assert (refused.status, refused.json()["code"]) == (422, "store.unstorable"), refused
    assert "/data/" in refused.text


def test_payloads_are_there_for_other_tools(mongo, events):
    created = events.create("/raw-events/api", {**RAW_EVENT, "name": "plain", "data": {"n": 1.5, "big": 2**40, "list": [{"x": None}]}})
    with pymongo.MongoClient(mongo.uri()) as client:
        (found,) = client[mongo.name()]["raw_events"].find({"payload.name": "plain", "payload.data.n": {"$gt": 1}})
    assert found["_id"] == created.pop("id") and found["payload"] == created
    assert (found["version"], found["deleted"]) == (1, False)
