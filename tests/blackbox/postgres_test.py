"""Entities in PostgreSQL: what other tools see of them, and what the service says and does when the server is not as it should be."""

import json
import time

import pytest

import service as services
from postgres_server import PostgresServer, events, on_postgres, server  # noqa: F401  fixtures
from story_test import RAW_EVENT, story  # noqa: F401  a fixture


def test_payloads_are_there_for_other_tools(server, events, story):
    raw, _ = story
    found = server.sql(f"SELECT payload->>'name', payload->'data'->>'username' FROM raw_events WHERE id = '{raw['id']}'").stdout
    assert found.strip() == "user_login|john_doe"


def test_values_are_kept_as_they_were_sent(events):
    body = '{"name":"x","data":{"big":12345678901234567890,"huge":1e400,"money":45.20,"nul":"a\\u0000b","date":{"$date":1}},'
    body += '"timestamp":"2024-01-01T12:00:00Z","source":"s","version":"1"}'
    created = events.request("POST", "/raw-events/api", body)
    assert created.status == 201, created
    read = events.get(created.headers["Location"].split(f":{events.port}")[-1])
    for part in ("12345678901234567890", "1e400", "45.20", "a\\u0000b", '{"$date":1}'):
        assert part in read.text, read


def until(service, status, seconds_max=30):
    deadline = time.monotonic() + seconds_max
    while (answer := service.get("/ready")).status != status:
        assert time.monotonic() < deadline, answer
        time.sleep(0.05)
    return answer.json()


class Starting(services.Service):
    """A service that need not be ready: it must answer."""

    def _is_ready(self):
        try:
            return self.request("GET", "/health").status == 200
        except OSError:
            return False


def starting(folder, *uris):
    folder = services.copy_example("events", folder)
    return Starting(folder, command=on_postgres(folder, *uris)).start()


@pytest.mark.parametrize(
    "database, password, reason", [("postgres", "wrong", "password authentication failed"), ("nowhere", "secret", "does not exist")]
)
def test_what_the_server_refuses_is_said_by_ready(server, tmp_path, database, password, reason):
    service = starting(tmp_path, server.uri(database, password), server.uri())
    storages = until(service, 503)["storages"]
    assert reason in storages["raw_events"]["error"] and storages["processed_events"]["status"] == "ok", storages
    assert password not in json.dumps(storages)
    refused = service.request("POST", "/raw-events/api", RAW_EVENT)
    assert (refused.status, refused.json()["code"]) == (503, "store.unavailable") and refused.headers["Retry-After"], refused
    assert reason not in refused.text
    service.stop()


def test_a_service_starts_before_its_server(tmp_path_factory, tmp_path):
    server = PostgresServer(tmp_path_factory.mktemp("later"))
    service = starting(tmp_path, server.uri())
    assert "refused" in until(service, 503)["storages"]["raw_events"]["error"]
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


def test_a_table_of_somebody_else_is_left_alone(server, tmp_path):
    server.sql("CREATE DATABASE theirs")
    server.sql("CREATE TABLE raw_events(id int, payload text); INSERT INTO raw_events VALUES(1, 'theirs')", "theirs")
    folder = services.copy_example("events", tmp_path)
    done = services.run_command(*on_postgres(folder, server.uri("theirs")), "--port", services.free_port())
    assert done.returncode == 1 and "raw_events" in done.stderr and "something else" in done.stderr, done
    assert server.sql("SELECT * FROM raw_events", "theirs").stdout.strip() == "1|theirs"
