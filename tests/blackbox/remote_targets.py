"""What Millrace asks over HTTP in tests: servers of npm, a proxy that counts, and a target that does wrong."""

import contextlib
import http.client
import http.server
import json
import os
import re
import select
import signal
import socket
import struct
import subprocess
import threading

from service import ROOT, wait_until

BYTE_PAUSE = 0.05
NODE = ROOT / ".venv/bin/node"


class NpmServer:
    """A script of tests/remote, or of another folder of tests, that is given a file of JSON and prints its port."""

    def __init__(self, script, documents, folder, scripts="remote"):
        file = folder / f"{script}.json"
        file.write_text(json.dumps(documents))
        # A group of its own: what is named node starts the real one.
        command = [NODE, ROOT / "tests" / scripts / script, file]
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.port = int(self.process.stdout.readline())
        self.url = f"http://127.0.0.1:{self.port}/graph"

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(10)
        self.process.stdout.close()


class CountingProxy:
    """Passes GraphQL requests on to a port, and keeps what was asked: bodies and headers."""

    def __init__(self, port):
        self.requests = []
        self.connections = 0
        proxy = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"
            disable_nagle_algorithm = True

            def setup(self):
                super().setup()
                proxy.connections += 1
                self.behind = http.client.HTTPConnection("127.0.0.1", port)

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                proxy.requests.append((dict(self.headers), json.loads(body)))
                self.behind.request("POST", self.path, body, {name: value for name, value in self.headers.items() if name != "Host"})
                response = self.behind.getresponse()
                answer = response.read()
                self.send_response(response.status)
                for name in ("Content-Type", "Content-Encoding"):
                    if name in response.headers:
                        self.send_header(name, response.headers[name])
                self.send_header("Content-Length", str(len(answer)))
                self.end_headers()
                self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.port = self.server.server_address[1]
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def stop(self):
        self.server.shutdown()
        self.server.server_close()


def aliases(body):
    """The aliases of a document that Millrace made, with their keys."""
    variables = body.get("variables", {})
    found = {}
    for alias, literal, variable in re.findall(r'\b(k\d+):\w+\(\w+:(?:("[^"]*")|\$(\w+))', body["query"]):
        found[alias] = json.loads(literal) if literal else variables[variable]
    return found


def response(status, body, headers=(), length=None):
    """The bytes of a response."""
    body = body if isinstance(body, bytes) else json.dumps(body).encode()
    lines = [f"HTTP/1.1 {status} X", "Content-Type: application/json", f"Content-Length: {len(body) if length is None else length}", *headers]
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Target:
    """A server whose answers are a function: it gets the request's body and its number, and gives the bytes to send, pieces, with a pause
    after each that is a single byte, or None: nothing ever. `closes` ends the connection after each answer; `tls` is what it speaks TLS by."""

    def __init__(self, answer, closes=False, tls=None):
        self.answer, self.closes, self.tls = answer, closes, tls
        self.requests = []
        self.sent = 0
        self.connections = 0
        self.open = set()
        self.is_stopped = False
        self.listener = socket.create_server(("127.0.0.1", 0))
        self.port = self.listener.getsockname()[1]
        self.url = f"{'https' if tls else 'http'}://127.0.0.1:{self.port}/graph"
        threading.Thread(target=self._accept, daemon=True).start()

    def _accept(self):
        while True:
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            self.connections += 1
            self.open.add(connection)
            threading.Thread(target=self._serve, args=(connection,), daemon=True).start()

    def _serve(self, connection):
        try:
            if self.tls:
                plain, connection = connection, self.tls.wrap_socket(connection, server_side=True)
                self.open.discard(plain)
                self.open.add(connection)
            with connection:
                reader = connection.makefile("rb")
                while self._answer_one(connection, reader):
                    pass
        except OSError:
            pass
        finally:
            self.open.discard(connection)

    def _answer_one(self, connection, reader):
        line = reader.readline()
        if not line:
            return False
        headers = http.client.parse_headers(reader)
        body = json.loads(reader.read(int(headers["Content-Length"])))
        self.requests.append((headers, body))
        answer = self.answer(body, len(self.requests))
        if answer is None:
            wait_until(lambda: self.is_stopped or connection.fileno() < 0, seconds_max=600)
            return False
        for piece in answer if not isinstance(answer, bytes) else [answer]:
            connection.sendall(piece)
            self.sent += len(piece)
            if len(piece) == 1 and select.select([connection], [], [], BYTE_PAUSE)[0]:
                return False  # the client has gone
        return not self.closes

    def reset_all(self):
        """Cuts every connection with a reset."""
        for connection in list(self.open):
            with contextlib.suppress(OSError):  # it has ended meanwhile
                connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
                connection.shutdown(socket.SHUT_RDWR)

    def stop(self):
        self.is_stopped = True
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        for connection in list(self.open):
            connection.close()
