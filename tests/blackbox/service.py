"""Starts the millrace binary on a copy of an example and talks to it over HTTP, with the standard library alone."""

import http.client
import json
import os
import random
import shutil
import signal
import socket
import subprocess
import time
from pathlib import Path

import unified_twin

ROOT = Path(__file__).resolve().parent.parent.parent
BINARY = Path(os.environ.get("MILLRACE_BIN", ROOT / "build/release/millrace")).resolve()
PROCESSORS = '  include "processors.conf"\n\n'
START_SECONDS_MAX = 30
STOP_SECONDS_MAX = 15
_random = random.SystemRandom()


def free_port():
    """None of those that the system gives to whoever connects or asks for any: another would have it before a service listens."""
    return next(port for port in iter(lambda: _random.randrange(10_000, 32_768), None) if is_free(port))


def wait_until(get, holds=bool, seconds_max=30, told=None):
    """What `get` gives as soon as it holds: for what can only be asked again and again. Nothing else in tests sleeps."""
    deadline = time.monotonic() + seconds_max
    while not holds(got := get()):
        assert time.monotonic() < deadline, f"not so after {seconds_max} s: {told() if told else got}"
        time.sleep(0.005)
    return got


def is_free(port):
    with socket.socket() as probe:
        probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            probe.bind(("0.0.0.0", port))
        except OSError:
            return False
        return True


def environment():
    """The process's environment without the names that the examples' configs read."""
    read = {"PORT", "PLATFORM_URL", "ENV", "PREFIX", "MONGO_URI"}
    return {name: value for name, value in os.environ.items() if name not in read}


def run_command(*arguments, cwd=None, stdin=None, seconds_max=60):
    """Runs the binary to its end."""
    return subprocess.run(
        [str(BINARY), *map(str, arguments)], cwd=cwd, input=stdin, capture_output=True, text=True, timeout=seconds_max, env=environment()
    )


def copy_example(name, folder, processors=False):
    """A copy of an example without what an earlier run stored in it, and, unless they are wanted, without its processors: what a test
    stores is then all that there is."""
    copied = Path(shutil.copytree(ROOT / "examples" / name, Path(folder) / name, ignore=shutil.ignore_patterns(".millrace")))
    processed = copied / "config/processors.conf"
    if processed.exists() and not processors:
        processed.unlink()
        config = copied / "config/config.conf"
        config.write_text(without_processors(config.read_text()))
    return copied


def without_processors(config):
    """The text of an example's config without the line that includes its processors."""
    assert PROCESSORS in config
    return config.replace(PROCESSORS, "")


def example_config(name):
    """An example's config, but for its processors."""
    return json.loads(without_processors((ROOT / "examples" / name / "config/config.conf").read_text()))


def with_config(folder, config):
    """A service of a config, of plain values, in a folder of its own."""
    (folder / "config").mkdir(parents=True, exist_ok=True)
    file = folder / "config/config.conf"
    file.write_text(json.dumps(config))
    return Service(folder, command=["serve", "--config", str(file)])


class Response:
    def __init__(self, status, headers, body):
        self.status, self.headers, self.body = status, headers, body

    @property
    def text(self):
        return self.body.decode("utf-8")

    def json(self):
        return json.loads(self.body)

    def __repr__(self):
        return f"{self.status} {dict(self.headers)} {self.body[:2000]!r}"


class Service:
    """One running `millrace dev FOLDER`, or another command that serves."""

    has_twins = False  # pytest --unified
    twins = 0  # how many answers were compared

    def __init__(self, folder, port=None, command=None):
        self.folder = Path(folder)
        self.port = port or free_port()
        self.program = [str(BINARY)]
        self.environment = environment()
        self.command = command or ["dev", str(folder)]
        self.process = None
        self.url = f"http://127.0.0.1:{self.port}"
        self.output = self.folder / "output.log"

    def start(self):
        with self.output.open("ab") as output:
            command = [*self.program, *self.command, "--port", str(self.port)]
            self.process = subprocess.Popen(command, stdout=output, stderr=output, env=self.environment)
        wait_until(self._is_ready_or_ended, seconds_max=START_SECONDS_MAX, told=self.printed)
        assert self.process.poll() is None, f"exit code {self.process.returncode} before it was ready:\n{self.printed()}"
        return self

    def _is_ready_or_ended(self):
        return self.process.poll() is not None or self._is_ready()

    def _is_ready(self):
        try:
            return self.request("GET", "/ready").status == 200
        except OSError:
            return False

    def printed(self):
        return self.output.read_text(errors="replace")

    def kill(self):
        """kill -9: no chance to flush anything."""
        self.process.kill()
        self.process.wait(STOP_SECONDS_MAX)

    def terminate(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        return self.process.wait(STOP_SECONDS_MAX)

    def stop(self):
        """Ends it as an operator would, and expects it to end well."""
        if self.process is None or self.process.poll() is not None:
            return
        code = self.terminate()
        assert code == 0, f"exit code {code} after SIGTERM:\n{self.printed()}"

    def connect(self, seconds_max=30):
        return http.client.HTTPConnection("127.0.0.1", self.port, timeout=seconds_max)

    def request(self, method, path, body=None, headers=None, seconds_max=30):
        """`body`: bytes or text as they are; anything else as JSON."""
        headers = dict(headers or {})
        if body is not None and not isinstance(body, (bytes, str)):
            body = json.dumps(body)
        if isinstance(body, str):
            body = body.encode("utf-8")
        if body is not None and not any(name.lower() == "content-type" for name in headers):
            headers["Content-Type"] = "application/json"
        connection = self.connect(seconds_max)
        try:
            connection.request(method, path, body=body, headers=headers)
            response = connection.getresponse()
            return Response(response.status, response.headers, response.read())
        finally:
            connection.close()

    def get(self, path, **headers):
        return self.request("GET", path, headers={name.replace("_", "-"): value for name, value in headers.items()})

    def create(self, path, document):
        """POSTs a document, expects it stored, and gives it back as it was answered."""
        response = self.request("POST", path, document)
        assert response.status == 201, response
        return response.json()

    def query(self, path, text, variables=None, operation_name=None, headers=None):
        """The whole answer of a GraphQL POST."""
        body = {"query": text}
        if variables is not None:
            body["variables"] = variables
        if operation_name is not None:
            body["operationName"] = operation_name
        answer = self.request("POST", path, body, headers=headers).json()
        if self.has_twins:
            unified_twin.compare(self, path, body, answer)
        return answer

    def data(self, path, text, variables=None):
        """The data of a GraphQL POST that must have no errors."""
        answer = self.query(path, text, variables)
        assert "errors" not in answer, answer
        return answer["data"]


def instant():
    """Milliseconds since 1970: after everything that happened before the call, before everything that happens after it."""
    now = _next_millisecond()
    _next_millisecond()
    return now


def _next_millisecond():
    begun = time.time_ns() // 1_000_000
    return wait_until(lambda: time.time_ns() // 1_000_000, lambda now: now > begun)


class Starting(Service):
    """A service that need not be ready: it must answer."""

    def _is_ready(self):
        try:
            return self.request("GET", "/health").status == 200
        except OSError:
            return False


def until(service, status, seconds_max=30):
    """What /ready says as soon as it has this status."""
    return wait_until(lambda: service.get("/ready"), lambda answer: answer.status == status, seconds_max).json()
