"""What the benchmark measures with and against: wrk, what a process has used, a bare server, nginx, and bare insert loops."""

import os
import socket
import sqlite3
import subprocess
import time
from pathlib import Path
from typing import NamedTuple

from service import ROOT, free_port

BUILD = ROOT / "build/release/bench"
SCRIPT = Path(__file__).resolve().parent / "cycle.lua"


def program(name):
    """A benchmark program, wherever the build put it."""
    found = [path for path in (BUILD / name, BUILD.parent / name) if path.is_file()]
    assert found, f"{name} is not built: ./dev bench builds it"
    return str(found[0])


class Answered(NamedTuple):
    """What wrk saw: per second, and percentiles in milliseconds."""

    rate: float
    p50: float
    p99: float
    p999: float
    bytes: float
    requests: int


def wrk(url, method, prefix, file, connections, seconds):
    """Sends the lines of a file in turn; every answer must have been a good one."""
    threads = min(2, connections)
    command = ["wrk", f"-t{threads}", f"-c{connections}", f"-d{seconds}s", "--timeout=30s", "--latency", "-s", SCRIPT, url, "--", method, prefix, file]
    printed = subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout
    (line,) = (line for line in printed.splitlines() if line.startswith("RESULT"))
    requests, microseconds, size, p50, p99, p999, failed = map(float, line.split()[1:])
    assert failed == 0, f"{failed:.0f} requests failed:\n{printed}"
    # A disk may stall for longer than a round: one answer too many is less wrong than a ratio to nothing.
    requests = max(requests, 1)
    return Answered(requests / microseconds * 1e6, p50, p99, p999, size / microseconds * 1e6, int(requests))


def measure(server, method, prefix, file, connections, seconds):
    """The figures of a round: what wrk saw, and the processor time that the server took for a request, in microseconds."""
    began = processor_seconds(server.process.pid)
    answered = wrk(server.url, method, prefix, file, connections, seconds)
    used = processor_seconds(server.process.pid) - began
    figures = answered._asdict()
    return {**figures, "processor": used / figures.pop("requests") * 1e6}


# --- What a process has used -------------------------------------------------------------------------------------------------------------


def processor_seconds(pid):
    """Of a process and of its children that live."""
    with open(f"/proc/{pid}/stat") as stat, open(f"/proc/{pid}/task/{pid}/children") as children:
        fields = stat.read().rsplit(")", 1)[1].split()
        of_children = sum(map(processor_seconds, children.read().split()))
    return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK") + of_children


def memory(pid, name):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith(name + ":"))


def resident(pid):
    return memory(pid, "VmRSS")


def resident_peak(pid):
    """Since the process began, or since forget_peak()."""
    return memory(pid, "VmHWM")


def forget_peak(pid):
    Path(f"/proc/{pid}/clear_refs").write_text("5")


def start_seconds(service):
    """From starting a service's program to the first 200 of /ready; then ends it. The service must not run."""
    command = [*service.program, *service.command, "--port", str(service.port)]
    began = time.perf_counter()
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, env=service.environment)
    try:
        while not is_ready(service.port):
            assert time.perf_counter() - began < 30 and process.poll() is None, f"{command} does not become ready"
            time.sleep(0.0002)
        return time.perf_counter() - began
    finally:
        process.terminate()
        process.wait(10)


def is_ready(port):
    try:
        with socket.create_connection(("127.0.0.1", port), timeout=1) as connection:
            connection.sendall(b"GET /ready HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n")
            return connection.recv(4096).startswith(b"HTTP/1.1 200 ")
    except OSError:
        return False


# --- Other servers -----------------------------------------------------------------------------------------------------------------------


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


# --- Bare inserts of the same rows -------------------------------------------------------------------------------------------------------


def printed_rate(*command):
    return float(subprocess.run([str(word) for word in command], check=True, capture_output=True, text=True).stdout)


def sqlite_insert_rate(data_folder, folder, versions):
    """Rows per second of the bare loop, so many a transaction, on the raw events that a service in this folder has just stored."""
    source, target = folder / "source.db", folder / "target.db"
    (stored,) = (file for file in data_folder.rglob("*") if file.is_file() and "raw" in file.name and is_database(file))
    copy_database(stored, source)
    try:
        return printed_rate(program("millrace_bench_bare_insert"), source, target, versions)
    finally:
        for file in (*folder.glob("source.db*"), *folder.glob("target.db*")):
            file.unlink()


def postgres_insert_rate(uri, versions, connections):
    """The same in the database that the service stores in, so many a statement."""
    return printed_rate(program("millrace_bench_postgres_insert"), uri, "raw_events", versions, connections)


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
