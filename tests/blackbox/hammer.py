"""Requests that come at a rate, whatever becomes of those before them."""

import asyncio
import json
import threading
import time
from dataclasses import dataclass

from durability_test import everything


@dataclass
class Answer:
    status: int
    headers: str
    body: dict


async def ask(port, path, document):
    """One request over a connection of its own, a GET where there is no document; its answer."""
    body = b"" if document is None else json.dumps(document).encode()
    head = f"{'GET' if document is None else 'POST'} {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\n"
    head += f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + body)
    answer = await reader.read(-1)
    writer.close()
    head, _, body = answer.decode().partition("\r\n\r\n")
    return Answer(int(head.split(" ", 2)[1]), head, json.loads(body))


async def ask_at_rate(port, path, rate, seconds, make):
    begun = time.monotonic()
    tasks = []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(ask(port, path, make(number))))
    return await asyncio.gather(*tasks)


class Hammer(threading.Thread):
    """POSTs `make(0)`, `make(1)`, …, or GETs where none is given; `answers` are in that order when it has ended."""

    def __init__(self, service, path, rate, seconds, make=lambda number: None):
        super().__init__(daemon=True)
        self.arguments = (service.port, path, rate, seconds, make)
        self.answers = None

    def run(self):
        self.answers = asyncio.run(ask_at_rate(*self.arguments))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.join(120)
        assert self.answers is not None


def check(service, answers, but):
    """Who was told that it was stored finds it once, and who was told otherwise not at all; `but`: the name of events of before."""
    names = [document["name"] for document in everything(service) if document["name"] != but]
    assert len(names) == len(set(names))
    codes = {}
    for number, answer in enumerate(answers):
        assert answer.status in (201, 503), answer
        if answer.status == 503:
            code = answer.body["code"]
            codes[code] = codes.get(code, 0) + 1
            assert "Retry-After: 1" in answer.headers
        if answer.status == 201 or answer.body["code"] != "store.unconfirmed":
            assert (f"event {number}" in names) == (answer.status == 201), answer
    return codes
