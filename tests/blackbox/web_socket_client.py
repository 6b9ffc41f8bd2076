"""A WebSocket client by hand (RFC 6455), for what no library would send."""

import base64
import json
import os
import socket
import struct

PROTOCOL = "graphql-transport-ws"


class WebSocket:
    def __init__(self, service, path, protocol=PROTOCOL, headers=(), seconds_max=30):
        self.socket = socket.create_connection(("127.0.0.1", service.port), seconds_max)
        lines = ["GET %s HTTP/1.1" % path, "Host: h", "Connection: Upgrade", "Upgrade: websocket", "Sec-WebSocket-Version: 13"]
        lines += ["Sec-WebSocket-Key: " + base64.b64encode(os.urandom(16)).decode()]
        lines += [f"Sec-WebSocket-Protocol: {protocol}"] if protocol else []
        self.socket.sendall(("\r\n".join([*lines, *headers]) + "\r\n\r\n").encode())
        self.read = b""
        self.head = self._until(b"\r\n\r\n").decode()
        self.closed = None  # (code, reason); None, "" when the connection just ended

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.socket.close()

    def _until(self, end):
        while end not in self.read:
            more = self.socket.recv(65536)
            if not more:
                break
            self.read += more
        head, _, self.read = self.read.partition(end)
        return head

    def _take(self, count):
        while len(self.read) < count:
            more = self.socket.recv(65536)
            if not more:
                raise ConnectionError
            self.read += more
        taken, self.read = self.read[:count], self.read[count:]
        return taken

    def frame(self, opcode, payload, final=True, masked=True, reserved=0):
        """Sends one frame, right or wrong."""
        size = len(payload)
        head = bytes([(0x80 if final else 0) | reserved << 4 | opcode])
        mark = 0x80 if masked else 0
        head += bytes([mark | size]) if size < 126 else bytes([mark | 126]) + struct.pack(">H", size) if size < 65536 else bytes([mark | 127]) + struct.pack(">Q", size)
        mask = os.urandom(4) if masked else b""
        body = bytes(byte ^ mask[i % 4] for i, byte in enumerate(payload)) if masked else payload
        self.socket.sendall(head + mask + body)

    def send(self, message):
        self.frame(1, (message if isinstance(message, str) else json.dumps(message)).encode())

    def receive(self):
        """The next message of the protocol, pings of WebSocket itself left out; None when it is closed."""
        while True:
            try:
                first, second = self._take(2)
                size = second & 0x7F
                if size >= 126:
                    size = int.from_bytes(self._take(2 if size == 126 else 8), "big")
                payload = self._take(size)
            except ConnectionError:
                self.closed = self.closed or (None, "")
                return None
            if first & 0xF == 8:
                self.closed = (struct.unpack(">H", payload[:2])[0], payload[2:].decode()) if payload else (1005, "")
                return None
            if first & 0xF == 1:
                return json.loads(payload)

    def next(self, ignored=("ping",)):
        while (message := self.receive()) is not None and message["type"] in ignored:
            pass
        return message

    def greet(self, payload=None):
        self.send({"type": "connection_init", **({"payload": payload} if payload else {})})
        assert self.next() == {"type": "connection_ack"}
        return self

    def subscribe(self, id, query, **more):
        self.send({"type": "subscribe", "id": id, "payload": {"query": query, **more}})

    def end(self):
        """How the server closes it."""
        while self.receive() is not None:
            pass
        return self.closed
