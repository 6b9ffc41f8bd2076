"""GraphQL subscriptions, with clients of npm: per entity and through the unified endpoint, over server-sent events and WebSocket."""

import itertools
import json
import select
import threading
import urllib.parse

import pytest

import service as services
from feed_client import Events
from subscription_client import Client, ask
from web_socket_client import WebSocket

pytestmark = pytest.mark.every_storage

RAW, PROCESSED = "/raw-events", "/processed-events"
RAW_SDL = """
type RawEvent { id: ID name: String! n: Int }
type Query { getById(id: ID!): RawEvent getByName(name: String!): [RawEvent!]! }
type Mutation { create(name: String!, n: Int): RawEvent update(id: ID!, n: Int): RawEvent delete(id: ID!): ID }
type Subscription {
  created(name: String, n_gte: Int): RawEvent
  rawEventUpdated: RawEvent!
  changed(name_in: [String!], where: JSON, after: ID): RawEvent
  deleted(id: ID): ID!
}
scalar JSON
"""
PROCESSED_SDL = """
type ProcessedEvent { id: ID raw_event_id: ID status: String rawEvent: RawEvent }
type RawEvent { id: ID name: String! n: Int }
type Query { getById(id: ID!): ProcessedEvent getByRawEvent(id: ID!): [ProcessedEvent!]! }
type Subscription { created(status: String): ProcessedEvent changed: ProcessedEvent }
"""
CONFIG = {
    "limits": {"heartbeat": "200ms", "graphql": {"cost": 5000}},
    "graphlettes": [
        {"path": f"{RAW}/graph", "storage": {"type": "memory", "collection": "raw"}, "schema": RAW_SDL},
        {
            "path": f"{PROCESSED}/graph",
            "storage": {"type": "memory", "collection": "processed"},
            "schema": PROCESSED_SDL,
            "rootConfig": {"resolvers": [{"name": "rawEvent", "queryName": "getById", "graphletteName": f"{RAW}/graph"}]},
        },
    ],
}


def serve(folder, storages, config=CONFIG):
    return services.with_config(folder, storages.config(config)).start()


@pytest.fixture
def service(tmp_path, storages):
    running = serve(tmp_path, storages)
    yield running
    running.stop()


def write_some(service):
    """Positions 1 to 6 of raw events; the id of the second is what is given."""
    service.create(f"{RAW}/api", {"name": "a", "n": 1})
    second = service.create(f"{RAW}/api", {"name": "b", "n": 2})["id"]
    service.request("PATCH", f"{RAW}/api/{second}", {"n": 3})
    third = service.create(f"{RAW}/api", {"name": "a", "n": 4})["id"]
    service.request("DELETE", f"{RAW}/api/{third}")
    service.request("PATCH", f"{RAW}/api/{second}", {"name": "c"})
    return second


BEGINNING = {"after": 0}
SUBSCRIPTIONS = {
    "{ created { n } }": [(1, {"created": {"n": 1}}), (2, {"created": {"n": 2}}), (4, {"created": {"n": 4}})],
    '{ created(name: "a", n_gte: 2) { n } }': [(4, {"created": {"n": 4}})],
    "{ it: rawEventUpdated { name n __typename } }": [
        (3, {"it": {"name": "b", "n": 3, "__typename": "RawEvent"}}),
        (6, {"it": {"name": "c", "n": 3, "__typename": "RawEvent"}}),
    ],
    '{ changed(name_in: ["b", "c"]) { n } }': [(2, {"changed": {"n": 2}}), (3, {"changed": {"n": 3}}), (6, {"changed": {"n": 3}})],
    "{ changed(where: {n: {_gt: 2}}) { n } }": [(3, {"changed": {"n": 3}}), (4, {"changed": {"n": 4}}), (6, {"changed": {"n": 3}})],
}
TRANSPORTS = ["sse", "ws"]


def results(lines):
    return [(line["extensions"]["position"], line["data"]) for line in lines]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_fields_give_what_their_names_say(service, transport):
    write_some(service)
    for text, expected in SUBSCRIPTIONS.items():
        lines, end = ask(transport, service, f"{RAW}/graph", f"subscription {text}", count=len(expected), extensions=BEGINNING)
        assert results(lines) == expected and end == {"end": "left"}, text
        unified = f"subscription {{ rawEvents {text} }}"
        lines, _ = ask(transport, service, "/graph", unified, count=len(expected), extensions=BEGINNING)
        assert results(lines) == [(position, {"rawEvents": data}) for position, data in expected], text


def positions(lines):
    return [line["extensions"]["position"] for line in lines]


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_is_deleted_is_told_by_its_id(service, transport):
    second = write_some(service)
    (line,), _ = ask(transport, service, f"{RAW}/graph", "subscription { deleted }", count=1, extensions=BEGINNING)
    assert line["extensions"] == {"position": 5} and line["data"]["deleted"] not in (None, second)
    with Client(transport, service, f"{RAW}/graph", "subscription($id: ID) { deleted(id: $id) }", variables={"id": second}, extensions=BEGINNING) as client:
        service.request("DELETE", f"{RAW}/api/{second}")
        assert next(iter(client)) == {"data": {"deleted": second}, "extensions": {"position": 7}}


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_without_a_place_it_begins_now(service, transport):
    write_some(service)
    with Client(transport, service, f"{RAW}/graph", "subscription { created { name } }") as client:
        lines = iter(client)
        # Whoever has begun hears of what comes; where it begins nobody can tell from outside.
        for _ in range(600):
            service.create(f"{RAW}/api", {"name": "new"})
            if client.process.poll() is not None or readable(client.process.stdout):
                break
        line = next(line for line in lines if "data" in line)
        assert line["data"] == {"created": {"name": "new"}} and line["extensions"]["position"] > 6


def readable(pipe):
    return bool(select.select([pipe], [], [], 0.05)[0])


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_relations_below_an_event(service, transport):
    raw = service.create(f"{RAW}/api", {"name": "a", "n": 1})
    service.create(f"{PROCESSED}/api", {"raw_event_id": raw["id"], "status": "SUCCESS"})
    service.create(f"{PROCESSED}/api", {"raw_event_id": "none", "status": "FAILED"})
    text = "{ created { status rawEvent { id name n } } }"
    expected = [(1, {"created": {"status": "SUCCESS", "rawEvent": raw}}), (2, {"created": {"status": "FAILED", "rawEvent": None}})]
    lines, _ = ask(transport, service, f"{PROCESSED}/graph", f"subscription {text}", count=2, extensions=BEGINNING)
    assert results(lines) == expected
    unified = "subscription { processedEvents { created { rawEvent { name processedEvents { status } } } } }"
    lines, _ = ask(transport, service, "/graph", unified, count=1, extensions=BEGINNING)
    assert lines[0]["data"]["processedEvents"]["created"]["rawEvent"] == {"name": "a", "processedEvents": [{"status": "SUCCESS"}]}


def test_an_event_finds_itself_amid_writes(service):
    """All that is read for an event is read as of one instant, which is not before the event's own."""
    made = 200

    def write(share):
        for number in range(share, made, 4):
            raw = service.create(f"{RAW}/api", {"name": "a", "n": number})
            service.create(f"{PROCESSED}/api", {"raw_event_id": raw["id"], "status": "SUCCESS"})

    text = "subscription { processedEvents { created { id rawEvent { n processedEvents { id rawEvent { n } } } } } }"
    with Events(service, f"/graph?query={urllib.parse.quote(text)}", {"Last-Event-ID": "0"}) as stream:
        writers = [threading.Thread(target=write, args=[share]) for share in range(4)]
        for writer in writers:
            writer.start()
        for position, (_, last_id, data) in enumerate(itertools.islice(stream, made), 1):
            event = json.loads(data)["data"]["processedEvents"]["created"]
            n = {"n": event["rawEvent"]["n"]}
            assert event["rawEvent"] == {**n, "processedEvents": [{"id": event["id"], "rawEvent": n}]} and last_id == str(position)
        for writer in writers:
            writer.join()


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_going_on_after_a_position(service, transport):
    write_some(service)
    seen, after = [], 0
    for _ in range(4):
        lines, _ = ask(transport, service, f"{RAW}/graph", "subscription { changed { n } }", count=1, extensions={"after": after})
        seen += positions(lines)
        after = seen[-1]
    assert seen == [1, 2, 3, 4]
    lines, _ = ask(transport, service, f"{RAW}/graph", 'subscription { changed(after: "4") { n } }', count=1)
    assert positions(lines) == [6]
    lines, _ = ask(transport, service, f"{RAW}/graph", "subscription($p: ID) { changed(after: $p) { n } }", count=1, variables={"p": "2"})
    assert positions(lines) == [3]


REFUSED = {
    "subscription { created { n } changed { n } }": "Anonymous Subscription must select only one top level field.",
    "subscription { __typename }": "Anonymous Subscription must not select an introspection top level field.",
    "subscription { created { nothing } }": 'Cannot query field "nothing" on type "RawEvent".',
    "subscription { created(n_gte: \"x\") { n } }": 'Int cannot represent non-integer value: "x"',
    "subscription {": "Syntax Error: Expected Name, found <EOF>.",
    'subscription { changed(after: "x") { n } }': 'The argument "after" must be a position or "now", found "x".',
    'subscription { changed(after: "99") { n } }': "The position 99 is beyond the feed's last, 0.",
    "subscription { changed(where: {n: {_near: 1}}) { n } }": "is no filter",
}  # fmt: skip


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_what_cannot_be_subscribed_to_is_told(service, transport):
    for text, expected in REFUSED.items():
        lines, end = ask(transport, service, f"{RAW}/graph", text)
        errors = end["errors"] if transport == "ws" else lines[0]["errors"]
        assert expected in errors[0]["message"] or text.startswith("subscription { changed(where"), (text, errors)
        assert errors[0]["locations"], text
    # A group selects one field as well.
    for text in ("{ rawEvents { created { n } changed { n } } }", "{ rawEvents { __typename } }"):
        lines, end = ask(transport, service, "/graph", f"subscription {text}")
        errors = end["errors"] if transport == "ws" else lines[0]["errors"]
        assert errors[0]["message"] == 'A subscription must select one field of "RawEventsSubscription".', errors


@pytest.mark.parametrize("transport", TRANSPORTS)
def test_queries_and_mutations_go_the_same_way(service, transport):
    mutation = 'mutation { create(name: "x", n: 7) { id n } }'
    (line,), end = ask(transport, service, f"{RAW}/graph", mutation)
    assert line["data"]["create"]["n"] == 7 and end == {"end": "complete"}
    (line,), end = ask(transport, service, f"{RAW}/graph", "query($name: String!) { getByName(name: $name) { n } }", variables={"name": "x"})
    assert line == {"data": {"getByName": [{"n": 7}]}} and end == {"end": "complete"}
    (line,), _ = ask(transport, service, f"{RAW}/graph", '{ getById(id: "none") { n } }')
    assert line == {"data": {"getById": None}}


def test_a_browser_follows_by_event_source(service):
    write_some(service)
    with Client("browser", service, f"{RAW}/graph", 'subscription { changed(after: "2") { n } }', count=2) as client:
        lines = list(client)
    assert [(line["id"], line["data"]["changed"]["n"]) for line in lines] == [("3", 3), ("4", 4)]
    # When it comes again it says which event was its last, which goes before what the URL says.
    path = f"{RAW}/graph?query=" + urllib.parse.quote('subscription { changed(after: "2") { n } }')
    with Events(service, path, {"Last-Event-ID": "4"}) as stream:
        event, last_id, data = next(iter(stream))
        assert (event, last_id, json.loads(data)["data"]) == ("next", "6", {"changed": {"n": 3}})


def test_events_over_http(service):
    query = {"query": "subscription { created { n } }"}
    # Who only reads JSON cannot subscribe; who also reads events gets them; mutations do not come by GET.
    refused = service.request("POST", f"{RAW}/graph", query, {"Accept": "application/json"}).json()
    assert refused["errors"][0]["message"] == "A subscription needs a transport that does not end: WebSocket with graphql-transport-ws, or Accept: text/event-stream."
    with Events(service, f"{RAW}/graph?query=" + urllib.parse.quote(query["query"]), {"Accept": "application/json, text/event-stream"}) as stream:
        assert stream.response.headers["Content-Type"] == "text/event-stream"
    mutation = urllib.parse.quote('mutation { create(name: "x") { n } }')
    refused = service.get(f"{RAW}/graph?query={mutation}", Accept="text/event-stream")
    assert refused.status == 405 and refused.headers["Allow"] == "POST" and refused.json()["errors"]
    broken = service.request("POST", f"{RAW}/graph", "{", {"Accept": "text/event-stream", "Content-Type": "application/json"})
    assert broken.status == 400 and broken.json()["errors"][0]["extensions"]["code"] == "json.syntax"


def test_a_quiet_subscription_says_how_far_it_is(service):
    query = urllib.parse.quote('subscription { created(name: "rare") { n } }')
    with Events(service, f"{RAW}/graph?query={query}") as stream:
        lines = []
        original, stream._line = stream._line, lambda: (lines.append(original()), lines[-1])[1]
        write_some(service)
        threading.Timer(1, service.create, [f"{RAW}/api", {"name": "rare"}]).start()
        assert next(iter(stream))[1] == "7"
        assert b"id: 6\n" in lines


# --- The protocol of WebSocket messages --------------------------------------------------------------------------------------------------

GRAPH = f"{RAW}/graph"
CREATED = "subscription { created { n } }"
BREAKS = {
    "no JSON": ("{", 4400), "no object": ("[]", 4400), "no type": ("{}", 4400), "a type that is not known": ({"type": "start"}, 4400),
    "subscribe before the acknowledgement": ({"type": "subscribe", "id": "1", "payload": {"query": CREATED}}, 4401),
    "no id": ({"type": "subscribe", "payload": {"query": CREATED}}, 4400), "an id that is no text": ({"type": "complete", "id": 1}, 4400),
    "no query": ({"type": "subscribe", "id": "1", "payload": {}}, 4400), "variables that are no object":
    ({"type": "subscribe", "id": "1", "payload": {"query": CREATED, "variables": []}}, 4400),
    "a payload that is no object": ({"type": "connection_init", "payload": 1}, 4400), "a ping of something else": ({"type": "ping", "payload": []}, 4400),
}  # fmt: skip


def test_what_breaks_the_protocol_closes_the_connection(service):
    for what, (message, code) in BREAKS.items():
        with WebSocket(service, GRAPH) as client:
            client.send(message)
            assert client.end()[0] == code, what
    with WebSocket(service, GRAPH) as client:
        client.greet()
        client.send({"type": "connection_init"})
        assert client.end() == (4429, "Too many initialisation requests")
    with WebSocket(service, GRAPH) as client:
        client.greet()
        for _ in range(2):
            client.subscribe("one", CREATED)
        assert client.end() == (4409, "Subscriber for one already exists")
    for protocol in ("graphql-ws", None):
        with WebSocket(service, GRAPH, protocol) as client:
            assert client.end()[0] == 4406
    with WebSocket(service, GRAPH, "graphql-ws, graphql-transport-ws") as client:
        assert "Sec-WebSocket-Protocol: graphql-transport-ws\r\n" in client.head
    with WebSocket(service, GRAPH) as client:
        client.frame(2, b"{}")
        assert client.end()[0] == 4400


def test_frames_that_are_wrong_end_the_connection(service):
    wrong = {
        "not masked": lambda client: client.frame(1, b"{}", masked=False),
        "a reserved bit": lambda client: client.frame(1, b"{}", reserved=4),
        "an opcode that is not known": lambda client: client.frame(3, b"{}"),
        "no UTF-8": lambda client: client.frame(1, b'"\xff"'),
        "a continuation of nothing": lambda client: client.frame(0, b"{}"),
        "a ping in pieces": lambda client: client.frame(9, b"x", final=False),
        "a long ping": lambda client: client.frame(9, b"x" * 126),
        "a message over the limit": lambda client: client.frame(1, b" " * 1_100_000),
    }
    for what, break_it in wrong.items():
        with WebSocket(service, GRAPH) as client:
            client.greet()
            try:
                break_it(client)
                assert client.end()[0] in (1002, 1007, 1009, None), what
            except ConnectionError:
                pass
    # A message in pieces, with a ping between them, is one.
    with WebSocket(service, GRAPH) as client:
        client.frame(1, b'{"type":', final=False)
        client.frame(9, b"ping")
        client.frame(0, b'"connection_init"}')
        assert client.next() == {"type": "connection_ack"}


def test_requests_that_are_no_websocket_are_answered(service):
    headers = {"Connection": "Upgrade", "Upgrade": "websocket", "Sec-WebSocket-Version": "12", "Sec-WebSocket-Key": "eA=="}
    assert service.get(GRAPH, **{name.replace("-", "_"): value for name, value in headers.items()}).status in (400, 426)
    # Elsewhere there is none, and the question is answered as any.
    with WebSocket(service, f"{RAW}/api") as client:
        assert client.head.startswith("HTTP/1.1 200 ")


def test_many_operations_on_one_connection(service):
    with WebSocket(service, GRAPH) as client:
        client.greet()
        for number in range(100):
            client.subscribe(str(number), CREATED, extensions={"after": "0"})
        client.subscribe("one too many", CREATED)
        refused = client.next()
        assert (refused["type"], refused["id"]) == ("error", "one too many") and refused["payload"][0]["extensions"]["code"] == "graphql.operations"
        service.create(f"{RAW}/api", {"name": "a", "n": 5})
        got = [client.next() for _ in range(100)]
        assert {message["id"] for message in got} == {str(number) for number in range(100)}
        assert all(message["payload"] == {"data": {"created": {"n": 5}}, "extensions": {"position": 1}} for message in got)
        # Those that are over leave room, and hear nothing more.
        for number in range(1, 100):
            client.send({"type": "complete", "id": str(number)})
        client.subscribe("query", "{ getByName(name: \"a\") { n } }")
        assert client.next()["payload"] == {"data": {"getByName": [{"n": 5}]}}
        assert client.next() == {"type": "complete", "id": "query"}
        service.create(f"{RAW}/api", {"name": "a", "n": 6})
        assert client.next()["id"] == "0"
        client.send({"type": "ping", "payload": {"any": "thing"}})
        assert client.next() == {"type": "pong"}


def test_who_says_nothing_is_cut(service):
    with WebSocket(service, GRAPH) as client:
        client.greet()
        assert client.receive() == {"type": "ping"}
        client.send({"type": "pong"})
        assert client.receive() == {"type": "ping"}
        assert client.end() == (None, "")


def test_an_acknowledgement_must_be_asked_for_in_time(tmp_path, storages):
    running = serve(tmp_path, storages, {**CONFIG, "limits": {"heartbeat": "60s", "headerTimeout": "300ms"}})
    with WebSocket(running, GRAPH) as client:
        assert client.end() == (4408, "Connection initialisation timeout")
    running.stop()


def test_subscriptions_end_with_the_service(tmp_path, storages):
    running = serve(tmp_path, storages)
    idle, busy = WebSocket(running, GRAPH).greet(), WebSocket(running, GRAPH).greet()
    busy.subscribe("1", CREATED, extensions={"after": 0})
    running.create(f"{RAW}/api", {"name": "a", "n": 1})
    assert busy.next()["payload"]["data"] == {"created": {"n": 1}}
    with Events(running, f"{GRAPH}?query=" + urllib.parse.quote(CREATED)) as stream:
        assert stream.status == 200
        ending = threading.Thread(target=running.terminate)
        ending.start()
        assert idle.end() == (1001, "Going away") and busy.end() == (1001, "Going away")
        assert list(stream) == []  # without `complete`, so that clients come again
    ending.join()
    assert running.process.returncode == 0, running.printed()


def test_a_client_comes_again_when_the_service_does(tmp_path, storages):
    if storages.name == "memory":
        return  # it forgets
    running = serve(tmp_path, storages)
    write_some(running)
    with Client("ws", running, GRAPH, "subscription { changed { n } }", extensions={"after": 6}, retries=1000) as client:
        lines = iter(client)
        running.create(f"{RAW}/api", {"name": "a", "n": 7})
        assert next(lines)["extensions"]["position"] == 7
        running.kill()
        running.start()
        running.create(f"{RAW}/api", {"name": "a", "n": 8})
        assert positions([next(lines) for _ in range(2)]) == [7, 8]
    running.stop()
