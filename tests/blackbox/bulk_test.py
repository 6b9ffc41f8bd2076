"""Bulk uploads of any size: streamed both ways in bounded memory, all or nothing under kill -9, and each item's result when partial."""

import gzip
import http.client
import json
import random
import socket
import threading

import pytest

import service as services
from durability_test import everything

RAW = "/raw-events/api"
LINES = {"Content-Type": "application/x-ndjson"}
ARRAY = {"Content-Type": "application/json"}


def with_limits(folder, limits):
    """A copy of the example with limits of its own."""
    example = services.copy_example("events", folder)
    config = example / "config/config.conf"
    text = config.read_text()
    config.write_text(text.replace("{", "{ limits { " + limits + " },", 1))
    return example


@pytest.fixture(scope="module")
def large(tmp_path_factory):
    service = services.Service(with_limits(tmp_path_factory.mktemp("service"), "bulkBytes = 2GiB")).start()
    warm_up(service)
    yield service
    service.stop()


def event(number, size, name="large"):
    return json.dumps({"name": name, "data": {"number": number, "filler": "é" * (size // 2)}})


def pieces(count, size, form, name="large"):
    """The body of an upload, 64 KiB or so at a time."""
    start, between, end = {"lines": ("", "\n", "\n"), "array": (" [", " ,\n", "]\n")}[form]
    piece, length = [start], 0
    for number in range(count):
        text = event(number, size, name)
        piece += [between if number else "", text]
        length += len(text)
        if length > 65536:
            yield "".join(piece).encode()
            piece, length = [], 0
    yield ("".join(piece) + end).encode()


def warm_up(service):
    """Fills SQLite's own cache of pages, which has a bound of its own, so that what is seen to grow then is ours."""
    connection, response = upload(service, RAW + "/bulk", pieces(25_000, 2_000, "lines"), LINES | {"Transfer-Encoding": "chunked"})
    assert response.status == 201
    assert count_items(response, b'"filler"') == 25_000
    connection.close()


class Memory(threading.Thread):
    """Watches how much memory of its own a process has."""

    def __init__(self, pid):
        super().__init__(daemon=True)
        self.pid, self.first, self.most, self.ended = pid, self.now(pid), 0, threading.Event()

    @staticmethod
    def now(pid):
        with open(f"/proc/{pid}/status") as status:
            return next(int(line.split()[1]) * 1024 for line in status if line.startswith("RssAnon"))

    def run(self):
        while not self.ended.wait(0.01):
            self.most = max(self.most, self.now(self.pid))

    def __enter__(self):
        self.start()
        return self

    def __exit__(self, *_):
        self.ended.set()
        self.join()

    @property
    def growth(self):
        return self.most - self.first


def upload(service, path, body, headers):
    """Streams the body, and gives the status and the answer's items as they come."""
    connection = service.connect(300)
    connection.request("POST", path, body=body, headers=headers, encode_chunked=True)
    return connection, connection.getresponse()


def count_items(response, word):
    """How often a word stands in an answer that is too long to be held."""
    count, rest = 0, b""
    while piece := response.read(1 << 20):
        text = rest + piece
        count += text.count(word)
        rest = text[-len(word) + 1 :]
    return count


@pytest.mark.parametrize("form, headers, query, status", [
    ("lines", LINES, "", 201), ("array", ARRAY, "", 201), ("lines", LINES, "?partial=true", 200), ("array", ARRAY, "?partial=true", 200),
])
def test_memory_does_not_grow_with_the_upload(large, form, headers, query, status):
    count, size = 25_000, 2_000  # 50 MB
    with Memory(large.process.pid) as memory:
        connection, response = upload(large, RAW + "/bulk" + query, pieces(count, size, form), headers | {"Transfer-Encoding": "chunked"})
        assert response.status == status, response.read()
        assert count_items(response, b'"filler"') == count
        connection.close()
    print(f"{form}{query}: 50 MB, memory grew by {memory.growth / 1e6:.1f} MB")
    assert memory.growth < 30e6


def test_an_upload_of_many_is_one_commit_in_order(large):
    connection, response = upload(large, RAW + "/bulk", pieces(5_000, 300, "lines", "order"), LINES | {"Transfer-Encoding": "chunked"})
    made = json.loads(response.read())
    assert response.status == 201
    last = int(response.headers["X-Position"])
    assert [document["data"]["number"] for document in made] == list(range(5_000))
    first = large.get(f"{RAW}/{made[0]['id']}/history").json()[0]
    assert first["position"] == last - 4_999
    connection.close()


def test_what_is_wrong_is_listed_up_to_a_number(large):
    lines = "".join(json.dumps({"nam": number}) + "\n" for number in range(10_000))
    response = large.request("POST", RAW + "/bulk", '{"name": "wrong", "data": 1}\n' * 3_000 + lines, LINES)
    assert response.status == 422
    problem = response.json()
    assert len(problem["errors"]) == 100 and problem["errors"][0]["path"].startswith("/3000")
    assert "nothing was stored" in problem["error"] and "first 100" in problem["error"]
    assert large.get(RAW + "?name=wrong").json() == []


def test_a_broken_array_says_where(large):
    body = "[\n" + '{"name": "broken", "data": 1},\n' * 50_000 + '{"name": "broken" "data": 1}]'
    response = large.request("POST", RAW + "/bulk", body)
    assert response.status == 400
    assert "line 50002, column 19" in response.json()["error"]
    assert large.get(RAW + "?name=broken").json() == []
    partial = large.request("POST", RAW + "/bulk?partial=true", body).json()
    assert len(partial) == 50_001
    assert partial[-1]["status"] == 400 and "line 50002" in partial[-1]["problem"]["error"]


def test_an_upload_that_breaks_off_stores_nothing(large):
    with socket.create_connection(("127.0.0.1", large.port), 30) as client:
        client.sendall(f"POST {RAW}/bulk HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100000000\r\n\r\n".encode())
        for _ in range(20):
            client.sendall(b'{"name": "off", "data": 1}\n' * 2_000)
    assert large.get(RAW + "?name=off").json() == []


def test_a_conflict_at_the_end_takes_all_back(large):
    large.create(RAW, {"id": "taken", "name": "conflict", "data": 1})
    body = '{"name": "conflict", "data": 2}\n' * 30_000 + '{"id": "taken", "name": "conflict", "data": 3}\n'
    response = large.request("POST", RAW + "/bulk", body, LINES)
    assert response.status == 409
    assert response.json()["errors"][0]["path"] == "/30000"
    assert len(large.get(RAW + "?name=conflict").json()) == 1


def test_items_have_idempotency_keys(large):
    def lines(count):
        return "".join(
            json.dumps({"idempotencyKey": f"k{number}", "document": {"name": "keyed", "data": number}}) + "\n" for number in range(count)
        )

    first = large.request("POST", RAW + "/bulk", lines(10), LINES)
    assert first.status == 201, first
    again = large.request("POST", RAW + "/bulk", lines(12_000), LINES)
    assert again.status == 201, again
    assert again.json()[:10] == first.json() and len(again.json()) == 12_000
    partial = large.request("POST", RAW + "/bulk?partial=true", lines(11), LINES).json()
    assert [item["document"] for item in partial] == again.json()[:11]
    other = large.request("POST", RAW + "/bulk", '{"idempotencyKey": "k1", "document": {"name": "keyed", "data": "other"}}\n', LINES)
    assert other.status == 422, other


def test_gzip_both_ways(large):
    body = gzip.compress(("\n".join(event(number, 200, "folded") for number in range(3_000))).encode())
    response = large.request("POST", RAW + "/bulk", body, LINES | {"Content-Encoding": "gzip", "Accept-Encoding": "gzip"})
    assert response.status == 201 and response.headers["Content-Encoding"] == "gzip"
    made = json.loads(gzip.decompress(response.body))
    assert len(made) == 3_000
    one = large.create(RAW, {"name": "folded", "data": "x" * 5_000})
    read = large.get(f"{RAW}/{one['id']}", Accept_Encoding="gzip, br")
    assert json.loads(gzip.decompress(read.body)) == one and read.headers["Vary"] == "Accept-Encoding"
    tag = read.headers["ETag"]
    assert large.get(f"{RAW}/{one['id']}", Accept_Encoding="gzip", If_None_Match=tag).status == 304
    assert large.request("PUT", f"{RAW}/{one['id']}", {"name": "folded", "data": 2}, {"If-Match": tag}).status == 200
    assert large.request("PUT", f"{RAW}/{one['id']}", {"name": "folded", "data": 3}, {"If-Match": tag}).status == 412


class Single(threading.Thread):
    """Creates documents one after another until the service dies."""

    def __init__(self, service, round_number):
        super().__init__(daemon=True)
        self.service, self.name_of_all, self.acknowledged = service, f"single-{round_number}", []

    def run(self):
        connection = self.service.connect()
        try:
            while True:
                connection.request("POST", RAW, json.dumps({"name": self.name_of_all, "data": 1}), ARRAY)
                response = connection.getresponse()
                body = response.read()
                if response.status == 201:
                    self.acknowledged.append(json.loads(body)["id"])
        except (OSError, http.client.HTTPException):
            return


def test_kill_during_an_upload_leaves_all_of_it_or_nothing(tmp_path):
    chance = random.Random(11)
    service = services.Service(with_limits(tmp_path, "bulkBytes = 1GiB"))
    count, whole = 20_000, 0
    singles = []
    for round_number in range(8):
        service.start()
        single = Single(service, round_number)
        single.start()
        body = list(pieces(count, 100, "lines", f"bulk-{round_number}"))
        with socket.create_connection(("127.0.0.1", service.port), 30) as client:
            size = sum(map(len, body))
            head = f"POST {RAW}/bulk HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-ndjson\r\nContent-Length: {size}\r\n\r\n"
            client.sendall(head.encode())
            # Every other time in the midst of the body, else in the midst of the commit, and in the end after it.
            sent = body if round_number % 2 else body[: chance.randrange(1, len(body))]
            for piece in sent:
                client.sendall(piece)
            if round_number in (5, 7):
                assert client.recv(1) == b"H"  # of HTTP/1.1 201
            elif round_number % 2:
                for _ in range(chance.randrange(1, 200)):
                    service.get("/health")
            service.kill()
        single.join(20)
        singles += single.acknowledged
        service.start()
        stored = sum(document["name"] == f"bulk-{round_number}" for document in everything(service, f"name=bulk-{round_number}&limit=10000"))
        assert stored in (0, count), f"round {round_number}: {stored} of {count}"
        assert stored == count or round_number not in (5, 7)
        whole += stored == count
        service.stop()
    service.start()
    ids = {document["id"] for document in everything(service)}
    service.stop()
    assert set(singles) <= ids
    print(f"{whole} of 8 uploads were there, {len(singles)} single writes")
