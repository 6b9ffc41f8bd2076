"""Three instances under load over one MongoDB and one PostgreSQL, all with the processor of the example; kill -9 takes one at a time."""

import random
import threading

from feed_client import Lines
from instances import COUNT, PROCESSED, RAW, Client, Cut, instances, login, shared, whole_feed  # noqa: F401
from processors_test import until

KILLS, SEED = 20, 11
CLIENTS, USERS = 3, 5  # for each instance; for all
EVENT = '{ rawEvents { getById(id: "%s") { data processedEvents { status } } } }'


class Progress:
    """How much was acknowledged, for whoever waits for more; and the first thing that went wrong."""

    def __init__(self):
        self.changed = threading.Condition()
        self.acknowledged, self.wrong = 0, []
        self.is_over = threading.Event()

    def count(self):
        with self.changed:
            self.acknowledged += 1
            self.changed.notify_all()

    def fail(self, what):
        with self.changed:
            self.wrong.append(what)
            self.changed.notify_all()

    def wait_for(self, more):
        with self.changed:
            wanted = self.acknowledged + more
            assert self.changed.wait_for(lambda: self.acknowledged >= wanted or self.wrong, 120), "nothing is acknowledged any more"
            assert self.wrong == []


class Member(threading.Thread):
    """Does something until all is over; what goes wrong is the test's."""

    def __init__(self, progress):
        super().__init__(daemon=True)
        self.progress = progress

    def run(self):
        try:
            while not self.progress.is_over.is_set():
                self.step()
        except BaseException as wrong:  # noqa: BLE001
            self.progress.fail(f"{type(self).__name__}: {wrong!r}")

    def step(self):
        raise NotImplementedError


class Writer(Member):
    """Creates events through whichever instance lives. Every second one has a key, and is sent again until there is an answer."""

    def __init__(self, progress, instances, number):
        super().__init__(progress)
        self.clients = [Client(instance) for instance in instances]
        self.rng = random.Random(number)
        self.number, self.sent = number, 0
        self.acknowledged = {}  # by id
        self.unknown = 0

    def step(self):
        self.sent += 1
        has_key = self.sent % 2 == 0
        event = login(f"user {self.rng.randrange(USERS)}", f"{self.number}.{self.sent}")
        headers = {"Idempotency-Key": f"{self.number}.{self.sent}"} if has_key else {}
        while (answer := self.ask("POST", RAW, event, headers)) is None:
            if not has_key:
                self.unknown += 1
                return
        assert answer.status == 201, answer
        made = answer.json()
        assert made == event | {"id": made["id"]}
        self.acknowledged[made["id"]] = made
        self.progress.count()
        self.read(made)

    def read(self, made):
        """What was acknowledged is there, whoever is asked."""
        seen = self.ask("GET", f"{RAW}/{made['id']}")
        assert seen is None or (seen.status, seen.json()) == (200, made), seen
        seen = self.ask("POST", "/graph", {"query": EVENT % made["id"]})
        if seen is not None:
            assert seen.status == 200 and "errors" not in seen.json(), seen
            event = seen.json()["data"]["rawEvents"]["getById"]
            assert event["data"] == made["data"] and event["processedEvents"] in ([], [{"status": "SUCCESS"}]), event

    def ask(self, *request):
        """None where the instance was killed before it had answered."""
        try:
            return self.rng.choice([client for client in self.clients if client.instance.is_up.is_set()]).ask(*request)
        except Cut:
            return None


class Follower(Member):
    """Follows the feed through whichever instance lives, and goes on elsewhere when that one is killed: every position once, in order."""

    def __init__(self, progress, instances, path, seed):
        super().__init__(progress)
        self.instances, self.path, self.rng = instances, path, random.Random(seed)
        self.ids = []

    def step(self):
        instance = self.rng.choice([instance for instance in self.instances if instance.is_up.is_set()])
        try:
            life = instance.life()
            with Lines(instance, f"{self.path}/changes?follow=true&after={len(self.ids)}") as lines:
                assert lines.status == 200, lines.status
                for line in lines:
                    if "id" in line:
                        assert line["position"] == len(self.ids) + 1, line
                        self.ids.append(line["id"])
                    if self.progress.is_over.is_set():
                        return
        except Cut:
            return
        except OSError:
            pass
        assert instance.lives != life, "cut by an instance that lives"


def until_there_are(service, path, count):
    """All versions, as soon as there are so many."""
    with Lines(service, f"{path}/changes?follow=true") as lines:
        for version in lines.versions():
            if version["position"] == count:
                break
    return whole_feed(service, path)


def check_events(feed, writers):
    """What was acknowledged is there as it was, once; of the rest no more than was asked for."""
    assert [version["position"] for version in feed] == list(range(1, len(feed) + 1))
    assert {version["version"] for version in feed} == {1}
    stored = {version["id"]: version["document"] for version in feed}
    acknowledged = {key: event for writer in writers for key, event in writer.acknowledged.items()}
    assert [key for key, event in acknowledged.items() if stored.get(key) != event] == []
    numbers = [event["data"]["number"] for event in stored.values()]
    assert len(set(numbers)) == len(numbers), "an event is there twice"
    assert len(stored) - len(acknowledged) <= sum(writer.unknown for writer in writers)


def check_results(results, events):
    """One of each event, never replaced, in the order of each user's events."""
    assert {(version["version"], version["document"]["status"]) for version in results} == {(1, "SUCCESS")}
    place = {version["document"]["raw_event_id"]: version["position"] for version in results}
    assert sorted(version["document"]["raw_event_id"] for version in results) == sorted(event["id"] for event in events)
    last = {}
    for event in events:
        user = event["document"]["data"]["user_id"]
        assert last.get(user, 0) < place[event["id"]], "out of order"
        last[user] = place[event["id"]]


def test_nothing_is_lost_in_twenty_kills(instances):
    progress, rng = Progress(), random.Random(SEED)
    writers = [Writer(progress, instances, number) for number in range(COUNT * CLIENTS)]
    followers = [Follower(progress, instances, path, number) for number, path in enumerate((RAW, PROCESSED))]
    for member in (*writers, *followers):
        member.start()
    progress.wait_for(COUNT * CLIENTS)
    for _ in range(KILLS):
        victim = rng.choice(instances)
        victim.kill()
        # The others go on while it is away.
        progress.wait_for(rng.randint(0, 30))
        victim.start()
        progress.wait_for(rng.randint(0, 30))
    progress.is_over.set()
    last = instances[0].create(RAW, login("user 0", "last"))  # which followers see
    writers[0].acknowledged[last["id"]] = last
    for member in (*writers, *followers):
        member.join(120)
        assert not member.is_alive()
    assert progress.wrong == []

    events = whole_feed(instances[0], RAW)
    check_events(events, writers)
    results = until_there_are(instances[1], PROCESSED, len(events))
    check_results(results, events)
    for follower, feed in zip(followers, (events, results)):
        assert follower.ids == [version["id"] for version in feed][: len(follower.ids)] and follower.ids
    for client in map(Client, instances):
        until(lambda client=client: client.ask("GET", "/processors/login-risk").json()["counts"]["SUCCESS"], len(events).__eq__)
