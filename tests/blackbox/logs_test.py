"""What is written to stderr: lines that say when, how bad, what part and which trace, and nothing that nobody asked for."""

import json
import re
import socket

import pytest

import prometheus
import service as services
from processors_test import processor, result_of, with_processors
from reload_test import hang_up
from traces_test import SAMPLED, TRACE, with_traces

RAW = "/raw-events/api"
TIME = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z"
LINE = re.compile(rf"{TIME} (error|warn |info |debug) (service|http|auth|stores|remote|processors|sinks|traces): .*")


@pytest.fixture
def start(tmp_path):
    running = []

    def start_one(logs):
        running.append(with_traces(tmp_path, {"logs": logs}).start())
        return running[-1]

    yield start_one
    for service in running:
        service.stop()


def lines(service):
    """Without what is for people."""
    return [line for line in printed(service) if not line.startswith(("  ", "Millrace serves"))]


def printed(service):
    """Without what MongoDB's driver says before the program begins, where shared memory is short."""
    return [line for line in service.printed().splitlines() if "mongoc: Falling back" not in line]


def test_a_line_says_when_how_bad_and_what_part(start):
    service = start({})
    service.get(RAW)
    assert lines(service) == []
    hang_up(service)
    assert [LINE.fullmatch(line) is not None for line in lines(service)] == [True, True]


def test_requests_are_told_when_asked_for(start):
    service = start({"requests": True})
    service.get(f"{RAW}/abc?at=7", traceparent=SAMPLED)
    (line,) = [line for line in lines(service) if "/ready" not in line]
    assert LINE.fullmatch(line), line
    assert re.search(rf" info  http: GET {RAW}/{{id}} 404 client=127\.0\.0\.1 ms=\d+\.\d\d\d trace={TRACE}$", line), line


def test_they_are_told_at_debug_as_well(start):
    service = start({"levels": {"http": "debug"}})
    service.get(RAW)
    assert any(f" debug http: GET {RAW} 200" in line for line in lines(service))


def test_json_is_an_object_a_line(start):
    service = start({"format": "json", "requests": True})
    service.request("POST", RAW, {"name": "x", "data": {}}, {"traceparent": SAMPLED})
    told = [json.loads(line) for line in printed(service)]
    assert all(re.fullmatch(TIME, line["time"]) and line["level"] in ("error", "warn", "info", "debug") and line["module"] for line in told)
    assert any(line["message"].startswith("Millrace serves on port") for line in told)
    request = next(line for line in told if line["message"].startswith("POST"))
    assert request["message"] == f"POST {RAW} 201" and request["module"] == "http" and request["client"] == "127.0.0.1"
    assert request["trace_id"] == TRACE and re.fullmatch("[0-9a-f]{16}", request["span_id"])
    assert (request["method"], request["route"], request["status"]) == ("POST", RAW, 201) and isinstance(request["ms"], float)


def test_a_body_that_had_no_room_is_told_as_the_request_that_it_was_of(tmp_path):
    config = {"limits": {"bodyMemory": "1MiB", "listBytes": "256KiB"}, "logs": {"format": "json"},
              "restlettes": [{"path": "/x/api", "storage": {"type": "memory", "collection": "x"}, "schema": {"type": "object"}}]}
    service = services.with_config(tmp_path, config).start()
    head = f"POST /x/api HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\ntraceparent: {SAMPLED}\r\nContent-Length: 1000000\r\n\r\n"
    with socket.create_connection(("127.0.0.1", service.port), 10) as one, socket.create_connection(("127.0.0.1", service.port), 10) as other:
        one.sendall(head.encode() + b"{" + b" " * 900_000)
        services.wait_until(lambda: prometheus.read(service).value("millrace_http_bodies_bytes") > 500_000)
        other.sendall(head.encode() + b"{" + b" " * 900_000)
        assert other.recv(65536).startswith(b"HTTP/1.1 503 ")
    (line,) = [told for told in map(json.loads, printed(service)) if told.get("status") == 503]
    assert (line["message"], line["method"], line["route"], line["trace_id"]) == ("POST /x/api 503", "POST", "/x/api", TRACE)
    assert line["ms"] > 0
    service.stop()


def test_levels_change_with_sighup(start):
    service = start({"level": "error"})
    service.get(RAW)
    config = service.folder / "config/config.conf"
    config.write_text(config.read_text().replace('"error"', '"debug"'))
    hang_up(service)
    service.get(f"{RAW}/x")
    assert any(f" debug http: GET {RAW}/{{id}} 404" in line for line in lines(service))


@pytest.mark.parametrize("payloads", [False, True])
def test_payloads_are_told_to_who_wants_them_alone(tmp_path, payloads):
    service = with_processors(tmp_path, processor(transform='error("because " + .data.secret)', retry={"attempts": 1}))
    file = service.folder / "config/config.conf"
    file.write_text(json.dumps(json.loads(file.read_text()) | {"logs": {"payloads": payloads, "levels": {"http": "debug"}}}))
    service.start()
    event = service.create(RAW, {"name": "x", "data": {"secret": "payload-of-event"}})
    assert result_of(service, event)["status"] == "FAILED"
    service.get(f"{RAW}?name=payload-of-query")
    service.query("/raw-events/graph", '{ getByName(name: "payload-of-query") { id } }')
    service.stop()
    told = service.printed()
    assert f" warn  processors: p: an attempt failed; it is the last one event={event['id']}" in told or payloads
    assert ("payload-of-event" in told, "payload-of-query" in told) == (payloads, payloads)


def test_a_line_is_one_line_whatever_a_client_sends(start):
    service = start({"requests": True, "payloads": True})
    service.get(f"{RAW}/a%0aforged")
    connection = service.connect()
    connection.sock = services.socket.create_connection(("127.0.0.1", service.port))
    connection.sock.sendall(b"GET /x\x1b[31m HTTP/1.1\r\nHost: h\r\n\r\n")
    connection.sock.recv(1000)
    connection.close()
    assert all(LINE.fullmatch(line) for line in lines(service)), lines(service)
