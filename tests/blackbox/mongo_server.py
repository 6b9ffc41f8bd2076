"""A server that speaks MongoDB's protocol, started on a free port in a folder of its own; or the one that MONGO_URI names."""

import json
import os
import signal
import socket
import subprocess
import uuid
from urllib.parse import urlsplit

import pymongo
import pytest

import service as services

SECANTUS = services.ROOT / ".venv/bin/secantusd-py"
JAVA = services.ROOT / "tests/mongo/java/target/server.jar"
START_SECONDS_MAX = 60


class MongoServer:
    """SecantusDB, or mongo-java-server, which keeps all in memory and knows no transactions. `own`: never the one that MONGO_URI names."""

    def __init__(self, folder, kind="secantus", own=False, heap="512m"):
        self.folder, self.kind, self.heap = folder, kind, heap
        self.given = None if own else os.environ.get("MONGO_URI")
        self.prefix = f"millrace_{uuid.uuid4().hex[:12]}_"
        self.databases = set()  # on the one that was given
        self.port = services.free_port()
        self.process = None

    def uri(self, database="events"):
        if self.given is None:
            return f"mongodb://127.0.0.1:{self.port}/{database}"
        self.databases.add(self.name(database))
        return urlsplit(self.given)._replace(path=f"/{self.name(database)}").geturl()

    def name(self, database="events"):
        """How the database is called there: one of our own where the server is somebody's."""
        return database if self.given is None else self.prefix + database

    def _command(self):
        if self.kind == "java":
            return ["java", f"-Xmx{self.heap}", "-cp", str(JAVA), "Server", str(self.port)]
        return [str(SECANTUS), "--host", "127.0.0.1", "--port", str(self.port), "--storage-path", f"{self.folder}/data", "--sync-on-commit"]

    def start(self, *options):
        """`options`: more arguments of the server."""
        if self.given is not None:
            return self
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen([*self._command(), *options], stdout=log, stderr=log)
        services.wait_until(self._is_open, seconds_max=START_SECONDS_MAX, told=(self.folder / "server.log").read_text)
        return self

    def _is_open(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.databases:
            with pymongo.MongoClient(self.given) as client:
                for database in self.databases:
                    client.drop_database(database)
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


def on_mongo(folder, uri, processed=None, **options):
    """The seed's config with the raw events in MongoDB, and the processed events there or in another storage; the command that serves it."""
    file = folder / "config/config.conf"
    config = json.loads(file.read_text())
    for graphlette, storage in zip(config["graphlettes"], (None, processed)):
        collection = graphlette["storage"]["collection"]
        graphlette["storage"] = {**(storage or {"type": "mongo", "uri": uri, "options": options}), "collection": collection}
    file.write_text(json.dumps(config))
    return ["serve", "--config", str(file)]


def starting(folder, uri, processed=None, **options):
    """A service on a copy of the example, which need not be ready."""
    folder = services.copy_example("events", folder)
    return services.Starting(folder, command=on_mongo(folder, uri, processed, **options)).start()


@pytest.fixture(scope="module")
def mongo(tmp_path_factory):
    """A server for tests that do it no harm."""
    running = MongoServer(tmp_path_factory.mktemp("mongo")).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def java_mongo(tmp_path_factory):
    """The same from another hand."""
    running = MongoServer(tmp_path_factory.mktemp("java"), kind="java").start()
    yield running
    running.stop()
