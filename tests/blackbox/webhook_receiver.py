"""A server of somebody else's that makes results of events, and verifies what it is sent by PyPI's standardwebhooks."""

import http.server
import json
import threading

from standardwebhooks.webhooks import Webhook

SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"


class Receiver:
    """`answer(events)` gives (status, headers, body); events is what came, always a list."""

    def __init__(self, answer):
        self.answer = answer
        self.requests = []  # (webhook-id, events)
        self.traces = []  # the header traceparent of each
        self.refused = []  # what does not verify
        self.lock = threading.Lock()
        receiver = self

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_POST(self):
                body = self.rfile.read(int(self.headers["content-length"]))
                try:
                    sent = Webhook(SECRET).verify(body, dict(self.headers.items()))
                except Exception as error:  # whatever the library says
                    receiver.refused.append((dict(self.headers.items()), error))
                    sent = None
                status, headers, answer = receiver.take(self.headers["webhook-id"], self.headers["traceparent"], sent)
                self.send_response(status)
                for name, value in headers.items():
                    self.send_header(name, value)
                if status != 204:
                    self.send_header("content-length", str(len(answer)))
                self.end_headers()
                if status != 204:
                    self.wfile.write(answer)

            def log_message(self, *_):
                pass

        self.server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_port}/hook"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def take(self, message, trace, sent):
        if sent is None:
            return 401, {}, b"The signature is wrong."
        events = sent if isinstance(sent, list) else [sent]
        with self.lock:
            self.requests.append((message, events))
            self.traces.append(trace)
            status, headers, body = self.answer(events)
        return status, headers, body if isinstance(body, bytes) else json.dumps(body).encode()

    def close(self):
        self.server.shutdown()
        self.server.server_close()
