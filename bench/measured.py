"""What the benchmark measures with and against: wrk, a bare server, nginx, a bare insert loop, and services filled with events."""

import os
import random
import socket
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from service import BINARY, free_port

BUILD = BINARY.parent / "bench"
SCRIPT = Path(__file__).resolve().parent / "cycle.lua"
BULK = 5_000
SAMPLE = 2_000


def program(name):
    """A benchmark program, wherever the build put it."""
    found = [path for path in (BUILD / name, BUILD.parent / name) if path.is_file()]
    assert found, f"{name} is not built: ./dev bench builds it"
    return str(found[0])


class Load(NamedTuple):
    rate: float  # requests per second
    p50: float  # in ms, as p99
    p99: float


def wrk(url, method, prefix, file, connections, seconds):
    """What so many connections got; every answer must have been a good one."""
    command = ["wrk", "-t2", f"-c{connections}", f"-d{seconds}s", "--timeout", "30s", "--latency", "-s", str(SCRIPT), url, "--", method, prefix, str(file)]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    (result,) = (line.split() for line in printed.splitlines() if line.startswith("RESULT"))
    assert int(result[4]) == 0, f"{result[4]} requests failed:\n{printed}"
    return Load(*map(float, result[1:4]))


def wait_until_it_listens(process, port):
    deadline = time.monotonic() + 10
    while True:
        assert process.poll() is None, f"exit code {process.returncode} before it listened"
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return
        except OSError:
            assert time.monotonic() < deadline, f"nothing listens on port {port}"
            time.sleep(0.02)


class Started:
    """A foreign server of our own: started on a free port, ended by its id."""

    def __init__(self, command, port):
        self.url = f"http://127.0.0.1:{port}"
        self.process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        wait_until_it_listens(self.process, port)

    def stop(self):
        self.process.terminate()
        self.process.wait(10)


class Bare(Started):
    def __init__(self, body, folder):
        file = folder / "body.json"
        file.write_bytes(body)
        port = free_port()
        super().__init__([program("millrace_bench_bare"), str(port), str(os.cpu_count()), str(file)], port)


class Nginx(Started):
    CONFIG = """
daemon off; worker_processes {cores}; pid {folder}/nginx.pid; error_log stderr crit;
events {{ worker_connections 1024; }}
http {{
  access_log off; keepalive_requests 1000000000; keepalive_timeout 600;
  client_body_temp_path {folder}/nginx; proxy_temp_path {folder}/nginx; fastcgi_temp_path {folder}/nginx;
  uwsgi_temp_path {folder}/nginx; scgi_temp_path {folder}/nginx;
  server {{ listen 127.0.0.1:{port} reuseport; location / {{ default_type application/json; return 200 '{body}'; }} }}
}}
"""

    def __init__(self, body, folder):
        text = body.decode().replace("\\", "\\\\").replace("'", "\\'")
        assert "$" not in text
        port = free_port()
        config = folder / "nginx.conf"
        config.write_text(self.CONFIG.format(cores=os.cpu_count(), folder=folder, port=port, body=text))
        super().__init__(["nginx", "-c", str(config), "-e", "stderr"], port)


class Dataset:
    """A service with so many raw events, and as many processed ones: so many of each name, each with a raw event of its own. `raw_ids`: the
    raw events are there already, in another service."""

    def __init__(self, service, size, per_name, raw_ids=None):
        self.service, self.size, self.per_name, self.has_raw = service, size, per_name, raw_ids is None
        self.url = service.url
        print(f"storing {size} raw and {size} processed events", flush=True)
        started = time.monotonic()
        self.raw_ids = raw_ids or self._store("/raw-events/api/bulk", (self._raw(number) for number in range(size)))
        self._store("/processed-events/api/bulk", (self._processed(number) for number in range(size)))
        print(f"  {2 * size / (time.monotonic() - started):.0f} events/s in bulk", flush=True)

    def _raw(self, number):
        data = {"user_id": f"user{number}", "username": "john_doe", "ip_address": "192.168.1.100"}
        return {"name": self._name(number), "data": data, "timestamp": "2024-01-01T12:00:00Z", "source": "auth_service", "version": "1.0"}

    def _processed(self, number):
        data = {"user_id": f"user{number}", "username": "john_doe", "login_country": "US", "risk_score": 0.1}
        return {
            "raw_event_id": self.raw_ids[number], "name": self._name(number), "processed_data": data,
            "processed_timestamp": "2024-01-01T12:00:01Z", "status": "SUCCESS", "processing_time_ms": 45.2,
        }  # fmt: skip

    def _name(self, number):
        """Events of one name are spread over the whole store, as they are in life."""
        return f"name-{number % (self.size // self.per_name)}"

    def _store(self, path, documents):
        documents, ids = list(documents), []
        for begin in range(0, len(documents), BULK):
            response = self.service.request("POST", path, documents[begin : begin + BULK], seconds_max=120)
            assert response.status == 201, response
            ids += [document["id"] for document in response.json()]
        return ids

    def sample_of_raw_ids(self):
        return random.Random(1).choices(self.raw_ids, k=SAMPLE)

    def sample_of_names(self, different):
        """Names in random order, so many different ones."""
        chosen = random.Random(2).sample(range(self.size // self.per_name), different)
        return [self._name(number) for number in random.Random(3).choices(chosen, k=SAMPLE)]

    def expect_answers(self, by_id, federated):
        """What is measured must be right first."""
        if by_id:
            found = self.service.data("/raw-events/graph", by_id, {"id": self.raw_ids[7]})["getById"]
            assert found["name"] == self._name(7), found
        found = self.service.data("/processed-events/graph", federated, {"name": self._name(3)})["getByName"]
        assert len(found) == self.per_name, len(found)
        assert all(event["rawEvent"]["data"]["user_id"] == event["processed_data"]["user_id"] for event in found)


def bare_insert_rate(data_folder, folder):
    """Rows per second of the bare loop, on the rows that a service has just stored."""
    source, target = folder / "source.db", folder / "target.db"
    (stored,) = (file for file in data_folder.rglob("*") if file.is_file() and "raw" in file.name and is_database(file))
    copy_database(stored, source)
    rate = subprocess.run([program("millrace_bench_bare_insert"), source, target, "64"], check=True, capture_output=True, text=True).stdout
    for file in folder.glob("*.db*"):
        file.unlink()
    return float(rate)


def is_database(file):
    with file.open("rb") as opened:
        return opened.read(15) == b"SQLite format 3"


def copy_database(stored, copy):
    """A consistent copy of a database that is in use."""
    original, copied = sqlite3.connect(f"file:{stored}?mode=ro", uri=True), sqlite3.connect(copy)
    with original, copied:
        original.backup(copied)
    original.close()
    copied.close()
