"""Nobody can tell from an answer which storage it came from: the same random requests to one service per storage, compared byte for byte;
and writers that race each other, through two instances where the storage allows it."""

import concurrent.futures
import contextlib
import json
import random
import re

import pytest

import service as services
from service import instant
from storages import Storages

COMPARED = ["embedded", "memory", "postgres", "mongo", "mongo-java"]
SHARED = ["postgres", "mongo", "mongo-java"]  # by several instances
REQUESTS, SEEDS = 220, range(3)
IDS = [f"hen-{number}" for number in range(9)]
NAMES = ["ada", "Ada", "béa", "𝄞", "it's", "", "10", "nul\x00l"]
HENS, GRAPH = "/hen/api", "/hen/graph"
LINES = "application/x-ndjson"
# What differs: instants and traces in histories, instants within cursors after the position; the port.
TIMES = re.compile(r'(?<="recorded_at":")[^"]+|(?<="trace":")[0-9a-f]+|(?<=ursor":"[\w-]{10})[\w-]+|(?<=after=[\w-]{10})[\w-]+|(?<=127.0.0.1:)\d+')
COMPARED_HEADERS = ["Content-Type", "ETag", "Location", "Link", "X-Canonical-Id", "X-Position", "Idempotent-Replayed", "Allow", "Retry-After"]


@pytest.fixture(scope="module")
def all_storages(tmp_path_factory):
    """Servers that all tests of the module share, by the name of the storage."""
    made = {name: Storages(name, tmp_path_factory.mktemp) for name in COMPARED}
    yield made
    for each in made.values():
        each.stop()


def farms(storages, folder, count=1):
    """Running services on the same, new databases."""
    example = services.copy_example("farm", folder)
    command = storages.serve(example)
    return [services.Service(example, command=command).start() for _ in range(count)]


class Requests:
    """Random requests to hens, good and bad; ids and keys come from small sets, so that they meet."""

    def __init__(self, seed):
        self.random = random.Random(seed)
        self.instants = [instant()]

    def next(self):
        if self.random.random() < 0.1:
            self.instants.append(instant())
        makers = [self.create, self.create, self.bulk, self.replace, self.patch, self.delete, self.read, self.history, self.list]
        return self.random.choice([*makers, self.query, self.query, self.connection, self.mutate, self.bad])()

    def id(self):
        return self.random.choice(IDS)

    def hen(self, **fields):
        choose = self.random
        hen = {"name": choose.choice(NAMES), **fields}
        if choose.random() < 0.7:
            hen["eggs"] = choose.choice([0, 1, 2, 5, -3, 2147483647])
        if choose.random() < 0.4:
            hen["retired"] = choose.random() < 0.5
        if choose.random() < 0.3:
            hen["hatched"] = choose.choice(["2023-05-01", "2024-02-29", "2024-02-30"])
        return hen

    def at(self):
        return self.random.choice([None, None, *self.instants[-4:], 1])

    def condition(self):
        version = self.random.randrange(1, 5)
        return self.random.choice([{}, {}, {}, {"If-Match": f'"{version}"'}, {"If-None-Match": "*"}, {"If-Match": "*"}])

    def create(self):
        headers = {"Idempotency-Key": self.random.choice(IDS)} if self.random.random() < 0.3 else {}
        return "POST", HENS, json.dumps(self.hen(id=self.id())), headers

    def bulk(self):
        items = [self.hen(id=self.id()) for _ in range(self.random.randrange(1, 5))]
        if self.random.random() < 0.2:
            items.append({"nam": 1})
        path = f"{HENS}/bulk{self.random.choice(['', '?partial=true'])}"
        if self.random.random() < 0.5:
            return "POST", path, json.dumps(items), {}
        lines = [{"document": item, "idempotencyKey": self.id()} if self.random.random() < 0.5 else item for item in items]
        return "POST", path, "".join(json.dumps(line) + "\n" for line in lines), {"Content-Type": LINES}

    def replace(self):
        return "PUT", f"{HENS}/{self.id()}", json.dumps(self.hen()), self.condition()

    def patch(self):
        body = self.random.choice([{"eggs": self.random.randrange(9)}, {"hatched": None}, {"name": None}, {}])
        return "PATCH", f"{HENS}/{self.id()}", json.dumps(body), {"Content-Type": "application/merge-patch+json", **self.condition()}

    def delete(self):
        return "DELETE", f"{HENS}/{self.id()}", None, self.condition()

    def with_at(self, path):
        at = self.at()
        return path if at is None else f"{path}{'&' if '?' in path else '?'}at={at}"

    def read(self):
        return self.random.choice(["GET", "HEAD"]), self.with_at(f"{HENS}/{self.id()}"), None, self.random.choice([{}, {"If-None-Match": '"1"'}])

    def history(self):
        return "GET", self.with_at(f"{HENS}/{self.id()}/history?limit={self.random.choice([1, 3, 100])}"), None, {}

    def list(self):
        parts = ["limit=" + self.random.choice(["1", "3", "1000"])]
        parts += self.random.sample(["name=ada", "eggs_gt=0", "eggs_lte=5", "retired=true", "name_in=Ada,10", "orderBy=-eggs,name", "nam=1"], 2)
        return "GET", self.with_at(f"{HENS}?{'&'.join(parts)}"), None, {}

    def where(self):
        parts = [
            {"eggs": {"$gte": 1}}, {"name": {"$in": ["ada", "𝄞"]}}, {"retired": {"$ne": True}}, {"hatched": {"$exists": True}},
            {"name": {"$regex": "^[aA]"}}, {"hatched": None}, {"eggs": {"$lt": 2.5}}, {"name": "nul\x00l"},
        ]  # fmt: skip
        one, other = self.random.sample(parts, 2)
        return self.random.choice([one, {"$and": [one, other]}, {"$or": [one, other]}, {"$nor": [one]}, {}])

    def query(self):
        orders = ["name", "-name", "eggs", "-hatched", None]
        variables = {"where": self.where(), "orderBy": self.random.choice(orders), "limit": self.random.choice([1, 4, 50]), "at": self.at()}
        text = """query ($where: JSON, $orderBy: String, $limit: Int, $at: Float) {
          list(where: $where, orderBy: $orderBy, limit: $limit, offset: 1, at: $at) { id name eggs retired hatched } }"""
        return self.graph(text, variables)

    def connection(self):
        variables = {"where": self.where(), "orderBy": self.random.choice([["EGGS_DESC"], ["NAME_ASC", "EGGS_ASC"], None])}
        variables |= self.random.choice([{"first": 2}, {"last": 3}]) | {"at": self.at()}
        text = """query ($where: JSON, $orderBy: [HenOrder!], $first: Int, $last: Int, $at: Float) {
          hens(where: $where, orderBy: $orderBy, first: $first, last: $last, at: $at) {
            totalCount edges { cursor node { id name } } pageInfo { hasNextPage hasPreviousPage startCursor endCursor } } }"""
        return self.graph(text, variables)

    def mutate(self):
        text = self.random.choice([
            "mutation ($id: ID!, $hen: HenInput!) { createHen(input: $hen) { id name eggs } deleteHen(id: $id, expectedVersion: 2) { id name } }",
            "mutation ($id: ID!, $hen: HenInput!) { createHens(inputs: [$hen, {id: $id, name: \"second\"}]) { id name } }",
            "mutation ($id: ID!, $hen: HenInput!) { createHen(input: $hen) { id } updateHen(id: $id, input: {eggs: 7}) { id eggs } }",
        ])  # fmt: skip
        return self.graph(text, {"id": self.id(), "hen": {**self.hen(id=self.id()), "hatched": None}})

    def graph(self, text, variables):
        return "POST", GRAPH, json.dumps({"query": text, "variables": variables}), {}

    def bad(self):
        bodies = ['{"name":', '{"name": 7}', '{"name": "x", "eggs": 1.5}', '{"name": "x", "id": ""}', "[]", '{"name": "a", "name": "b"}']
        return self.random.choice(["POST", "PUT"]), self.random.choice([HENS, f"{HENS}/{self.id()}"]), self.random.choice(bodies), {}


def answer(service, request):
    method, path, body, headers = request
    response = service.request(method, path, body, headers=headers)
    told = {name: TIMES.sub("", response.headers[name]) for name in COMPARED_HEADERS if name in response.headers}
    return response.status, told, TIMES.sub("", response.text)


@pytest.mark.parametrize("seed", SEEDS)
def test_the_same_requests_have_the_same_answers(all_storages, tmp_path, seed):
    with contextlib.ExitStack() as stack:
        running = {}
        for name in COMPARED:
            (tmp_path / name).mkdir()
            (running[name],) = farms(all_storages[name], tmp_path / name)
            stack.callback(running[name].stop)
        requests = Requests(seed)
        statuses = set()
        for number in range(REQUESTS):
            request = requests.next()
            answers = {name: answer(service, request) for name, service in running.items()}
            expected = answers[COMPARED[0]]
            statuses.add(expected[0])
            assert expected[0] < 500, (request, expected)
            for name, given in answers.items():
                assert given == expected, f"request {number} of seed {seed}, {name}: {request}"
        assert {200, 201, 400, 404, 409, 412, 422} <= statuses


class Racer:
    """One client among several: what it was told, by position."""

    def __init__(self, seed, service):
        self.random, self.service = random.Random(seed), service
        self.written = {}

    def run(self):
        for number in range(20):
            name = self.random.choice(IDS[:3])
            version = self.random.randrange(1, 8)
            condition = self.random.choice([{}, {"If-Match": f'"{version}"'}])
            method, path = self.random.choice([("POST", HENS), ("PUT", f"{HENS}/{name}"), ("PUT", f"{HENS}/{name}"), ("DELETE", f"{HENS}/{name}")])
            body = None if method == "DELETE" else json.dumps({"name": f"{id(self)} {number}"} | ({"id": name} if method == "POST" else {}))
            response = self.service.request(method, path, body, headers=condition)
            assert response.status in (200, 201, 404, 409, 412), response
            if response.status < 300:
                self.written[int(response.headers["X-Position"])] = (name, method == "DELETE", response.json().get("name"))
        return self.written


@pytest.mark.parametrize("name", COMPARED)
def test_writers_that_race_have_one_order(all_storages, tmp_path, name):
    running = farms(all_storages[name], tmp_path, count=2 if name in SHARED else 1)
    racers = [Racer(seed, running[seed % len(running)]) for seed in range(6)]
    with concurrent.futures.ThreadPoolExecutor(len(racers)) as pool:
        told = list(pool.map(Racer.run, racers))
    written = {position: write for each in told for position, write in each.items()}
    assert sorted(written) == list(range(1, sum(map(len, told)) + 1))
    for service in running:
        for hen in IDS[:3]:
            history = service.get(f"{HENS}/{hen}/history?limit=1000").json()
            assert [each["version"] for each in history] == list(range(len(history), 0, -1))
            expected = {position: write[1:] for position, write in written.items() if write[0] == hen}
            assert {each["position"]: (each["deleted"], (each.get("document") or {}).get("name")) for each in history} == expected
            times = [each["recorded_at"] for each in history]
            assert times == sorted(times, reverse=True)
    for service in running:
        service.stop()
