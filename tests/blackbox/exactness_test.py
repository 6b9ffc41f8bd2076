"""What was sent comes back value-equal, from every store: random JSON over HTTP. Numbers are compared by their digits."""

import json
import random

import pytest

import service as services

pytestmark = pytest.mark.every_storage

SEED = 20240101
DOCUMENTS = 150
DEPTH_MAX = 256
ANYTHING = "/anything/api"
CONFIG = {"restlettes": [{"path": ANYTHING, "storage": {"type": "memory", "collection": "anything"}, "schema": {"type": "object"}}]}

CHARACTERS = ["a", "Z", "0", " ", "\x00", "\x1f", "\x7f", "\"", "\\", "/", "'", "`", "$", ".", "é", "\u2028", "\ufeff", "\uffff", "😀", "日", "\U0010ffff"]
NUMBERS = [
    "0", "-0", "-0.0", "1", "1.0", "1.50", "45.20", "12345678901234567890", "-98765432109876543210987654321", "1e400", "-1E+400", "1e-400",
    "0.1e1", "9007199254740993", "3.141592653589793238462643383279", "1E5", "2e0",
]  # fmt: skip
KEYS = ["", "a", "a.b", "$set", "$date", "id", "__proto__", "constructor", "\x00", "0", "a b", "é", "😀", "_id", "payload"]


@pytest.fixture(scope="module")
def service(tmp_path_factory, storages):
    folder = tmp_path_factory.mktemp("exactness")
    (folder / "config").mkdir()
    (folder / "config/config.conf").write_text(json.dumps(storages.config(CONFIG)))
    running = services.Service(folder, command=["serve", "--config", str(folder / "config/config.conf")]).start()
    yield running
    running.stop()


class RandomJson:
    """JSON texts with every kind of value, escapes and white space now and then."""

    def __init__(self, seed, holds):
        self.random = random.Random(seed)
        self.keys = [key for key in KEYS if holds.names_with_nul or "\x00" not in key]

    def string(self, characters=None):
        text = "".join(self.random.choice(CHARACTERS) for _ in range(self.random.randrange(12))) if characters is None else characters
        return json.dumps(text, ensure_ascii=self.random.random() < 0.5)

    def value(self, depth):
        kind = self.random.randrange(8 if depth > 0 else 5)
        if kind == 0:
            return self.random.choice(["true", "false", "null"])
        if kind <= 2:
            return self.random.choice(NUMBERS) if self.random.random() < 0.7 else str(self.random.randrange(10**30))
        if kind <= 4:
            return self.string()
        if kind == 5:
            return "[" + ", ".join(self.value(depth - 1) for _ in range(self.random.randrange(5))) + "]"
        return self.object(depth - 1)

    def object(self, depth, keys=None):
        keys = keys or self.random.sample(self.keys, self.random.randrange(6))
        return "{ " + " ,".join(f"{self.string(key)} : {self.value(depth)}" for key in keys) + "}"

    def document(self):
        keys = self.random.sample([key for key in self.keys if key != "id"], self.random.randrange(1, 8))
        return self.object(self.random.randrange(7), keys)


def exact(text):
    """The value, objects as lists of members and numbers as their text."""
    return json.loads(text, parse_int=lambda digits: ("number", digits), parse_float=lambda digits: ("number", digits), object_pairs_hook=lambda members: ("object", members))


def without_id(value):
    return ("object", [member for member in value[1] if member[0] != "id"])


def test_random_documents_come_back_as_they_went_in(service, storages):
    generator = RandomJson(SEED, storages.holds)
    sent = {}
    for _ in range(DOCUMENTS):
        text = generator.document()
        response = service.request("POST", ANYTHING, text)
        assert response.status == 201, (text, response)
        assert without_id(exact(response.text)) == exact(text)
        sent[response.json()["id"]] = text
    for name, text in sent.items():
        assert without_id(exact(service.get(f"{ANYTHING}/{name}").text)) == exact(text)
    listed = exact(service.get(f"{ANYTHING}?limit={DOCUMENTS}").text)
    assert [without_id(each) for each in listed] == [exact(text) for text in reversed(sent.values())]
    replaced = generator.document()
    first = next(iter(sent))
    assert without_id(exact(service.request("PUT", f"{ANYTHING}/{first}", replaced).text)) == exact(replaced)
    history = json.loads(service.get(f"{ANYTHING}/{first}/history").text)
    assert len(history) == 2
    patched = service.request("PATCH", f"{ANYTHING}/{first}", '{"n": 1.50}', headers={"Content-Type": "application/merge-patch+json"})
    assert exact(patched.text)[1][-1] == ("n", ("number", "1.50"))


FAR = ["1e400", "1e7000", "1e2147483648", "1e99999999999999999999", "-1e99999999999999999999", "1e-99999999999999999999"]


@pytest.mark.parametrize("number", FAR)
def test_numbers_beyond_all_bounds_are_found(service, number):
    created = service.request("POST", ANYTHING, f'{{"far": {number}}}')
    assert created.status == 201, created
    condition = "far_lt=-1" if number.startswith("-") else "far_gte=1" if "-" not in number else "far_gte=0"
    assert created.json()["id"] in [document["id"] for document in service.get(f"{ANYTHING}?{condition}").json()]


def nested(levels):
    """A document of that many levels, its own among them."""
    return '{"a":' * levels + "1" + "}" * levels


def test_levels(service, storages):
    response = service.request("POST", ANYTHING, nested(storages.holds.levels))
    assert response.status == 201
    assert without_id(exact(service.get(f"{ANYTHING}/{response.json()['id']}").text)) == exact(nested(storages.holds.levels))
    refused = service.request("POST", ANYTHING, nested(DEPTH_MAX + 1))
    assert (refused.status, refused.json()["code"]) == (400, "json.depth")


REFUSED = {
    b'{"a":"\\ud800"}': "json.surrogate",
    b'{"a":"\\udc00\\ud800"}': "json.surrogate",
    b'{"\\udfff":1}': "json.surrogate",
    b'{"a":"\xed\xa0\x80"}': "json.utf8",
    b'{"a":1,"a":2}': "json.duplicate_key",
    b'{"a":1,"\\u0061":2}': "json.duplicate_key",
    b'{"a":{"b":1,"b":1}}': "json.duplicate_key",
    b'{"a":"\xff"}': "json.utf8",
    b'{"a":"\xc0\x80"}': "json.utf8",
    b'\xff\xfe{\x00}\x00': "json.syntax",
    b'\xef\xbb\xbf{"a":1}': "json.syntax",
    b'{"a":01}': "json.syntax",
    b'{"a":.5}': "json.syntax",
    b'{"a":NaN}': "json.syntax",
    b'{"a":1,}': "json.syntax",
    b'{"a":"\n"}': "json.syntax",
    b'{"a":1} x': "json.syntax",
    b"": "json.syntax",
}


@pytest.mark.parametrize("body", REFUSED, ids=repr)
def test_what_is_no_json_is_refused_with_its_place(service, body):
    response = service.request("POST", ANYTHING, body)
    assert (response.status, response.json()["code"]) == (400, REFUSED[body]), response
    assert "line" in response.json()["error"]
