"""Traces: what a collector gets, how spans hang together across servers, and that it delays nothing."""

import json
import time

import pytest

import prometheus
import service as services
from otlp_collector import Collector, attributes
from processors_test import LOGIN, processor, result_of, with_processors
from reload_test import hang_up
from remote_targets import CountingProxy
from webhook_receiver import SECRET, Receiver

RAW = "/raw-events/api"
TRACE, PARENT = "0af7651916cd43dd8448eb211c80319c", "b7ad6b7169203331"
SAMPLED = f"00-{TRACE}-{PARENT}-01"
NOT_SAMPLED = f"00-{TRACE}-{PARENT}-00"
SERVER, CLIENT, CONSUMER = 2, 3, 5


@pytest.fixture
def collector():
    running = Collector()
    yield running
    running.stop()


def traces(url, **more):
    return {"traces": {"endpoint": url, "interval": "50ms", **more}}


def with_more(text, more):
    """The text of the example's config with more at its top."""
    return text.replace('"port": 4055', ", ".join(['"port": 4055', *([json.dumps(more)[1:-1]] if more else [])]))


def with_traces(folder, more, processors=False):
    """examples/events, with more in its config."""
    example = services.copy_example("events", folder, processors)
    file = example / "config/config.conf"
    file.write_text(with_more(file.read_text(), more))
    return services.Service(example)


def remote_config(port, more):
    """Processed events here, the raw ones at another port."""
    config = services.example_config("events")
    config["graphlettes"] = [config["graphlettes"][1]]
    config["graphlettes"][0]["storage"] = {"type": "memory", "collection": "processed"}
    config["graphlettes"][0]["rootConfig"]["resolvers"][0]["url"] = f"http://127.0.0.1:{port}/raw-events/graph"
    schema = (services.ROOT / "examples/events/config/graph/processed_event.graphql").read_text()
    config["graphlettes"][0]["schema"] = schema
    return config | more


def test_a_request_is_a_span(tmp_path, collector):
    service = with_traces(tmp_path, traces(collector.url, headers={"Authorization": "Bearer collector-token"}, service="shop")).start()
    event = service.request("POST", RAW, LOGIN, {"traceparent": SAMPLED}).json()
    span = collector.named(f"POST {RAW}")
    assert (span["traceId"], span["parentSpanId"], span["kind"]) == (TRACE, PARENT, SERVER)
    assert span["spanId"] != PARENT and span["status"] == {}
    assert attributes(span) == {"http.request.method": "POST", "http.route": RAW, "http.response.status_code": 201, "url.scheme": "http", "client.address": "127.0.0.1"}
    (resource, *_) = collector.resources
    assert resource["service.name"] == "shop" and resource["service.version"] and resource["service.instance.id"]
    assert collector.headers[0]["Authorization"] == "Bearer collector-token"
    service.get(f"{RAW}/{event['id']}")
    root = collector.named(f"GET {RAW}/{{id}}")
    assert "parentSpanId" not in root and root["traceId"] != TRACE
    metrics = prometheus.read(service)
    assert metrics.value("millrace_spans_exported_total") >= 2 and metrics.value("millrace_spans_dropped_total") == 0
    service.stop()


def test_a_span_that_waits_at_the_end_is_sent(tmp_path, collector):
    service = with_traces(tmp_path, traces(collector.url, interval="60s")).start()
    service.get(RAW, traceparent=SAMPLED)
    service.stop()
    assert collector.named(f"GET {RAW}")["traceId"] == TRACE


def test_whoever_began_the_trace_says_whether_it_is_kept(tmp_path, collector):
    service = with_traces(tmp_path, traces(collector.url, sample=0)).start()
    for _ in range(20):
        service.get(RAW)
        service.get(RAW, traceparent=NOT_SAMPLED)
    service.get(RAW, traceparent=SAMPLED)
    collector.named(f"GET {RAW}")
    service.stop()
    assert {span["traceId"] for span in collector.spans} == {TRACE}


def test_a_trace_goes_on_in_other_servers(tmp_path, collector):
    """Client, processed events, raw events: each a span of the one before."""
    raw = with_traces(tmp_path / "raw", traces(collector.url, service="raw")).start()
    proxy = CountingProxy(raw.port)
    here = services.with_config(tmp_path / "here", remote_config(proxy.port, traces(collector.url, service="processed"))).start()
    event = raw.create(RAW, LOGIN)
    here.create("/processed-events/api", {"raw_event_id": event["id"], "name": "user_login", "status": "SUCCESS"})
    answer = here.query("/processed-events/graph", '{ getByName(name: "user_login") { rawEvent { name } } }', headers={"traceparent": SAMPLED})
    assert answer["data"]["getByName"] == [{"rawEvent": {"name": "user_login"}}], answer
    client = collector.named("POST")
    server = collector.named("POST /processed-events/graph")
    there = collector.named("POST /raw-events/graph")
    assert {span["traceId"] for span in (client, server, there)} == {TRACE}
    assert server["parentSpanId"] == PARENT
    assert (client["parentSpanId"], client["kind"]) == (server["spanId"], CLIENT)
    assert there["parentSpanId"] == client["spanId"]
    assert proxy.requests[-1][0]["traceparent"] == f"00-{TRACE}-{client['spanId']}-01"
    asked = attributes(client)
    assert asked["server.address"] == "127.0.0.1" and asked["http.response.status_code"] == 200
    metrics = prometheus.read(here)
    target = f"http://127.0.0.1:{proxy.port}/raw-events/graph"
    assert metrics.value("millrace_remote_requests_total", target=target, outcome="200") == 1
    assert metrics.value("millrace_remote_request_duration_seconds_count", target=target) == 1
    assert metrics.value("millrace_remote_breaker_open", target=target) == 0
    proxy.stop()
    raw.stop()
    for _ in range(6):
        here.query("/processed-events/graph", '{ getByName(name: "user_login") { rawEvent { name } } }')
    metrics = prometheus.read(here)
    assert metrics.value("millrace_remote_requests_total", outcome="remote.unreachable") >= 1
    assert metrics.value("millrace_remote_breaker_open", target=target) == 1
    assert any(span["status"] == {"code": 2} and attributes(span)["error.type"] == "remote.unreachable" for span in collector.until(
        lambda spans: any(span["status"] for span in spans)) if span["kind"] == CLIENT)  # fmt: skip
    here.stop()


@pytest.mark.parametrize("more", [{}, None])
def test_what_is_not_exported_is_nobodys_parent(tmp_path, collector, more):
    """Without an exporter, and where the trace is not kept, another server is told what we were told."""
    raw = services.Service(services.copy_example("events", tmp_path)).start()
    proxy = CountingProxy(raw.port)
    config = remote_config(proxy.port, {} if more is None else traces(collector.url))
    here = services.with_config(tmp_path / "here", config).start()
    event = raw.create(RAW, LOGIN)
    here.create("/processed-events/api", {"raw_event_id": event["id"], "name": "user_login", "status": "SUCCESS"})
    sent = SAMPLED if more is None else NOT_SAMPLED
    here.query("/processed-events/graph", '{ getByName(name: "user_login") { rawEvent { name } } }', headers={"traceparent": sent})
    assert proxy.requests[-1][0]["traceparent"] == sent
    proxy.stop()
    here.stop()
    raw.stop()
    assert not any(span["traceId"] == TRACE for span in collector.spans)


def test_calls_of_storages_are_spans_of_the_request(tmp_path, collector):
    config = {"port": 0, "traces": traces(collector.url)["traces"], "restlettes": [
        {"path": f"/{type}/api", "storage": {"type": type, "uri": uri, "collection": "things"}, "schema": {"type": "object"}}
        for type, uri in (("memory", ""), ("sqlite", "things.db"))]}  # fmt: skip
    service = services.with_config(tmp_path, config).start()
    for storage in ("memory", "sqlite"):
        api = f"/{storage}/api"
        service.request("POST", api, {"id": "a"}, {"traceparent": SAMPLED})
        asked = [("append", service.request("POST", api, {"id": "a"}, {"traceparent": SAMPLED}), 409)]
        asked += [("append", service.request("PUT", f"{api}/a", {"n": 1}, {"traceparent": SAMPLED}), 200)]
        asked += [("append", service.request("POST", f"{api}/bulk", [{"id": "b"}, {"id": "c"}], {"traceparent": SAMPLED}), 201)]
        asked += [(operation, service.get(api + path, traceparent=SAMPLED), 200)
                  for operation, path in (("read", "/a"), ("find", ""), ("history", "/a/history"), ("read", "/bulk?ids=a,b"))]  # fmt: skip
        for operation, response, status in asked:
            assert response.status == status, (operation, response.text)
        spans = collector.until(lambda spans: len([span for span in spans if span["kind"] == SERVER and storage in span["name"]]) == 8)
        requests = {span["spanId"]: span for span in spans if span["kind"] == SERVER and storage in span["name"]}
        calls = [span for span in spans if span["kind"] == CLIENT and attributes(span)["db.system.name"] == storage]
        by_request = {id: [call for call in calls if call["parentSpanId"] == id] for id in requests}
        assert all(len(found) >= 1 for found in by_request.values()) and sum(map(len, by_request.values())) == len(calls)
        given = attributes(next(call for call in calls if call["name"] == "find things"))
        assert given == {"db.system.name": storage, "db.operation.name": "find", "db.collection.name": "things"}
        assert [attributes(call).get("error.type") for call in calls].count("document.exists") == 1
        assert {attributes(call).get("db.operation.batch.size") for call in calls if call["name"] in ("read things", "append things")} == {None, 2}
        assert not any(call["status"] for call in calls)
    service.stop()


def test_what_a_query_and_a_mutation_ask_is_below_the_request(tmp_path, collector):
    sdl = """type Thing { id: ID! name: String parent_id: ID parent: Thing } input ThingInput { name: String parent_id: ID }
type Query { getById(id: ID!): Thing getByName(name: String!): [Thing!]! }
type Mutation { createThing(input: ThingInput!): Thing! updateThing(id: ID!, input: ThingInput!): Thing deleteThing(id: ID!): Thing }"""
    graphlette = {"path": "/things/graph", "storage": {"type": "memory", "collection": "things"}, "schema": sdl,
                  "rootConfig": {"resolvers": [{"name": "parent", "queryName": "getById", "url": "http://localhost:0/things/graph"}]}}  # fmt: skip
    service = services.with_config(tmp_path, {"port": 0, "graphlettes": [graphlette], **traces(collector.url)}).start()

    def asked(text):
        """The names of the calls that the request makes, in order."""
        before = len(collector.spans)
        answer = service.query("/things/graph", text, headers={"traceparent": SAMPLED})
        assert "errors" not in answer, answer
        spans = collector.until(lambda spans: any(span["name"] == "POST /things/graph" for span in spans[before:]))[before:]
        (request,) = [span for span in spans if span["name"] == "POST /things/graph"]
        calls = [span for span in spans if span["kind"] == CLIENT]
        assert all((call["parentSpanId"], call["traceId"]) == (request["spanId"], TRACE) for call in calls)
        return [call["name"] for call in calls], answer["data"]

    names, data = asked('mutation { createThing(input: {name: "x"}) { id } }')
    assert names[0] == "append things"
    id = data["createThing"]["id"]
    names, _ = asked(f'mutation {{ updateThing(id: "{id}", input: {{name: "x", parent_id: "{id}"}}) {{ id }} }}')
    assert names[:2] == ["read things", "append things"]
    names, data = asked('{ getByName(name: "x") { name parent { name parent { id } } } }')
    assert names == ["find things", "read things", "read things"] and data["getByName"][0]["parent"]["parent"]["id"] == id
    service.stop()


def test_what_processors_do_is_a_span(tmp_path, collector):
    service = with_traces(tmp_path, traces(collector.url), processors=True).start()
    event = service.request("POST", RAW, LOGIN, {"traceparent": SAMPLED}).json()
    result_of(service, event)
    span = collector.named("process login-risk")
    assert span["traceId"] == TRACE
    assert span["kind"] == CONSUMER
    assert attributes(span) == {"millrace.processor": "login-risk", "millrace.event.id": event["id"]}
    service.stop()


@pytest.fixture
def hooked(tmp_path):
    """Starts a service whose only processor is a webhook, which fails at first, with more in its config."""
    running = []

    def start(more, **hook):
        answers = [(503, {}, b""), (200, {}, [{}] * hook["batch"] if "batch" in hook else {})]
        receiver = Receiver(lambda events: answers.pop(0) if len(answers) > 1 else answers[0])
        given = processor(webhook={"url": receiver.url, "secret": SECRET} | hook, retry={"backoff": "10ms"})
        del given["transform"]
        service = with_processors(tmp_path, given)
        file = service.folder / "config/config.conf"
        file.write_text(with_more(file.read_text(), more))
        running.extend([service.start().stop, receiver.close])
        return service, receiver

    yield start
    for stop in running:
        stop()


def test_a_webhook_is_told_the_span_of_its_attempt(hooked, collector):
    service, receiver = hooked(traces(collector.url))
    event = service.request("POST", RAW, LOGIN, {"traceparent": SAMPLED}).json()
    result_of(service, event)
    spans = collector.until(lambda spans: len([span for span in spans if span["kind"] == CONSUMER]) == 2)
    attempts = sorted((span for span in spans if span["kind"] == CONSUMER), key=lambda span: int(span["startTimeUnixNano"]))
    assert receiver.traces == [f"00-{TRACE}-{span['spanId']}-01" for span in attempts]
    assert [span["status"] for span in attempts] == [{"code": 2}, {}]
    assert {span["traceId"] for span in attempts} == {TRACE}


def test_a_webhook_is_told_a_trace_that_is_not_kept(hooked):
    service, receiver = hooked({})
    result_of(service, service.request("POST", RAW, LOGIN, {"traceparent": SAMPLED}).json())
    begun = result_of(service, service.create(RAW, LOGIN))
    assert [trace[:36] for trace in receiver.traces[:2]] == [SAMPLED[:36]] * 2
    (version,) = service.get(f"/processed-events/api/{begun['id']}/history").json()
    assert receiver.traces[2][3:35] == version["author"]["trace"]
    assert {trace[52:] for trace in receiver.traces} == {"-00"}
    assert len({trace[36:52] for trace in receiver.traces}) == 3


# --- A collector that does not do its part ---------------------------------------------------------------------------------------------------


def time_of_requests(service, count=300):
    """The slowest of some, each with a span."""
    connection = service.connect()
    slowest = 0
    for _ in range(count):
        begun = time.monotonic()
        connection.request("GET", "/health", headers={"traceparent": SAMPLED})
        connection.getresponse().read()
        slowest = max(slowest, time.monotonic() - begun)
    connection.close()
    return slowest


@pytest.mark.parametrize("kind", ["slow", "away", "refuses"])
def test_it_delays_nothing(tmp_path, kind):
    collector = Collector(seconds=30 if kind == "slow" else 0, status=500 if kind == "refuses" else 200)
    if kind == "away":
        collector.stop()
    service = with_traces(tmp_path, traces(collector.url, queue=100, batch=50, timeout="1s")).start()
    assert time_of_requests(service) < 0.8

    def dropped():
        time_of_requests(service, 50)
        return prometheus.read(service).value("millrace_spans_dropped_total")

    services.wait_until(dropped, lambda count: count >= 200)
    assert prometheus.read(service).value("millrace_spans_waiting") <= 100
    services.wait_until(lambda: " traces: The collector" in service.printed(), told=service.printed)
    begun = time.monotonic()
    service.stop()
    assert time.monotonic() - begun < 8
    if kind != "away":
        collector.stop()


def test_it_is_begun_moved_and_ended_by_sighup(tmp_path, collector):
    second = Collector()
    service = with_traces(tmp_path, {}).start()
    config = service.folder / "config/config.conf"
    plain = config.read_text()
    service.get(RAW, traceparent=SAMPLED)
    for target in (collector, second):
        config.write_text(with_more(plain, traces(target.url)))
        hang_up(service)
        service.get(RAW, traceparent=SAMPLED)
        target.named(f"GET {RAW}")
    config.write_text(plain)
    hang_up(service)
    service.get(RAW, traceparent=SAMPLED)
    service.stop()
    assert [[span["kind"] for span in target.spans].count(SERVER) for target in (collector, second)] == [1, 1]
    second.stop()


def test_a_wrong_config_says_where(tmp_path):
    service = with_traces(tmp_path, {"traces": {"endpoint": "localhost:4318", "sample": 2, "headers": {"Authorization": ["secret-value"]}},
                                     "logs": {"format": "xml", "level": "loud", "levels": {"htp": "debug"}}})  # fmt: skip
    checked = services.run_command("check", "--config", service.folder / "config/config.conf")
    assert checked.returncode == 1
    for said in ("traces.endpoint is no http or https URL", "traces.sample is no number between 0 and 1", 'traces.headers."Authorization" is no text',
                 'logs.format is "xml"', "One of text, json.", 'logs.level is "loud"', 'A part of logs.levels is "htp"'):  # fmt: skip
        assert said in checked.stderr, checked.stderr
    assert "secret-value" not in checked.stderr
