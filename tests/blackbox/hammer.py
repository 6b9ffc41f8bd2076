"""Requests that come at a rate, whatever becomes of those before them."""

import asyncio
import json
import threading
import time
from dataclasses import dataclass


@dataclass
class Answer:
    status: int
    headers: str
    body: dict


async def post(port, path, document):
    """One request over a connection of its own; its answer."""
    body = json.dumps(document).encode()
    head = f"POST {path} HTTP/1.1\r\nHost: h\r\nConnection: close\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(head.encode() + body)
    answer = await reader.read(-1)
    writer.close()
    head, _, body = answer.decode().partition("\r\n\r\n")
    return Answer(int(head.split(" ", 2)[1]), head, json.loads(body))


async def post_at_rate(port, path, rate, seconds, make):
    begun = time.monotonic()
    tasks = []
    for number in range(int(rate * seconds)):
        await asyncio.sleep(max(0.0, begun + number / rate - time.monotonic()))
        tasks.append(asyncio.create_task(post(port, path, make(number))))
    return await asyncio.gather(*tasks)


class Hammer(threading.Thread):
    """POSTs `make(0)`, `make(1)`, …; `answers` are in that order when it has ended."""

    def __init__(self, service, path, rate, seconds, make):
        super().__init__(daemon=True)
        self.arguments = (service.port, path, rate, seconds, make)
        self.answers = None

    def run(self):
        self.answers = asyncio.run(post_at_rate(*self.arguments))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.join(120)
        assert self.answers is not None
