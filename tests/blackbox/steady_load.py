"""Clients that ask without a pause and take nothing but whole answers."""

import errno
import os
import selectors
import socket
import threading


def get(path):
    return f"GET {path} HTTP/1.1\r\nHost: h\r\n\r\n".encode()


def post(path, body):
    return f"POST {path} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n{body}".encode()


class _Client:
    """One connection after the other, with one request under way."""

    def __init__(self, load):
        self.load, self.socket, self.answer, self.is_connecting = load, None, b"", False

    def ask(self):
        """Sends the next request, over the connection that is open or a new one. False when there is nothing more to ask."""
        self.number = self.load.take()
        if self.number is None:
            self.close()
            return False
        self.answer = b""
        try:
            if self.socket is None:
                self.connect()
            else:
                self.send()
        except OSError as error:
            self.fail(repr(error))
        return True

    def connect(self):
        self.socket, self.is_connecting = socket.socket(), True
        self.socket.setblocking(False)
        self.socket.connect_ex(("127.0.0.1", self.load.port))
        self.load.selector.register(self.socket, selectors.EVENT_WRITE, self)

    def connected(self):
        """Whether there will be no answer."""
        error = self.socket.getsockopt(socket.SOL_SOCKET, socket.SO_ERROR)
        if error == errno.ECONNREFUSED:
            self.close()
            self.load.refused(self.number)
            return True
        try:
            if error:
                raise OSError(error, os.strerror(error))
            self.is_connecting = False
            self.load.selector.modify(self.socket, selectors.EVENT_READ, self)
            self.send()
        except OSError as failure:
            self.fail(repr(failure))
            return True
        return False

    def send(self):
        """A request is small: the socket has room for it."""
        self.socket.sendall(self.load.make(self.number))

    def fail(self, why):
        self.load.failures.append((self.number, why, self.answer[:200]))
        self.close()

    def close(self):
        if self.socket is not None:
            self.load.selector.unregister(self.socket)
            self.socket.close()
        self.socket = None

    def go_on(self):
        """Whether the answer is whole, or will never be."""
        if self.is_connecting:
            return self.connected()
        try:
            piece = self.socket.recv(65536)
        except OSError as error:
            self.fail(repr(error))
            return True
        if not piece:
            self.fail("the connection ended")
            return True
        self.answer += piece
        head, found, body = self.answer.partition(b"\r\n\r\n")
        if not found:
            return False
        length = int(head.lower().partition(b"content-length:")[2].split(b"\r\n", 1)[0])
        if len(body) < length:
            return False
        status = int(head.split(b" ", 2)[1])
        if not self.load.is_good(status) or len(body) != length:
            self.fail("not that answer")
        elif b"connection: close" in head.lower() or not self.load.keeps:
            self.close()
            self.load.answered.append(self.number)
        else:
            self.load.answered.append(self.number)
        return True


class SteadyLoad(threading.Thread):
    """`make(number)` gives the bytes of a request. Until `requests` were made, or, where they have no end, until the port is closed. A
    connection is kept as long as the server keeps it, or closed after each answer."""

    def __init__(self, port, connections, make, requests=None, keeps=True, is_good=lambda status: status in (200, 201)):
        super().__init__(daemon=True)
        self.port, self.connections, self.make, self.requests, self.keeps, self.is_good = port, connections, make, requests, keeps, is_good
        self.next = 0
        self.answered = []  # numbers
        self.failures = []  # (number, why, what came)
        self.selector = selectors.DefaultSelector()
        self.has_ended = False
        self.begun = threading.Event()

    def take(self):
        if self.has_ended or self.next == self.requests:
            return None
        self.next += 1
        return self.next - 1

    def refused(self, number):
        """Nobody listens, which ends a load without end."""
        if self.requests is not None:
            self.failures.append((number, "refused", b""))
        self.has_ended = self.requests is None

    def run(self):
        clients = [_Client(self) for _ in range(self.connections)]
        active = sum(self._go_on(client) for client in clients)
        while active:
            for key, _ in self.selector.select(60):
                if key.data.go_on() and not self._go_on(key.data):
                    active -= 1
            if self.next > self.connections * 4:
                self.begun.set()
        self.selector.close()
        self.begun.set()

    @staticmethod
    def _go_on(client):
        """Asks until a request is under way. False when there is nothing more to ask."""
        while True:
            if not client.ask():
                return False
            if client.socket is not None:
                return True

    def __enter__(self):
        self.start()
        self.begun.wait(60)
        return self

    def __exit__(self, *_):
        self.join(300)
        assert not self.is_alive()
