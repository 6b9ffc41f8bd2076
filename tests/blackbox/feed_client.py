"""Readers of a change feed: NDJSON and server-sent events as they come, line by line."""

import http.client
import json
import socket


class Stream:
    """A GET whose answer does not end."""

    def __init__(self, service, path, headers=None, seconds_max=60, receive_buffer=None):
        self.connection = http.client.HTTPConnection("127.0.0.1", service.port, timeout=seconds_max)
        if receive_buffer:
            self.connection.sock = socket.socket()
            self.connection.sock.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, receive_buffer)
            self.connection.sock.settimeout(seconds_max)
            self.connection.sock.connect(("127.0.0.1", service.port))
        self.connection.request("GET", path, headers=headers or {})
        self.response = self.connection.getresponse()
        self.status = self.response.status

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        self.response.close()
        self.connection.close()


class Lines(Stream):
    """NDJSON: an iterator over what each line says. A line that is cut, and the end of a connection that is, end it."""

    cut = False

    def __iter__(self):
        while True:
            try:
                line = self.response.readline()
            except (http.client.IncompleteRead, ConnectionError):
                self.cut = True
                return
            if not line:
                return
            if not line.endswith(b"\n"):
                self.cut = True
                return
            yield json.loads(line)

    def versions(self):
        return (line for line in self if "id" in line)

    def take(self, count):
        """The next lines."""
        return [next(self_iterator) for self_iterator in [iter(self)] * count]


class Events(Stream):
    """Server-sent events (HTML, section 9.2): (event, id, data) of each that is dispatched. `last_id` moves on as a browser's does."""

    def __init__(self, service, path, headers=None, **more):
        super().__init__(service, path, {"Accept": "text/event-stream", **(headers or {})}, **more)
        self.last_id = None
        self.retry = None

    def __iter__(self):
        event, data, last_id = "message", [], self.last_id
        while line := self._line():
            if line == b"\n":
                self.last_id = last_id
                if data:
                    yield event, last_id, "\n".join(data)
                event, data = "message", []
                continue
            name, _, value = line.rstrip(b"\n").decode().partition(":")
            value = value.removeprefix(" ")
            if name == "event":
                event = value
            elif name == "data":
                data.append(value)
            elif name == "id":
                last_id = value
            elif name == "retry":
                self.retry = int(value)
            else:
                assert name == "", line

    def _line(self):
        try:
            return self.response.readline()
        except (http.client.IncompleteRead, ConnectionError):
            return b""

    def versions(self):
        return (json.loads(data) for event, _, data in self if event == "message")


def read(service, path, **headers):
    """All lines of an answer that ends, in two parts: the versions, and how far it was read."""
    response = service.get(path, **headers)
    assert response.status == 200, response
    assert response.headers["Content-Type"] == "application/x-ndjson", response
    *versions, last = [json.loads(line) for line in response.text.splitlines()]
    assert list(last) == ["position"], last
    return versions, last["position"]
