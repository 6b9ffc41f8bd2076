"""What docs/operations.md shows does what it says: proxies before three instances of which each is killed and replaced, and the command
that waits for an instance."""

import http.client
import json
import re
import subprocess

import pytest

import service as services
from feed_client import Events
from instances import COUNT, RAW, instances, shared, whole_feed  # noqa: F401
from steady_load import SteadyLoad, get, post
from web_socket_client import WebSocket

DOCUMENT = services.ROOT / "docs/operations.md"
SECONDS_MAX = 30


def shown(language):
    """The blocks of a language in the document."""
    found = re.findall(rf"^```{language}\n(.*?)^```", DOCUMENT.read_text(), re.MULTILINE | re.DOTALL)
    assert found, language
    return found


class Proxy(services.Service):
    """One that the document shows, before instances."""

    def __init__(self, name, folder, instances):
        super().__init__(folder)
        self.name, self.file = name, folder / f"{name}.conf"
        (text,) = shown(name)
        for number, instance in enumerate(instances):
            text = text.replace(f"127.0.0.1:{4055 + number}", f"127.0.0.1:{instance.port}")
        text = text.replace("listen 8080", f"listen 127.0.0.1:{self.port}").replace("bind :8080", f"bind 127.0.0.1:{self.port}")
        self.file.write_text(self._whole(text))

    def _whole(self, text):
        if self.name == "haproxy":
            return text
        temporary = "".join(f"{part}_temp_path {self.folder}/temporary;\n" for part in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        head = f"daemon off; user root; worker_processes 2; pid {self.folder}/nginx.pid; error_log stderr crit; events {{}}\n"
        return f"{head}http {{ access_log off; {temporary}{text} }}\n"

    def start(self):
        command = ["haproxy", "-db", "-f", self.file] if self.name == "haproxy" else ["nginx", "-e", "stderr", "-c", self.file]
        with self.output.open("ab") as output:
            self.process = subprocess.Popen(command, stdout=output, stderr=output)
        services.wait_until(lambda: self.process.poll() is not None or self._is_ready(), seconds_max=SECONDS_MAX, told=self.printed)
        assert self.process.poll() is None, self.printed()
        return self

    def stop(self):
        self.process.terminate()
        self.process.wait(SECONDS_MAX)


@pytest.fixture(params=["nginx", "haproxy"])
def proxy(request, tmp_path, instances):
    schema = instances[0].folder / "config/graph/raw_event.graphql"
    schema.write_text(schema.read_text() + "type Subscription { created: RawEvent }\n")
    config = instances[0].folder / "config/config.conf"
    config.write_text(config.read_text().replace("{", '{ "trustedProxies": ["127.0.0.1"],', 1))
    for instance in instances:
        instance.hang_up()
    folder = tmp_path / "proxy"
    folder.mkdir()
    running = Proxy(request.param, folder, instances).start()
    yield running
    running.stop()


def event(number):
    return {"name": "proxied", "data": number}


def received(socket):
    """The next that a subscription gives, between signs of life."""
    while (message := socket.receive())["type"] == "ping":
        socket.send({"type": "pong"})
    return message["payload"]["data"]


def test_all_that_a_service_does_goes_through(proxy, instances):
    """As many as there are instances, so that each is asked."""
    events = Events(proxy, f"{RAW}/changes?after=0&follow=true")
    seen = events.versions()
    sockets = [WebSocket(proxy, "/raw-events/graph").greet() for _ in range(COUNT)]
    for socket in sockets:
        socket.subscribe("1", "subscription { created { data } }", extensions={"after": 0})
    for number in range(COUNT * 2):
        made = proxy.create(RAW, event(number))
        assert next(seen)["document"] == made
        assert [received(socket) for socket in sockets] == [{"created": {"data": number}}] * COUNT
    # More than either takes when nobody says so.
    large = [event("x" * 100_000) for _ in range(20)]
    stored = proxy.request("POST", f"{RAW}/bulk", large)
    assert stored.status == 201 and len(stored.json()) == len(large)
    for stream in (events, *(socket.socket for socket in sockets)):
        stream.close()


def test_who_asks_is_known_behind_it(proxy):
    connection = http.client.HTTPConnection("127.0.0.1", proxy.port, source_address=("127.0.0.5", 0))
    claimed = {"X-Forwarded-For": "203.0.113.9", "Forwarded": "for=203.0.113.9"}
    connection.request("POST", RAW, json.dumps(event(0)), {"Content-Type": "application/json"} | claimed)
    made = json.loads(connection.getresponse().read())
    connection.close()
    assert proxy.get(f"{RAW}/{made['id']}/history").json()[0]["author"]["address"] == "127.0.0.5"


def test_no_read_fails_while_each_is_killed(proxy, instances):
    made = proxy.create(RAW, event(0))
    with SteadyLoad(proxy.port, 16, lambda number: get(f"{RAW}/{made['id']}")) as load:
        for victim in instances:
            victim.kill()
            assert proxy.get(f"{RAW}/{made['id']}").json() == made
            victim.start()
            until_it_is_asked(proxy, victim)
        load.has_ended = True
    assert load.failures == []


def until_it_is_asked(proxy, instance):
    """The proxy has found out that it is there again: it opens connections to it."""
    asked = ["ss", "-tnH", f"dport = :{instance.port}"]
    services.wait_until(lambda: subprocess.run(asked, capture_output=True, check=True).stdout, seconds_max=SECONDS_MAX, told=proxy.printed)


def test_no_request_fails_while_each_is_replaced(proxy, instances):
    """By one that is started after it has ended, as a rolling upgrade does it without a shared port."""

    def ask(number):
        return post(RAW, json.dumps(event(number))) if number % 4 == 0 else get(f"{RAW}?limit=1")

    with SteadyLoad(proxy.port, 8, ask) as load:
        for instance in instances:
            instance.stop()
            instance.start()
            until_it_is_asked(proxy, instance)
        load.has_ended = True
    assert load.failures == []
    written = sorted(number for number in load.answered if number % 4 == 0)
    assert sorted(version["document"]["data"] for version in whole_feed(proxy, RAW)) == written


def test_the_unit_waits_for_its_own_instance(tmp_path):
    (unit,) = shown("ini")
    command = re.search(r"^ExecStartPost=/bin/sh -c '(.*)'$", unit, re.MULTILINE)[1]
    serve = re.search(r"^ExecStart=\S+ (.*)$", unit, re.MULTILINE)[1]
    assert serve == "serve --config config/config.conf --share-port"
    service = services.Service(services.copy_example("events", tmp_path)).start()
    command = command.replace(":4055", f":{service.port}")

    def waiting(pid):
        return subprocess.Popen(["sh", "-c", command], env={**services.environment(), "MAINPID": str(pid)})

    assert waiting(service.process.pid).wait(SECONDS_MAX) == 0
    other = waiting(1)
    with pytest.raises(subprocess.TimeoutExpired):
        other.wait(0.5)
    other.kill()
    other.wait()
    service.stop()
