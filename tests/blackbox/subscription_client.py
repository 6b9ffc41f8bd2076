"""Clients of npm that subscribe (tests/subscriptions), as processes whose lines are read as they come."""

import json
import os
import signal
import subprocess

from service import ROOT

NODE = ROOT / ".venv/bin/node"


class Client:
    """One operation: an iterator over its results, then `end` says how it ended."""

    def __init__(self, transport, service, path, query, count=None, variables=None, extensions=None, **more):
        scheme = "ws" if transport == "ws" else "http"
        request = {"query": query, "variables": variables or {}, "extensions": extensions or {}}
        asked = {"transport": transport, "url": f"{scheme}://127.0.0.1:{service.port}{path}", "request": request, **more}
        if count is not None:
            asked["count"] = count
        command = [NODE, ROOT / "tests/subscriptions/follow.mjs", json.dumps(asked)]
        # A group of its own: what is named node starts the real one.
        self.process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True, start_new_session=True)
        self.end = None

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.close()

    def close(self):
        if self.process.poll() is None:
            os.killpg(self.process.pid, signal.SIGKILL)
        self.process.wait(10)
        self.process.stdout.close()

    def __iter__(self):
        for text in self.process.stdout:
            line = json.loads(text)
            if "end" in line:
                self.end = line
                return
            yield line


def ask(*arguments, **more):
    """All results of an operation, and how it ended."""
    with Client(*arguments, **more) as client:
        return list(client), client.end
