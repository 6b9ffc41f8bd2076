"""What /ready tells of a storage that is away: why is for those who brought credentials, and for the log."""

import hashlib
import re

import pytest

import service as services

KEY = "key of an operator"
HOST = "127.0.0.1"
PORT = "1"
AWAY = {"type": "postgres", "uri": f"postgresql://millrace@{HOST}:{PORT}/events", "collection": "events"}


def start(folder, **more):
    config = {"restlettes": [{"path": "/events/api", "storage": AWAY, "schema": {"type": "object"}}], **more}
    running = services.with_config(folder, config)
    running._is_ready = lambda: lives(running)
    return running.start()


def lives(running):
    try:
        return running.request("GET", "/health").status == 200
    except OSError:
        return False


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    key = {"name": "operator", "hash": "sha256:" + hashlib.sha256(KEY.encode()).hexdigest()}
    running = start(tmp_path_factory.mktemp("ready"), auth={"required": False, "apiKeys": [key]})
    yield running
    running.stop()


def test_strangers_are_told_which_and_since_when(service):
    first = service.request("GET", "/ready")
    assert first.status == 503 and first.json()["status"] == "not ready"
    (storage,) = first.json()["storages"].values()
    assert storage["status"] == "away" and set(storage) == {"status", "since"}
    assert re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z", storage["since"])
    assert service.request("GET", "/ready").json() == first.json(), "since the first time"
    assert HOST not in first.text


def test_an_operator_and_the_log_are_told_why(service):
    (storage,) = service.request("GET", "/ready", headers={"X-API-Key": KEY}).json()["storages"].values()
    assert HOST in storage["error"]
    assert re.search(rf"stores: events: It is away: .*{HOST}", service.printed())


def test_all_are_where_nobody_is_known(tmp_path):
    running = start(tmp_path)
    (storage,) = running.request("GET", "/ready").json()["storages"].values()
    assert HOST in storage["error"]
    running.stop()
