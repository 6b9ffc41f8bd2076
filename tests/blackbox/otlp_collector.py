"""A collector of OTLP over HTTP, which checks what it is sent, and may be slow or refuse."""

import contextlib
import http.server
import json
import re
import threading
import time

from service import wait_until

HEX16, HEX32 = re.compile("[0-9a-f]{16}"), re.compile("[0-9a-f]{32}")


class Collector:
    def __init__(self, seconds=0, status=200):
        self.spans, self.resources, self.headers, self.problems, self.asked = [], [], [], [], 0
        self.seconds, self.status = seconds, status
        self.is_stopped = threading.Event()
        collector = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["Content-Length"]))
                collector.asked += 1
                collector.is_stopped.wait(collector.seconds)
                if collector.status == 200:
                    try:
                        collector._take(self.path, self.headers, json.loads(body))
                    except (AssertionError, KeyError, ValueError) as problem:
                        collector.problems.append(repr(problem))
                self.send_response(collector.status)
                self.send_header("Content-Type", "application/json")
                self.send_header("Content-Length", "2")
                self.end_headers()
                with contextlib.suppress(OSError):  # who waited has gone
                    self.wfile.write(b"{}")

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.server.daemon_threads = True
        self.url = f"http://127.0.0.1:{self.server.server_port}/v1/traces"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def _take(self, path, headers, body):
        assert path == "/v1/traces" and headers["Content-Type"] == "application/json", (path, headers)
        self.headers.append(dict(headers))
        for resource_spans in body["resourceSpans"]:
            self.resources.append(attributes(resource_spans["resource"]))
            for scope_spans in resource_spans["scopeSpans"]:
                assert scope_spans["scope"]["name"] == "millrace"
                for span in scope_spans["spans"]:
                    check(span)
                    self.spans.append(span)

    def until(self, holds, seconds_max=20):
        """The spans as soon as that holds of them."""
        wait_until(lambda: self.problems or holds(self.spans), seconds_max=seconds_max, told=lambda: self.spans)
        assert self.problems == []
        return self.spans

    def named(self, name):
        return next(span for span in self.until(lambda spans: any(span["name"] == name for span in spans)) if span["name"] == name)

    def stop(self):
        self.is_stopped.set()
        self.server.shutdown()
        self.server.server_close()


def attributes(holder):
    """Of a span or resource, by name."""
    return {each["key"]: int(each["value"]["intValue"]) if "intValue" in each["value"] else each["value"]["stringValue"] for each in holder["attributes"]}


def check(span):
    """As opentelemetry-proto has it in JSON."""
    assert HEX32.fullmatch(span["traceId"]) and HEX16.fullmatch(span["spanId"]), span
    assert set(span["traceId"]) != {"0"} and set(span["spanId"]) != {"0"}, span
    assert "parentSpanId" not in span or HEX16.fullmatch(span["parentSpanId"]), span
    assert span["name"] and span["kind"] in range(1, 6), span
    begin, end = int(span["startTimeUnixNano"]), int(span["endTimeUnixNano"])
    assert begin <= end and abs(begin / 1e9 - time.time()) < 120, span
    assert set(span["status"]) <= {"code"}, span
    attributes(span)
