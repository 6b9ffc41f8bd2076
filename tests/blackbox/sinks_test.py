"""Sinks to NATS JetStream: each version is a message, in order and once, whatever is killed."""

import json
import os
import random
import re
import subprocess
import threading
import time

import pytest

import service as services
from nats_server import NatsClient, NatsServer
from postgres_server import PostgresServer
from reach import Authority
from service import Service, run_command

API = "/raw-events/api"
STREAM = "stream { name = RAW }"
SECONDS_MAX = 60
SEED = int(os.environ.get("MILLRACE_SEED", 20261126))


def storage_of(folder):
    return f'{{ type = sqlite, uri = "{folder}/events.db", collection = raw_events }}'


def write_config(folder, sinks, storage=None):
    folder.mkdir(exist_ok=True)
    config = folder / "config.conf"
    config.write_text(
        f'restlettes = [ {{ path = {API}, storage = {storage or storage_of(folder)}, schema = """{{"type": "object"}}""" }} ]\n'
        f"sinks = [ {sinks} ]\nhost = 127.0.0.1\n"
    )
    return config


def to_nats(server, more=STREAM, name="out", url=None, rest=""):
    return f'{{ name = {name}, from = /raw-events, nats {{ url = "{url or server.url()}", subject = raw.events, {more} }}, {rest} }}'


def serving(config):
    return Service(config.parent, command=["serve", "--config", str(config)])


def sink(service, name="out"):
    return service.get(f"/sinks/{name}").json()


def until(service, holds, name="out", seconds_max=SECONDS_MAX):
    """What /sinks says as soon as that holds."""
    return services.wait_until(lambda: sink(service, name), holds, seconds_max)


def is_done(status):
    return status["lag"] == 0 and status["under_way"] == 0 and status["status"] == "publishing"


def positions(server, stream="RAW", **login):
    with NatsClient(server, **login) as client:
        return [int(headers["millrace-position"]) for headers, _ in client.messages(stream)]


def run_shell(command):
    return subprocess.run(["bash", "-c", command], capture_output=True, text=True, timeout=30, check=True).stdout


@pytest.fixture
def make_nats(tmp_path):
    """Servers that are ended, whatever becomes of the test."""
    servers = []

    def make(*arguments, **named):
        folder = tmp_path / f"nats{len(servers)}"
        folder.mkdir()
        servers.append(NatsServer(folder, *arguments, **named))
        return servers[-1].start()

    yield make
    for server in servers:
        server.stop()


@pytest.fixture
def nats(make_nats):
    return make_nats()


@pytest.fixture
def start(tmp_path):
    """Services that are stopped in the end."""
    running = []

    def begin(sinks, folder="service", storage=None, more=""):
        config = write_config(tmp_path / folder, sinks, storage)
        with config.open("a") as file:
            file.write(more)
        running.append(serving(config))
        return running[-1].start()

    yield begin
    for service in running:
        service.stop()


def test_each_version_is_a_message(nats, start):
    service = start(to_nats(nats))
    made = service.create(API, '{"id": "a/ü 1", "name": "one", "n": 1.50}')
    path = f"{API}/a%2F%C3%BC%201"
    assert service.request("PUT", path, {"name": "two"}).status == 200
    assert service.request("DELETE", path).status == 200
    status = until(service, lambda status: is_done(status) and status["position"] == 3)
    with NatsClient(nats) as client:
        messages = client.messages("RAW")
    assert [headers["Nats-Msg-Id"] for headers, _ in messages] == ["raw-events 1", "raw-events 2", "raw-events 3"]
    changes = [json.loads(line) for line in service.get(f"{API}/changes").text.splitlines()][:3]
    for (headers, body), change in zip(messages, changes):
        assert headers["millrace-entity"] == "raw-events"
        assert headers["millrace-position"] == str(change["position"])
        assert headers["millrace-id"] == change["id"] == "a/ü 1"
        assert headers["millrace-version"] == str(change["version"])
        assert headers["millrace-recorded-at"] == change["recorded_at"]
        assert headers["millrace-deleted"] == str(change["deleted"]).lower()
        assert (json.loads(body) if body else None) == change["document"]
    assert messages[0][1].decode() == '{"id":"a/ü 1","name":"one","n":1.50}' and made["name"] == "one"
    assert messages[2][1] == b""
    assert {key: status[key] for key in ("name", "from", "kind", "status", "position", "head", "lag", "under_way", "published", "error")} == {
        "name": "out",
        "from": "/raw-events",
        "kind": "nats",
        "status": "publishing",
        "position": 3,
        "head": 3,
        "lag": 0,
        "under_way": 0,
        "published": 3,
        "error": None,
    }
    assert status["to"] == f"subject raw.events at nats://127.0.0.1:{nats.port}" and status["owner"]
    assert service.get("/sinks").json() == [sink(service)]
    assert service.get("/sinks/other").status == 404
    assert service.request("POST", "/sinks", {}).status == 405


def test_the_document_shows_what_is(nats, tmp_path, request):
    """docs/sinks.md: its first config beside the events example's, its commands, and the answer that it shows."""
    text = (services.ROOT / "docs/sinks.md").read_text()
    blocks = dict(reversed(re.findall(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL)))
    folder = services.copy_example("events", tmp_path)
    (folder / "config/config.conf").rename(folder / "config/base.conf")
    (folder / "config/config.conf").write_text('include "base.conf"\n' + blocks["hocon"].replace("4222", str(nats.port)))
    service = Service(folder)
    request.addfinalizer(service.stop)
    service.start()
    commands = blocks["shell"].replace(":4055", f":{service.port}").splitlines()
    run_shell(commands[0])
    until(service, is_done, "raw-events-out")
    answer, shown = json.loads(run_shell(commands[1])), json.loads(blocks["json"].replace("4222", str(nats.port)))
    assert list(answer) == list(shown)
    assert {**answer, "owner": None} == {**shown, "owner": None}
    assert re.fullmatch(r"\S+ \d+ [-0-9a-f]{36}", answer["owner"])
    assert positions(nats, "RAW_EVENTS") == [1]


def test_a_restart_goes_on_where_it_was(nats, start, tmp_path):
    first = start(to_nats(nats))
    first.create(API, {"n": 1})
    until(first, is_done)
    first.stop()
    second = start(to_nats(nats))
    second.create(API, {"n": 2})
    # It was let go: nobody waits for a lease.
    status = until(second, lambda status: is_done(status) and status["position"] == 2, seconds_max=5)
    assert status["published"] == 2
    assert positions(nats) == [1, 2]


def test_without_a_broker_the_service_starts_and_says_why(nats, start):
    nats.kill()
    service = start(to_nats(nats))
    for n in range(10):
        service.create(API, {"n": n})
    status = until(service, lambda status: status["error"])
    assert status["status"] == "retrying" and "cannot be reached" in status["error"] and status["error_at"]
    assert (status["lag"], status["position"], status["published"]) == (10, 0, 0)
    nats.start()
    status = until(service, is_done)
    assert status["published"] == 10 and "cannot be reached" in status["error"]
    assert positions(nats) == list(range(1, 11))


def test_it_begins_where_it_is_told(nats, start):
    service = start(to_nats(nats, name="other", more="stream { name = ALL }").replace("raw.events", "all.events"))
    for n in range(5):
        service.create(API, {"n": n})
    until(service, is_done, "other")
    service.stop()
    late = to_nats(nats, rest="after = now")
    second = start(late)
    until(second, lambda status: status["status"] == "publishing")
    second.create(API, {"n": 5})
    until(second, lambda status: is_done(status) and status["position"] == 6)
    second.stop()
    third = start(late)  # from where it was, not from now
    third.create(API, {"n": 6})
    until(third, lambda status: is_done(status) and status["position"] == 7)
    assert positions(nats) == [6, 7]


def test_a_subject_that_no_stream_takes(nats, start):
    service = start(to_nats(nats, more=""))
    service.create(API, {"n": 1})
    status = until(service, lambda status: status["error"])
    assert status["error"].startswith("No stream takes messages on the subject raw.events. Make one")
    with NatsClient(nats) as client:
        assert "error" not in client.ask("STREAM.CREATE.MINE", {"name": "MINE", "subjects": ["raw.>", "other"]})
    until(service, is_done)
    assert positions(nats, "MINE") == [1]


def test_a_server_without_jetstream(make_nats, start):
    server = make_nats(jetstream=False)
    service = start(to_nats(server))
    assert "JetStream" in until(service, lambda status: status["error"])["error"]


def test_a_stream_is_made_as_configured(nats, start):
    service = start(to_nats(nats, more="stream { name = RAW, maxAge = 1h, maxBytes = 1MiB, duplicates = 30s }"))
    until(service, lambda status: status["status"] == "publishing")
    with NatsClient(nats) as client:
        config = client.ask("STREAM.INFO.RAW")["config"]
    assert (config["subjects"], config["max_age"], config["max_bytes"]) == (["raw.events"], 3600 * 10**9, 2**20)
    assert (config["duplicate_window"], config["storage"], config["num_replicas"]) == (30 * 10**9, "file", 1)


@pytest.mark.parametrize(
    "lines, user, wrong, login",
    [
        (["authorization { user: amy, password: pw }"], "amy:pw@", "amy:no@", {"user": "amy", "pass": "pw"}),
        (["authorization { token: s3cret }"], "s3cret@", "", {"auth_token": "s3cret"}),
    ],
)
def test_credentials_stand_in_the_url(make_nats, start, lines, user, wrong, login):
    server = make_nats(lines)
    refused = start(to_nats(server, url=server.url(wrong)), "refused")
    assert "uthorization" in until(refused, lambda status: status["error"])["error"]
    service = start(to_nats(server, url=server.url(user)))
    service.create(API, {"n": 1})
    until(service, is_done)
    assert positions(server, **login) == [1]
    shown = service.get("/sinks").text + run_command("check", "--config", service.folder / "config.conf").stdout
    assert "pw" not in shown and "s3cret" not in shown and f"nats://127.0.0.1:{server.port}" in shown


def test_tls(tmp_path, make_nats, start):
    authority = Authority(tmp_path / "authority")
    key, certificate = authority.sign("127.0.0.1")
    server = make_nats([f'tls {{ cert_file: "{certificate}", key_file: "{key}" }}'])
    doubted = start(to_nats(server, url=server.url(scheme="tls")), "doubted")
    assert "certificate" in until(doubted, lambda status: status["error"])["error"]
    service = start(to_nats(server, url=server.url(scheme="tls"), more=f'ca = "{authority.certificate}", {STREAM}'))
    service.create(API, {"n": 1})
    assert until(service, is_done)["position"] == 1


def test_a_message_that_is_too_long_stops_the_sink_and_is_named(make_nats, start):
    server = make_nats(["max_payload: 64KB"])
    service = start(to_nats(server))
    service.create(API, {"n": 1})
    service.create(API, {"text": "x" * 100_000})
    service.create(API, {"n": 3})
    status = until(service, lambda status: status["error"] and status["position"] == 1)
    assert status["error"].startswith("Position 2 (1000") and "max_payload" in status["error"]
    server.stop()
    server.lines = ["max_payload: 1MB"]
    server.start()
    until(service, is_done)
    assert positions(server) == [1, 2, 3]


def test_what_the_stream_refuses_holds_back_what_follows(nats, start):
    with NatsClient(nats) as client:
        small = {"name": "RAW", "subjects": ["raw.events"], "max_msg_size": 1000}
        assert "error" not in client.ask("STREAM.CREATE.RAW", small)
        service = start(to_nats(nats))
        items = [{"n": n, "text": "x" * (2000 if n == 50 else 0)} for n in range(100)]
        assert service.request("POST", f"{API}/bulk", items).status == 201
        status = until(service, lambda status: status["error"] and status["position"] == 50)
        assert "Position 51" in status["error"] and "message size" in status["error"]
        assert positions(nats) == list(range(1, 51))
        assert "error" not in client.ask("STREAM.UPDATE.RAW", {**small, "max_msg_size": -1})
    until(service, is_done)
    assert positions(nats) == list(range(1, 101))


def test_repeats_are_known_after_the_window_for_duplicates(nats, start):
    """A position that could not be saved: the stream's last message says what it has."""
    service = start(to_nats(nats, more="stream { name = RAW, duplicates = 100ms }"))
    service.request("POST", f"{API}/bulk", [{"n": n} for n in range(500)])
    until(service, lambda status: status["position"] > 0)
    service.kill()  # before or after the position was saved
    killed = time.time()
    services.wait_until(lambda: time.time() > killed + 0.5)  # the window is over
    again = start(to_nats(nats, more="stream { name = RAW, duplicates = 100ms }"))
    until(again, is_done)
    assert positions(nats) == list(range(1, 501))


def test_two_entities_share_a_subject(nats, tmp_path, start):
    """None of them can say which message it follows; each has its own order."""
    other = f'{{ type = sqlite, uri = "{tmp_path}/others.db", collection = others }}'
    more = f'restlettes += {{ path = /others/api, storage = {other}, schema = """{{"type": "object"}}""" }}\n'
    more += f"sinks += {to_nats(nats, name='second').replace('/raw-events', '/others')}\n"
    service = start(to_nats(nats), more=more)
    for n in range(20):
        for path in (API, "/others/api"):
            assert service.request("POST", f"{path}/bulk", [{"n": n} for _ in range(25)]).status == 201
    for name in ("out", "second"):
        until(service, is_done, name)
    with NatsClient(nats) as client:
        ids = [headers["Nats-Msg-Id"] for headers, _ in client.messages("RAW")]
    for entity in ("raw-events", "others"):
        assert [each for each in ids if each.startswith(entity)] == [f"{entity} {position}" for position in range(1, 501)]


class Load(threading.Thread):
    """Writes until it is told to end, whatever becomes of the service; with a pause after each request."""

    def __init__(self, service, pause=0):
        super().__init__(daemon=True)
        self.service, self.pause, self.ends = service, pause, threading.Event()
        self.count = 0  # of requests, whatever became of them

    def run(self):
        n = 0
        while not self.ends.is_set():
            try:
                if n % 10 == 0:
                    self.service.request("POST", f"{API}/bulk", [{"n": n, "i": i} for i in range(100)], seconds_max=5)
                else:
                    self.service.request("POST", API, {"n": n}, seconds_max=5)
            except OSError:
                self.ends.wait(0.02)
            except services.http.client.HTTPException:
                pass
            n += 1
            self.count = n
            self.ends.wait(self.pause)

    def wait_for(self, more):
        """Until so many more requests have ended."""
        wanted = self.count + more
        services.wait_until(lambda: self.count >= wanted)

    def end(self):
        self.ends.set()
        self.join(20)
        assert not self.is_alive()


def test_killed_at_random_under_load(nats, start):
    """The broker, the service, or both, again and again."""
    chance = random.Random(SEED)
    service = start(to_nats(nats))
    loads = [Load(service) for _ in range(4)]
    for load in loads:
        load.start()
    for _ in range(12):
        loads[0].wait_for(chance.randint(5, 60))
        victim = chance.choice(["broker", "service", "both"])
        if victim != "service":
            nats.kill()
        if victim != "broker":
            service.kill()
        loads[0].wait_for(chance.randint(0, 20))
        if victim != "broker":
            service.start()
        if victim != "service":
            nats.start()
    for load in loads:
        load.end()
    status = until(service, is_done, seconds_max=120)
    assert status["head"] > 1000
    assert positions(nats) == list(range(1, status["head"] + 1))


def test_servers_of_a_cluster_are_killed_at_random_under_load(make_nats, start):
    """Messages that a stream's leader had taken and lost with itself are sent again, in their place."""
    chance = random.Random(SEED)
    ports = [services.free_port() for _ in range(3)]
    routes = ", ".join(f'"nats://127.0.0.1:{port}"' for port in ports)
    servers = []
    for number, port in enumerate(ports):
        lines = [f"server_name: n{number}", f'cluster {{ name: c, listen: "127.0.0.1:{port}", routes: [{routes}] }}']
        servers.append(make_nats(lines))
    service = start(to_nats(None, url=",".join(server.url() for server in servers), more="stream { name = RAW, replicas = 3 }"))
    load = Load(service, 0.02)
    load.start()
    for _ in range(5):
        reached = sink(service)["position"]
        until(service, lambda status: status["position"] > reached, seconds_max=120)
        load.wait_for(chance.randint(0, 40))
        victim = chance.choice(servers)
        victim.kill()
        load.wait_for(chance.randint(0, 80))
        victim.start()
    load.end()
    status = until(service, is_done, seconds_max=120)
    assert positions(servers[0]) == list(range(1, status["head"] + 1))


def test_two_instances_share_a_sink(nats, start, tmp_path_factory, request):
    server = PostgresServer(tmp_path_factory.mktemp("postgres"))
    request.addfinalizer(server.stop)
    server.start()
    storage = f'{{ type = postgres, uri = "{server.uri()}", table = raw_events }}'
    services_ = [start(to_nats(nats), name, storage) for name in ("one", "two")]
    loads = [Load(service) for service in services_]
    for load in loads:
        load.start()
    for _ in range(3):
        until(services_[0], lambda status: status["position"] > 0 and status["owner"])
        states = [sink(service)["status"] for service in services_]
        assert sorted(states) == ["publishing", "standby"], states
        active = states.index("publishing")
        services_[active].kill()
        # The other one sees that it gives no sign any more.
        until(services_[1 - active], lambda status: status["status"] == "publishing")
        services_[active].start()
    for load in loads:
        load.end()
    active = next(service for service in services_ if sink(service)["status"] == "publishing")
    status = until(active, is_done)
    assert len({sink(service)["owner"] for service in services_}) == 1
    assert positions(nats) == list(range(1, status["head"] + 1))
    # One that stops in good order is followed at once.
    other = services_[1 - services_.index(active)]
    active.stop()
    until(other, lambda status: status["status"] == "publishing", seconds_max=10)
    other.stop()


@pytest.mark.parametrize(
    "sinks, problem",
    [
        ('{ name = a, from = /raw-events }', "A sink has one target, and this has none."),
        (
            '{ name = a, from = /raw-events, nats { url = "nats://h:1", subject = s }, kafka { brokers = "h:1", topic = t } }',
            "A sink has one target, and this has two.",
        ),
        ('{ name = a, from = /raw-event, nats { url = "nats://h:1", subject = s } }', 'from names "/raw-event", where there is no entity. (Did you mean "/raw-events"?)'),
        ('{ name = a, from = /raw-events, nats { url = "http://h:1", subject = s } }', "sinks[0].nats.url cannot be used."),
        ('{ name = a, from = /raw-events, nats { url = "nats://h:1", subject = "a.*" } }', 'sinks[0].nats.subject "a.*" cannot be used.'),
        ('{ name = a, from = /raw-events, nats { url = "nats://h:1" } }', "sinks[0].nats.subject is missing."),
        ('{ name = a, from = /raw-events, nats { url = "nats://h:1", subjct = s } }', 'Did you mean "subject"?'),
        ('{ name = a, from = /raw-events, after = then, nats { url = "nats://h:1", subject = s } }', "Write beginning, or now."),
        ('{ name = a, from = /raw-events, nats { url = "nats://h:1", subject = s, stream { name = "a b" } } }', "without spaces"),
        ('{ name = "a b", from = /raw-events, nats { url = "nats://h:1", subject = s } }', 'sinks[0].name "a b" cannot be used.'),
        ('{ name = a, from = /raw-events, kafka { brokers = "h:1", topic = "a b" } }', 'sinks[0].kafka.topic "a b" cannot be used.'),
        (
            '{ name = a, from = /raw-events, kafka { brokers = "h:1", topic = t, options { security.protcol = ssl } } }',
            'sinks[0].kafka.options.security.protcol: No such configuration property: "security.protcol".',
        ),
        ('{ name = a, from = /raw-events, kafka { brokers = "h:1", topic = t, options { acks = 1 } } }', "acks is set by the sink itself."),
        (
            '{ name = a, from = /raw-events, kafka { brokers = "h:1", topic = t } }, { name = a, from = /raw-events, kafka { brokers = "h:1", topic = t } }',
            'The sink "a" is there twice',
        ),
    ],
)
def test_what_is_wrong_in_the_config_is_said_with_its_place(tmp_path, sinks, problem):
    checked = run_command("check", "--config", write_config(tmp_path / "wrong", sinks))
    assert checked.returncode == 1 and problem in checked.stderr, checked
    assert "config.conf:2:" in checked.stderr


def test_check_prints_sinks(tmp_path):
    config = write_config(tmp_path / "service", to_nats(None, url="tls://user:pw@one:4222,nats://two:4222", rest="after = now"))
    printed = run_command("check", "--config", config).stdout
    assert "  sink      out  publishes /raw-events to subject raw.events at tls://one:4222,nats://two:4222, from its first start on\n" in printed


def test_without_sinks_there_are_none(start):
    service = start("")
    assert service.get("/sinks").json() == []
    assert service.get("/sinks/out").status == 404
