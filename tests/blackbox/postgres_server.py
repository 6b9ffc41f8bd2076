"""A PostgreSQL server for tests, started on a free port in a folder of its own."""

import json
import os
import shutil
import signal
import subprocess
import time

import pytest

import service as services

BIN = "/usr/lib/postgresql/15/bin"
PASSWORD = "secret"
START_SECONDS_MAX = 60


def as_unprivileged(command):
    """The server runs as nobody else than its own user; it ends with the test run in any case."""
    if os.geteuid() != 0:
        return command
    return ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", "--pdeathsig=INT", *command]


class PostgresServer:
    def __init__(self, folder):
        self.folder = folder
        self.port = services.free_port()
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
        subprocess.run(as_unprivileged([*command, "--locale=C", f"--pgdata={folder}/data"]), check=True, capture_output=True)

    def start(self):
        settings = [f"port={self.port}", "listen_addresses=127.0.0.1", "unix_socket_directories=", "max_connections=200"]
        command = [f"{BIN}/postgres", "-D", f"{self.folder}/data"]
        for setting in settings:
            command += ["-c", setting]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(as_unprivileged(command), stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS_MAX
        while self.sql("SELECT 1", check=False).returncode != 0:
            assert time.monotonic() < deadline, (self.folder / "server.log").read_text()
            time.sleep(0.05)
        return self

    def sql(self, text, database="postgres", check=True):
        return subprocess.run(["psql", "-qAt", self.uri(database), "-c", text], check=check, capture_output=True, text=True)

    def uri(self, database="postgres", password=PASSWORD, user="millrace"):
        return f"postgresql://{user}:{password}@127.0.0.1:{self.port}/{database}"

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGINT)
            self.process.wait(30)


def on_postgres(folder, raw_uri, processed_uri=None, **options):
    """The seed's config with both storages in PostgreSQL; the command that serves it."""
    file = folder / "config/config.conf"
    config = json.loads(file.read_text())
    for graphlette, uri in zip(config["graphlettes"], (raw_uri, processed_uri or raw_uri)):
        graphlette["storage"] = {"type": "postgres", "uri": uri, "table": graphlette["storage"]["collection"], "options": options}
    file.write_text(json.dumps(config))
    return ["serve", "--config", str(file)]


@pytest.fixture(scope="module")
def server(tmp_path_factory):
    running = PostgresServer(tmp_path_factory.mktemp("postgres")).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def events(server, tmp_path_factory):
    """examples/events on PostgreSQL, instead of what conftest.py gives by that name."""
    folder = services.copy_example("events", tmp_path_factory.mktemp("service"))
    running = services.Service(folder, command=on_postgres(folder, server.uri())).start()
    yield running
    running.stop()
