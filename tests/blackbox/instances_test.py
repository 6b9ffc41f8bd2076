"""Three instances over one MongoDB and one PostgreSQL, as the seed's config has it: nobody can tell which one answers."""

import concurrent.futures
import json
import threading

import pytest

import service as services
from consumers_test import Consumer, positions
from feed_client import Lines
from instances import COUNT, PROCESSED, RAW, Client, add_keys, instances, login, make_instances, shared, whole_feed  # noqa: F401
from service import instant
from steady_load import SteadyLoad, get, post

WRITERS = 12
RAW_GRAPH, PROCESSED_GRAPH = "/raw-events/graph", "/processed-events/graph"


def at_once(count, work):
    """What `work(0)`, `work(1)`, … give, all begun together."""
    barrier = threading.Barrier(count)

    def begin(number):
        barrier.wait()
        return work(number)

    with concurrent.futures.ThreadPoolExecutor(count) as pool:
        return list(pool.map(begin, range(count)))


# --- What one has acknowledged -----------------------------------------------------------------------------------------------------------


def shown(service, event, position):
    """What an instance shows of one event, in every way there is; all ways must agree."""
    response = service.get(f"{RAW}/{event['id']}")
    by_id = response.json() if response.status == 200 else None
    assert response.status in (200, 404), response
    name = event["name"]
    assert service.get(f"{RAW}?name={name}").json() == ([by_id] if by_id else [])
    assert service.get(f"{RAW}/bulk?ids={event['id']}").json() == ([by_id] if by_id else [])
    query = f'{{ getById(id: "{event["id"]}") {{ id name data }} getByName(name: "{name}") {{ id name data }} }}'
    alone = service.data(RAW_GRAPH, query)
    assert service.data("/graph", f"{{ rawEvents {query} }}")["rawEvents"] == alone
    expected = {key: by_id[key] for key in ("id", "name", "data")} if by_id else None
    assert alone == {"getById": expected, "getByName": [expected] if by_id else []}
    history = service.get(f"{RAW}/{event['id']}/history").json()
    lines = [json.loads(line) for line in service.get(f"{RAW}/changes?after={position - 1}&limit=1").text.splitlines()]
    assert lines[0]["position"] == position and lines[0]["id"] == event["id"] and lines[0]["version"] == history[0]["version"]
    assert lines[0]["document"] == by_id == history[0]["document"]
    return by_id


def write(client, method, path, body=None):
    answer = client.ask(method, path, body)
    assert answer.status in (200, 201), answer
    return answer.json(), int(answer.headers["X-Position"])


def test_what_one_acknowledged_every_other_shows(instances):
    """Written by one, changed by the next, removed by the third, by many at once; what was is still there at its instant, on each."""

    def story(number):
        clients = [Client(instances[(number + turn) % COUNT]) for turn in range(COUNT)]
        event, position = write(clients[0], "POST", RAW, {"name": f"event {number}".replace(" ", "-"), "data": {"step": 0}})
        for instance in instances:
            assert shown(instance, event, position) == event
        created = instant()
        changed, position = write(clients[1], "PUT", f"{RAW}/{event['id']}", {"name": event["name"], "data": {"step": 1}})
        for instance in instances:
            assert shown(instance, event, position) == changed
        before = instant()
        _, position = write(clients[2], "DELETE", f"{RAW}/{event['id']}")
        for instance in instances:
            assert shown(instance, event, position) is None
            for at, then in ((created, event), (before, changed)):
                assert instance.get(f"{RAW}/{event['id']}?at={at}").json() == then
                assert instance.get(f"{RAW}?name={event['name']}&at={at}").json() == [then]
                data = instance.data(RAW_GRAPH, f'{{ getById(id: "{event["id"]}", at: {at}) {{ data }} }}')
                assert data == {"getById": {"data": then["data"]}}
        for client in clients:
            client.close()

    at_once(WRITERS, story)


def test_both_databases_are_seen_together_through_any(instances):
    """A raw event through one, its processed event through another, both in one query through the third."""
    for number in range(3 * COUNT):
        first, second, third = (instances[(number + turn) % COUNT] for turn in range(COUNT))
        event = first.create(RAW, {"name": "page_view", "data": {"number": number}})
        made = second.create(PROCESSED, {"name": "page_view", "raw_event_id": event["id"], "status": "SUCCESS"})
        answer = third.data(PROCESSED_GRAPH, f'{{ getById(id: "{made["id"]}") {{ status rawEvent {{ id data }} }} }}')
        assert answer == {"getById": {"status": "SUCCESS", "rawEvent": {"id": event["id"], "data": {"number": number}}}}
        answer = first.data("/graph", f'{{ rawEvents {{ getById(id: "{event["id"]}") {{ processedEvents {{ id }} }} }} }}')
        assert answer == {"rawEvents": {"getById": {"processedEvents": [{"id": made["id"]}]}}}


# --- Writers that race -------------------------------------------------------------------------------------------------------------------


def race(instances, method, path, body, headers=None):
    """The same from many, over all instances, at once; the answers."""
    clients = [Client(instances[number % COUNT]) for number in range(WRITERS)]
    answers = at_once(WRITERS, lambda number: clients[number].ask(method, path, body(number), headers))
    for client in clients:
        client.close()
    return answers


@pytest.mark.parametrize("path", [RAW, PROCESSED])
def test_one_of_those_who_have_seen_a_version_replaces_it(instances, path):
    document = {"name": "race", "data": 0} if path == RAW else {"name": "race", "raw_event_id": "r", "processed_data": 0}
    field = "data" if path == RAW else "processed_data"
    made = instances[0].create(path, document)
    place = f"{path}/{made['id']}"
    for turn in range(8):
        tag = instances[turn % COUNT].get(place).headers["ETag"]
        answers = race(instances, "PUT", place, lambda number, turn=turn: document | {field: [turn, number]}, {"If-Match": tag})
        assert sorted(answer.status for answer in answers) == [200] + [412] * (WRITERS - 1)
        winner = next(number for number, answer in enumerate(answers) if answer.status == 200)
        assert [instance.get(place).json()[field] for instance in instances] == [[turn, winner]] * COUNT
    assert [version["version"] for version in instances[1].get(f"{place}/history").json()] == list(range(9, 0, -1))


@pytest.mark.parametrize("path", [RAW, PROCESSED])
def test_one_request_of_a_key_creates_and_all_are_answered_alike(instances, path):
    document = {"name": "keyed", "data": 0} if path == RAW else {"name": "keyed", "raw_event_id": "r"}
    for turn in range(8):
        answers = race(instances, "POST", path, lambda number: document, {"Idempotency-Key": f"key {turn}"})
        assert {answer.status for answer in answers} == {201}
        assert len({(answer.text, answer.headers["X-Position"]) for answer in answers}) == 1
        other = race(instances, "POST", path, lambda number: document | {"name": "other"}, {"Idempotency-Key": f"key {turn}"})
        assert {answer.status for answer in other} == {422}
    assert len(instances[turn % COUNT].get(f"{path}?name=keyed").json()) == 8


def test_an_id_is_given_once_and_no_patch_is_lost(instances):
    answers = race(instances, "POST", RAW, lambda number: {"id": "mine", "name": "own", "data": {"first": number}})
    assert sorted(answer.status for answer in answers) == [201] + [409] * (WRITERS - 1)
    answers = race(instances, "PATCH", f"{RAW}/mine", lambda number: {"data": {f"of{number}": number}})
    assert {answer.status for answer in answers} == {200}
    for instance in instances:
        data = instance.get(f"{RAW}/mine").json()["data"]
        assert {key: value for key, value in data.items() if key != "first"} == {f"of{number}": number for number in range(WRITERS)}


# --- Feeds and consumers -----------------------------------------------------------------------------------------------------------------


def test_a_feed_shows_what_the_others_write(instances):
    """Each version as soon as it is there: nothing is written before the last one has been seen through every instance."""
    streams = [Lines(instance, f"{path}/changes?follow=true") for path in (RAW, PROCESSED) for instance in instances]
    feeds = [stream.versions() for stream in streams]
    for number in range(20):
        processed = {"name": "fed", "raw_event_id": f"raw {number}"}
        for path, document, of_path in ((RAW, {"name": "fed", "data": number}, feeds[:COUNT]), (PROCESSED, processed, feeds[COUNT:])):
            made = instances[number % COUNT].create(path, document)
            seen = [next(feed) for feed in of_path]
            assert [(version["position"], version["document"]) for version in seen] == [(number + 1, made)] * COUNT
    for stream in streams:
        stream.close()


def of(instance):
    consumer = Consumer(instance)
    consumer.path = f"{RAW}/consumers/{consumer.name}"
    return consumer


def test_a_consumer_hands_each_event_to_one_worker(instances):
    """Claims through all instances at once."""
    events = instances[0].request("POST", f"{RAW}/bulk", [{"name": "work", "data": n} for n in range(WRITERS * 5)]).json()
    assert positions(of(instances[0]).claim("lease=1h&max=1")) == [1]
    claims = at_once(WRITERS, lambda number: of(instances[number % COUNT]).claim("lease=1h&max=4"))
    given = sorted(position for claim in claims for position in positions(claim))
    assert given == list(range(2, WRITERS * 4 + 2))
    # A lease is everybody's: acknowledged through another instance than gave it.
    for number, claim in enumerate(claims):
        assert of(instances[(number + 1) % COUNT]).ack(claim["token"], all=True)["acknowledged"] == 4
    told = [of(instance).status() for instance in instances]
    assert all((each["acknowledged"], each["in_flight"], each["lag"]) == (WRITERS * 4, 1, len(events) - WRITERS * 4) for each in told), told


def test_leases_of_a_dead_instance(instances):
    """They run on: what was claimed for long is its worker's, what was claimed for short comes again through another instance."""
    instances[0].request("POST", f"{RAW}/bulk", [{"name": "work", "data": n} for n in range(4)])
    long = of(instances[0]).claim("lease=1h&max=2")
    short = of(instances[0]).claim("lease=1s&max=2")
    assert (positions(long), positions(short)) == ([1, 2], [3, 4])
    instances[0].kill()
    again = {"events": []}
    while not again["events"]:
        again = of(instances[1]).claim("lease=1h&wait=30s")
    assert positions(again) == [3, 4] and [event["attempt"] for event in again["events"]] == [2, 2]
    assert of(instances[2]).ack(short["token"], 409, all=True)["code"] == "consumer.lease_over"
    assert of(instances[2]).ack(again["token"], all=True)["acknowledged"] == 2
    instances[0].start()
    assert of(instances[0]).claim()["events"] == []
    assert of(instances[0]).ack(long["token"], all=True)["acknowledged"] == 2
    assert [of(instance).status()["lag"] for instance in instances] == [0] * COUNT


# --- Configs and ports -------------------------------------------------------------------------------------------------------------------


def test_one_takes_another_config_beside_those_that_have_not(instances):
    """As when a config is rolled out: one after the other, under load on all, and none fails a request."""
    notes = {"path": "/notes/api", "storage": {"type": "memory", "collection": "notes"}, "schema": {"type": "object"}}
    add_keys(instances[0].folder, f"restlettes = [{json.dumps(notes)}]")

    def make(number):
        return post(RAW, json.dumps(login("u", number))) if number % 4 == 0 else get(f"{RAW}?limit=1")

    loads = [SteadyLoad(instance.port, 4, make) for instance in instances]
    for load in loads:
        load.start()
        load.begun.wait()
    for turn, instance in enumerate(instances):
        instance.hang_up()
        assert [each.get("/notes/api").status for each in instances] == [200] * (turn + 1) + [404] * (COUNT - 1 - turn)
    assert not any(load.has_ended for load in loads)
    for load in loads:
        load.has_ended = True
    for load in loads:
        load.join()
    assert [load.failures for load in loads] == [[]] * COUNT
    written = sum(number % 4 == 0 for load in loads for number in load.answered)
    feed = whole_feed(instances[1], RAW)
    assert [version["position"] for version in feed] == list(range(1, written + 1))


def statuses(connections, path):
    """Of the answers over each connection; None where it is broken."""
    found = []
    for connection in connections:
        try:
            connection.request("GET", path)
            answer = connection.getresponse()
            answer.read()
            found.append(answer.status)
        except (OSError, services.http.client.HTTPException):
            found.append(None)
    return found


def test_who_shares_a_port_with_one_that_dies_is_asked_alone(tmp_path, shared):
    """Connections of the dead one are broken; all others go on, and new ones find the living."""
    pair = make_instances(tmp_path, shared, 2)
    for instance in pair:
        instance.port, instance.command = pair[0].port, [*instance.command, "--share-port"]
    starts = [0, 0]

    def start(number):
        """It says itself that it is ready: on a shared port the other one may answer."""
        starts[number] += 1
        pair[number]._is_ready = lambda: pair[number].printed().count("Millrace serves on port") == starts[number]
        pair[number].start()

    start(0)
    start(1)
    event = pair[0].create(RAW, {"name": "kept", "data": 1})
    for victim in range(2):
        connections = [pair[0].connect() for _ in range(40)]
        assert statuses(connections, f"{RAW}/{event['id']}") == [200] * 40
        pair[victim].kill()
        after = statuses(connections, f"{RAW}/{event['id']}")
        assert set(after) == {200, None}
        with SteadyLoad(pair[0].port, 16, lambda number: get(f"{RAW}/{event['id']}"), 1_000, keeps=False) as load:
            pass
        assert load.failures == [] and len(load.answered) == 1_000
        for connection in connections:
            connection.close()
        start(victim)
    for instance in pair:
        instance.stop()
