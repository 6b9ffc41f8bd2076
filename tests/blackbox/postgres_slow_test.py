"""A server that answers slowly, or not at all, while requests come at 500 a second: each has an answer, 503 with Retry-After where it cannot
be done; memory and connections stay within bounds, what has nothing to do with it goes on, and so does all when the server is itself again."""

import asyncio
import contextlib
import json
import os
import signal
import subprocess
import threading
import time

import pytest

import service as services
from bulk_test import Memory
from hammer import Hammer, check
from postgres_full_test import processes
from postgres_server import on_postgres, own_server, until
from story_test import PROCESSED_EVENT, RAW_EVENT

OTHER_EVENT = {**PROCESSED_EVENT, "raw_event_id": "somebody"}
RAW, PROCESSED = "/raw-events/api", "/processed-events/api"
RATE = 500
SECONDS = 4
MEMORY_MAX = 60e6
# Of each thread and entity: one that writes, one that reads, two for long lists; one more of each entity now and then.
CONNECTIONS_MAX = 2 * (4 * os.cpu_count() + 1)


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    with own_server(tmp_path_factory.mktemp("slow")) as running:
        yield running


@pytest.fixture
def service(server, tmp_path):
    server.sql("DROP SCHEMA public CASCADE")
    server.sql("CREATE SCHEMA public")
    folder = services.copy_example("events", tmp_path)
    command = on_postgres(folder, server.uri(), timeout="1s", connectTimeout="1s")
    file = folder / "config/config.conf"
    # Shorter than the server hangs: writes that wait for it are refused by then.
    file.write_text(json.dumps(json.loads(file.read_text()) | {"limits": {"writeWait": "1s"}}))
    running = services.Service(folder, command=command).start()
    for path, document in ((RAW, RAW_EVENT), (PROCESSED, OTHER_EVENT)):
        for _ in range(20):
            running.create(path, document)
    yield running
    running.stop()


def event(number):
    return {**RAW_EVENT, "name": f"event {number}"}


def connections(server):
    return int(server.sql("SELECT count(*) FROM pg_stat_activity WHERE application_name = 'millrace'").stdout)


def test_the_entity_is_held_by_somebody(server, service):
    first = service.create(RAW, RAW_EVENT)
    hold = f"BEGIN; SELECT position FROM \"raw_events:head\" FOR UPDATE; SELECT pg_sleep({SECONDS + 1}); COMMIT"
    holder = subprocess.Popen(["psql", "-qAt", server.uri()], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    holder.stdin.write(hold.replace("; ", ";\n") + ";\n")
    holder.stdin.flush()
    holder.stdout.readline()  # it has the row
    others = 0
    with Memory(service.process.pid) as memory, Hammer(service, RAW, RATE, SECONDS, event) as hammer:
        while hammer.is_alive():
            # Reads of the entity, and all of the other one.
            assert service.get(f"{RAW}/{first['id']}").json() == first
            service.create(PROCESSED, OTHER_EVENT)
            assert connections(server) <= CONNECTIONS_MAX
            others += 1
    holder.stdin.close()
    holder.wait()
    codes = check(service, hammer.answers, RAW_EVENT["name"])
    print(f"held: {codes}, {others} rounds beside it, memory grew by {memory.growth / 1e6:.0f} MB")
    assert codes.get("store.timeout", 0) > RATE and others > 10 and memory.growth < MEMORY_MAX
    service.create(RAW, RAW_EVENT)


def send(what, processes_of_it):
    for process in processes_of_it:
        with contextlib.suppress(ProcessLookupError):
            os.kill(process, what)


def test_the_server_hangs(server, service):
    first = service.create(RAW, RAW_EVENT)
    read = Hammer(service, f"{RAW}/{first['id']}", RATE / 2, SECONDS)
    stopped = processes(server)
    send(signal.SIGSTOP, stopped)
    try:
        with Memory(service.process.pid) as memory, read, Hammer(service, RAW, RATE / 2, SECONDS, event) as hammer:
            said = until(service, 503)["storages"]["raw_events"]["error"]
            hammer.join(SECONDS + 1)
            send(signal.SIGCONT, stopped)
    finally:
        send(signal.SIGCONT, stopped)
    assert "too long" in said or "No host answers" in said
    until(service, 200)
    codes = check(service, hammer.answers, RAW_EVENT["name"])
    for answer in read.answers:
        assert (answer.status == 200 and answer.body == first) or (answer.status == 503 and "Retry-After: 1" in answer.headers), answer
    print(f"hung: {codes}, memory grew by {memory.growth / 1e6:.0f} MB")
    assert sum(codes.values()) > RATE / 2 and "store.unconfirmed" not in codes and memory.growth < MEMORY_MAX
    assert connections(server) <= CONNECTIONS_MAX
    # A connection may wait a moment longer before it tries again, and says so.
    services.wait_until(lambda: service.request("POST", RAW, RAW_EVENT), lambda answer: answer.status == 201)


class SlowPath:
    """Holds back every piece that goes to the server and back for a while."""

    def __init__(self, port, delay):
        self.target, self.delay, self.port = port, delay, services.free_port()
        self.loop = asyncio.new_event_loop()
        self.loop.run_until_complete(asyncio.start_server(self.serve, "127.0.0.1", self.port))
        threading.Thread(target=self.loop.run_forever, daemon=True).start()

    async def serve(self, reader, writer):
        server_reader, server_writer = await asyncio.open_connection("127.0.0.1", self.target)
        await asyncio.gather(self.copy(reader, server_writer), self.copy(server_reader, writer))

    async def copy(self, reader, writer):
        while piece := await reader.read(65536):
            self.loop.call_later(self.delay, writer.write, piece)
        self.loop.call_later(self.delay, writer.close)


def test_every_answer_takes_long(server, service, tmp_path_factory):
    """A tenth of a second there and back makes batches larger, not queues longer: all is written."""
    slow = SlowPath(server.port, 0.05)
    folder = services.copy_example("events", tmp_path_factory.mktemp("far"))
    uri = server.uri().replace(str(server.port), str(slow.port)) + "?sslmode=disable"
    far = services.Service(folder, command=on_postgres(folder, uri, timeout="5s")).start()
    far.create(RAW, RAW_EVENT)
    begun = time.monotonic()
    with Memory(far.process.pid) as memory, Hammer(far, RAW, RATE, SECONDS, event) as hammer:
        pass
    print(f"far: {len(hammer.answers)} in {time.monotonic() - begun:.1f} s, memory grew by {memory.growth / 1e6:.0f} MB")
    assert check(service, hammer.answers, RAW_EVENT["name"]) == {} and memory.growth < MEMORY_MAX
    assert connections(server) <= 2 * CONNECTIONS_MAX
    far.stop()
