"""The image's command, as its user and with the composition's environment, on servers at free ports: it serves, its health check tells the
truth, and `npm test` passes."""

import os
import shutil
import subprocess
import time

import pytest

import service as services
from mongo_server import mongo  # noqa: F401  a fixture
from postgres_server import PASSWORD, PostgresServer
from service import ROOT


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    running = PostgresServer(tmp_path_factory.mktemp("postgres")).start()
    running.sql("CREATE DATABASE events")
    yield running
    running.stop()


def open_to_all(folder):
    """Lets the image's user in, who owns nothing of it."""
    for parent in folder.parents:
        if parent.owner() == "root" and parent != parent.parent:
            parent.chmod(parent.stat().st_mode | 0o011)
    folder.chmod(0o755)


@pytest.fixture(scope="module")
def root(image, postgres, mongo, tmp_path_factory):
    """The image's files, their config leading to the servers: nothing of it but the two ports is changed."""
    folder = tmp_path_factory.mktemp("image") / "root"
    shutil.copytree(image, folder)
    open_to_all(folder)
    config = folder / "config/config.conf"
    text = config.read_text()
    for server, uri, port in ((mongo, "mongodb://localhost", 27017), (postgres, "postgresql://localhost", 5432)):
        assert text.count(f'"{uri}:{port}/events"') == 1
        text = text.replace(f"{uri}:{port}/", f"{uri}:{server.port}/")
    config.write_text(text)
    return folder


class Container(services.Service):
    """What the image runs, on files that stand in a folder instead of at the root."""

    def __init__(self, folder, instructions, variables):
        entry, arguments = (instructions.last(keyword).command() for keyword in ("ENTRYPOINT", "CMD"))
        super().__init__(folder.parent, command=[f"{folder}{word}" if word.startswith("/") else word for word in arguments])
        user = instructions.last("USER").text
        as_user = ["setpriv", f"--reuid={user}", f"--regid={user}", "--clear-groups"] if os.geteuid() == 0 else []
        self.program = [*as_user, *(f"{folder}/usr/local/bin/{word}" for word in entry)]
        self.environment |= variables
        self.health_check = instructions.last("HEALTHCHECK").command()

    def health(self):
        """The exit code of the health check."""
        environment = {"PATH": "/usr/bin:/bin", "PORT": str(self.port)}
        return subprocess.run(self.health_check, env=environment, capture_output=True, timeout=60).returncode

    def until_health(self, code, seconds_max=60):
        deadline = time.monotonic() + seconds_max
        while self.health() != code:
            assert time.monotonic() < deadline, self.printed()


@pytest.fixture(scope="module")
def container(root, stages, composition):
    """Running. The tests' PostgreSQL asks for a password, the composition's does not."""
    running = Container(root, stages[1], composition["services"]["millrace"]["environment"] | {"PGPASSWORD": PASSWORD})
    assert running.health() == 1, "healthy before it runs"
    running.start()
    yield running
    running.stop()
    assert running.health() == 1, "healthy after its end"


def test_it_is_healthy(container):
    assert container.health() == 0


def npm_test(url):
    environment = os.environ | {"PATH": f"{ROOT}/.venv/bin:{os.environ['PATH']}", "MILLRACE_URL": url}
    return subprocess.run(["npm", "test"], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=120)


def test_npm_test_passes(container):
    done = npm_test(container.url)
    assert done.returncode == 0, done
    assert "\nℹ pass 8\n" in done.stdout


def test_npm_test_fails_where_nothing_answers():
    url = f"http://localhost:{services.free_port()}"
    done = npm_test(url)
    assert done.returncode != 0 and f"{url}/ready: nothing answers" in done.stdout + done.stderr


def test_both_databases_hold_the_events(container, postgres):
    created = container.create("/processed-events/api", {"name": "held", "raw_event_id": "none"})
    found = postgres.sql("SELECT count(*) FROM processed_events WHERE payload->>'name' = 'held'", "events").stdout
    assert created["id"] and found == "1\n"


def test_many_events_at_once_though_the_config_is_only_to_be_read(container):
    lines = b'{"name": "many", "data": "' + b"x" * 1000 + b'"}\n'
    response = container.request("POST", "/raw-events/api/bulk", lines * 2000, {"Content-Type": "application/x-ndjson"})
    assert response.status == 201, response


def test_a_database_that_is_away_is_unhealthy(container, mongo):
    mongo.kill()
    container.until_health(1)
    assert container.get("/health").status == 200
    mongo.start()
    container.until_health(0)
