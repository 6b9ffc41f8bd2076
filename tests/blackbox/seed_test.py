"""The system's first description, example by example: the config with its keys and values, and every command and query verbatim."""

import json
import subprocess

import pytest

import service as services
from service import ROOT, run_command

CREATE_RAW = """curl -X POST http://localhost:4055/raw-events/api \\
  -H "Content-Type: application/json" \\
  -d '{
    "name": "user_login",
    "data": {
      "user_id": "user123",
      "username": "john_doe",
      "ip_address": "192.168.1.100"
    },
    "timestamp": "2024-01-01T12:00:00Z",
    "source": "auth_service",
    "version": "1.0"
  }'
"""
CREATE_PROCESSED = """curl -X POST http://localhost:4055/processed-events/api \\
  -H "Content-Type: application/json" \\
  -d '{
    "raw_event_id": "raw_event_uuid_here",
    "name": "user_login",
    "processed_data": {
      "user_id": "user123",
      "username": "john_doe",
      "login_country": "US",
      "risk_score": 0.1
    },
    "processed_timestamp": "2024-01-01T12:00:01Z",
    "status": "SUCCESS",
    "processing_time_ms": 45.2
  }'
"""
RAW_BY_NAME = """{
  getByName(name: "user_login") {
    id
    name
    data
    timestamp
    source
    metadata
  }
}
"""
PROCESSED_BY_NAME = """{
  getByName(name: "user_login") {
    id
    name
    processed_data
    status
    processing_time_ms
    rawEvent {
      id
      name
      data
      timestamp
      source
    }
  }
}
"""
PROCESSED_BY_RAW_ID = """{
  getByRawEventId(raw_event_id: "raw_event_uuid_here") {
    id
    name
    status
    processed_timestamp
    error_message
  }
}
"""
CONFIG = {
    "port": 4055,
    "graphlettes": [
        {
            "path": "/raw-events/graph",
            "storage": {"type": "mongo", "uri": "mongodb://localhost:27017/events", "collection": "raw_events"},
            "schema": "config/graph/raw_event.graphql",
        },
        {
            "path": "/processed-events/graph",
            "storage": {"type": "postgres", "uri": "postgresql://localhost:5432/events", "collection": "processed_events"},
            "schema": "config/graph/processed_event.graphql",
            "rootConfig": {
                "resolvers": [{"name": "rawEvent", "queryName": "getById", "url": "http://localhost:4055/raw-events/graph"}]
            },
        },
    ],
}


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    port = 4055 if services.is_free(4055) else services.free_port()
    running = services.Service(services.copy_example("events", tmp_path_factory.mktemp("seed")), port).start()
    yield running
    running.stop()


def paste(service, command):
    text = command.replace(":4055/", f":{service.port}/")
    return json.loads(subprocess.run(["bash", "-c", text], capture_output=True, check=True, timeout=60).stdout)


def test_the_config_is_the_one_described():
    assert services.example_config("events") == CONFIG
    assert run_command("check", "--config", ROOT / "examples/events/config/config.conf").returncode == 0


def test_every_example_verbatim(service):
    raw = paste(service, CREATE_RAW)
    assert raw["name"] == "user_login" and raw["id"]
    assert service.data("/raw-events/graph", RAW_BY_NAME)["getByName"] == [
        {"id": raw["id"], "name": "user_login", "data": raw["data"], "timestamp": "2024-01-01T12:00:00Z", "source": "auth_service", "metadata": None}
    ]
    dangling = paste(service, CREATE_PROCESSED)
    assert dangling["raw_event_id"] == "raw_event_uuid_here"
    (found,) = service.data("/processed-events/graph", PROCESSED_BY_NAME)["getByName"]
    assert (found["id"], found["rawEvent"]) == (dangling["id"], None)
    (found,) = service.data("/processed-events/graph", PROCESSED_BY_RAW_ID)["getByRawEventId"]
    assert found["id"] == dangling["id"]

    linked = paste(service, CREATE_PROCESSED.replace("raw_event_uuid_here", raw["id"]))
    found = service.data("/processed-events/graph", PROCESSED_BY_NAME)["getByName"]
    assert [event["id"] for event in found] == [linked["id"], dangling["id"]]
    assert found[0]["processing_time_ms"] == 45.2
    assert found[0]["rawEvent"] == {key: raw[key] for key in ("id", "name", "data", "timestamp", "source")}
    by_raw_id = service.data("/processed-events/graph", PROCESSED_BY_RAW_ID.replace("raw_event_uuid_here", raw["id"]))["getByRawEventId"]
    assert by_raw_id == [
        {"id": linked["id"], "name": "user_login", "status": "SUCCESS", "processed_timestamp": "2024-01-01T12:00:01Z", "error_message": None}
    ]
