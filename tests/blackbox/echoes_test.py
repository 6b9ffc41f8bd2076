"""What a client sends comes back in headers, log lines and pages: never as a header, a line or an element of its own."""

import json
import re
import socket
from urllib.parse import quote

import pytest

RAW = "/raw-events/api"
EVIL = "a\r\nX-Evil: 1\r\n\r\n<script>alert(1)</script>"
HOSTILE = [EVIL, "a\nX-Evil: 1", "a\rX-Evil: 1", "a\0b", "\u0085\u2028X-Evil: 1", "嘊嘍X-Evil: 1", '"><img src=x onerror=alert(1)>', "\x1b[31mred", "\u202etxt"]


def raw_answer(service, data):
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        client.sendall(data)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        return answer


def assert_is_clean(response):
    assert not any("evil" in name.lower() for name in response.headers), response
    for name, value in response.headers.items():
        assert not re.search(r"[\x00-\x1f\x7f]", value), (name, value)


@pytest.mark.parametrize("text", HOSTILE)
def test_ids_in_headers(events, text):
    made = events.request("POST", RAW, {"id": text, "name": "echo", "data": 1})
    assert made.status == (422 if re.search(r"[\x00-\x1f\x7f-\x9f]", text) else 201), made
    assert_is_clean(made)
    if made.status == 201:
        assert events.get(made.headers["Location"]).json()["id"] == text
    for path in (f"{RAW}/{quote(text, safe='')}", f"{RAW}/{quote(text, safe='')}/history", f"{RAW}/bulk?ids={quote(text, safe='')}"):
        assert_is_clean(events.get(path))


@pytest.mark.parametrize("text", HOSTILE)
def test_parameters_in_headers(events, text):
    for _ in range(2):
        events.create(RAW, {"name": text, "data": 1})
    listed = events.get(f"{RAW}?limit=1&name={quote(text)}")
    assert listed.status == 200 and listed.headers["Link"], listed
    assert_is_clean(listed)
    for path in (f"{RAW}?{quote(text)}=1", f"{RAW}?after={quote(text)}", f"{RAW}?at={quote(text)}", f"/{quote(text)}", f"{RAW}/changes?consumer={quote(text)}"):
        assert_is_clean(events.get(path))


@pytest.mark.parametrize("name", ["Idempotency-Key", "If-None-Match", "If-Match", "traceparent", "tracestate", "Origin", "Host", "Accept", "Referer",
                                  "User-Agent", "X-Forwarded-For", "X-Forwarded-Proto", "X-Forwarded-Host", "Last-Event-ID", "Millrace-At", "Content-Encoding"])  # fmt: skip
def test_headers_in_headers(events, name):
    """Whatever stands in a header, no answer has a line of it."""
    body = json.dumps({"name": "echo", "data": 1}).encode()
    for value in (b"x", b"\xc0\xaf\xff", b"\xe5\x98\x8a\xe5\x98\x8dX-Evil:1", b"%0d%0aX-Evil:%201", b'"\\r\\nX-Evil: 1"', b"00-" + b"0" * 32 + b"-X-Evil: 1", b"a" * 8000):
        for method, path, sent in ((b"GET", RAW, b""), (b"POST", RAW, body), (b"GET", "/raw-events/graph?query={__typename}", b""), (b"GET", "/", b"")):
            host = b"" if name == "Host" else b"Host: h\r\n"
            head = b"%s %s HTTP/1.1\r\n%s%s: %s\r\nContent-Type: application/json\r\nContent-Length: %d\r\nConnection: close\r\n\r\n"
            answer = raw_answer(events, head % (method, path.encode(), host, name.encode(), value, len(sent)) + sent)
            head = answer.split(b"\r\n\r\n")[0]
            assert answer.startswith(b"HTTP/1.1 ") and answer.count(b"HTTP/1.1 ") == 1, answer[:300]
            assert not re.search(rb"(?im)^x-evil", head) and b"\n" not in head.replace(b"\r\n", b""), head


def test_asked_headers_in_preflights(events):
    asked = {"Origin": "http://o", "Access-Control-Request-Method": "PUT", "Access-Control-Request-Headers": "x-a, %0d%0aX-Evil: 1"}
    response = events.request("OPTIONS", RAW, headers=asked)
    assert response.status == 204
    assert_is_clean(response)


@pytest.mark.parametrize("text", HOSTILE)
def test_answers_are_never_taken_for_pages(events, text):
    """What says what was wrong is no HTML, by its type and by nosniff where a browser might guess."""
    for path in (f"/{quote(text)}", f"{RAW}/{quote(text, safe='')}x", f"{RAW}?{quote(text)}=1", f"/raw-events/graph?query={quote(text)}"):
        response = events.get(path, Accept="text/html, */*")
        is_page = response.headers["Content-Type"].startswith("text/html")
        if is_page:
            assert "Content-Security-Policy" in response.headers and text not in response.text, path
        else:
            assert "json" in response.headers["Content-Type"], response


@pytest.mark.parametrize("text", HOSTILE)
def test_a_line_of_the_log_stays_one(events, text):
    before = len(events.printed())
    forged = f"{text}\nERROR forged\n"
    events.request("POST", RAW, {"id": forged, "name": forged, "data": forged})
    events.get(f"{RAW}/{quote(forged, safe='')}")
    events.get(f"/{quote(forged)}", Authorization="Bearer x")
    events.query("/raw-events/graph", '{ getById(id: %s) { id } }' % json.dumps(forged))
    events.query("/raw-events/graph", forged)
    for line in events.printed()[before:].splitlines():
        assert not line.startswith("ERROR forged") and "\x1b" not in line, line
