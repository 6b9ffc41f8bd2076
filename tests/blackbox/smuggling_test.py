"""Bytes that two readers could take for different requests: none of them brings a second request past whoever read the first.

Each row is one request as a proxy might see it, and holds or is followed by another one that creates a document. Over a raw socket: there is
one answer, the connection ends where the request was refused, and the document is not there.
"""

import json
import socket

import pytest

RAW = "/raw-events/api"


def create(name, headers=b""):
    body = json.dumps({"name": name, "data": 1}).encode()
    return b"POST %s HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\n%sContent-Length: %d\r\n\r\n%s" % (RAW.encode(), headers, len(body), body)


def post(*lines, path=RAW.encode(), version=b"1.1"):
    """A head, as far as it goes."""
    return b"POST %s HTTP/%s\r\nHost: h\r\nContent-Type: application/json\r\n" % (path, version) + b"".join(line + b"\r\n" for line in lines) + b"\r\n"


def talk(service, data):
    """What is answered until the service ends the connection, or has nothing more to say to a client that has finished."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        try:
            client.sendall(data)
            client.shutdown(socket.SHUT_WR)
        except OSError:
            pass  # it has closed already
        answer = b""
        try:
            while piece := client.recv(65536):
                answer += piece
        except ConnectionResetError:
            pass
        return answer


CHUNKED = b"Transfer-Encoding: chunked"
LAST = b"0\r\n\r\n"
# Name: what comes before another request. Each must be refused, and that request with it.
REFUSED = {
    "two lengths": post(b"Content-Length: 0", b"Content-Length: 5"),
    "two lengths that agree": post(b"Content-Length: 0", b"Content-Length: 0"),
    "a list of lengths": post(b"Content-Length: 0, 5"),
    "a length and chunks": post(b"Content-Length: 0", CHUNKED) + LAST,
    "chunks and a length": post(CHUNKED, b"Content-Length: 5") + LAST,
    "a signed length": post(b"Content-Length: +0"),
    "a negative length": post(b"Content-Length: -1"),
    "a hexadecimal length": post(b"Content-Length: 0x0"),
    "a length with an underscore": post(b"Content-Length: 0_0"),
    "an empty length": post(b"Content-Length:"),
    "a length beyond 64 bits": post(b"Content-Length: 18446744073709551616"),
    "an unknown coding": post(b"Transfer-Encoding: xchunked"),
    "identity": post(b"Transfer-Encoding: identity"),
    "chunked twice": post(CHUNKED, CHUNKED) + LAST,
    "chunked and identity": post(CHUNKED, b"Transfer-Encoding: identity") + LAST,
    "a list of codings": post(b"Transfer-Encoding: identity, chunked") + LAST,
    "a quoted coding": post(b'Transfer-Encoding: "chunked"') + LAST,
    "a vertical tab before the coding": post(b"Transfer-Encoding: \x0bchunked") + LAST,
    "a NUL behind the coding": post(b"Transfer-Encoding: chunked\0") + LAST,
    "a space before the colon": post(b"Transfer-Encoding : chunked") + LAST,
    "a tab before the colon": post(b"Content-Length\t: 0"),
    "a folded coding": post(b"Transfer-Encoding:", b" chunked") + LAST,
    "a folded length": post(b"Content-Length:", b"\t5"),
    "a space before the first header": b"POST %s HTTP/1.1\r\n Content-Length: 5\r\nHost: h\r\n\r\n" % RAW.encode(),
    "a CR in a header": post(b"X: a\rContent-Length: 5"),
    "a line ended by LF": b"POST %s HTTP/1.1\r\nHost: h\nContent-Length: 0\r\n\r\n" % RAW.encode(),
    "a head ended by LF": b"POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\n" % RAW.encode(),
    "lines ended by LF": b"POST %s HTTP/1.1\nHost: h\nContent-Length: 0\n\n" % RAW.encode(),
    "a header without a name": post(b": x"),
    "a header without a colon": post(b"Content-Length 0"),
    "chunks in HTTP/1.0": post(CHUNKED, version=b"1.0") + LAST,
    "two hosts": post(b"Host: other", b"Content-Length: 0"),
    "a chunk's size with 0x": post(CHUNKED) + b"0x0\r\n\r\n",
    "a signed size": post(CHUNKED) + b"+0\r\n\r\n",
    "a size with a space behind": post(CHUNKED) + b"0 \r\n\r\n",
    "a size with a space before": post(CHUNKED) + b" 0\r\n\r\n",
    "a size ended by LF": post(CHUNKED) + b"0\n\r\n",
    "a size ended by CR": post(CHUNKED) + b"0\r\r\n",
    "no size": post(CHUNKED) + b"\r\n\r\n",
    "a size beyond 64 bits": post(CHUNKED) + b"10000000000000000\r\n\r\n",
    "an extension ended by LF": post(CHUNKED) + b"0;a\n\r\n",
    "an extension with a CR": post(CHUNKED) + b"0;a\rb\r\n\r\n",
    "data longer than its chunk": post(CHUNKED) + b"1\r\n{}\r\n0\r\n\r\n",
    "data ended by LF": post(CHUNKED) + b"2\r\n{}\n0\r\n\r\n",
    "a trailer ended by LF": post(CHUNKED) + b"0\r\nX: a\n\r\n",
    "a folded trailer": post(CHUNKED) + b"0\r\nX: a\r\n b\r\n\r\n",
    "a trailer without a colon": post(CHUNKED) + b"0\r\nX\r\n\r\n",
    "a target of another scheme": b"POST ftp://h%s HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n" % RAW.encode(),
    "a target with a space": b"POST %s a HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n" % RAW.encode(),
    "a target with a tab": b"POST %s\ta HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n" % RAW.encode(),
    "a method with a space before": b" POST %s HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n" % RAW.encode(),
    "no version": b"POST %s\r\nHost: h\r\nContent-Length: 0\r\n\r\n" % RAW.encode(),
    "a preface of HTTP/2": b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n",
}  # fmt: skip


@pytest.mark.parametrize("name", REFUSED)
def test_what_follows_a_refused_request_is_no_request(events, name):
    marker = f"smuggled {name}"
    answer = talk(events, REFUSED[name] + create(marker))
    status = answer[:12].decode()
    assert status in ("HTTP/1.1 400", "HTTP/1.1 413", "HTTP/1.1 501", "HTTP/1.1 505"), answer
    assert answer.count(b"HTTP/1.1 ") == 1, answer
    assert b"\r\nConnection: close\r\n" in answer
    assert marker not in {event["name"] for event in events.get(f"{RAW}?limit=1000").json()}


def test_requests_that_are_right_are_all_answered(events):
    """The measure for what is above: the same harmless request without anything wrong before it is taken."""
    answer = talk(events, post(b"Content-Length: 0") + create("right") + create("right"))
    assert answer.count(b"HTTP/1.1 400 ") == 1 and answer.count(b"HTTP/1.1 201 ") == 2, answer
    assert len(events.get(f"{RAW}?name=right").json()) == 2


def within(head, body, *lines):
    """A request whose body is another one, by its length or as a chunk."""
    if CHUNKED in lines:
        return head.replace(b"\r\n\r\n", b"\r\n" + CHUNKED + b"\r\n\r\n", 1) + b"%x\r\n%s\r\n0\r\n\r\n" % (len(body), body)
    return head.replace(b"\r\n\r\n", b"\r\nContent-Length: %d\r\n\r\n" % len(body), 1) + body


# Name: the head of a request that does not want its body, and the status that it gets.
BODIES = {
    "a GET": (b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n", 200),
    "a HEAD": (b"HEAD /health HTTP/1.1\r\nHost: h\r\n\r\n", 200),
    "a DELETE": (b"DELETE %s/none HTTP/1.1\r\nHost: h\r\n\r\n" % RAW.encode(), 404),
    "OPTIONS": (b"OPTIONS %s HTTP/1.1\r\nHost: h\r\n\r\n" % RAW.encode(), 204),
    "a preflight": (b"OPTIONS / HTTP/1.1\r\nHost: h\r\nOrigin: http://o\r\nAccess-Control-Request-Method: PUT\r\n\r\n", 204),
    "a path that is not there": (b"POST /nothing HTTP/1.1\r\nHost: h\r\n\r\n", 404),
    "a method that is not there": (b"DELETE %s HTTP/1.1\r\nHost: h\r\n\r\n" % RAW.encode(), 405),
    "a media type that is not read": (post(path=RAW.encode()).replace(b"/json", b"/xml"), 415),
    "a page": (b"POST / HTTP/1.1\r\nHost: h\r\n\r\n", 405),
    "a conditional GET": (b"GET /raw-events/api?limit=1 HTTP/1.1\r\nHost: h\r\nIf-None-Match: *\r\n\r\n", 200),
    "an upload": (post(path=b"%s/bulk" % RAW.encode()), 400),
}  # fmt: skip


@pytest.mark.parametrize("framing", ["length", "chunks"])
@pytest.mark.parametrize("name", BODIES)
def test_a_request_in_a_body_is_no_request(events, name, framing):
    head, status = BODIES[name]
    marker = f"within {name} {framing}"
    answer = talk(events, within(head, create(marker), *([CHUNKED] if framing == "chunks" else [])) + b"GET /ready HTTP/1.1\r\nHost: h\r\n\r\n")
    assert answer.startswith(b"HTTP/1.1 %d " % status), answer
    assert answer.count(b"HTTP/1.1 ") <= 2, answer
    assert marker not in {event["name"] for event in events.get(f"{RAW}?limit=1000").json()}


def test_trailers_are_no_headers(events):
    body = b'{"name": "trailed", "data": 1}'
    trailers = b"Host: other.example\r\nContent-Length: 99\r\nIdempotency-Key: k\r\nContent-Type: text/plain\r\n"
    data = post(CHUNKED) + b"%x\r\n%s\r\n0\r\n%s\r\n" % (len(body), body, trailers)
    answer = talk(events, data + data)
    assert answer.count(b"HTTP/1.1 201 ") == 2 and b"other.example" not in answer, answer


def test_the_absolute_target_decides_and_not_the_header(events):
    answer = talk(events, b"GET http://inner.example%s?limit=1 HTTP/1.1\r\nHost: outer.example\r\n\r\n" % RAW.encode())
    assert answer.startswith(b"HTTP/1.1 200 ") and b"outer.example" not in answer, answer


@pytest.mark.parametrize("protocol", [b"h2c", b"HTTP/2.0", b"TLS/1.2"])
def test_no_other_protocol_is_taken_up(events, protocol):
    answer = talk(events, b"GET /health HTTP/1.1\r\nHost: h\r\nConnection: Upgrade, HTTP2-Settings\r\nUpgrade: %s\r\nHTTP2-Settings: AAMAAABkAAQAAP__\r\n\r\n" % protocol)
    assert answer.startswith(b"HTTP/1.1 200 ") and b"101" not in answer[:20], answer


def test_requests_behind_a_handshake_are_no_requests(events):
    asked = (
        b"GET /raw-events/graph HTTP/1.1\r\nHost: h\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
        b"Sec-WebSocket-Protocol: graphql-transport-ws\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n"
    )
    answer = talk(events, asked + create("behind a handshake"))
    assert answer.count(b"HTTP/1.1 ") <= 1, answer
    assert b"201" not in answer
    assert "behind a handshake" not in {event["name"] for event in events.get(f"{RAW}?limit=1000").json()}
