"""A MongoDB server that does not answer while requests come at 500 a second: each has an answer, 503 with Retry-After where it cannot be done;
memory stays within bounds, what has nothing to do with it goes on, and so does all when the server is itself again."""

import signal
import time

import pytest

import service as services
from bulk_test import Memory
from hammer import Hammer, check
from mongo_server import MongoServer, on_mongo
from service import until, wait_until
from story_test import PROCESSED_EVENT, RAW_EVENT

OTHER_EVENT = {**PROCESSED_EVENT, "raw_event_id": "somebody"}
RAW, PROCESSED = "/raw-events/api", "/processed-events/api"
RATE, SECONDS = 500, 4
MEMORY_MAX = 60e6
SECONDS_MAX = 12  # of one answer
LIMITS = {"socketTimeoutMS": 1000, "serverSelectionTimeoutMS": 1000, "connectTimeoutMS": 1000}


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = MongoServer(tmp_path_factory.mktemp("slow"), own=True).start()
    yield running
    running.stop()


@pytest.fixture
def service(server, tmp_path, request):
    folder = services.copy_example("events", tmp_path)
    database = request.node.name[:30]
    running = services.Service(folder, command=on_mongo(folder, server.uri(database), processed={"type": "memory"}, **LIMITS)).start()
    yield running
    running.stop()


def event(number):
    return {**RAW_EVENT, "name": f"event {number}"}


def recovers(service):
    wait_until(lambda: service.request("POST", RAW, RAW_EVENT), lambda answer: answer.status == 201)


def test_the_server_hangs(server, service):
    first = service.create(RAW, RAW_EVENT)
    read = Hammer(service, f"{RAW}/{first['id']}", RATE / 2, SECONDS)
    listed = Hammer(service, f"{RAW}?name=user_login", RATE / 10, SECONDS)
    server.process.send_signal(signal.SIGSTOP)
    others = 0
    try:
        with Memory(service.process.pid) as memory, read, listed, Hammer(service, RAW, RATE / 2, SECONDS, event) as hammer:
            deadline = time.monotonic() + SECONDS
            while time.monotonic() < deadline:
                service.create(PROCESSED, OTHER_EVENT)
                others += 1
            until(service, 503)
            server.process.send_signal(signal.SIGCONT)
    finally:
        server.process.send_signal(signal.SIGCONT)
    recovers(service)
    codes = check(service, hammer.answers, RAW_EVENT["name"])
    for answer in [*read.answers, *listed.answers]:
        assert answer.status == 200 or (answer.status == 503 and "Retry-After: 1" in answer.headers), answer
    print(f"hung: {codes}, {others} writes beside it, memory grew by {memory.growth / 1e6:.0f} MB")
    assert sum(codes.values()) > RATE / 2 and others > 20 and memory.growth < MEMORY_MAX


def test_the_server_is_away(server, service):
    first = service.create(RAW, RAW_EVENT)
    server.kill()
    begun = time.monotonic()
    with Memory(service.process.pid) as memory, Hammer(service, f"{RAW}?name=user_login", RATE / 2, SECONDS) as read:
        with Hammer(service, RAW, RATE / 2, SECONDS, event) as hammer:
            pass
    assert time.monotonic() - begun < SECONDS + SECONDS_MAX
    assert {answer.status for answer in [*hammer.answers, *read.answers]} == {503} and memory.growth < MEMORY_MAX
    server.start()
    until(service, 200)
    assert service.get(f"{RAW}/{first['id']}").json() == first
    recovers(service)
    assert check(service, hammer.answers, RAW_EVENT["name"]).keys() <= {"store.unavailable", "store.timeout", "overloaded.writes"}
