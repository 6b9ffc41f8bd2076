"""SIGHUP: another config in place of the one that is served, and nobody notices but by what it says."""

import itertools
import json
import signal

import pytest

import service as services
from durability_test import everything
from feed_client import Events, Lines
from steady_load import SteadyLoad, get, post
from web_socket_client import WebSocket

RAW = "/raw-events/api"
PROCESSED = "/processed-events/api"
CONNECTIONS, REQUESTS = 64, 100_000


def event(name):
    return {"name": name, "data": {}}


def config_of(folder):
    return folder / "config/config.conf"


def read(folder):
    return json.loads(config_of(folder).read_text().replace('include "processors.conf"', ""))


def write(folder, config):
    config_of(folder).write_text(json.dumps(config))


def hang_up(service, says="Reloaded."):
    """SIGHUP, and waits until the service has said so of it."""
    before = service.printed().count(says)
    service.process.send_signal(signal.SIGHUP)
    services.wait_until(lambda: service.printed().count(says) > before or service.process.poll() is not None, seconds_max=60, told=service.printed)
    assert service.process.poll() is None, service.printed()


def reload(service, config):
    write(service.folder, config)
    hang_up(service)


@pytest.fixture
def start(tmp_path, storages):
    """Starts a service of the events example, on the storage of the run; ends it."""
    running = []

    def start_one():
        folder = services.copy_example("events", tmp_path)
        running.append(services.Service(folder, command=storages.serve(folder)).start())
        return running[-1]

    yield start_one
    for service in running:
        service.stop()


def with_more(config):
    """The same with another entity, a stricter schema and other limits."""
    more = json.loads(json.dumps(config))
    more["restlettes"] = [{"path": "/notes/api", "storage": {"type": "memory", "collection": "notes"}, "schema": {"type": "object", "required": ["text"]}}]
    more["limits"] = {"bodyBytes": "300KiB"}
    return more


def names(service):
    return [document["name"] for document in everything(service)]


def test_no_request_fails_while_configs_come_and_go(start):
    service = start()
    plain = read(service.folder)
    configs = [with_more(plain), plain]
    read_event = service.create(RAW, event("read"))

    def make(number):
        return post(RAW, json.dumps(event(f"event {number}"))) if number % 20 == 0 else get(f"{RAW}/{read_event['id']}")

    reloads = 0
    with SteadyLoad(service.port, CONNECTIONS, make, REQUESTS) as load:
        while load.is_alive():
            reload(service, configs[reloads % 2])
            reloads += 1
    assert load.failures == []
    assert len(load.answered) == REQUESTS
    assert reloads > 2
    found = names(service)
    assert sorted(found) == sorted(["read", *(f"event {number}" for number in range(0, REQUESTS, 20))])


def test_a_wrong_config_changes_nothing(start):
    service = start()
    service.create(RAW, event("before"))
    right = read(service.folder)
    wrong = with_more(right)
    wrong["restlettes"][0]["storage"]["type"] = "cloud"
    write(service.folder, wrong)
    hang_up(service, "Nothing has changed")
    printed = service.printed()
    assert f"{config_of(service.folder)}:1:" in printed and '"cloud"' in printed
    assert "1 problem found." in printed
    assert service.get("/notes/api").status == 404
    assert names(service) == ["before"]
    config_of(service.folder).write_text("{ no config")
    hang_up(service, "Nothing has changed")
    assert names(service) == ["before"]
    reload(service, with_more(right))
    assert service.get("/notes/api").status == 200


def test_a_storage_that_cannot_be_opened_changes_nothing(start):
    service = start()
    wrong = with_more(read(service.folder))
    (service.folder / "file").write_text("in the way")
    wrong["restlettes"][0]["storage"] = {"type": "sqlite", "collection": "notes", "uri": str(service.folder / "file/notes.db")}
    write(service.folder, wrong)
    if service.command[0] == "dev":
        pytest.skip("every storage is embedded")
    hang_up(service, "Nothing has changed")
    assert service.create(RAW, event("after"))["name"] == "after"
    assert service.get("/notes/api").status == 404


def test_what_a_reload_changes(start):
    """On a connection that stays open: another entity, another schema, another limit."""
    service = start()
    plain = read(service.folder)
    connection = service.connect()

    def ask(method, path, body=None):
        connection.request(method, path, body=None if body is None else json.dumps(body), headers={"Content-Type": "application/json"})
        response = connection.getresponse()
        response.read()
        return response.status

    large = event("large") | {"source": "x" * 400_000}
    assert [ask("POST", RAW, large), ask("GET", "/notes/api")] == [201, 404]
    socket = connection.sock
    reload(service, with_more(plain))
    assert [ask("POST", "/notes/api", {"text": "kept"}), ask("POST", "/notes/api", {})] == [201, 422]
    other = with_more(plain)
    other["restlettes"][0]["schema"]["required"] = []
    reload(service, other)
    assert ask("POST", "/notes/api", {}) == 201
    assert connection.sock is socket
    assert ask("POST", RAW, large) == 413


@pytest.mark.parametrize("storage", ["memory", "sqlite"])
def test_documents_stay(tmp_path, storage):
    """In memory as well, however else the entity changes; until it is no longer in the config, which is said."""
    notes = {"path": "/notes/api", "storage": {"type": storage, "collection": "notes"}, "schema": {"type": "object"}}
    service = services.with_config(tmp_path, {"port": 4055, "restlettes": [notes]}).start()
    stored = service.create("/notes/api", {"text": "kept"})
    path = f"/notes/api/{stored['id']}"
    before = service.get(path)
    other = notes | {"path": "/other/api", "schema": {"type": "object", "properties": {"text": {"type": "string"}}}}
    reload(service, {"port": 4055, "limits": {"writes": 77}, "restlettes": [other]})
    after = service.get(path.replace("/notes", "/other"))
    assert (after.json(), after.headers["ETag"]) == (before.json(), before.headers["ETag"])
    assert service.get(path).status == 404
    reload(service, {"port": 4055, "restlettes": [notes | {"storage": notes["storage"] | {"collection": "others"}}]})
    assert ("what was in it is gone" in service.printed()) == (storage == "memory")
    assert service.get(path).status == 404
    service.stop()


def test_another_port_is_said_to_take_a_restart(tmp_path):
    notes = {"path": "/notes/api", "storage": {"type": "memory", "collection": "notes"}, "schema": {"type": "object"}}
    service = services.with_config(tmp_path, {"port": 4055, "restlettes": [notes]}).start()
    for _ in range(2):
        reload(service, {"port": 4056, "restlettes": [notes]})
    assert service.printed().count(f"Another host or port takes a restart: it stays 0.0.0.0:{service.port}.") == 2
    assert service.get("/health").status == 200
    service.stop()


def test_streams_end_and_go_on_where_they_were(start):
    service = start()
    plain = read(service.folder)
    last = None
    seen = []
    for round in range(3):
        headers = {"Last-Event-ID": last} if last else {}
        with Events(service, f"{RAW}/changes?follow=true", headers) as events:
            service.create(RAW, event(f"{round} before"))
            versions = events.versions()
            seen.append(next(versions)["document"]["name"])
            reload(service, with_more(plain) if round % 2 == 0 else plain)
            service.create(RAW, event(f"{round} after"))
            seen += [version["document"]["name"] for version in versions]
            last = events.last_id
    with Events(service, f"{RAW}/changes?follow=true", {"Last-Event-ID": last}) as events:
        service.create(RAW, event("end"))
        versions = events.versions()
        while seen[-1] != "end":
            seen.append(next(versions)["document"]["name"])
    assert seen == [f"{round} {when}" for round in range(3) for when in ("before", "after")] + ["end"]


def test_subscriptions_are_told_to_come_back(start):
    service = start()
    schema = service.folder / "config/graph/raw_event.graphql"
    schema.write_text(schema.read_text() + "type Subscription { created: RawEvent }\n")
    hang_up(service)
    with WebSocket(service, "/raw-events/graph") as socket:
        socket.greet().subscribe("1", "subscription { created { name } }", extensions={"after": 0})
        service.create(RAW, event("seen"))
        assert socket.next()["payload"]["data"] == {"created": {"name": "seen"}}
        reload(service, with_more(read(service.folder)))
        assert socket.end() == (1001, "Going away")


def test_a_request_ends_as_it_began(start):
    """Its body comes in two parts, and between them the config changes to one that has no such entity."""
    service = start()
    plain = read(service.folder)
    body = b'{"name": "slow", "data": {}}'
    head = f"POST {RAW} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nExpect: 100-continue\r\nContent-Length: {len(body)}\r\n\r\n"
    connection = service.connect()
    connection.connect()
    with connection.sock as client:
        client.sendall(head.encode())
        assert client.recv(65536).startswith(b"HTTP/1.1 100 ")
        without = json.loads(json.dumps(plain))
        without["graphlettes"] = without["graphlettes"][1:]
        without["graphlettes"][0].pop("rootConfig", None)
        reload(service, without)
        assert service.get(RAW).status == 404
        client.sendall(body)
        assert client.recv(65536).startswith(b"HTTP/1.1 201 ")
    reload(service, plain)
    assert names(service) == ["slow"]


def test_processors_give_one_result_to_each_event(start):
    """Whichever of them are stopped, changed and started meanwhile."""
    service = start()
    plain = read(service.folder)
    events = 4_000
    same = {"name": "same", "from": "/raw-events", "to": "/processed-events", "transform": "{processed_data: .data}"}
    changing = [{**same, "name": "changing", "transform": f"{{processed_data: {{round: {round}}}}}"} for round in range(3)]
    configs = [plain | {"processors": [same, *more]} for more in ([], [changing[0]], [changing[1]], [changing[2]])]
    reload(service, configs[0])
    reloads = 0
    with SteadyLoad(service.port, 16, lambda number: post(RAW, json.dumps(event(f"event {number}"))), events) as load:
        while load.is_alive():
            reload(service, configs[reloads % 4])
            reloads += 1
    assert load.failures == [] and reloads > 2
    reload(service, configs[3])

    results = until_all_are_processed(service, 2 * events)
    for changes in (False, True):
        of_events = sorted(result["raw_event_id"] for result in results if ("round" in result["processed_data"]) == changes)
        assert of_events == sorted(document["id"] for document in everything(service))
    assert {result["status"] for result in results} == {"SUCCESS"}


def until_all_are_processed(service, count):
    """All versions of results, as soon as there are so many."""
    with Lines(service, f"{PROCESSED}/changes?follow=true") as lines:
        return [version["document"] for version in itertools.islice(lines.versions(), count)]
