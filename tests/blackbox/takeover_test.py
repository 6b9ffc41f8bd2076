"""Instances that end under load, alone and while another one serves the same port: whoever has asked is answered."""

import json

import pytest

import service as services
from feed_client import Lines
from steady_load import SteadyLoad, get, post

NOTES, DONE = "/notes/api", "/done/api"
KEEPS = pytest.mark.parametrize("keeps", [True, False], ids=["kept", "closed"])


@pytest.fixture
def make(tmp_path, storages):
    """Makes instances of one service, on the storage of the run; ends them."""
    if storages.name == "memory":
        pytest.skip("instances share nothing in memory")
    entities = [{"path": path, "storage": {"type": "memory", "collection": path.split("/")[1]}, "schema": {"type": "object"}} for path in (NOTES, DONE)]
    processors = [{"name": "copy", "from": "/notes", "to": "/done", "transform": "{processed_data: {text: .text}}"}]
    config = storages.config({"restlettes": entities, "processors": processors})
    if storages.name == "embedded":
        for entity in config["restlettes"]:
            entity["storage"] |= {"type": "sqlite", "uri": "shared.db"}
    port = services.free_port()
    made = []

    def make_one():
        service = Instance(tmp_path, port, [*services.with_config(tmp_path, config).command, "--share-port"])
        service.output = tmp_path / f"output{len(made)}.log"
        made.append(service)
        return service

    yield make_one
    for service in made:
        service.stop()


class Instance(services.Service):
    """Ready when it says so itself: on a shared port another one may answer."""

    starts = 0

    def start(self):
        self.starts += 1
        return super().start()

    def _is_ready(self):
        return self.printed().count("Millrace serves on port") == self.starts


def note(number):
    return post(NOTES, json.dumps({"text": f"note {number}"}))


def texts(service, path, count):
    """Of all documents, as soon as there are so many."""
    with Lines(service, f"{path}/changes?follow=true") as lines:
        versions = lines.versions()
        documents = [next(versions)["document"] for _ in range(count)]
    return sorted(document.get("processed_data", document)["text"] for document in documents)


@KEEPS
def test_who_has_asked_is_answered(make, keeps):
    """SIGTERM under load: no answer is cut; in the end nobody listens. What was acknowledged is there at the next start."""
    service = make().start()
    with SteadyLoad(service.port, 64, note, keeps=keeps) as load:
        assert service.terminate() == 0
    assert load.failures == []
    assert "cut off" not in service.printed()
    service.start()
    assert texts(service, NOTES, len(load.answered)) == sorted(f"note {number}" for number in load.answered)


@KEEPS
def test_another_instance_takes_over(make, keeps):
    """Under load, time after time: no request fails, and each event is processed once."""
    requests = 20_000
    running = make().start()

    def ask(number):
        return note(number) if number % 10 == 0 else get("/health")

    with SteadyLoad(running.port, 64, ask, requests, keeps) as load:
        for _ in range(3):
            next_one = make().start()
            assert running.terminate() == 0
            running = next_one
    assert load.failures == []
    assert len(load.answered) == requests
    notes = sorted(f"note {number}" for number in range(0, requests, 10))
    assert texts(running, NOTES, len(notes)) == notes
    assert texts(running, DONE, len(notes)) == notes
