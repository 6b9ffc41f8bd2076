"""What the tests of subgraphs share: two services that one gateway can hold, a gateway, and composers."""

import http.client
import json
import subprocess
import types

from remote_targets import NODE, NpmServer
from service import ROOT, Service

# The events of the examples, as two services whose queries have names of their own, so that a gateway can hold both.
RAW_SDL = """
scalar JSON
type RawEvent { id: ID! name: String! data: JSON source: String }
type Query { rawEvent(id: ID!, at: Float): RawEvent rawEvents(name: String, at: Float, limit: Int): [RawEvent!]! rawPages(name: String, first: Int): RawPages! }
type RawPages { edges: [RawEdge!]! nodes: [RawEvent!]! pageInfo: PageInfo! totalCount: Int! }
type RawEdge { node: RawEvent! cursor: String! }
type PageInfo { hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }
input RawInput @oneOf { name: String source: String }
input RawEventInput { id: ID name: String! data: JSON source: String }
type Mutation { createRawEvent(input: RawEventInput!): RawEvent! }
type Subscription { rawEventCreated(name: String): RawEvent rawEventDeleted: ID }
"""
PROCESSED_SDL = """
scalar JSON
enum Status { SUCCESS FAILED }
type ProcessedEvent { id: ID! raw_event_id: ID! name: String! status: Status rawEvent: RawEvent }
type RawEvent { id: ID! name: String data: JSON results(limit: Int, status: Status): [ProcessedEvent!]! }
type Query { processedEvent(id: ID!, at: Float): ProcessedEvent processedEvents(name: String, at: Float): [ProcessedEvent!]! ofRawEvent(raw_event_id: ID!, limit: Int): [ProcessedEvent!]! }
type Subscription { processedEventChanged(status: Status): ProcessedEvent! }
"""


def graphlette(path, sdl, resolvers=(), **keys):
    collection = path.split("/")[1].replace("-", "_")
    root = {"rootConfig": {"resolvers": list(resolvers)}}
    return {"path": path, "schema": sdl, "storage": {"type": "memory", "collection": collection}, **root, **keys}


def config(**keys):
    resolvers = [
        {"name": "rawEvent", "queryName": "rawEvent", "url": "/raw-events/graph"},
        {"name": "RawEvent.results", "id": "id", "queryName": "ofRawEvent", "url": "/processed-events/graph"},
    ]
    graphlettes = [graphlette("/raw-events/graph", RAW_SDL), graphlette("/processed-events/graph", PROCESSED_SDL, resolvers)]
    return {"federation": True, "graphlettes": graphlettes, **keys}


def write(folder, of):
    file = folder / "config/config.conf"
    file.parent.mkdir(exist_ok=True)
    file.write_text(json.dumps(of))
    return file


def serve_events(folder):
    """Twelve raw events a0 to a11; the first six have two results each."""
    running = Service(folder, command=["serve", "--config", str(write(folder, config()))]).start()
    for i in range(12):
        running.create("/raw-events/api", {"id": f"a{i}", "name": f"raw {i % 3}", "data": {"n": i}})
    for i in range(6):
        for status in ("SUCCESS", "FAILED"):
            document = {"id": f"p{i}{status[0]}", "raw_event_id": f"a{i}", "name": f"raw {i % 3}", "status": status}
            running.create("/processed-events/api", document)
    return running


ENTITIES = "query ($of: [_Any!]!) { _entities(representations: $of) { __typename ... on RawEvent { id data } ... on ProcessedEvent { status } } }"


def represented(type_name, *ids):
    return [{"__typename": type_name, "id": each} for each in ids]


class Gateway:
    """One of Apollo's over subgraphs: {NAME: URL}."""

    def __init__(self, subgraphs, folder):
        self.server = NpmServer("gateway.mjs", subgraphs, folder, "subgraph")

    def query(self, text, variables=None, headers=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.server.port, timeout=30)
        try:
            body = json.dumps({"query": text, "variables": variables or {}})
            connection.request("POST", "/", body, {"Content-Type": "application/json", **(headers or {})})
            return json.loads(connection.getresponse().read())
        finally:
            connection.close()

    def data(self, text, variables=None, headers=None):
        answer = self.query(text, variables, headers)
        assert "errors" not in answer, answer
        return answer["data"]

    def stop(self):
        self.server.stop()


def compose(subgraphs):
    script = ROOT / "tests/subgraph/compose.mjs"
    done = subprocess.run([NODE, script], input=json.dumps(subgraphs), capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    return types.SimpleNamespace(**json.loads(done.stdout))


def sdl_of(service, path):
    return service.data(path, "{ _service { sdl } }")["_service"]["sdl"]
