"""A service that ends while requests are under way."""

import contextlib
import socket

import service as services

RAW = "/raw-events/api"


def start(folder, shutdown):
    folder = services.copy_example("events", folder)
    config = folder / "config/config.conf"
    config.write_text(config.read_text().replace('"port"', f'"shutdownTimeout": "{shutdown}", "port"', 1))
    return services.Service(folder).start()


def test_what_has_not_ended_in_time_is_cut_off(tmp_path):
    service = start(tmp_path, "100ms")
    with socket.create_connection(("127.0.0.1", service.port), 30) as upload:
        head = f"POST {RAW}/bulk HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100\r\n"
        upload.sendall(f"{head}Expect: 100-continue\r\n\r\n".encode())
        assert upload.recv(65536).startswith(b"HTTP/1.1 100 ")
        assert service.terminate() == 0
    assert "Requests that had not ended within shutdownTimeout are cut off." in service.printed()


def test_scans_under_way_do_not_keep_a_service_from_ending(tmp_path):
    """Whoever works for a request must not come back to what is gone."""
    service = start(tmp_path, "1ms")
    lines = "".join(f'{{"name": "n{i}", "data": "{"x" * 500}"}}\n' for i in range(20_000))
    assert service.request("POST", f"{RAW}/bulk", lines, {"Content-Type": "application/x-ndjson"}).status == 201
    for _ in range(10):
        with contextlib.ExitStack() as stack:
            for _ in range(8):
                client = stack.enter_context(socket.create_connection(("127.0.0.1", service.port), 30))
                client.sendall(f"GET {RAW}?limit=10000 HTTP/1.1\r\nHost: h\r\n\r\n".encode())
            service.get("/health")  # what came before it has begun
            assert service.terminate() == 0
        assert "cut off" in service.printed()
        service.start()
    service.stop()
