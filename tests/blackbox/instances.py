"""Three instances of the events example over one pair of databases, of which any may be killed while it is asked."""

import http.client
import json
import signal
import threading

import pytest

import service as services
from feed_client import read
from storages import Storages

COUNT = 3
RAW, PROCESSED = "/raw-events/api", "/processed-events/api"
LOGIN = {"name": "user_login", "timestamp": "2024-01-01T12:00:00Z", "source": "auth_service", "version": "1.0"}


def login(user, number):
    """An event that the example's processor makes a result of."""
    return LOGIN | {"data": {"user_id": user, "number": number, "ip_address": "192.168.1.100"}}


@pytest.fixture(scope="module")
def shared(request, tmp_path_factory):
    """MongoDB for raw events and PostgreSQL for processed ones, as the seed has it; or what the run is on, if it can be shared."""
    chosen = request.config.getoption("--storage")
    storages = Storages("seed" if chosen in ("embedded", "memory") else chosen, tmp_path_factory.mktemp)
    yield storages
    storages.stop()


class Cut(Exception):
    """Whoever was asked is dead, or was killed before it had answered."""


class Instance(services.Service):
    """One of several. Whoever asks it learns whether it was killed meanwhile, which alone excuses that no answer comes."""

    def __init__(self, folder, number, command, port=None):
        super().__init__(folder, port, command)
        self.output = folder / f"output{number}.log"
        self.lives = 0
        self.is_up = threading.Event()

    def start(self):
        super().start()
        self.is_up.set()
        return self

    def kill(self):
        self.is_up.clear()
        self.lives += 1
        super().kill()

    def life(self):
        """Which one it is in. Raises Cut where it is in none."""
        life = self.lives
        if not self.is_up.is_set():
            raise Cut
        return life

    def hang_up(self):
        """SIGHUP, and waits until it has taken the config."""
        before = self.printed().count("Reloaded.")
        self.process.send_signal(signal.SIGHUP)
        while self.printed().count("Reloaded.") == before:
            assert self.process.poll() is None, self.printed()
            threading.Event().wait(0.01)


class Client:
    """A connection to one instance that is kept as long as it lives."""

    def __init__(self, instance):
        self.instance, self.connection, self.life = instance, None, 0

    def ask(self, method, path, body=None, headers=None):
        """The whole answer. Raises Cut where none comes because the instance is dead."""
        life = self.instance.life()
        if life != self.life:
            self.close()
        try:
            if self.connection is None:
                self.connection, self.life = self.instance.connect(60), life
            text = None if body is None else json.dumps(body)
            self.connection.request(method, path, text, {"Content-Type": "application/json", **(headers or {})})
            answer = self.connection.getresponse()
            return services.Response(answer.status, answer.headers, answer.read())
        except (OSError, http.client.HTTPException) as error:
            self.close()
            if self.instance.lives == life:
                raise AssertionError(f"{method} {path}: cut by an instance that lives: {error!r}") from error
            raise Cut from error

    def close(self):
        if self.connection is not None:
            self.connection.close()
        self.connection = None


def add_keys(folder, text):
    """More of a config that is there."""
    file = folder / "config/config.conf"
    file.write_text(file.read_text().rstrip().removesuffix("}") + f"\n{text}\n}}")


def make_instances(folder, storages, count=COUNT):
    """Of the example, processor included, on databases of their own, not started yet."""
    example = services.copy_example("events", folder, processors=True)
    command = storages.serve(example)
    return [Instance(example, number, command) for number in range(count)]


@pytest.fixture
def instances(tmp_path, shared):
    """Three that run; they end in order."""
    running = make_instances(tmp_path, shared)
    for instance in running:
        instance.start()
    yield running
    for instance in running:
        instance.stop()


def whole_feed(service, path):
    """Every version there is, in order."""
    after = 0
    found = []
    while True:
        versions, after = read(service, f"{path}/changes?after={after}&limit=1000")
        found += versions
        if not versions:
            return found
