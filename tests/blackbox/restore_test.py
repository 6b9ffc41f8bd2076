"""Backups by the commands of docs/operations.md, made while the service runs, and what a state from before means to those who went on: each
event has one result all the same."""

import os
import subprocess

import pytest

import service as services
from consumers_test import Consumer
from feed_client import read
from instances import PROCESSED, RAW, login, whole_feed
from operations_test import shown
from postgres_server import on_postgres, own_server
from processors_test import Load, until
from reload_test import until_all_are_processed

BACK_UP_SQLITE, RESTORE_SQLITE, BACK_UP_POSTGRES, RESTORE_POSTGRES = range(4)
NAMES = {"raw": "raw_events", "processed": "processed_events", "attempts": "processed_events_attempts"}


def run(block, folder, database="", entity="raw"):
    """A block of the document, in a folder, for the files of one entity."""
    text = shown("shell")[block].replace("raw_events.db", f"{NAMES[entity]}.sqlite").replace("data/", ".millrace/")
    command = ["bash", "-euo", "pipefail", "-c", text]
    done = subprocess.run(command, cwd=folder, env={**os.environ, "DATABASE": database}, capture_output=True, text=True)
    assert done.returncode == 0, done


def write(service, first, count):
    return [service.create(RAW, login(f"user {number % 3}", number)) for number in range(first, first + count)]


def is_processed(service, count):
    """All events of the feed, once, and the page says so."""
    events = {version["id"] for version in whole_feed(service, RAW)}
    assert len(events) == count

    def made():
        return [result["document"]["raw_event_id"] for result in whole_feed(service, PROCESSED)]

    results = until(made, lambda results: events <= set(results))
    assert len(results) == len(set(results))
    until(lambda: service.get("/processors/login-risk").json(), lambda told: told["lag"] == 0 and told["pending"] == 0)


@pytest.fixture
def service(tmp_path):
    running = services.Service(services.copy_example("events", tmp_path, processors=True)).start()
    (running.folder / "backup").mkdir()
    yield running
    running.stop()


@pytest.mark.parametrize("after", [3, 12])
@pytest.mark.parametrize("entities", [["raw"], ["processed", "attempts"], ["processed", "attempts", "raw"]], ids="-".join)
def test_sqlite_from_before(service, entities, after):
    """Fewer events come after the restore than were lost by it, or more."""
    write(service, 0, 10)
    is_processed(service, 10)
    for entity in entities:
        run(BACK_UP_SQLITE, service.folder, entity=entity)
    lost = write(service, 10, 8)
    is_processed(service, 18)
    service.stop()
    for entity in entities:
        run(RESTORE_SQLITE, service.folder, entity=entity)
    service.start()
    kept = 10 if "raw" in entities else 18
    assert service.get(f"{RAW}/{lost[0]['id']}").status == (404 if "raw" in entities else 200)
    write(service, 100, after)
    is_processed(service, kept + after)


def test_sqlite_while_it_is_written(service):
    """A backup has what was acknowledged before it began, and nothing in part."""
    load = Load(service)
    load.start()
    until(lambda: len(load.acknowledged), lambda count: count > 100)
    before = list(load.acknowledged)
    run(BACK_UP_SQLITE, service.folder)
    load.is_over.set()
    load.join()
    service.stop()
    run(RESTORE_SQLITE, service.folder)
    service.start()
    feed = whole_feed(service, RAW)
    assert [version["position"] for version in feed] == list(range(1, len(feed) + 1))
    assert set(before) <= {version["id"] for version in feed} <= set(load.acknowledged)
    is_processed(service, len(feed))


def test_postgres_from_before(tmp_path):
    """Events, results, consumers and processors are of one moment."""
    (tmp_path / "server").mkdir()
    with own_server(tmp_path / "server") as server:
        server.make_database("events")
        folder = services.copy_example("events", tmp_path)
        (folder / "backup").mkdir()
        config = folder / "config/config.conf"
        command = on_postgres(folder, server.uri("events"))
        processors = (services.ROOT / "examples/events/config/processors.conf").read_text()
        config.write_text(config.read_text().rstrip().removesuffix("}") + f",\n{processors}\n}}")
        service = services.Service(folder, command=command).start()
        consumer = Consumer(service)
        consumer.path = f"{RAW}/consumers/c"
        write(service, 0, 10)
        until_all_are_processed(service, 10)
        consumer.ack(consumer.claim("lease=1h&max=4")["token"], all=True)
        run(BACK_UP_POSTGRES, folder, server.uri("events"))
        write(service, 10, 8)
        consumer.ack(consumer.claim("lease=1h&max=9")["token"], all=True)
        is_processed(service, 18)
        service.stop()
        run(RESTORE_POSTGRES, folder, server.uri("events"))
        service.start()
        assert [event["position"] for event in consumer.claim("lease=1h&max=3")["events"]] == [5, 6, 7]
        assert service.get(f"{RAW}/changes?after=18").status == 400
        write(service, 100, 12)
        is_processed(service, 22)
        versions, position = read(service, f"{RAW}/changes?after=10&limit=100")
        assert position == 22 and [version["document"]["data"]["number"] for version in versions] == list(range(100, 112))
        service.stop()
