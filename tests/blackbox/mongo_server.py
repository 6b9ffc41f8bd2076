"""A SecantusDB server, which speaks MongoDB's protocol, started on a free port in a folder of its own; or the one that MONGO_URI names."""

import json
import os
import signal
import socket
import subprocess
import sys
import time
from pathlib import Path

import service as services

PROGRAM = Path(sys.executable).parent / "secantusd-py"
START_SECONDS_MAX = 60


class MongoServer:
    def __init__(self, folder):
        self.folder = folder
        self.port = services.free_port()
        self.process = None

    def uri(self, database="events"):
        return os.environ.get("MONGO_URI", f"mongodb://127.0.0.1:{self.port}/{database}")

    def start(self):
        command = [str(PROGRAM), "--host", "127.0.0.1", "--port", str(self.port), "--storage-path", f"{self.folder}/data", "--sync-on-commit"]
        with (self.folder / "server.log").open("ab") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        deadline = time.monotonic() + START_SECONDS_MAX
        while not self._is_open():
            assert time.monotonic() < deadline, (self.folder / "server.log").read_text()
            time.sleep(0.05)
        return self

    def _is_open(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.process.send_signal(signal.SIGTERM)
            self.process.wait(30)


def on_mongo(folder, uri):
    """The seed's config with both storages in MongoDB; the command that serves it."""
    file = folder / "config/config.conf"
    config = json.loads(file.read_text())
    for graphlette in config["graphlettes"]:
        graphlette["storage"] = {"type": "mongo", "uri": uri, "collection": graphlette["storage"]["collection"]}
    file.write_text(json.dumps(config))
    return ["serve", "--config", str(file)]
