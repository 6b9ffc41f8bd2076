"""PostgreSQL servers for tests, each started on a free port in a folder of its own; POSTGRES_URI names another one for tests that do it no
harm, which make a database there and drop it afterwards."""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import uuid
from urllib.parse import urlsplit, urlunsplit

import pytest

import service as services
from service import Starting, until  # noqa: F401

BIN = "/usr/lib/postgresql/15/bin"
PASSWORD = "secret"
START_SECONDS_MAX = 60


def as_unprivileged(command):
    """The server runs as nobody else than its own user; it ends with the test run in any case."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT", *command]


def run_sql(uri, text, check=True):
    return subprocess.run(["psql", "-qAt", uri, "-c", text], check=check, capture_output=True, text=True)


class PostgresServer:
    """`primary`: the server that this one is a streaming replica of. `settings`: of postgresql.conf, for this start and later ones."""

    def __init__(self, folder, primary=None, settings=()):
        self.folder = folder
        self.port = services.free_port()
        self.settings = list(settings)
        self.process = None
        if os.geteuid() == 0:
            shutil.chown(folder, "postgres")
            for parent in folder.parents:
                if parent.owner() == "root" and parent != parent.parent:
                    parent.chmod(parent.stat().st_mode | 0o011)
        password = folder / "password"
        password.write_text(PASSWORD)
        password.chmod(0o644)
        command = [f"{BIN}/initdb", "--no-sync", "--auth=scram-sha-256", f"--pwfile={password}", "--username=millrace", "--encoding=UTF8"]
        command += ["--locale=C", f"--pgdata={folder}/data"]
        if primary is not None:
            command = [f"{BIN}/pg_basebackup", "--no-sync", "-R", "-X", "stream", "-c", "fast", "-D", f"{folder}/data"]
            command += ["-d", f"{primary.uri()}?application_name=replica"]
        subprocess.run(as_unprivileged(command), check=True, capture_output=True)

    def launch(self):
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200", *self.settings]
        command = [f"{BIN}/postgres", "-D", f"{self.folder}/data"]
        for setting in settings:
            command += ["-c", setting]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(as_unprivileged(command), stdout=log, stderr=log)

    def start(self):
        self.launch()
        services.wait_until(self._answers, seconds_max=START_SECONDS_MAX, told=(self.folder / "server.log").read_text)
        return self

    def _answers(self):
        # The processes of one that was killed may not all have ended: then the next one ends at once.
        if self.process.poll() is not None:
            self.launch()
        return self.sql("SELECT 1", check=False).returncode == 0

    def sql(self, text, database="postgres", check=True):
        return run_sql(self.uri(database), text, check)

    def make_database(self, name):
        self.sql(f"CREATE DATABASE {name}")

    def uri(self, database="postgres", password=PASSWORD, user="millrace"):
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def kill(self):
        """kill -9, to be started again: the system keeps a piece of shared memory of it until then."""
        self.process.kill()
        self.process.wait()

    def stop(self):
        """At once, without writing down what nobody will read."""
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGQUIT)
            self.process.wait(30)


class GivenServer:
    """The server that POSTGRES_URI names, and databases of our own on it."""

    def __init__(self, uri):
        self.given = uri
        self.databases = []
        self.make_database(f"millrace_{uuid.uuid4().hex}")

    def make_database(self, name):
        run_sql(self.given, f"CREATE DATABASE {name}")
        self.databases.append(name)

    def uri(self, database=None):
        return urlunsplit(urlsplit(self.given)._replace(path=f"/{database or self.databases[0]}"))

    def sql(self, text):
        return run_sql(self.uri(), text)

    def stop(self):
        for database in self.databases:
            run_sql(self.given, f"DROP DATABASE {database} WITH (FORCE)")


def harmless_server(make_folder):
    """A server for tests that do it no harm: the one that POSTGRES_URI names, or one of our own."""
    if given := os.environ.get("POSTGRES_URI"):
        return GivenServer(given)
    return PostgresServer(make_folder("postgres")).start()


@contextlib.contextmanager
def own_server(folder, **options):
    running = PostgresServer(folder, **options).start()
    try:
        yield running
    finally:
        running.stop()


def on_postgres(folder, raw_uri, processed_uri=None, **options):
    """The seed's config with both storages in PostgreSQL; the command that serves it."""
    file = folder / "config/config.conf"
    config = json.loads(file.read_text())
    for graphlette, uri in zip(config["graphlettes"], (raw_uri, processed_uri or raw_uri)):
        graphlette["storage"] = {"type": "postgres", "uri": uri, "table": graphlette["storage"]["collection"], "options": options}
    file.write_text(json.dumps(config))
    return ["serve", "--config", str(file)]


def starting(folder, *uris, **options):
    folder = services.copy_example("events", folder)
    return Starting(folder, command=on_postgres(folder, *uris, **options)).start()


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = harmless_server(tmp_path_factory.mktemp)
    yield running
    running.stop()


@pytest.fixture(scope="module")
def events(server, tmp_path_factory):
    """examples/events on PostgreSQL, instead of what conftest.py gives by that name."""
    folder = services.copy_example("events", tmp_path_factory.mktemp("service"))
    running = services.Service(folder, command=on_postgres(folder, server.uri())).start()
    yield running
    running.stop()
