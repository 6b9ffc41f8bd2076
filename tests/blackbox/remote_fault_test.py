"""Targets that do wrong: the field is null with an error that says why and where, the rest of the answer stands, and nothing grows."""

import gzip
import json
import os
import threading
import time
from concurrent.futures import ThreadPoolExecutor

import pytest

from remote_targets import Target, aliases, response
from service import Service, free_port, wait_until

PATH = "/a/graph"
SDL = """
type A { id: ID! name: String b_id: ID b: B others: [B] must: B! }
type B { id: ID! name: String must: Int! list: [Int!] c: B }
type Query { all: [A!]! getById(id: ID!, at: Float): A }
"""


def good(body, fields=None):
    """Every alias answered with an object of its key."""
    return response(200, {"data": {alias: {"id": key, "name": f"name of {key}", **(fields or {})} for alias, key in aliases(body).items()}})


class Asked:
    """A service whose field `b` is resolved by a target."""

    def __init__(self, folder, url, environment=None, **settings):
        (folder / "config").mkdir()
        more = {"timeout": "2s", "backoff": "20ms", **settings}
        resolvers = [{"name": name, "queryName": query, "url": url, "id": "b_id", **more} for name, query in FIELDS]
        graphlette = {"path": PATH, "schema": SDL, "storage": {"type": "memory", "collection": "a"}, "rootConfig": {"resolvers": resolvers}}
        (folder / "config/config.conf").write_text(json.dumps({"graphlettes": [graphlette]}))
        self.service = Service(folder)
        self.service.environment |= environment or {}
        self.service.start()
        self.service.create("/a/api", {"id": "a1", "name": "first", "b_id": "b1"})
        self.url = url

    def ask(self, selection="name b { id name }"):
        return self.service.query(PATH, "{ getById(id: \"a1\") { " + selection + " } }")


FIELDS = [("b", "getById"), ("others", "getByX"), ("must", "getById")]


@pytest.fixture
def make(tmp_path):
    """Makes a target and a service that asks it."""
    made = []

    def start(answer, closes=False, tls=None, **settings):
        target = Target(answer, closes, tls)
        asked = Asked(tmp_path, target.url, **settings)
        made.extend([asked.service, target])
        return target, asked

    yield start
    for one in made:
        one.stop()


def failure(asked, code, reason, selection="name b { id name }"):
    """Asks, expects the field null with this error, and the rest there."""
    answer = asked.ask(selection)
    assert answer["data"] == {"getById": {"name": "first", "b": None}}, answer
    (error,) = answer["errors"]
    assert error["path"] == ["getById", "b"]
    assert error["extensions"]["code"] == code, error
    assert error["extensions"]["service"] == asked.url and asked.url in error["message"]
    assert reason in error["extensions"]["reason"] and reason in error["message"], error
    return error


def test_what_is_right(make):
    target, asked = make(lambda body, _: good(body))
    assert asked.ask() == {"data": {"getById": {"name": "first", "b": {"id": "b1", "name": "name of b1"}}}}
    assert asked.ask("must { id }") == {"data": {"getById": {"must": {"id": "b1"}}}}
    assert len(target.requests) == 2


def test_nobody_is_there(tmp_path):
    asked = Asked(tmp_path, f"http://127.0.0.1:{free_port()}/graph")
    failure(asked, "remote.unreachable", "refused")
    answer = asked.ask("name must { id }")
    assert answer["data"] == {"getById": None} and answer["errors"][0]["path"] == ["getById", "must"]
    answer = asked.ask("name others { id }")
    assert answer["data"] == {"getById": {"name": "first", "others": None}}
    asked.service.stop()


def test_no_such_host(tmp_path):
    asked = Asked(tmp_path, "http://nowhere.invalid:81/graph", timeout="5s")
    failure(asked, "remote.unreachable", "cannot be reached")
    asked.service.stop()


def test_nobody_answers(make):
    target, asked = make(lambda *_: None, timeout="300ms")
    before = time.monotonic()
    failure(asked, "remote.timed_out", "in time")
    assert time.monotonic() - before < 5
    assert len(target.requests) == 1  # there is no time for another try


def test_one_byte_a_second(make):
    _, asked = make(lambda body, _: slowly(good(body)), timeout="400ms")
    failure(asked, "remote.timed_out", "in time")


def slowly(bytes_):
    for byte in bytes_:
        yield bytes([byte])


def test_half_an_answer(make):
    target, asked = make(lambda body, _: good(body)[:-10], closes=True)
    failure(asked, "remote.unreachable", "middle of the answer")
    assert len(target.requests) == 3  # it was tried again twice


def test_half_an_answer_and_then_a_whole_one(make):
    target, asked = make(lambda body, number: good(body)[:-10] if number == 1 else good(body), closes=True)
    assert asked.ask()["data"]["getById"]["b"]["name"] == "name of b1"
    assert len(target.requests) == 2


@pytest.mark.parametrize("status", [429, 502, 503, 504])
def test_a_status_that_passes(make, status):
    target, asked = make(lambda body, number: response(status, b"busy") if number < 3 else good(body))
    assert asked.ask()["data"]["getById"]["b"]["name"] == "name of b1"
    assert len(target.requests) == 3


def test_retries_end(make):
    target, asked = make(lambda *_: response(503, b"busy"), retries=1)
    failure(asked, "remote.status", "503")
    assert len(target.requests) == 2


@pytest.mark.parametrize("status", [500, 501, 404, 403, 401])
def test_a_status_that_stays(make, status):
    target, asked = make(lambda *_: response(status, b"no"))
    failure(asked, "remote.status", str(status))
    assert len(target.requests) == 1


def test_a_redirect_is_not_followed(make):
    target, asked = make(lambda *_: response(302, b"", ["Location: http://169.254.169.254/secret"]))
    failure(asked, "remote.redirect", "http://169.254.169.254/secret")
    assert len(target.requests) == 1


GARBAGE = {
    "no HTTP": (b"SSH-2.0-OpenSSH_9.2\r\n\r\n", "no HTTP response"),
    "binary": (bytes(range(256)) * 4, "no HTTP response"),
    "no JSON": (response(200, b"<html>hello</html>"), "no JSON"),
    "half JSON": (response(200, b'{"data": {"k0"'), "no JSON"),
    "a number": (response(200, b"7"), "no GraphQL response"),
    "an array": (response(200, b"[]"), "no GraphQL response"),
    "empty": (response(200, b""), "no JSON"),
    "no data": (response(200, {"dat": {}}), "no GraphQL response"),
    "data is a list": (response(200, {"data": []}), "no GraphQL response"),
    "no alias": (response(200, {"data": {}}), "has no \"k0\""),
    "another alias": (response(200, {"data": {"k1": None}}), "has no \"k0\""),
    "a scalar": (response(200, {"data": {"k0": 7}}), "where an object was asked for"),
    "twice": (response(200, b'{"data": {"k0": {"id": 1, "id": 2}}}'), "no JSON"),
    "deep": (response(200, b'{"data": {"k0": ' + b"[" * 1000 + b"]" * 1000 + b"}}"), "no JSON"),
    "not UTF-8": (response(200, b'{"data": {"k0": {"name": "\xff"}}}'), "no JSON"),
    "two lengths": (response(200, b"{}", ["Content-Length: 3"]), "no HTTP response"),
    "lines": (b"HTTP/1.1 200 OK\nContent-Length: 2\n\n{}", "no HTTP response"),
}


@pytest.mark.parametrize("name", GARBAGE)
def test_garbage(make, name):
    bytes_, reason = GARBAGE[name]
    _, asked = make(lambda *_: bytes_, closes=True)
    failure(asked, "remote.answer", reason)


def test_errors_without_data(make):
    _, asked = make(lambda *_: response(200, {"errors": [{"message": "I do not want to."}]}))
    failure(asked, "remote.refused", "I do not want to.")


def test_errors_with_another_status(make):
    body = json.dumps({"errors": [{"message": "Who are you?"}]}).encode()
    answer = b"HTTP/1.1 401 X\r\nContent-Type: application/graphql-response+json\r\nContent-Length: %d\r\n\r\n" % len(body) + body
    _, asked = make(lambda *_: answer)
    failure(asked, "remote.refused", "Who are you?")


def test_an_error_that_does_not_say_where(make):
    _, asked = make(lambda *_: response(200, {"data": {"k0": None}, "errors": [{"message": "Something."}]}))
    answer = asked.ask()
    assert answer["data"] == {"getById": {"name": "first", "b": None}}
    (error,) = answer["errors"]
    assert error["path"] == ["getById", "b"] and error["message"] == "Something." and error["extensions"]["code"] == "remote.error"


def test_an_error_below_and_its_null_further_up(make):
    """The target gives null where it may; here it may not: the null goes up, and is reported once."""
    errors = [{"message": "No must.", "path": ["k0", "must"], "extensions": {"code": "THEIRS", "deep": {"a": 1}}}]
    _, asked = make(lambda *_: response(200, {"data": {"k0": {"id": "b1", "must": None}}, "errors": errors}))
    answer = asked.ask("name b { id must }")
    assert answer["data"] == {"getById": {"name": "first", "b": None}}
    (error,) = answer["errors"]
    assert error["path"] == ["getById", "b", "must"] and error["message"] == "No must."
    assert error["extensions"]["cause"] == {"code": "THEIRS", "deep": {"a": 1}}


def no_data(body, bad, named):
    """What a server gives whose query may not be null: a key that fails leaves no data for the others. `named` of them are reported."""
    failed = [alias for alias, key in aliases(body).items() if key in bad]
    errors = [{"message": f"No {aliases(body)[alias]}.", "path": [alias]} for alias in failed[:named]]
    return response(200, {"data": None, "errors": errors}) if failed else good(body)


@pytest.mark.parametrize("named", [1, 100])
@pytest.mark.parametrize("bad", [{"b7"}, {"b0", "b49"}, {f"b{i}" for i in range(50)}], ids=["one", "two", "all"])
def test_a_key_that_fails_takes_no_others_with_it(make, bad, named):
    target, asked = make(lambda body, _: no_data(body, bad, named))
    asked.service.request("DELETE", "/a/api/a1")
    for i in range(50):
        asked.service.create("/a/api", {"id": f"x{i}", "b_id": f"b{i}"})
    answer = asked.service.query(PATH, "{ all { b_id b { id } } }")
    for each in answer["data"]["all"]:
        assert each["b"] == (None if each["b_id"] in bad else {"id": each["b_id"]})
    reported = {(answer["data"]["all"][error["path"][1]]["b_id"], error["message"], error["extensions"]["code"]) for error in answer["errors"]}
    assert reported == {(key, f"No {key}.", "remote.error") for key in bad} and len(answer["errors"]) == len(bad)
    assert len(target.requests) <= 2 * (1 + len(bad) * 6)


def test_null_where_it_may_not_be(make):
    _, asked = make(lambda body, _: good(body, {"must": None, "list": [1, None]}))
    answer = asked.ask("name b { id must }")
    assert answer["data"] == {"getById": {"name": "first", "b": None}}
    assert answer["errors"][0]["message"] == "Cannot return null for non-nullable field B.must."
    answer = asked.ask("b { id list }")
    assert answer["data"] == {"getById": {"b": {"id": "b1", "list": None}}}
    assert answer["errors"][0]["path"] == ["getById", "b", "list", 1]


@pytest.mark.parametrize("fields, path", [({"list": {"a": 1}}, ["list"]), ({"list": ["x"]}, ["list", 0]), ({"name": {}}, ["name"])])
def test_values_of_another_type(make, fields, path):
    _, asked = make(lambda body, _: good(body, {"must": 1, **fields}))
    answer = asked.ask("name b { id " + path[0] + " }")
    assert answer["data"] == {"getById": {"name": "first", "b": {"id": "b1", path[0]: None}}}
    assert [error["path"] for error in answer["errors"]] == [["getById", "b", *path]]


def endless(megabytes, head):
    yield head
    for _ in range(megabytes * 16):
        yield b"x" * 65536


@pytest.mark.parametrize(
    "head, sent_max",
    [
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: 104857600\r\n\r\n", 16 << 20),
        (b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\n\r\n", 16 << 20),
        (b"HTTP/1.1 200 OK\r\nX: ", 16 << 20),
    ],
)
def test_an_answer_of_100_megabytes_is_cut(make, head, sent_max):
    target, asked = make(lambda *_: endless(100, head), closes=True, answerBytes="1MiB")
    failure(asked, "remote.too_large", "limit" if b"json" in head else "head")
    assert target.sent < sent_max
    assert len(target.requests) == 1
    assert asked.ask("name") == {"data": {"getById": {"name": "first"}}}


def test_gzip_that_unfolds_to_too_much(make):
    bomb = gzip.compress(b" " * (50 << 20))
    _, asked = make(lambda *_: response(200, bomb, ["Content-Encoding: gzip"]), answerBytes="1MiB")
    failure(asked, "remote.too_large", "unfolds")


def test_gzip_that_is_right(make):
    def folded(body, _):
        plain = good(body).split(b"\r\n\r\n", 1)[1]
        return response(200, gzip.compress(plain), ["Content-Encoding: gzip"])

    _, asked = make(folded)
    assert asked.ask()["data"]["getById"]["b"]["name"] == "name of b1"


def test_chunks(make):
    def chunked(body, _):
        plain = good(body).split(b"\r\n\r\n", 1)[1]
        pieces = b"".join(b"%x\r\n%s\r\n" % (len(plain[i : i + 7]), plain[i : i + 7]) for i in range(0, len(plain), 7))
        return b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n" + pieces + b"0\r\n\r\n"

    target, asked = make(chunked)
    for _ in range(5):
        assert asked.ask()["data"]["getById"]["b"]["name"] == "name of b1"
    assert target.connections <= 2  # one of each thread


def test_kept_connections_that_are_closed(make):
    target, asked = make(lambda body, _: good(body))
    for _ in range(20):
        assert asked.ask()["data"]["getById"]["b"]["name"] == "name of b1"
        target.reset_all()
    assert len(target.requests) == 20


def test_connections_that_end_after_each_answer(make):
    target, asked = make(lambda body, _: good(body), closes=True)
    for _ in range(20):
        assert asked.ask()["data"]["getById"]["b"]["name"] == "name of b1"


def test_the_breaker_opens_and_closes(make):
    state = {"is_well": False}
    target, asked = make(
        lambda body, _: good(body) if state["is_well"] else response(500, b"no"), retries=0, breaker={"failures": 3, "pause": "300ms"}
    )
    for _ in range(3):
        failure(asked, "remote.status", "500")
    failure(asked, "remote.open", "left alone")
    assert len(target.requests) == 3
    state["is_well"] = True
    wait_until(asked.ask, lambda answer: "errors" not in answer)
    assert len(target.requests) == 4
    for _ in range(3):
        assert "errors" not in asked.ask()


def test_other_fields_do_not_wait_in_vain(make):
    """Of two fields one fails: the other one's answer stands."""
    target, asked = make(lambda body, _: response(500, b"no") if "getByX" in body["query"] else good(body))
    answer = asked.ask("name b { name } others { name }")
    assert answer["data"] == {"getById": {"name": "first", "b": {"name": "name of b1"}, "others": None}}
    assert [error["path"] for error in answer["errors"]] == [["getById", "others"]]


def test_keys_are_asked_once_and_a_hundred_at_a_time(make):
    target, asked = make(lambda body, _: good(body))
    documents = [{"id": f"x{i}", "name": "x", "b_id": f"b{i % 250}"} for i in range(1000)]
    assert asked.service.request("POST", "/a/api/bulk", documents).status == 201
    data = asked.service.data(PATH, "{ all { b_id b { name } } }")
    assert len(data["all"]) == 1001 and all(row["b"]["name"] == f"name of {row['b_id']}" for row in data["all"])
    sizes = [len(aliases(body)) for _, body in target.requests]
    assert sorted(sizes) == [50, 100, 100]


def test_a_key_that_is_text_of_any_kind(make):
    target, asked = make(lambda body, _: good(body))
    keys = ["it's", 'say "hi"', "a\\b", "${x}", "{{x}}", "line\nbreak", "\u2028 é \U0001f600", "", "x" * 10_000]
    for number, key in enumerate(keys):
        asked.service.create("/a/api", {"id": f"k{number}", "name": "k", "b_id": key})
        answer = asked.service.data(PATH, f'{{ getById(id: "k{number}") {{ b {{ id }} }} }}')
        assert answer == {"getById": {"b": {"id": key}}}
    asked.service.create("/a/api", {"id": "none", "name": "k"})
    assert asked.service.data(PATH, '{ getById(id: "none") { b { id } others { id } } }') == {"getById": {"b": None, "others": []}}


def test_at_is_passed_on_where_the_target_takes_it(make):
    target, asked = make(lambda body, _: good(body))
    later = int(time.time() * 1000) + 100_000
    query = "query ($at: Float) { getById(id: \"a1\", at: $at) { b { id } } }"
    asked.service.data(PATH, query, {"at": later})
    assert f"at:{later})" in target.requests[0][1]["query"]
    asked.service.data(PATH, query)
    assert "at:" not in target.requests[1][1]["query"]


def test_at_is_kept_from_a_target_that_does_not_take_it(make):
    target, asked = make(lambda body, _: good(body), at=False)
    later = int(time.time() * 1000) + 100_000
    asked.service.data(PATH, "query ($at: Float) { getById(id: \"a1\", at: $at) { b { id } } }", {"at": later})
    assert "at:" not in target.requests[0][1]["query"]


def test_many_at_once_within_the_bound_of_connections(make):
    target, asked = make(lambda body, _: [good(body)], connections=3)
    with ThreadPoolExecutor(32) as clients:
        answers = list(clients.map(lambda _: asked.ask(), range(300)))
    assert all(answer["data"]["getById"]["b"]["name"] == "name of b1" for answer in answers)
    assert target.connections <= 3 * os.cpu_count()  # three of each thread


def test_the_service_ends_while_it_waits_for_a_target(make):
    target, asked = make(lambda *_: None, timeout="2s")
    answers = []
    waiting = threading.Thread(target=lambda: answers.append(asked.ask()))
    waiting.start()
    wait_until(lambda: target.requests)
    asked.service.stop()  # what is in flight ends first
    waiting.join()
    assert answers[0]["errors"][0]["extensions"]["code"] == "remote.timed_out"
