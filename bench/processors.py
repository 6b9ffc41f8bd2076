#!/usr/bin/env python3
"""Measures processors: how long it takes from a POST until its processed event is seen, and how fast a backlog is worked off; part of
./dev bench. Events have 250 bytes; the processor is that of examples/events.

Seen is an event when the change feed of the processed events brings it to a client that follows: posting and following are this program's,
in two processes, and what they need themselves is in the figures."""

import argparse
import asyncio
import json
import multiprocessing
import shutil
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from measured import resident  # noqa: E402
from mongo_server import MongoServer  # noqa: E402
from postgres_server import PostgresServer  # noqa: E402
from service import ROOT, Service, copy_example  # noqa: E402

FOLDER = ROOT / "build/bench-processors"
RAW, PROCESSED = "/raw-events/api", "/processed-events/api"
RATE, CONNECTIONS = 1_000, 16
P50_MAX, P99_MAX = 0.010, 0.050
SQLITE_MIN, SERVERS_MIN = 15_000, 3_000
RSS_MAX = 300e6


def event(number):
    data = {"user_id": f"user{number % 1000}", "username": "john_doe", "ip_address": "192.168.1.100", "number": number, "pad": "x" * 75}
    return json.dumps({"name": "user_login", "data": data, "timestamp": "2024-01-01T12:00:00Z", "source": "auth_service"}).encode()


# --- From POST to visible ----------------------------------------------------------------------------------------------------------------


async def post_some(port, first, count, begun, times):
    """Every CONNECTIONS-th event, each at its moment, on one connection."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    for number in range(first, count, CONNECTIONS):
        await asyncio.sleep(max(0.0, begun + number / RATE - time.monotonic()))
        body = event(number)
        times[number] = time.monotonic()
        writer.write(b"POST %s HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n%s" % (RAW.encode(), len(body), body))
        head = await reader.readuntil(b"\r\n\r\n")
        assert head.startswith(b"HTTP/1.1 201 "), head
        length = next(int(line.split(b":")[1]) for line in head.lower().split(b"\r\n") if line.startswith(b"content-length"))
        await reader.readexactly(length)
    writer.close()


def post_all(port, count, sent):
    async def run():
        times = {}
        begun = time.monotonic() + 0.1
        await asyncio.gather(*(post_some(port, first, count, begun, times) for first in range(CONNECTIONS)))
        sent.put(times)

    asyncio.run(run())


async def follow(port, count):
    """When each event's result came, by the event's number."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=1 << 20)
    writer.write(b"GET %s/changes?after=now&follow=true HTTP/1.1\r\nHost: h\r\n\r\n" % PROCESSED.encode())
    await reader.readuntil(b"\r\n\r\n")
    seen = {}
    while len(seen) < count:
        line = await asyncio.wait_for(reader.readline(), 60)
        if b'"number":' in line:
            seen[int(line.split(b'"number":')[1].split(b",")[0])] = time.monotonic()
    writer.close()
    return seen


def measure_latency(seconds):
    service = Service(copy_example("events", fresh(), processors=True)).start()
    count = RATE * seconds
    sent = multiprocessing.Queue()
    for _ in range(2):  # once to warm up
        poster = multiprocessing.Process(target=post_all, args=(service.port, count, sent))
        poster.start()
        seen = asyncio.run(follow(service.port, count))
        times = sent.get()
        poster.join()
    service.stop()
    took = sorted(seen[number] - times[number] for number in times)
    p50, p99, p999 = (took[int(len(took) * part)] for part in (0.5, 0.99, 0.999))
    print(f"POST to visible processed event at {RATE}/s: p50 {p50 * 1e3:.1f} ms (under {P50_MAX * 1e3:.0f}), "
          f"p99 {p99 * 1e3:.1f} ms (under {P99_MAX * 1e3:.0f}), p99.9 {p999 * 1e3:.1f} ms", flush=True)  # fmt: skip
    return p50 < P50_MAX and p99 < P99_MAX


# --- A backlog ---------------------------------------------------------------------------------------------------------------------------


def fresh():
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    return FOLDER


def fill(service, events):
    for first in range(0, events, 10_000):
        lines = b"\n".join(event(number) for number in range(first, min(events, first + 10_000)))
        answer = service.request("POST", f"{RAW}/bulk", lines, {"Content-Type": "application/x-ndjson"}, seconds_max=300)
        assert answer.status == 201, answer


def work_off(example, command, events):
    """(events per second, most resident memory in bytes) of a service that finds so many events."""
    without = example.parent / "without"
    shutil.copytree(example, without)
    (without / "config/processors.conf").write_text("")
    service = Service(without, command=[command[0], *(word.replace(str(example), str(without)) for word in command[1:])]).start()
    fill(service, events)
    service.stop()
    if (without / ".millrace").exists():
        shutil.move(without / ".millrace", example / ".millrace")
    service = Service(example, command=command).start()
    began, first, most = time.monotonic(), counted(service), 0
    while (count := counted(service)) < events:
        most = max(most, resident(service.process.pid))
        assert time.monotonic() < began + 600, f"{count} of {events}"
        time.sleep(0.2)
    rate = (events - first) / (time.monotonic() - began)
    service.stop()
    return rate, most


def counted(service):
    return sum(service.get("/processors/login-risk").json()["counts"].values())


def with_servers(example, mongo, postgres):
    """The command that serves the example on these servers; its own config names others."""
    file = example / "config/config.conf"
    text = file.read_text()
    for written, place in [("mongodb://localhost:27017/events", mongo.uri("bench")), ("postgresql://localhost:5432/events", postgres.uri("bench"))]:
        assert written in text
        text = text.replace(written, place)
    file.write_text(text)
    return ["serve", "--config", str(file)]


def measure_sqlite(events):
    example = copy_example("events", fresh(), processors=True)
    rate, most = work_off(example, ["dev", str(example)], events)
    print(f"SQLite, a backlog of {events:,}: {rate:,.0f} events/s (at least {SQLITE_MIN:,}), at most {most / 1e6:.0f} MB "
          f"(under {RSS_MAX / 1e6:.0f})", flush=True)  # fmt: skip
    return rate >= SQLITE_MIN and most < RSS_MAX


def measure_servers(events):
    folder = fresh()
    mongo = MongoServer(folder, kind="java", heap="4g").start()
    postgres = PostgresServer(folder).start()
    try:
        postgres.make_database("bench")
        example = copy_example("events", folder, processors=True)
        rate, most = work_off(example, with_servers(example, mongo, postgres), events)
    finally:
        mongo.stop()
        postgres.stop()
    print(f"MongoDB to PostgreSQL, a backlog of {events:,}: {rate:,.0f} events/s (at least {SERVERS_MIN:,}), at most {most / 1e6:.0f} MB", flush=True)
    return rate >= SERVERS_MIN and most < RSS_MAX


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("--seconds", type=int, default=10, help="of POSTs")
    parser.add_argument("--events", type=int, default=1_000_000, help="in the backlog on SQLite; a tenth on the servers")
    options = parser.parse_args()
    passed = [measure_latency(options.seconds), measure_sqlite(options.events), measure_servers(options.events // 10)]
    return 0 if all(passed) else 1


if __name__ == "__main__":
    sys.exit(main())
