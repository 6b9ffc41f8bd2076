"""Little that would have the service do much: folded bodies, patterns, keys that meet in one place of a hash table, nesting.

Time is measured as the processor time of the service, and compared with that of something harmless of the same size, or of half the size: what
is quadratic shows as a factor that no busy machine makes.
"""

import gzip
import json
import random
import socket
from pathlib import Path

import pytest

RAW, GRAPH = "/raw-events/api", "/raw-events/graph"
MEBIBYTE = 1 << 20


def processor_seconds(service):
    """Of all threads."""
    tasks = Path(f"/proc/{service.process.pid}/task").glob("*/schedstat")
    return sum(int(task.read_text().split()[0]) for task in tasks) / 1e9


def cost(service, send, times=3):
    """The least of a few runs."""
    seconds = []
    for _ in range(times):
        before = processor_seconds(service)
        send()
        seconds.append(processor_seconds(service) - before)
    return min(seconds)


def resident(service):
    return int(Path(f"/proc/{service.process.pid}/statm").read_text().split()[1]) * 4096


# --- Folded bodies ---------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def bomb():
    """A hundred MiB in a hundred KiB. As an array it would be an upload, as an object a document."""
    return {begin: gzip.compress(begin.encode() + b'{"name": "' + b"a" * (100 * MEBIBYTE) + b'"}', 6) for begin in ("", "[")}


@pytest.mark.parametrize("path, media_type", [
    (RAW, "application/json"), (GRAPH, "application/json"), (RAW + "/bulk", "application/json"), (RAW + "/bulk", "application/x-ndjson"),
    ("/nothing", "application/json"),
])  # fmt: skip
def test_a_body_that_unfolds_without_end(events, bomb, path, media_type):
    body = bomb["[" if path.endswith("bulk") and media_type == "application/json" else ""]
    assert len(body) < MEBIBYTE
    before = resident(events)
    response = events.request("POST", path, body, {"Content-Type": media_type, "Content-Encoding": "gzip"})
    assert response.status == 413, response
    assert resident(events) - before < 30 * MEBIBYTE


def test_many_empty_members_of_gzip(events):
    body = gzip.compress(b"") * 40_000
    assert events.request("POST", RAW, body, {"Content-Encoding": "gzip"}).status == 400


def test_a_bomb_in_a_bomb(events):
    twice = gzip.compress(gzip.compress(b"{}" * MEBIBYTE))
    for coding in ("gzip, gzip", "gzip;q=1", "deflate", "br", "zstd", "x-gzip, gzip"):
        assert events.request("POST", RAW, twice, {"Content-Encoding": coding}).status == 415, coding
    assert events.request("POST", RAW, twice, {"Content-Encoding": "gzip"}).status == 400


def test_messages_of_websockets_are_never_folded(events):
    with socket.create_connection(("127.0.0.1", events.port), timeout=20) as client:
        client.sendall(
            b"GET /raw-events/graph HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
            b"Sec-WebSocket-Extensions: permessage-deflate\r\nSec-WebSocket-Protocol: graphql-transport-ws\r\n"
            b"Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
        )
        answer = client.recv(65536)
    assert answer.startswith(b"HTTP/1.1 101 ") and b"extensions" not in answer.lower(), answer


# --- Patterns --------------------------------------------------------------------------------------------------------------------------

PATTERNS = ["(a+)+$", "(a|a)*$", "(a|aa)+$", "(.*)*b$", "^(([a-z])+.)+[A-Z]([a-z])+$", "(a*)*c"]


@pytest.mark.parametrize("pattern", PATTERNS)
def test_patterns_that_others_never_finish(farm, pattern):
    query = "query ($where: JSON) { list(where: $where, limit: 1000) { id } }"

    def ask(length):
        farm.create("/hen/api", {"name": "a" * length + "!"})
        return lambda: farm.data("/hen/graph", query, {"where": {"name": {"$regex": pattern}}})

    half, whole = cost(farm, ask(20_000)), cost(farm, ask(40_000))
    assert whole < 8 * half + 0.05  # one text more, and twice as long


# --- Keys that meet --------------------------------------------------------------------------------------------------------------------

MASK = (1 << 64) - 1
MULTIPLIER, SEED = 0xC6A4A7935BD1E995, 0xC70F6907  # of MurmurHash64A, as libstdc++ has it for std::hash of texts
INVERSE = pow(MULTIPLIER, -1, 1 << 64)
LETTERS = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.:;<=>?@!#$%&'()*+,/[]^`{|}~ "


def mixed(word):
    word = word * MULTIPLIER & MASK
    return (word ^ word >> 47) * MULTIPLIER & MASK


def unmixed(word):
    word = word * INVERSE & MASK
    return (word ^ word >> 47) * INVERSE & MASK


def hashed(text, value):
    """The state after whole words of a text."""
    for at in range(0, len(text), 8):
        value = (value ^ mixed(int.from_bytes(text[at : at + 8].encode(), "little"))) * MULTIPLIER & MASK
    return value


def twins(chance, value):
    """Two texts of sixteen letters that lead from one state to one other."""
    while True:
        first, other, second = ("".join(chance.choices(LETTERS, k=8)) for _ in range(3))
        difference = hashed(first, value) ^ hashed(other, value)
        word = unmixed(mixed(int.from_bytes(second.encode(), "little")) ^ difference).to_bytes(8, "little")
        if all(chr(byte) in LETTERS for byte in word):
            return first + second, other + word.decode()


def colliding(count, is_quoted):
    """Texts that have one hash, with quotes around them or without."""
    chance = random.Random(5)
    begin = "seven-7" if is_quoted else "eight--8"
    pieces = (count - 1).bit_length()
    value = SEED ^ (len(begin) + 16 * pieces + 2 * is_quoted) * MULTIPLIER & MASK
    value = hashed('"' * is_quoted + begin, value)
    pairs = []
    for _ in range(pieces):
        pairs.append(twins(chance, value))
        value = hashed(pairs[-1][0], value)
    return [begin + "".join(pair[number >> bit & 1] for bit, pair in enumerate(pairs)) for number in range(count)]


def others(texts):
    """As many, as long, and as alike, which meet nowhere."""
    return [text.translate(str.maketrans(LETTERS, LETTERS[1:] + LETTERS[0])) for text in texts]


@pytest.mark.parametrize("is_quoted", [False, True])
def test_these_keys_meet(is_quoted):
    def state_of(text):
        text = f'"{text}' if is_quoted else text
        return hashed(text, SEED ^ (len(text) + is_quoted) * MULTIPLIER & MASK)

    texts = colliding(64, is_quoted)
    assert len(set(texts)) == 64 and len({state_of(text) for text in texts}) == 1
    assert len({state_of(text) for text in others(texts)}) == 64


@pytest.mark.parametrize("shape", ["document", "patch", "variables", "ids"])
def test_keys_that_meet_cost_what_others_do(events, shape):
    hostile = colliding(2048, is_quoted=shape != "ids")
    identity = events.create(RAW, {"name": "keys", "data": {}})["id"]

    def send(texts):
        members = dict.fromkeys(texts, 1)
        if shape == "document":
            response = events.request("PUT", f"{RAW}/{identity}", {"name": "keys", "data": members})
        elif shape == "patch":
            events.request("PUT", f"{RAW}/{identity}", {"name": "keys", "data": {}})
            response = events.request("PATCH", f"{RAW}/{identity}", {"data": members})
        elif shape == "variables":
            response = events.request("POST", GRAPH, {"query": "{ __typename }", "variables": members})
        else:  # the last is there already: nothing is stored
            lines = "".join(json.dumps({"id": text, "name": "keys", "data": 1}) + "\n" for text in [*texts, identity])
            response = events.request("POST", RAW + "/bulk", lines, {"Content-Type": "application/x-ndjson"})
        assert response.status == (409 if shape == "ids" else 200), response.text[:500]

    send(others(hostile))
    harmless, cost_of_hostile = cost(events, lambda: send(others(hostile))), cost(events, lambda: send(hostile))
    print(f"{shape}: {cost_of_hostile * 1000:.0f} ms, others {harmless * 1000:.0f} ms")
    assert cost_of_hostile < 3 * harmless


# --- Nesting ---------------------------------------------------------------------------------------------------------------------------


def nested(kind, depth):
    """What is nested so deep, in each language that a request brings."""
    return {
        "arrays": '{"name": "deep", "data": ' + "[" * depth + "]" * depth + "}",
        "objects": '{"name": "deep", "data": ' + '{"a":' * depth + "1" + "}" * depth + "}",
        "selections": json.dumps({"query": "{ a" * depth + "}" * depth}),
        "lists in GraphQL": json.dumps({"query": "{ getById(id: " + "[" * depth + "]" * depth + ") { id } }"}),
        "types of variables": json.dumps({"query": "query ($a: " + "[" * depth + "Int" + "]" * depth + ") { __typename }"}),
        "fragments": json.dumps({"query": "{ ...F0 } " + "".join(f"fragment F{i} on Query {{ ...F{i + 1} }} " for i in range(depth // 10))}),
        "filters": '{"query": "query ($where: JSON) { __typename }", "variables": {"where": ' + '{"$and":[' * (depth // 2) + "]}" * (depth // 2) + "}}",
    }[kind]


@pytest.mark.parametrize("kind", ["arrays", "objects", "selections", "lists in GraphQL", "types of variables", "fragments", "filters"])
def test_nesting_ends(events, kind):
    path = RAW if kind in ("arrays", "objects") else GRAPH

    def send(depth):
        response = events.request("POST", path, nested(kind, depth), {"Accept": "application/graphql-response+json, application/json;q=0.5"})
        assert 400 <= response.status < 500, (depth, response)

    send(300), send(100_000)
    half, whole = cost(events, lambda: send(40_000)), cost(events, lambda: send(80_000))
    assert whole < 4 * half + 0.02
