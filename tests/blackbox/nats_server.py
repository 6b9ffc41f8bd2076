"""Debian's nats-server with JetStream, and as much of a client as it takes to read a stream."""

import base64
import json
import os
import socket
import subprocess

import service as services

START_SECONDS_MAX = 30


class NatsServer:
    """On a free port, with its store in a folder; may be killed and started again. `lines`: of its configuration."""

    def __init__(self, folder, lines=(), jetstream=True):
        self.port = services.free_port()
        self.folder = folder
        self.lines = list(lines)
        self.jetstream = jetstream
        self.process = None

    def start(self):
        config = self.folder / "nats.conf"
        store = [f'jetstream {{ store_dir: "{self.folder}/store" }}'] if self.jetstream else []
        config.write_text("\n".join([f"listen: 127.0.0.1:{self.port}", *store, *self.lines]) + "\n")
        with (self.folder / "nats.log").open("ab") as output:
            self.process = subprocess.Popen(["nats-server", "-c", str(config)], stdout=output, stderr=output)
        services.wait_until(lambda: self.process.poll() is not None or self._is_open(), seconds_max=START_SECONDS_MAX, told=self._printed)
        assert self.process.poll() is None, self._printed()
        return self

    def _is_open(self):
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def _printed(self):
        return (self.folder / "nats.log").read_text()

    def kill(self):
        self.process.kill()
        self.process.wait(10)

    def stop(self):
        if self.process is not None and self.process.poll() is None:
            self.kill()

    def url(self, user="", scheme="nats"):
        return f"{scheme}://{user}127.0.0.1:{self.port}"


class NatsClient:
    """Asks one question after another over a connection without TLS."""

    def __init__(self, server, seconds_max=30, **login):
        self.socket = socket.create_connection(("127.0.0.1", server.port), seconds_max)
        self.file = self.socket.makefile("rb")
        self.file.readline()  # INFO
        self.send("CONNECT " + json.dumps({"verbose": False, "pedantic": False, "headers": True, **login}))
        self.send(f"SUB _INBOX.{os.getpid()}.* 1")

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.file.close()
        self.socket.close()

    def send(self, line, body=None):
        self.socket.sendall(line.encode() + b"\r\n" + (b"" if body is None else body + b"\r\n"))

    def answers(self, questions):
        """The answer to each (subject, body), in order; questions are sent before the first answer is read."""
        for number, (subject, body) in enumerate(questions):
            self.send(f"PUB {subject} _INBOX.{os.getpid()}.{number} {len(body)}", body)
        found = {}
        while len(found) < len(questions):
            words = self.file.readline().split()
            assert words, "the server closed the connection"
            if words[0] == b"PING":
                self.send("PONG")
            elif words[0] in (b"MSG", b"HMSG"):
                head = int(words[-2]) if words[0] == b"HMSG" else 0
                body = self.file.read(int(words[-1]) + 2)[head:-2]
                found[int(words[1].rsplit(b".", 1)[1])] = body
            else:
                assert words[0] in (b"INFO", b"PONG", b"+OK"), words
        return [found[number] for number in range(len(questions))]

    def ask(self, call, question=None):
        return json.loads(self.answers([(f"$JS.API.{call}", json.dumps(question).encode() if question is not None else b"")])[0])

    def messages(self, stream, batch=500):
        """All of the stream, in its order: (headers, body)."""
        state = self.ask(f"STREAM.INFO.{stream}")
        assert "state" in state, state
        first, last = state["state"]["first_seq"], state["state"]["last_seq"]
        found = []
        for start in range(max(first, 1), last + 1, batch):
            numbers = range(start, min(start + batch, last + 1))
            answers = self.answers([(f"$JS.API.STREAM.MSG.GET.{stream}", json.dumps({"seq": number}).encode()) for number in numbers])
            found += [read_message(json.loads(answer)) for answer in answers]
        return found


def read_message(answer):
    message = answer["message"]
    lines = base64.b64decode(message.get("hdrs", "")).decode().split("\r\n")[1:]
    headers = dict(line.split(": ", 1) for line in lines if line)
    return headers, base64.b64decode(message.get("data", ""))
