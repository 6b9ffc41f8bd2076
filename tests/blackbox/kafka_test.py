"""Sinks to Kafka: each version is a message, in order for each document; once, unless the service is killed."""

import json
import os
import random

import pytest

from kafka_brokers import Brokers
from sinks_test import API, Load, is_done, sink, start, until  # noqa: F401

TOPIC = "raw-events"
SEED = int(os.environ.get("MILLRACE_SEED", 20261126))
PAUSE = 0.02  # the mock keeps 5 MB of a partition


def to_kafka(brokers, more="", name="out", rest=""):
    return f'{{ name = {name}, from = /raw-events, kafka {{ brokers = "{brokers}", topic = {TOPIC}, {more} }}, {rest} }}'


@pytest.fixture
def cluster(tmp_path):
    made = Brokers(tmp_path)
    yield made
    made.stop()


@pytest.fixture
def brokers(cluster):
    cluster.tell("create", TOPIC, 1)
    return cluster


def positions(messages):
    return [int(message["headers"]["millrace-position"]) for message in messages]


def test_each_version_is_a_message(brokers, start):  # noqa: F811
    service = start(to_kafka(brokers.servers))
    service.create(API, {"id": "a/ü 1", "name": "one"})
    path = f"{API}/a%2F%C3%BC%201"
    assert service.request("PUT", path, {"name": "two"}).status == 200
    assert service.request("DELETE", path).status == 200
    status = until(service, lambda status: is_done(status) and status["position"] == 3)
    messages = brokers.messages(TOPIC)[0]
    changes = [json.loads(line) for line in service.get(f"{API}/changes").text.splitlines()][:3]
    assert len(messages) == 3
    for message, change in zip(messages, changes):
        assert message["key"] == "a/ü 1"
        assert message["headers"] == {
            "millrace-entity": "raw-events",
            "millrace-position": str(change["position"]),
            "millrace-id": "a/ü 1",
            "millrace-version": str(change["version"]),
            "millrace-recorded-at": change["recorded_at"],
            "millrace-deleted": str(change["deleted"]).lower(),
        }
        assert (None if message["value"] is None else json.loads(message["value"])) == change["document"]
    assert messages[2]["value"] is None  # which compaction takes for the document's end
    assert (status["kind"], status["to"], status["published"]) == ("kafka", f"topic {TOPIC} at {brokers.servers}", 3)


def test_documents_keep_their_order_across_partitions(cluster, start):  # noqa: F811
    cluster.tell("create", TOPIC, 4)
    service = start(to_kafka(cluster.servers, more="options { compression.type = gzip }"))
    ids = [f"d{n}" for n in range(20)]
    service.request("POST", f"{API}/bulk", [{"id": each} for each in ids])
    for n in range(20):
        for each in ids:
            assert service.request("PUT", f"{API}/{each}", {"n": n}).status == 200
    status = until(service, is_done)
    partitions = cluster.messages(TOPIC, 4)
    assert sorted(position for messages in partitions for position in positions(messages)) == list(range(1, status["head"] + 1))
    assert sum(1 for messages in partitions if messages) > 1
    for messages in partitions:
        assert positions(messages) == sorted(positions(messages))
    homes = {(message["key"], number) for number, messages in enumerate(partitions) for message in messages}
    assert len(homes) == len(ids)


def test_without_brokers_the_service_starts_and_says_why(start):  # noqa: F811
    service = start(to_kafka("127.0.0.1:1"))
    service.create(API, {"n": 1})
    status = until(service, lambda status: status["error"])
    assert status["status"] == "retrying" and status["lag"] == 1
    assert "No broker answers" in until(service, lambda status: "No broker" in (status["error"] or ""))["error"]


def test_brokers_that_go_away_and_come_back(brokers, start):  # noqa: F811
    """Within one session: nothing is lost, and nothing is there twice."""
    service = start(to_kafka(brokers.servers))
    load = Load(service, PAUSE)
    load.start()
    for _ in range(3):
        reached = sink(service)["position"]
        until(service, lambda status: status["position"] > reached)
        for broker in (1, 2, 3):
            brokers.tell("down", broker)
        until(service, lambda status: status["status"] == "retrying" and status["under_way"] > 0)
        for broker in (1, 2, 3):
            brokers.tell("up", broker)
    load.end()
    status = until(service, is_done)
    assert positions(brokers.messages(TOPIC)[0]) == list(range(1, status["head"] + 1))


def test_errors_of_brokers_are_survived(brokers, start):  # noqa: F811
    chance = random.Random(SEED)
    service = start(to_kafka(brokers.servers))
    load = Load(service, PAUSE)
    load.start()
    # Not the leader, timed out, no coordinator, too few replicas (before and after the write), network.
    codes = [6, 7, 15, 19, 20, 13]
    for _ in range(10):
        brokers.tell("fail", *(chance.choice(codes) for _ in range(chance.randint(1, 4))))
        load.wait_for(5)
    load.end()
    status = until(service, is_done)
    found = positions(brokers.messages(TOPIC)[0])
    assert found == list(range(1, status["head"] + 1))


def test_what_a_broker_refuses_for_good_holds_back_what_follows(brokers, start):  # noqa: F811
    service = start(to_kafka(brokers.servers))
    service.create(API, {"n": 1})
    until(service, is_done)
    brokers.tell("fail", *[10] * 6)
    service.request("POST", f"{API}/bulk", [{"n": n} for n in range(50)])
    status = until(service, lambda status: status["error"])
    assert status["error"].startswith("Position 2 (") and "Message size too large" in status["error"]
    until(service, is_done)
    assert positions(brokers.messages(TOPIC)[0]) == list(range(1, 52))


def test_a_topic_that_cannot_be_used(brokers, start):  # noqa: F811
    brokers.tell("refuse", TOPIC, 29)
    service = start(to_kafka(brokers.servers))
    service.create(API, {"n": 1})
    status = until(service, lambda status: status["error"])
    assert status["error"] == "The topic raw-events cannot be used: Broker: Topic authorization failed."
    brokers.tell("refuse", TOPIC, 0)
    until(service, is_done)


def test_killed_at_random_under_load(brokers, start):  # noqa: F811
    """At least once, and in order: who drops positions that it has seen has each once."""
    chance = random.Random(SEED)
    service = start(to_kafka(brokers.servers))
    load = Load(service, PAUSE)
    load.start()
    for _ in range(4):
        load.wait_for(chance.randint(20, 80))
        service.kill()
        service.start()
    load.end()
    status = until(service, is_done)
    seen = []
    for position in positions(brokers.messages(TOPIC)[0]):
        if not seen or position > seen[-1]:
            seen.append(position)
    assert seen == list(range(1, status["head"] + 1))


def test_a_restart_in_good_order_repeats_nothing(brokers, start):  # noqa: F811
    service = start(to_kafka(brokers.servers))
    load = Load(service, PAUSE)
    load.start()
    for _ in range(3):
        load.wait_for(20)
        assert service.terminate() == 0
        service.start()
    load.end()
    status = until(service, is_done)
    assert positions(brokers.messages(TOPIC)[0]) == list(range(1, status["head"] + 1))
