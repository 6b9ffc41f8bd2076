"""Processors from outside: what an event becomes, what is told of it, and that there is one result whatever is killed."""

import json
import random
import threading

import postgres_server
import pytest

import service as services

RAW = "/raw-events/api"
PROCESSED = "/processed-events/api"
LOGIN = {"name": "user_login", "data": {"user_id": "user123", "username": "john_doe", "ip_address": "192.168.1.100"},
         "timestamp": "2024-01-01T12:00:00Z", "source": "auth_service", "version": "1.0"}  # fmt: skip


def until(get, is_there, seconds_max=60):
    return services.wait_until(get, is_there, seconds_max)


def results_of(service, event):
    return service.get(f"{PROCESSED}?raw_event_id={event['id']}").json()


def result_of(service, event):
    return until(lambda: results_of(service, event), bool)[0]


def with_processors(folder, *processors, storages=None):
    """A service of the events example with these processors."""
    example = services.copy_example("events", folder)
    file = example / "config/config.conf"
    config = json.loads(file.read_text()) | {"processors": list(processors)}
    file.write_text(json.dumps(config))
    return services.Service(example, command=storages.serve(example) if storages is not None else None)


def processor(**keys):
    return {"name": "p", "from": "/raw-events", "to": "/processed-events", "transform": "{processed_data: .data}"} | keys


@pytest.fixture(scope="module")
def example(tmp_path_factory):
    """examples/events with the processor that it has."""
    service = services.Service(services.copy_example("events", tmp_path_factory.mktemp("processors"), processors=True)).start()
    yield service
    service.stop()


@pytest.fixture
def started(tmp_path, storages):
    """Starts a service with processors, on the storage of the run; ends it."""
    running = []

    def start(*processors):
        running.append(with_processors(tmp_path, *processors, storages=storages))
        return running[-1].start()

    yield start
    for service in running:
        service.stop()


# --- The example -------------------------------------------------------------------------------------------------------------------------


def test_a_login_becomes_what_the_readme_says(example):
    event = example.create(RAW, LOGIN)
    result = result_of(example, event)
    assert result["processed_data"] == {"user_id": "user123", "username": "john_doe", "ip_address": "192.168.1.100",
                                        "login_country": "US", "risk_score": 0.1}  # fmt: skip
    assert (result["raw_event_id"], result["name"], result["status"]) == (event["id"], "user_login", "SUCCESS")
    assert result["processing_time_ms"] > 0 and result["processed_timestamp"].endswith("Z") and "error_message" not in result
    again = example.data("/processed-events/graph", f'{{ getByRawEventId(raw_event_id: "{event["id"]}") {{ rawEvent {{ name }} status }} }}')
    assert again == {"getByRawEventId": [{"rawEvent": {"name": "user_login"}, "status": "SUCCESS"}]}


def test_other_events_are_left_alone(example):
    other = example.create(RAW, LOGIN | {"name": "page_view"})
    after = example.create(RAW, LOGIN)
    result_of(example, after)
    until(lambda: example.get("/processors/login-risk").json(), lambda told: told["lag"] == 0 and told["pending"] == 0)
    assert results_of(example, other) == []


def test_what_is_partial_says_so(example):
    result = result_of(example, example.create(RAW, LOGIN | {"data": {"user_id": "nowhere"}}))
    assert (result["status"], result["processed_data"]["risk_score"]) == ("PARTIAL", 0.7)


def test_a_new_version_is_processed_as_well(example):
    event = example.create(RAW, LOGIN)
    result_of(example, event)
    assert example.request("PUT", f"{RAW}/{event['id']}", LOGIN | {"data": {"ip_address": "203.0.113.1"}}).status == 200
    both = until(lambda: results_of(example, event), lambda results: len(results) == 2)
    assert {result["processed_data"]["login_country"] for result in both} == {"US", "AU"}


# --- Lifecycle ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.every_storage
def test_the_lifecycle_of_a_success_and_of_a_failure(started):
    service = started(processor(transform='if .data.bad then error("no good") else {processed_data: .data} end', deadline="60s"))
    good, bad = service.create(RAW, LOGIN), service.create(RAW, LOGIN | {"data": {"bad": True}})
    for event in (good, bad):
        result_of(service, event)

    def story(event):
        told = service.get(f"{RAW}/{event['id']}/lifecycle").json()
        assert told["id"] == event["id"] and told["complete"]
        return told["entries"]

    received, attempt, outcome = story(good)
    assert (received["kind"], attempt["kind"], outcome["kind"]) == ("received", "attempt", "outcome")
    assert received["at"] <= attempt["at"] <= outcome["at"]
    assert (attempt["processor"], attempt["attempt"], attempt["error"]) == ("p", 1, None)
    assert attempt["queue_time_ms"] >= 0 and attempt["run_time_ms"] > 0
    assert (outcome["status"], outcome["overdue"], outcome["version"]) == ("SUCCESS", False, 1)
    assert outcome["result_id"] == results_of(service, good)[0]["id"]

    received, attempt, outcome = story(bad)
    assert "no good" in attempt["error"] and "no good" in outcome["error"] and outcome["status"] == "FAILED"
    query = f'{{ rawEvents {{ getById(id: "{bad["id"]}") {{ lifecycle {{ kind at processor status error attempt overdue }} }} }} }}'
    in_graphql = service.data("/graph", query)["rawEvents"]["getById"]["lifecycle"]
    assert [entry["kind"] for entry in in_graphql] == ["received", "attempt", "outcome"]
    assert in_graphql[2] == {"kind": "outcome", "at": outcome["at"], "processor": "p", "status": "FAILED", "error": outcome["error"],
                             "attempt": None, "overdue": False}  # fmt: skip


def test_a_result_of_somebody_else_is_told(example):
    event = example.create(RAW, LOGIN | {"name": "page_view"})
    made = example.create(PROCESSED, {"name": "page_view", "raw_event_id": event["id"], "status": "PARTIAL"})
    assert example.request("DELETE", f"{PROCESSED}/{made['id']}").status == 200
    entries = example.get(f"{RAW}/{event['id']}/lifecycle").json()["entries"]
    assert [entry["kind"] for entry in entries][0] == "received"
    assert example.get(f"{RAW}/nothing/lifecycle").status == 404


# --- How far it is -----------------------------------------------------------------------------------------------------------------------


@pytest.mark.every_storage
def test_the_page_counts(started):
    service = started(processor(transform='if .data.n % 3 == 0 then error("three") elif .data.n % 3 == 1 then {status: "PARTIAL"} else {} end'))
    for n in range(12):
        service.create(RAW, LOGIN | {"data": {"n": n}})
    told = until(lambda: service.get("/processors/p").json(), lambda told: sum(told["counts"].values()) == 12 and told["pending"] == 0)
    assert told["counts"] == {"SUCCESS": 4, "PARTIAL": 4, "FAILED": 4}
    told = until(lambda: service.get("/processors/p").json(), lambda told: told["lag"] == 0)
    assert (told["position"], told["head"], told["parked"], told["oldest"]) == (12, 12, 0, None)
    assert len(told["partitions"]) == 4 and all(partition["here"] for partition in told["partitions"])
    listed = service.get("/processors").json()
    assert [one["name"] for one in listed] == ["p"] and listed[0]["counts"] == told["counts"]
    missing = service.get("/processors/q")
    assert (missing.status, missing.json()["code"]) == (404, "processor.not_found")
    assert service.request("POST", "/processors", {}).status == 405


def test_what_has_no_outcome_in_time_is_overdue(tmp_path):
    slow = processor(transform="last(limit(1e9; repeat(1))) | {}", timeout="60s", deadline="50ms", key='"one"')
    service = with_processors(tmp_path, slow, processor(name="no-deadline")).start()
    event = service.create(RAW, LOGIN)
    overdue = until(lambda: service.get("/processors/p/overdue").text.splitlines(), lambda lines: len(lines) == 2)
    first = json.loads(overdue[0])
    assert (first["id"], first["position"], first["outcome_at"]) == (event["id"], 1, None) and first["due"] > first["recorded_at"]
    assert json.loads(overdue[1]) == {"position": 1}
    assert service.get("/processors/p").json()["overdue"] == 1
    pending = service.get(f"{RAW}/{event['id']}/lifecycle").json()["entries"]
    assert {(entry["kind"], entry.get("processor"), entry.get("overdue")) for entry in pending} >= {("pending", "p", True)}
    assert service.get("/processors/no-deadline/overdue").json()["code"] == "processor.no_deadline"
    service.kill()


# --- Replay ------------------------------------------------------------------------------------------------------------------------------


def test_a_replay_makes_new_versions_beside_the_running_service(tmp_path):
    service = with_processors(tmp_path, processor(transform='if .data.n > 1 then error("too much") else {risk: .data.n} end')).start()
    events = [service.create(RAW, LOGIN | {"data": {"n": n}}) for n in range(4)]
    before = [result_of(service, event) for event in events]
    file = service.folder / "config/config.conf"
    config = json.loads(file.read_text())
    config["processors"][0]["transform"] = 'if .data.n == 0 then error("none") else {risk: ([.data.n, 2] | min)} end'
    file.write_text(json.dumps(config))

    def replay(*arguments):
        done = services.run_command("replay", "--processor", "p", "--config", service.folder, *arguments)
        assert done.returncode == 0, done
        return done.stdout

    dry = replay("--dry-run")
    assert dry.endswith("4 events: 1 same, 0 changed, 1 newly failing, 2 mended. Nothing was written.\n"), dry
    assert '"error_message":"' in dry and before[0]["id"] in dry
    assert [result_of(service, event) for event in events] == before
    assert "2 of another status. 2 new versions" in replay("--status", "FAILED")
    after = [result_of(service, event) for event in events]
    assert [result["status"] for result in after] == ["SUCCESS", "SUCCESS", "SUCCESS", "SUCCESS"]
    versions = service.get(f"{PROCESSED}/{before[3]['id']}/history").json()
    assert [version["document"]["status"] for version in versions] == ["SUCCESS", "FAILED"]
    assert "4 new versions" in replay()
    told = service.get(f"{RAW}/{events[0]['id']}/lifecycle").json()["entries"]
    assert [(entry["kind"], entry.get("status")) for entry in told][-1] == ("outcome_changed", "FAILED")
    for name, arguments, said in [
        ("q", [], 'no processor "q"'),
        ("p", ["--status", "LOST"], "One of SUCCESS"),
        ("p", ["--from", "then"], "no instant"),
    ]:
        done = services.run_command("replay", "--processor", name, "--config", service.folder, *arguments)
        assert done.returncode == 1 and said in done.stderr, done
    service.stop()


# --- Bad input ---------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("keys, said", [
    ({"transform": "{a: foo}"}, "foo/0 is not defined"),
    ({"where": ".a ==="}, "where of processor"),
    ({"key": "{"}, "key of processor"),
    ({"from": "/raw-event"}, 'Did you mean "/raw-events"?'),
    ({"to": "/raw-events"}, "are one entity"),
    ({"transform": None}, "transform is missing"),
    ({"name": "a b"}, "letters, digits"),
    ({"transfrom": "{}"}, 'Did you mean "transform"?'),
    ({"partitions": 0}, "partitions"),
    ({"timeout": "0s"}, "timeout is less than 10 ms"),
    ({"memory": "1kB"}, "memory is less than 8 MiB"),
    ({"retry": {"backoff": "10s", "maxBackoff": "1s"}}, "maxBackoff is less than"),
    ({"webhook": {"url": "http://u:p@127.0.0.1/ok"}, "transform": None}, "no user and password"),
    ({"webhook": {"url": "http://127.0.0.1/ok", "batch": 100}, "transform": None, "concurrency": 4}, "A batch of 100 events never"),
])  # fmt: skip
def test_what_is_wrong_in_the_config_is_said_at_start(tmp_path, keys, said):
    service = with_processors(tmp_path, processor(**keys))
    done = services.run_command("check", "--config", service.folder / "config/config.conf")
    assert done.returncode == 1 and said in done.stderr, done.stderr


OWN = """type Own { id: ID who: String! status: String }
type Query { getById(id: ID!): Own }"""


def with_own_target(folder, schema=None):
    """A service whose processor writes to an entity of its own."""
    service = with_processors(folder, processor(to="/own", transform="{who: .name}"))
    file = service.folder / "config/config.conf"
    config = json.loads(file.read_text())
    storage = {"type": "memory", "collection": "own"}
    config["graphlettes"].append({"path": "/own/graph", "storage": storage, "schema": OWN})
    if schema:
        config.setdefault("restlettes", []).append({"path": "/own/api", "storage": storage, "schema": schema})
    file.write_text(json.dumps(config))
    return service


def check(service):
    done = services.run_command("check", "--config", service.folder / "config/config.conf")
    return done.returncode, done.stdout + done.stderr


@pytest.mark.parametrize("properties, said", [
    ({"status": {"enum": ["OK", "BAD"]}}, 'takes no status "SUCCESS"'),
    ({"status": {"enum": ["OK", "SUCCESS"]}}, 'takes no status "FAILED"'),
    ({"id": {"type": "string", "pattern": "^x-"}}, "takes no id"),
])  # fmt: skip
def test_a_target_that_results_cannot_fit_is_refused(tmp_path, properties, said):
    code, printed = check(with_own_target(tmp_path, {"type": "object", "properties": properties}))
    assert code == 1 and said in printed, printed


def test_a_target_whose_closed_schema_says_nothing_of_ids_is_taken(tmp_path):
    names = {name: {} for name in ("who", "status", "raw_event_id")}
    code, printed = check(with_own_target(tmp_path, {"type": "object", "additionalProperties": False, "properties": names}))
    assert code == 0, printed


def test_what_may_not_be_meant_is_warned_of(tmp_path):
    code, printed = check(with_own_target(tmp_path))
    assert code == 0 and 'A result of "p" that has FAILED lacks Own.who' in printed, printed
    (tmp_path / "circle").mkdir()
    back = processor(name="back") | {"from": "/processed-events", "to": "/raw-events"}
    code, printed = check(with_processors(tmp_path / "circle", processor(), back))
    assert code == 0 and printed.count("comes back to it as events") == 2, printed


def test_only_what_the_target_names_is_filled_in(tmp_path):
    service = with_own_target(tmp_path).start()
    service.create(RAW, LOGIN)
    (result,) = until(lambda: service.get("/own/api").json(), lambda results: len(results) == 1)
    assert result == {"id": result["id"], "who": LOGIN["name"], "status": "SUCCESS"}
    service.stop()


def test_two_processors_of_one_name_are_refused(tmp_path):
    service = with_processors(tmp_path, processor(), processor())
    done = services.run_command("check", "--config", service.folder / "config/config.conf")
    assert done.returncode == 1 and 'Two processors are called "p"' in done.stderr, done.stderr


def test_what_a_program_makes_must_be_a_result(tmp_path):
    service = with_processors(tmp_path, processor(transform=".data.gives | .[]", key=".id"), processor(name="q", transform="{status: 7}")).start()
    reasons = {"[]": "", "[1]": "", "[{}, {}]": ""}
    for gives in reasons:
        event = service.create(RAW, LOGIN | {"data": {"gives": json.loads(gives)}})
        both = until(lambda: results_of(service, event), lambda results: len(results) == 2)
        assert {result["status"] for result in both} == {"FAILED"} and all(result["error_message"] for result in both), both
    service.stop()


# --- Whatever is killed ------------------------------------------------------------------------------------------------------------------


class Load(threading.Thread):
    """Creates events one after the other, until it is told to end; keeps those that were acknowledged, in order, by key."""

    def __init__(self, service, keys=5):
        super().__init__()
        self.service, self.keys, self.is_over, self.count = service, keys, threading.Event(), 0
        self.acknowledged = []

    def run(self):
        while not self.is_over.is_set():
            self.count += 1
            try:
                answer = self.service.request("POST", RAW, LOGIN | {"data": {"k": self.count % self.keys, "n": self.count, "bad": self.count % 7 == 0}})
                if answer.status == 201:
                    self.acknowledged.append(answer.json()["id"])
            except OSError:
                self.is_over.wait(0.005)  # it starts again

    def wait_for(self, more):
        """Until so many more are acknowledged."""
        wanted = len(self.acknowledged) + more
        services.wait_until(lambda: len(self.acknowledged) >= wanted)


def pages(service, path):
    documents = []
    answer = service.get(f"{path}?limit=1000")
    while True:
        documents += answer.json()
        link = answer.headers["Link"]
        if not link:
            return documents
        answer = service.get(link[link.index(path) : link.index(">")])


def check_outcomes(service, acknowledged):
    """One result for each event there is, those that were acknowledged among them, in the order of each key."""
    events = list(reversed(pages(service, RAW)))
    assert set(acknowledged) <= {event["id"] for event in events}
    until(lambda: len(pages(service, PROCESSED)), lambda count: count >= len(events), 120)
    results = list(reversed(pages(service, PROCESSED)))
    place = {}
    for index, result in enumerate(results):
        assert place.setdefault(result["raw_event_id"], index) == index, "two results of one event"
    last = {}
    for event in events:
        index = place[event["id"]]
        key = event["data"]["k"]
        assert last.get(key, -1) < index, "out of order"
        last[key] = index
        assert results[index]["status"] == ("FAILED" if event["data"]["bad"] else "SUCCESS")
    assert len(results) == len(events)


def test_one_outcome_through_fifty_kills(tmp_path):
    service = with_processors(tmp_path, processor(transform='if .data.bad then error("x") else {} end', key=".data.k")).start()
    load = Load(service)
    load.start()
    rounds = random.Random(9)
    try:
        for _ in range(50):
            load.wait_for(rounds.randrange(60))
            service.kill()
            service.start()
    finally:
        load.is_over.set()
        load.join()
    assert len(load.acknowledged) > 50
    check_outcomes(service, load.acknowledged)
    told = until(lambda: service.get("/processors/p").json(), lambda told: told["lag"] == 0 and told["pending"] == 0)
    assert sum(told["counts"].values()) == len(pages(service, RAW))
    service.stop()


def test_one_outcome_while_instances_and_the_database_are_killed(tmp_path):
    """Three instances share one PostgreSQL; each in turn is killed, and so is the database."""
    (tmp_path / "postgres").mkdir()
    with postgres_server.own_server(tmp_path / "postgres") as server:
        server.make_database("shared")
        instances = []
        for number in range(3):
            folder = tmp_path / str(number)
            folder.mkdir()
            made = with_processors(folder, processor(transform='if .data.bad then error("x") else {} end', key=".data.k"))
            made.command = postgres_server.on_postgres(made.folder, server.uri("shared"))
            instances.append(made.start())
        load = Load(instances[0])
        load.start()
        rounds = random.Random(10)
        try:
            for turn in range(9):
                load.wait_for(rounds.randrange(100))
                if turn % 4 == 3:
                    server.kill()
                    server.start()
                else:
                    killed = instances[turn % 3]
                    killed.kill()
                    killed.start()
        finally:
            load.is_over.set()
            load.join()
        services.until(instances[0], 200)
        assert len(load.acknowledged) > 20
        check_outcomes(instances[0], load.acknowledged)
        owners = until(lambda: owners_of(instances), lambda owners: sorted(map(len, owners)) == [1, 1, 2])
        assert sorted(sum(owners, [])) == [0, 1, 2, 3]
        for service in instances:
            service.stop()


def owners_of(instances):
    """The partitions that each instance says it holds."""
    told = [service.get("/processors/p").json()["partitions"] for service in instances]
    return [[partition["partition"] for partition in each if partition["here"]] for each in told]
