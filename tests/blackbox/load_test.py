"""What strangers may cost: many idle connections, slow ones, and requests that are not HTTP."""

import contextlib
import json
import resource
import socket

import pytest

import prometheus
import service as services
from bulk_test import with_limits
from web_socket_client import WebSocket

RAW = "/raw-events/api"
IDLE = 10_000
COUNTED_STEP = 64 * 1024  # what a connection holds is counted in these


def resident(pid):
    with open(f"/proc/{pid}/status") as status:
        return next(int(line.split()[1]) * 1024 for line in status if line.startswith("VmRSS"))


def ask(port, text):
    """Everything that the server says to these bytes until it closes or the answer is there."""
    with socket.create_connection(("127.0.0.1", port), 30) as client:
        client.sendall(text)
        client.shutdown(socket.SHUT_WR)
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        return answer


def test_idle_connections_take_little_memory(tmp_path):
    soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
    resource.setrlimit(resource.RLIMIT_NOFILE, (hard, hard))
    service = services.Service(services.copy_example("events", tmp_path)).start()
    made = service.create(RAW, {"name": "large", "data": "x" * 30_000})
    idle = []
    for _ in range(IDLE):
        idle.append(socket.create_connection(("127.0.0.1", service.port), 30))
    for connection in idle:
        connection.sendall(f"GET {RAW}/{made['id']} HTTP/1.1\r\nHost: h\r\n\r\n".encode())
        received = 0
        while received < 30_000:
            received += len(connection.recv(65536))
    assert service.get(f"{RAW}/{made['id']}").status == 200
    memory = resident(service.process.pid)
    print(f"{IDLE} idle connections: {memory / 1e6:.0f} MB")
    assert memory < 200e6
    for connection in idle:
        connection.close()
    service.stop()
    resource.setrlimit(resource.RLIMIT_NOFILE, (soft, hard))


def open_connection(stack, port):
    """One that was answered; again where one that has ended is still counted."""
    while True:
        client = stack.enter_context(socket.create_connection(("127.0.0.1", port), 30))
        try:
            client.sendall(b"GET /health HTTP/1.1\r\nHost: h\r\n\r\n")
            if client.recv(65536).startswith(b"HTTP/1.1 200 "):
                return
        except ConnectionError:
            pass


def test_what_is_too_much_is_refused_at_once(tmp_path):
    service = services.Service(with_limits(tmp_path, "connections = 5")).start()
    with contextlib.ExitStack() as stack:
        for _ in range(5):
            open_connection(stack, service.port)
        one_more = stack.enter_context(socket.create_connection(("127.0.0.1", service.port), 30))
        answer = one_more.recv(65536)
        assert answer.startswith(b"HTTP/1.1 503 ") and b"Retry-After: " in answer
    service.stop()


def test_answers_that_nobody_reads_take_little_memory(tmp_path):
    service = services.Service(with_limits(tmp_path, "bodyMemory = 4MiB")).start()
    for _ in range(10):
        service.create(RAW, {"name": "large", "data": "x" * 900_000})
    before = resident(service.process.pid)
    with contextlib.ExitStack() as stack:
        for _ in range(40):
            client = stack.enter_context(socket.create_connection(("127.0.0.1", service.port), 30))
            client.sendall(f"GET {RAW}?limit=10 HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            assert client.recv(12) in (b"HTTP/1.1 200", b"HTTP/1.1 503")
        memory = resident(service.process.pid) - before
        print(f"40 clients that do not read: {memory / 1e6:.0f} MB more")
        assert memory < 60e6
    service.stop()


def test_operators_see_a_service_that_has_no_memory_for_more(tmp_path):
    """However long the page of metrics is."""
    service = services.Service(with_limits(tmp_path, "bodyMemory = 1MiB")).start()
    assert len(service.get("/metrics").body) > COUNTED_STEP  # else it would always find room
    with socket.create_connection(("127.0.0.1", service.port), 30) as client:
        client.sendall(f"POST {RAW} HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1048000\r\n\r\n".encode())
        client.sendall(b" " * 1_040_000)
        services.wait_until(lambda: prometheus.read(service).value("millrace_http_bodies_bytes") > 900_000)
    service.stop()


def pages(service, path):
    """The ids of each page that the links lead to."""
    while path:
        page = service.get(path)
        assert page.status == 200, page
        yield [document.get("id") or document["document"]["id"] for document in page.json()]
        link = page.headers["Link"]
        path = link and link[link.index("/", link.index("//") + 2) : link.index(">")]


def test_lists_end_by_their_bytes_too(tmp_path):
    service = services.Service(with_limits(tmp_path, "listBytes = 250kB")).start()
    ids = [service.create(RAW, {"name": f"n{i}", "data": "x" * 100_000})["id"] for i in range(5)]
    newest_first = ids[::-1]
    assert list(pages(service, f"{RAW}?limit=4")) == [newest_first[:2], newest_first[2:4], newest_first[4:]]
    assert list(pages(service, f"{RAW}?limit=1&name=n3")) == [[ids[3]]]
    for _ in range(2):
        service.request("PUT", f"{RAW}/{ids[0]}", {"name": "n0", "data": "y" * 100_000})
    assert list(pages(service, f"{RAW}/{ids[0]}/history")) == [[ids[0]] * 2, [ids[0]]]
    assert service.get(f"{RAW}/bulk?ids={','.join(ids[:2])}").status == 200
    refused = service.get(f"{RAW}/bulk?ids={','.join(ids)}")
    assert (refused.status, refused.json()["code"]) == (413, "list.bytes")
    answer = service.query("/raw-events/graph", "{ getByName(name: \"n3\") { id } }")
    assert answer["data"]["getByName"] == [{"id": ids[3]}]
    service.stop()


def test_one_request_of_any_size_that_is_allowed_gets_in(tmp_path):
    service = services.Service(with_limits(tmp_path, "bodyMemory = 1MiB")).start()
    lines = "".join(json.dumps({"name": f"n{i}", "data": "x" * 1000}) + "\n" for i in range(5000))
    ndjson = {"Content-Type": "application/x-ndjson"}
    assert service.request("POST", f"{RAW}/bulk", lines, ndjson).status == 201
    assert service.request("POST", f"{RAW}/bulk", [{"name": "one", "data": {}}]).status == 201
    with contextlib.ExitStack() as stack:  # uploads that have hardly begun
        head = f"POST {RAW}/bulk HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 1000000\r\n\r\n[".encode()
        for _ in range(30):
            stack.enter_context(socket.create_connection(("127.0.0.1", service.port), 30)).sendall(head)
        assert service.request("POST", f"{RAW}/bulk", [{"name": "one", "data": {}}] * 1000).status == 201
    service.stop()


def test_messages_of_web_sockets_are_bodies_too(tmp_path):
    """As long as what they asked for goes on."""
    folder = with_limits(tmp_path, "bodyMemory = 2MiB")
    schema = folder / "config/graph/raw_event.graphql"
    schema.write_text(schema.read_text() + "type Subscription { created: RawEvent }\n")
    service = services.Service(folder).start()
    created, padding, count = "subscription { created { name } }", "x" * 150_000, 8

    large = "x" * 1_000_000

    def held():
        return prometheus.read(service).value("millrace_http_bodies_bytes")

    with WebSocket(service, "/raw-events/graph") as socket, WebSocket(service, "/raw-events/graph") as other:
        socket.greet()
        other.greet()
        for number in range(count):
            socket.subscribe(str(number), created, extensions={"padding": padding})
        services.wait_until(held, lambda held: held > count * len(padding) - COUNTED_STEP)
        other.subscribe("1", "{ __typename }", extensions={"padding": large})
        assert other.end()[0] == 1013
        assert service.request("POST", RAW, {"name": "large", "data": large}).json()["code"] == "overloaded.memory"
        service.create(RAW, {"name": "small", "data": {}})
        assert [socket.next()["payload"]["data"]["created"]["name"] for _ in range(count)] == ["small"] * count
        for number in range(count):
            socket.send({"type": "complete", "id": str(number)})
        services.wait_until(held, lambda held: held == 0)
        socket.subscribe("1", "{ __typename }", extensions={"padding": padding})
        assert socket.next()["payload"]["data"] == {"__typename": "Query"}
    service.stop()


def test_status_and_preflights_are_answered_under_overload(tmp_path):
    service = services.Service(with_limits(tmp_path, "requests = 1")).start()
    with socket.create_connection(("127.0.0.1", service.port), 30) as upload:
        head = f"POST {RAW}/bulk HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
        upload.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert upload.recv(65536).startswith(b"HTTP/1.1 100 ")  # it has begun
        refused = service.get(RAW)
        assert (refused.status, refused.json()["code"], refused.headers["Retry-After"]) == (503, "overloaded.requests", "1")
        assert refused.headers["Access-Control-Allow-Origin"] == "*"
        assert [service.get(path).status for path in ("/health", "/ready")] == [200, 200]
        asked = {"Origin": "https://shop.example", "Access-Control-Request-Method": "PUT"}
        assert service.request("OPTIONS", f"{RAW}/x", headers=asked).status == 204
    service.stop()


def test_errors_of_the_server_itself_can_be_read_by_pages(tmp_path):
    service = services.Service(with_limits(tmp_path, "bodyBytes = 1kB, headerBytes = 2kB")).start()
    head = b"POST /raw-events/api HTTP/1.1\r\nHost: h\r\n"
    for text, status in [
        (head + b"Content-Length: 2000\r\n\r\n", 413),
        (head + b"A: " + b"b" * 3000, 431),
        (b"GET /" + b"b" * 3000, 414),
        (b"nonsense\r\n\r\n", 400),
        (b"GET / HTTP/1.1\r\nHost: a/b\r\n\r\n", 400),
    ]:
        answer = ask(service.port, text)
        assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer
        assert b"\r\nAccess-Control-Allow-Origin: *\r\n" in answer and b"\r\nAccess-Control-Expose-Headers: " in answer
    service.stop()


def test_the_authority_of_a_target_is_the_host(events):
    events.create(RAW, {"name": "one", "data": {}})
    events.create(RAW, {"name": "two", "data": {}})
    answer = ask(events.port, f"GET http://foo.example:80{RAW}?limit=1 HTTP/1.1\r\nHost: x\r\n\r\n".encode())
    assert f"\r\nLink: <http://foo.example:80{RAW}?".encode() in answer


def test_needless_escapes_make_no_other_path(events):
    made = events.create(RAW, {"name": "one", "data": {}})
    assert events.get(f"/raw%2Devents/%61pi/%62ulk?ids={made['id']}").json() == [made]
    assert events.get(f"/%72aw-events/api/%{ord(made['id'][0]):02x}{made['id'][1:]}/histor%79").status == 200


def test_heads_have_limits(tmp_path):
    service = services.Service(with_limits(tmp_path, "headers = 4, headerBytes = 2kB")).start()
    assert ask(service.port, b"GET /health HTTP/1.1\r\n" + b"A: b\r\n" * 4 + b"Host: h\r\n\r\n").startswith(b"HTTP/1.1 431 ")
    assert ask(service.port, b"GET /health HTTP/1.1\r\nHost: h\r\nA: " + b"b" * 3_000).startswith(b"HTTP/1.1 431 ")
    service.stop()


def test_slow_clients_are_cut(tmp_path):
    service = services.Service(with_limits(tmp_path, "headerTimeout = 300ms, bodyTimeout = 300ms")).start()
    head = b"POST /raw-events/api%s HTTP/1.1\r\nHost: h\r\nContent-Type: application/x-ndjson\r\nContent-Length: 100\r\n"
    for begun in (head % b"", head % b"" + b"\r\n{", head % b"/bulk" + b"\r\n{"):
        with socket.create_connection(("127.0.0.1", service.port), 30) as client:
            client.sendall(begun)
            assert client.recv(65536).startswith(b"HTTP/1.1 408 "), begun
    service.stop()


@pytest.mark.parametrize("request_text, status", [
    (b"HEAD /processed-events/api HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 200),
    (b"GET http://other.example/health HTTP/1.1\r\nHost: other.example\r\nConnection: close\r\n\r\n", 200),
    (b"GET /health HTTP/1.0\r\n\r\n", 200),
    (b"GET /health HTTP/1.1\r\n\r\n", 400),
    (b"OPTIONS * HTTP/1.1\r\nHost: h\r\nConnection: close\r\n\r\n", 204),
    (b"GET /health HTTP/2.0\r\nHost: h\r\n\r\n", 505),
    (b"GET /health HTTP/1.1\r\nHost: h\r\nExpect: 200-ok\r\n\r\n", 417),
    (b"CONNECT h:80 HTTP/1.1\r\nHost: h\r\n\r\n", 400),
    (b"\x16\x03\x01\x00\xff\x01\x00\n", 400),
])  # fmt: skip
def test_answers_as_the_standard_says(events, request_text, status):
    answer = ask(events.port, request_text)
    assert answer.startswith(f"HTTP/1.1 {status} ".encode()), answer
    head, body = answer.split(b"\r\n\r\n", 1)
    assert b"\r\nDate: " in head
    if request_text.startswith(b"HEAD"):
        assert body == b"" and b"Content-Length: 2\r\n" in head + b"\r\n"
