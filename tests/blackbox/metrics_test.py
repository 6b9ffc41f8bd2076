"""/metrics: what a service that is in use tells Prometheus."""

import json
import re
import signal
import threading
import time

import pytest

import prometheus
import service as services
from processors_test import LOGIN, result_of
from reload_test import hang_up
from service import ROOT
from web_socket_client import WebSocket

RAW, PROCESSED = "/raw-events/api", "/processed-events/api"
RAW_GRAPH, PROCESSED_GRAPH = "/raw-events/graph", "/processed-events/graph"
DOCUMENT = ROOT / "docs/observability.md"
DASHBOARD = ROOT / "docs/grafana.json"
# Of what the busy service below does not have; other tests see to them.
NOT_BUSY = {"millrace_sink_", "millrace_remote_", "millrace_auth_", "millrace_spans_exported_total"}


@pytest.fixture(scope="module")
def busy(tmp_path_factory):
    """examples/events with its processor, asked for some of everything."""
    service = services.Service(services.copy_example("events", tmp_path_factory.mktemp("metrics"), processors=True)).start()
    event = service.create(RAW, LOGIN)
    result_of(service, event)
    for _ in range(20):
        assert service.get(f"{RAW}/{event['id']}").status == 200
    assert service.get(f"{RAW}/nothing").status == 404
    assert service.get("/not/there").status == 404
    assert service.request("POST", RAW, "{").status == 400
    service.data(RAW_GRAPH, f"{{ getById(id: \"{event['id']}\") {{ id }} }}")
    service.query(RAW_GRAPH, "{ nothing }")
    assert service.request("POST", f"{RAW}/consumers/risk/claim", {"max": 1}).status == 200
    service.event = event
    yield service
    service.stop()


def requests(metrics, **labels):
    return metrics.value("millrace_http_requests_total", **labels)


def test_it_is_what_prometheus_reads(busy):
    response = busy.get("/metrics")
    assert response.headers["Content-Type"] == "text/plain; version=0.0.4; charset=utf-8"
    metrics = prometheus.Metrics(response.text)
    assert set(metrics.types.values()) == {"counter", "gauge", "histogram"}
    for name, kind in metrics.types.items():
        if kind != "histogram":
            continue
        for labels in metrics.labels(f"{name}_count"):
            buckets = [(float(has["le"]), metrics.value(f"{name}_bucket", **has)) for has in metrics.labels(f"{name}_bucket") if labels.items() <= has.items()]
            counts = [count for _, count in sorted(buckets)]
            assert counts == sorted(counts) and counts[-1] == metrics.value(f"{name}_count", **labels), (name, labels)
    assert busy.request("HEAD", "/metrics").status == 200
    assert busy.request("POST", "/metrics", {}).status == 405


def test_who_asks_for_openmetrics_gets_it(busy):
    response = busy.get("/metrics", Accept="application/openmetrics-text;version=1.0.0,text/plain;version=0.0.4;q=0.5,*/*;q=0.1")
    assert response.headers["Content-Type"].startswith("application/openmetrics-text; version=1.0.0")
    assert response.text.endswith("# EOF\n")
    assert "# TYPE millrace_http_requests counter\n" in response.text and "\nmillrace_http_requests_total{" in response.text


def test_requests_are_told_apart_by_route_method_and_status(busy):
    metrics = prometheus.read(busy)
    document = f"{RAW}/{{id}}"
    assert requests(metrics, route=document, method="GET", status="200") == 20
    assert requests(metrics, route=document, method="GET", status="404") == 1
    assert requests(metrics, route=RAW, method="POST", status="201") == 1
    assert requests(metrics, route=RAW, method="POST", status="400") == 1
    assert requests(metrics, route="none", status="404") == 1
    assert requests(metrics, route=f"{RAW}/consumers/{{name}}/claim", method="POST", status="200") == 1
    assert metrics.value("millrace_http_request_duration_seconds_count", route=document) == 21
    assert 0 < metrics.value("millrace_http_request_duration_seconds_sum", route=document) < 21
    assert metrics.value("millrace_http_requests_in_flight") == 1  # this one
    assert metrics.value("millrace_http_connections") >= 1
    assert metrics.value("millrace_http_received_bytes_total") > 2_000 and metrics.value("millrace_http_sent_bytes_total") > 2_000


def test_whatever_clients_ask_for_there_are_no_more_series(busy):
    def count():
        return len(prometheus.read(busy).series)

    busy.get(f"{RAW}/x1")
    busy.get("/y1")
    before = count()
    for i in range(50):
        busy.get(f"{RAW}/other-{i}/no/such/thing")
        busy.get(f"{RAW}/other-{i}?name={i}")
        busy.get(f"/other/{i}")
        busy.request(f"M{i}", "/x")
    # A method of its own, which is OTHER whatever it is called, and 404 below a document.
    assert count() <= before + 6


def test_stores_processors_and_graphql_are_told(busy):
    metrics = prometheus.read(busy)
    raw = next(has["entity"] for has in metrics.labels("millrace_feed_position") if has["entity"].startswith("raw_events"))
    assert metrics.value("millrace_feed_position", entity=raw) == 1
    assert metrics.value("millrace_store_read_duration_seconds_count", entity=raw, operation="read") >= 20
    assert metrics.value("millrace_store_commit_documents_count", entity=raw) >= 1
    assert metrics.value("millrace_store_commit_documents_sum", entity=raw) >= 1
    assert metrics.value("millrace_store_commit_duration_seconds_count", entity=raw) >= 1
    assert metrics.value("millrace_store_writes_waiting") == 0
    assert metrics.value("millrace_processor_events_total", processor="login-risk", status="SUCCESS") == 1
    assert metrics.value("millrace_processor_events_total", processor="login-risk", status="FAILED") == 0
    assert metrics.value("millrace_processor_lag", processor="login-risk") == 0
    assert metrics.value("millrace_processor_partitions", processor="login-risk") == 4
    assert metrics.value("millrace_processor_delay_seconds_count", processor="login-risk") == 1
    assert metrics.value("millrace_processor_run_duration_seconds_count", processor="login-risk") == 1
    assert metrics.value("millrace_graphql_operations_total", route=RAW_GRAPH, kind="query", outcome="whole") == 1
    assert metrics.value("millrace_graphql_operations_total", route=RAW_GRAPH, kind="unknown", outcome="refused") == 1
    assert metrics.value("millrace_consumer_open", api=RAW, consumer="risk") == 1
    assert metrics.value("millrace_consumer_lag", api=RAW, consumer="risk") == 0


def test_the_process_is_told(busy):
    metrics = prometheus.read(busy)
    assert abs(time.time() - metrics.value("process_start_time_seconds")) < 600
    assert metrics.value("process_resident_memory_bytes") > 1e6 and metrics.value("process_open_fds") > 5
    before = metrics.value("process_cpu_seconds_total")
    for _ in range(300):
        busy.get(RAW)
    assert prometheus.read(busy).value("process_cpu_seconds_total") > before
    assert metrics.value("millrace_build_info") == 1


def test_followers_and_sockets_are_told(busy):
    connection = busy.connect()
    connection.request("GET", f"{RAW}/changes?follow=true", headers={"Accept": "text/event-stream"})
    response = connection.getresponse()
    assert response.status == 200 and response.readline()
    assert prometheus.read(busy).value("millrace_feed_followers") >= 1
    connection.close()
    with WebSocket(busy, PROCESSED_GRAPH):
        assert requests(prometheus.read(busy), route=PROCESSED_GRAPH, status="101") == 1


# --- Documents -----------------------------------------------------------------------------------------------------------------------------


def documented():
    """Name to kind, of the tables of docs/observability.md."""
    return dict(re.findall(r"^\| `(\w+)`[^|]*\| (counter|gauge|histogram) \|", DOCUMENT.read_text(), re.MULTILINE))


def test_the_document_lists_what_there_is(busy):
    told, listed = prometheus.read(busy).types, documented()
    assert {name: kind for name, kind in told.items() if listed.get(name) != kind} == {}
    missing = {name for name in listed if name not in told and not any(name.startswith(prefix) for prefix in NOT_BUSY)}
    assert missing == set()


def test_the_dashboard_asks_for_what_there_is():
    dashboard = json.loads(DASHBOARD.read_text())
    asked = [target["expr"] for panel in dashboard["panels"] for target in panel.get("targets", [])]
    assert len(asked) > 15
    listed = documented()
    for expression in asked:
        names = re.findall(r"\b((?:millrace|process)_\w+)", expression)
        assert names, expression
        for name in names:
            base = re.sub("_(bucket|sum|count)$", "", name) if name not in listed else name
            assert base in listed, (name, expression)
            assert (listed[base] == "histogram") == (name != base), (name, expression)
            if listed[base] == "counter":
                assert re.search(rf"(rate|increase)\({name}\b", expression), expression


# --- What changes --------------------------------------------------------------------------------------------------------------------------


def test_another_config_counts_on(tmp_path):
    service = services.Service(services.copy_example("events", tmp_path)).start()
    for _ in range(5):
        service.get(RAW)
    before = prometheus.read(service)
    hang_up(service)
    service.get(RAW)
    after = prometheus.read(service)
    assert requests(before, route=RAW, status="200") == 5 and requests(after, route=RAW, status="200") == 6
    for key, value in before.series.items():
        if before.types.get(key[0]) == "counter":
            assert after.series[key] >= value, key
    service.stop()


def test_metrics_can_be_closed(tmp_path):
    key = re.search(r"key:  (\S+)\nhash: (\S+)", services.run_command("key").stdout)
    config = {
        "auth": {"apiKeys": [{"name": "prometheus", "hash": key[2]}]},
        "restlettes": [{"path": "/x/api", "storage": {"type": "memory", "collection": "x"}, "schema": {"type": "object"}}],
    }
    service = services.with_config(tmp_path, config).start()
    assert service.get("/metrics").status == 200
    assert service.get("/x/api").status == 401
    assert service.get("/x/api", Authorization="Bearer nonsense").status == 401
    metrics = prometheus.read(service)
    assert metrics.value("millrace_auth_refused_total", code="auth.required") == 1
    assert metrics.value("millrace_auth_refused_total", code="auth.scheme") == 1
    assert requests(metrics, route="/x/api", status="401") == 2
    (tmp_path / "config/config.conf").write_text(json.dumps(config | {"metrics": {"open": False}}))
    hang_up(service)
    assert service.get("/metrics").status == 401
    assert service.get("/metrics", Authorization=f"ApiKey {key[1]}").status == 200
    service.stop()


def test_a_storage_that_is_away_holds_nothing_up(tmp_path):
    """One that takes connections and says nothing."""
    listener = services.socket.create_server(("127.0.0.1", 0))
    uri = f"postgresql://127.0.0.1:{listener.getsockname()[1]}/x"
    storage = {"type": "postgres", "uri": uri, "collection": "x", "options": {"connectTimeout": "30s"}}
    config = {"restlettes": [{"path": "/x/api", "storage": storage, "schema": {"type": "object"}}]}
    (tmp_path / "config").mkdir()
    (tmp_path / "config/config.conf").write_text(json.dumps(config))
    service = services.Starting(tmp_path, command=["serve", "--config", str(tmp_path / "config/config.conf")]).start()
    for _ in range(3):
        begun = time.monotonic()
        metrics = prometheus.read(service)
        assert time.monotonic() - begun < 2
    assert metrics.value("millrace_feed_position") is None
    assert metrics.value("process_open_fds") < 100
    service.process.send_signal(signal.SIGKILL)
    service.process.wait()
    listener.close()


def test_many_count_together(tmp_path):
    service = services.Service(services.copy_example("events", tmp_path)).start()

    def ask():
        connection = service.connect()
        for _ in range(200):
            connection.request("GET", RAW)
            connection.getresponse().read()
        connection.close()

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    metrics = prometheus.read(service)
    assert requests(metrics, route=RAW, status="200") == 1600
    assert metrics.value("millrace_http_request_duration_seconds_count", route=RAW) == 1600
    service.stop()
