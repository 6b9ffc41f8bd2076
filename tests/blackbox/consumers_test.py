"""Consumers: workers that claim events, say what became of them, and are killed."""

import json
import random
import subprocess
import sys
import threading
import uuid

import pytest

import service as services

pytestmark = pytest.mark.every_storage

RAW, PROCESSED = "/raw/api", "/processed/api"
FIELDS = {"name": {"type": "string"}, "n": {"type": "integer"}}
RESULT = {
    "type": "object",
    "properties": {"raw_event_id": {"type": "string"}, "name": {"type": "string"}, "by": {"type": "string"}},
    "required": ["raw_event_id", "name"],
    "additionalProperties": False,
}
CONFIG = {
    "restlettes": [
        {"path": RAW, "storage": {"type": "memory", "collection": "raw"}, "schema": {"type": "object", "properties": FIELDS}},
        {"path": PROCESSED, "storage": {"type": "memory", "collection": "processed"}, "schema": RESULT},
    ]
}
SECONDS_MAX = 60


def serve(folder, config):
    return services.with_config(folder, config).start()


@pytest.fixture
def service(tmp_path, storages):
    running = serve(tmp_path, storages.config(CONFIG))
    yield running
    running.stop()


class Consumer:
    def __init__(self, service, name="c"):
        self.service, self.name = service, name
        self.path = f"{RAW}/consumers/{name}"

    def post(self, action, body=None, status=200):
        answer = self.service.request("POST", f"{self.path}/{action}", body)
        assert answer.status == status, (action, body, answer)
        return answer.json()

    def claim(self, query="lease=1h"):
        return self.post(f"claim?{query}")

    def ack(self, token, status=200, **body):
        return self.post("ack", {"token": token, **body}, status)

    def nack(self, token, status=200, **body):
        return self.post("nack", {"token": token, **body}, status)

    def status(self):
        return self.service.get(self.path).json()

    def until(self, holds):
        """The status as soon as it is so."""
        return services.wait_until(self.status, holds, SECONDS_MAX)


def write(service, count, name="a"):
    answer = service.request("POST", f"{RAW}/bulk", [{"name": name, "n": n} for n in range(count)])
    assert answer.status == 201, answer
    return answer.json()


def positions(claimed):
    return [event["position"] for event in claimed["events"]]


def result_id(consumer, event):
    return str(uuid.uuid5(uuid.UUID("6b1f5a0e-6f0c-5d52-9a1b-3f6f2f0c8e77"), f"{consumer}\n{event['id']}\n{event['version']}"))


def test_events_are_claimed_and_acknowledged_with_results(service):
    documents = write(service, 3)
    service.request("DELETE", f"{RAW}/{documents[1]['id']}")
    consumer = Consumer(service)
    claimed = consumer.claim("lease=1h&max=3")
    assert positions(claimed) == [1, 2, 3]
    feed = [json.loads(line) for line in service.get(f"{RAW}/changes").text.splitlines()][:4]
    assert [{key: event[key] for key in version} for event, version in zip(claimed["events"], feed)] == feed[:3]
    assert [event["attempt"] for event in claimed["events"]] == [1, 1, 1]
    assert consumer.claim()["events"][0]["deleted"] is True
    assert consumer.claim() == {"token": None, "lease_until": None, "events": []}
    results = [{"position": 3, "document": {"name": "r"}}, {"position": 1, "document": {"name": "r", "raw_event_id": "mine"}}]
    acked = consumer.ack(claimed["token"], results=results, to="/processed", positions=[2])
    expected = [result_id("c", claimed["events"][0]), result_id("c", claimed["events"][2])]
    assert acked == {
        "acknowledged": 3,
        "results": [{"position": 1, "id": expected[0], "created": True}, {"position": 3, "id": expected[1], "created": True}],
    }
    assert service.get(f"{PROCESSED}/{expected[0]}").json() == {"id": expected[0], "name": "r", "raw_event_id": "mine"}
    assert service.get(f"{PROCESSED}/{expected[1]}").json()["raw_event_id"] == claimed["events"][2]["id"]
    # The same again changes nothing.
    assert consumer.ack(claimed["token"], all=True)["acknowledged"] == 0
    status = consumer.status()
    assert {key: status[key] for key in ("cursor", "head", "lag", "acknowledged", "in_flight", "parked")} == {
        "cursor": 4, "head": 4, "lag": 1, "acknowledged": 3, "in_flight": 1, "parked": 0,
    }  # fmt: skip
    assert status["oldest_age_seconds"] >= 0 and status["oldest_open"] is not None
    assert [each["name"] for each in service.get(f"{RAW}/consumers").json()] == ["c"]


def test_results_are_checked_before_anything_is_written(service):
    write(service, 3)
    consumer = Consumer(service)
    other = consumer.claim("lease=1h&max=1")
    token = consumer.claim()["token"]
    good = {"position": 2, "document": {"name": "r"}}

    def refused(status, code, *results, **more):
        answer = consumer.ack(token, status, **{"results": list(results), "to": "/processed", **more})
        assert answer["code"] == code, answer
        return answer

    wrong = refused(422, "schema.violation", good, {"position": 3, "document": {"by": 1}})
    assert {error["path"] for error in wrong["errors"]} >= {"/results/1/document/by"}
    refused(422, "document.id", good, {"position": 3, "document": {"name": "r", "id": "mine"}})
    refused(409, "consumer.position", good, {"position": 1, "document": {"name": "r"}})
    refused(422, "consumer.results", good, good)
    refused(400, "consumer.body", good, to="/proccessed")
    refused(400, "consumer.body", good, to="")
    assert service.get(PROCESSED).json() == []
    assert consumer.status()["in_flight"] == 3
    consumer.ack(token, results=[good], to="/processed/api")
    assert len(service.get(PROCESSED).json()) == 1
    assert consumer.ack(other["token"], all=True)["acknowledged"] == 1


def test_a_late_worker_is_told_and_changes_nothing(service):
    write(service, 2)
    consumer = Consumer(service)
    late = consumer.claim("lease=1ms")
    consumer.until(lambda status: status["due"] == 2)
    for action, body in (("ack", {"all": True}), ("nack", {"positions": [1]}), ("extend", {"lease": "1h"})):
        answer = consumer.post(action, {"token": late["token"], **body}, 409)
        assert answer["code"] == "consumer.lease_over"
    again = consumer.claim()
    assert positions(again) == [1, 2] and {event["attempt"] for event in again["events"]} == {2}
    result = {"results": [{"position": 1, "document": {"name": "late"}}], "to": "/processed"}
    assert consumer.ack(late["token"], 409, **result)["code"] == "consumer.lease_over"
    assert service.get(PROCESSED).json() == []
    consumer.ack(again["token"], all=True)
    assert consumer.status()["lag"] == 0


def test_what_fails_is_delayed_then_parked_then_released(service):
    write(service, 3)
    consumer = Consumer(service)
    first = consumer.claim("lease=1h&attempts=2")
    assert consumer.nack(first["token"], positions=[1], reason="one", delay="1h") == {"returned": 1}
    assert consumer.nack(first["token"], positions=[2]) == {"returned": 1}
    assert consumer.status()["delayed"] == 1
    again = consumer.claim()
    assert positions(again) == [2] and again["events"][0]["attempt"] == 2
    consumer.nack(again["token"], all=True, reason="no é" * 100)
    status = consumer.status()
    parked = status["parked_events"]
    assert status["parked"] == 1 and parked[0]["position"] == 2 and parked[0]["attempts"] == 2
    assert parked[0]["reason"].startswith("no é") and len(parked[0]["reason"].encode()) <= 256
    assert consumer.claim()["events"] == []
    assert consumer.post("parked/1/release", status=404)["code"] == "consumer.not_parked"
    assert consumer.post("parked/2/release") == {"released": 1}
    released = consumer.claim()
    assert positions(released) == [2] and released["events"][0]["attempt"] == 1
    assert consumer.post("parked/all/release") == {"released": 0}


def test_a_filter_belongs_to_the_consumer(service):
    write(service, 2, "a")
    write(service, 2, "b")
    consumer = Consumer(service)
    assert positions(consumer.claim("lease=1h&name=b&n=1")) == [4]
    write(service, 2, "b")
    assert consumer.post("claim?name=a", status=409)["code"] == "consumer.filter"
    assert positions(consumer.claim("lease=1h")) == [6]
    assert positions(Consumer(service, "d").claim("n=1&name=b")) == [4, 6]
    assert consumer.post("claim?n=x", status=400)["code"] == "list.value"


def test_a_waiting_claim_is_given_what_comes(service):
    consumer = Consumer(service)
    assert consumer.claim("from=now")["events"] == []
    claimed = []
    waiting = threading.Thread(target=lambda: claimed.append(consumer.claim("wait=30s")))
    waiting.start()
    write(service, 1)
    waiting.join(SECONDS_MAX)
    assert positions(claimed[0]) == [1]
    # And what is given back.
    waiting = threading.Thread(target=lambda: claimed.append(consumer.claim("wait=30s")))
    waiting.start()
    consumer.nack(claimed[0]["token"], all=True)
    waiting.join(SECONDS_MAX)
    assert positions(claimed[1]) == [1]


def test_a_deleted_consumer_begins_anew(service):
    write(service, 2)
    consumer = Consumer(service)
    token = consumer.claim("lease=1h&from=2")["token"]
    assert service.request("DELETE", consumer.path).json() == {"name": "c", "status": "deleted"}
    assert service.request("DELETE", consumer.path).status == 404
    assert service.get(consumer.path).status == 404
    assert service.get(f"{RAW}/consumers").json() == []
    assert consumer.ack(token, 404, all=True)["code"] == "consumer.not_found"
    assert positions(consumer.claim()) == [1, 2]
    assert consumer.ack(token, 409, all=True)["code"] == "consumer.token"


BAD = [
    ("c/claim?max=0", None, 400), ("c/claim?max=-1", None, 400), ("c/claim?max=10001", None, 400), ("c/claim?max=1e2", None, 400),
    ("c/claim?max=99999999999999999999", None, 400), ("c/claim?lease=0s", None, 400), ("c/claim?lease=1000000d", None, 400),
    ("c/claim?lease=-5s", None, 400), ("c/claim?lease=", None, 400), ("c/claim?wait=2m", None, 400), ("e/claim?from=3", None, 400),
    ("c/claim?from=0", None, 400), ("c/claim?from=x", None, 400), ("c/claim?from=99999999999999999999", None, 400),
    ("c/claim?attempts=0", None, 400), ("c/claim?max=1&max=2", None, 400), ("a%2Fb/claim", None, 400), ("%00/claim", None, 400),
    (".c/claim", None, 400), ("x" * 101 + "/claim", None, 400), ("%zz/claim", None, 400), ("c/claims", None, 404), ("c/claim/x", None, 404),
    ("c/parked//release", None, 400), ("c/parked/1/2/release", None, 404), ("c/parked/x/release", None, 400), ("c/parked/release", None, 404),
    ("c/parked/18446744073709551616/release", None, 400), ("d/parked/1/release", None, 404),
    ("c/ack", None, 400), ("c/ack", [], 400), ("c/ack", {}, 400), ("c/ack", {"token": 1, "all": True}, 400), ("c/ack", {"token": "x"}, 400),
    ("c/ack", {"token": "x", "all": True}, 409), ("c/ack", {"token": "x", "all": "true"}, 400), ("c/ack", {"token": "x", "positions": [0]}, 400),
    ("c/ack", {"token": "x", "positions": [1.5]}, 400), ("c/ack", {"token": "x", "positions": [10**30]}, 400), ("c/ack", {"token": "x", "positions": 1}, 400),
    ("c/ack", {"token": "x", "all": True, "positions": [1]}, 400), ("c/ack", {"token": "x", "all": True, "tokn": 1}, 400),
    ("c/ack", {"token": "x", "results": [1], "to": "/processed"}, 400), ("c/ack", {"token": "x", "results": [{"position": 1}], "to": "/processed"}, 400),
    ("c/ack", {"token": "x", "results": [{"position": 1, "document": {}}]}, 400), ("c/ack?x=1", {"token": "x", "all": True}, 400),
    ("c/nack", {"token": "x", "all": True, "delay": "1000000d"}, 400), ("c/nack", {"token": "x", "all": True, "delay": 5}, 400),
    ("c/nack", {"token": "x", "all": True, "reason": None}, 400), ("c/extend", {"token": "x", "lease": "0s"}, 400),
    ("c/extend", {"token": "x", "lease": "13h"}, 400), ("c/extend", {"token": "x"}, 409), ("d/ack", {"token": "x", "all": True}, 404),
]  # fmt: skip


def test_bad_requests_are_told_and_change_nothing(service):
    write(service, 1)
    consumer = Consumer(service)
    token = consumer.claim("from=1&lease=1h")["token"]
    before = consumer.status()
    before.pop("oldest_age_seconds")
    for path, body, status in BAD:
        answer = service.request("POST", f"{RAW}/consumers/{path}", body)
        assert answer.status == status, (path, body, answer)
        assert answer.json()["code"]
    incarnation = token.split(".")[0]
    for forged in (f"{incarnation}.2", f"{incarnation}.0", f"{incarnation}.", incarnation, f".{token}", f"{token} ", f"{incarnation}.1x", ".1"):
        assert consumer.ack(forged, 409, all=True)["code"] == "consumer.token", forged
    after = consumer.status()
    after.pop("oldest_age_seconds")
    assert after == before
    assert service.request("GET", f"{consumer.path}/claim").status == 405
    assert service.request("POST", f"{consumer.path}/ack", "x", {"Content-Type": "text/plain"}).status == 415


class Model:
    """What a consumer is, in a few lines: positions and how often they were handed out."""

    def __init__(self, attempts):
        self.head, self.cursor, self.attempts_max = 0, 0, attempts
        self.due, self.delayed, self.parked, self.leases, self.acknowledged = {}, {}, {}, {}, 0

    def claim(self, count):
        again = sorted(self.due)[:count]
        new = range(self.cursor + 1, min(self.head, self.cursor + count - len(again)) + 1)
        given = {position: self.due.pop(position) + 1 for position in again} | {position: 1 for position in new}
        self.cursor += len(new)
        return given

    def give_back(self, position, attempts, delayed=False):
        target = self.parked if attempts >= self.attempts_max else self.delayed if delayed else self.due
        target[position] = attempts

    def counts(self):
        in_flight = sum(map(len, self.leases.values()))
        return {
            "cursor": self.cursor, "head": self.head, "acknowledged": self.acknowledged, "in_flight": in_flight, "due": len(self.due),
            "delayed": len(self.delayed), "parked": len(self.parked), "lag": self.head - self.cursor + in_flight + len(self.due) + len(self.delayed),
        }  # fmt: skip


@pytest.mark.parametrize("seed", range(3))
def test_random_workers_see_what_a_model_sees(service, seed):
    rng = random.Random(seed)
    consumer, model = Consumer(service), Model(3)
    consumer.claim("attempts=3")
    ended = []
    for _ in range(150):
        step = rng.choice(["write", "claim", "claim", "late", "ack", "ack", "nack", "release", "extend", "old", "restart"])
        token = rng.choice(list(model.leases)) if model.leases else None
        held = model.leases.get(token, {})
        some = rng.sample(sorted(held), rng.randint(1, len(held))) if held else []
        if step == "write":
            model.head += len(write(service, rng.randint(1, 4)))
        elif step in ("claim", "late"):
            count = rng.randint(1, 5)
            given = model.claim(count)
            claimed = consumer.claim(f"max={count}&lease={'1h' if step == 'claim' else '1ms'}")
            assert {event["position"]: event["attempt"] for event in claimed["events"]} == given
            assert positions(claimed) == sorted(given)
            if step == "claim" and given:
                model.leases[claimed["token"]] = given
            if step == "late" and given:
                for position, attempts in given.items():
                    model.give_back(position, attempts)
                consumer.until(lambda status: status["in_flight"] == sum(map(len, model.leases.values())))
                ended.append(claimed["token"])
        elif step == "ack" and some:
            assert consumer.ack(token, positions=some)["acknowledged"] == len(some)
            model.acknowledged += len(some)
            model.leases[token] = {position: count for position, count in held.items() if position not in some}
        elif step == "nack" and some:
            delayed = rng.random() < 0.3
            assert consumer.nack(token, positions=some, **({"delay": "1h"} if delayed else {}))["returned"] == len(some)
            for position in some:
                model.give_back(position, model.leases[token].pop(position), delayed)
        elif step == "release" and model.parked:
            position = rng.choice(list(model.parked))
            consumer.post(f"parked/{position}/release")
            model.due[position] = model.parked.pop(position) - model.attempts_max
        elif step == "extend" and held:
            consumer.post("extend", {"token": token, "lease": "2h"})
        elif step == "old" and ended:
            assert consumer.ack(rng.choice(ended), 409, all=True)["code"] == "consumer.lease_over"
        model.leases = {token: held for token, held in model.leases.items() if held}
        status = consumer.status()
        assert {key: status[key] for key in model.counts()} == model.counts(), step
        assert {each["position"]: each["attempts"] for each in status["parked_events"]} == model.parked


def test_ten_thousand_in_flight_and_no_more(service):
    for _ in range(3):
        write(service, 4000)
    consumer = Consumer(service)
    tokens = [consumer.claim("max=4000&lease=1h") for _ in range(2)]
    last = consumer.claim("max=4000&lease=1h")
    assert positions(last) == list(range(8001, 10001))
    assert consumer.post("claim", status=503)["code"] == "consumer.open"
    # Every second one: as many ranges as there can be.
    consumer.ack(tokens[0]["token"], positions=list(range(1, 4001, 2)))
    assert positions(consumer.claim("max=4000&lease=1h")) == list(range(10001, 12001))
    consumer.nack(tokens[0]["token"], all=True, reason="x")
    assert positions(consumer.claim("max=4000&lease=1h")) == list(range(2, 4001, 2))
    assert consumer.status()["in_flight"] == 10000


# --- Crashes -------------------------------------------------------------------------------------------------------------------------------


def durable(storages, folder):
    """The config in a storage that several instances can share; in place of memory an SQLite file."""
    config = json.loads(json.dumps(CONFIG)) if storages.name == "memory" else storages.config(CONFIG)
    for restlette in config["restlettes"]:
        storage = restlette["storage"]
        if storage["type"] in ("memory", "sqlite"):
            restlette["storage"] = {"type": "sqlite", "uri": str(folder / "shared.db"), "collection": storage["collection"]}
    return config


def wait_for_more(workers, more):
    """Until so many more claims of all of them are acknowledged."""

    def count():
        return sum(len(worker.acknowledged) for worker in workers)

    wanted = count() + more
    services.wait_until(lambda: count() >= wanted)


class Worker(threading.Thread):
    """Claims and acknowledges with results, sometimes too late or not at all, until all is done; services come and go meanwhile."""

    def __init__(self, instances, number, done):
        super().__init__(daemon=True)
        self.instances, self.number, self.done, self.rng = instances, number, done, random.Random(number)
        self.acknowledged, self.problems = [], []

    def post(self, path, body=None):
        instance = self.rng.choice(self.instances)
        try:
            return instance.request("POST", f"{RAW}/consumers/k/{path}", body)
        except OSError:
            self.done.wait(0.01)
            return None
        except Exception as problem:  # half an answer
            if "IncompleteRead" in repr(problem) or "BadStatusLine" in repr(problem) or "RemoteDisconnected" in repr(problem):
                return None
            raise

    def run(self):
        while not self.done.is_set():
            claimed = self.post("claim?max=3&lease=300ms&attempts=1000&wait=200ms")
            if claimed is None or claimed.status == 503:
                continue
            if claimed.status != 200:
                self.problems.append(claimed)
                return
            claimed = claimed.json()
            if not claimed["events"] or self.rng.random() < 0.1:
                continue  # as if this worker had died
            if positions(claimed) != sorted(set(positions(claimed))):
                self.problems.append(claimed)
            if self.rng.random() < 0.1:
                self.done.wait(0.4)  # longer than the lease
            self.finish(claimed)

    def finish(self, claimed):
        results = [{"position": event["position"], "document": {"name": "r", "by": str(self.number)}} for event in claimed["events"]]
        for _ in range(20):
            answer = self.post("ack", {"token": claimed["token"], "all": True, "results": results, "to": "/processed"})
            if answer is not None and answer.status == 200:
                self.acknowledged.append((claimed["token"], positions(claimed), answer.json()["acknowledged"]))
                return
            if answer is not None and answer.status not in (409, 503):
                self.problems.append(answer)
            # One that does not ask again leaves it to the service that the results are there.
            if answer.status == 409 if answer is not None else self.rng.random() < 0.7:
                return


def test_killed_workers_and_services_leave_one_result_of_each_event(tmp_path, storages):
    config = durable(storages, tmp_path)
    instances = [serve(tmp_path / str(number), config) for number in range(2)]
    events = 0
    done = threading.Event()
    workers = [Worker(instances, number, done) for number in range(6)]
    for worker in workers:
        worker.start()
    rng = random.Random(5)
    # Where a writer that dies holds its collection for seconds there is less to do.
    rounds, count = (8, 30) if "mongo" in json.dumps(config) else (20, 150)
    for round_ in range(rounds):
        keeper, victim = instances if round_ % 2 else reversed(instances)
        # There is always something left to do, so that the service dies amid acknowledgements.
        events += len(write(keeper, count))
        wait_for_more(workers, rng.randint(1, 5))
        victim.kill()
        events += len(write(keeper, 10))
        victim.start()
    consumer = Consumer(instances[0], "k")
    try:
        consumer.until(lambda status: status["lag"] == 0 and status["cursor"] == events)
    finally:
        done.set()
        for worker in workers:
            worker.join(SECONDS_MAX)
    assert [worker.problems for worker in workers if worker.problems] == []
    status = consumer.status()
    assert status["acknowledged"] == events and status["parked"] == 0
    lines = [json.loads(line) for line in instances[1].get(f"{PROCESSED}/changes?limit=10000").text.splitlines()]
    results = [line for line in lines if "id" in line]
    raw = [json.loads(line) for line in instances[1].get(f"{RAW}/changes?limit=10000").text.splitlines()]
    assert {line["id"] for line in results} == {result_id("k", line) for line in raw if "id" in line}
    assert len(results) == events and {line["version"] for line in results} == {1}
    # Nobody is told twice that an event is done: the counts of all acknowledgements that were answered are no more than there are events.
    assert sum(count for worker in workers for _, _, count in worker.acknowledged) <= events
    for instance in instances:
        instance.stop()


def test_results_and_progress_are_one_commit_where_they_share_a_database(tmp_path, storages):
    config = durable(storages, tmp_path)
    are_two = "mongo" in json.dumps(config)  # then results go first
    running = serve(tmp_path, config)
    rng = random.Random(6)
    for round_ in range(3 if are_two else 12):
        write(running, 60)
        done = threading.Event()
        workers = [Worker([running], number, done) for number in range(4)]
        for worker in workers:
            worker.start()
        wait_for_more(workers, rng.randint(0, 8))
        running.kill()
        done.set()
        for worker in workers:
            worker.join(SECONDS_MAX)
        running.start()
        results = [line for line in running.get(f"{PROCESSED}/changes?limit=10000").text.splitlines() if '"id"' in line]
        status = running.get(f"{RAW}/consumers/k")
        acknowledged = status.json()["acknowledged"] if status.status == 200 else 0
        assert len(results) >= acknowledged if are_two else len(results) == acknowledged, round_
    assert are_two or acknowledged > 0
    running.stop()


def test_leases_outlive_a_restart(tmp_path, storages):
    running = serve(tmp_path, durable(storages, tmp_path))
    write(running, 2)
    consumer = Consumer(running)
    token = consumer.claim("lease=1h")["token"]
    running.kill()
    running.start()
    assert consumer.claim()["events"] == []
    assert consumer.ack(token, all=True)["acknowledged"] == 2
    running.stop()


def test_the_example_worker(events):
    countries = ["FR", "US", "FR", "US", "FR"]
    logins = [events.create("/raw-events/api", {"name": "user_login", "data": {"country": country}})["id"] for country in countries]
    events.create("/raw-events/api", {"name": "other", "data": 1})
    program = services.ROOT / "examples/worker.py"
    assert len(program.read_text().splitlines()) <= 40
    for _ in range(2):
        worker = subprocess.run([sys.executable, program, events.url, "--once"], capture_output=True, text=True, timeout=SECONDS_MAX)
        assert worker.returncode == 0 and worker.stderr == "", worker
    # The example has a processor of its own, whose results have other ids.
    ids = [result_id("risk", {"id": login, "version": 1}) for login in logins]
    results = events.get(f"/processed-events/api/bulk?ids={','.join(ids)}").json()
    assert [each["processed_data"]["risk_score"] for each in results] == [0.5, 0.1, 0.5, 0.1, 0.5]
    assert [each["raw_event_id"] for each in results] == logins
    assert events.get("/raw-events/api/consumers/risk").json()["lag"] == 0
