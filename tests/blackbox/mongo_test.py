"""Entities in MongoDB: what other tools see of them, and what the service says and does when the server is not as it should be."""

import time

import pytest

import service as services
from mongo_server import MongoServer, on_mongo
from story_test import RAW_EVENT


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = MongoServer(tmp_path_factory.mktemp("mongo")).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def events(server, tmp_path_factory):
    folder = services.copy_example("events", tmp_path_factory.mktemp("service"))
    running = services.Service(folder, command=on_mongo(folder, server.uri())).start()
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


class Starting(services.Service):
    """A service that need not be ready: it must answer."""

    def _is_ready(self):
        try:
            return self.request("GET", "/health").status == 200
        except OSError:
            return False


def until(service, status, seconds_max=60):
    deadline = time.monotonic() + seconds_max
    while (answer := service.get("/ready")).status != status:
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)
    return answer.json()


def test_a_service_starts_before_its_server(tmp_path_factory, tmp_path):
    server = MongoServer(tmp_path_factory.mktemp("later"))
    folder = services.copy_example("events", tmp_path)
    service = Starting(folder, command=on_mongo(folder, server.uri())).start()
    until(service, 503)
    refused = service.request("POST", "/raw-events/api", RAW_EVENT)
    assert (refused.status, refused.json()["code"]) == (503, "store.unavailable") and refused.headers["Retry-After"], refused
    server.start()
    until(service, 200)
    created = service.create("/raw-events/api", RAW_EVENT)
    server.kill()
    until(service, 503)
    server.start()
    until(service, 200)
    assert service.get(f"/raw-events/api/{created['id']}").json() == created
    service.stop()
    server.stop()
