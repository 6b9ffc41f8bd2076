"""Schemathesis reads the OpenAPI document of an entity and tries to surprise the service: every check, 200 examples per operation, valid
and invalid ones; then sequences of requests along the document's links."""

import os
import subprocess
import sys

import pytest

import service as services

EXAMPLES = 200
SECONDS_MAX = 600

# One wanted difference: the history of a deleted document is there, its deletion the newest version, and so is its lifecycle. To Schemathesis whatever lies below
# a deleted path must be gone. (Every check is on unless it is turned off; `--checks all` would turn this one on again.)
CONFIG = """
[[operations]]
include-operation-id = "history"
checks.use_after_free.enabled = false

[[operations]]
include-operation-id = "lifecycle"
checks.use_after_free.enabled = false
"""


@pytest.mark.parametrize("path", ["/raw-events/api", "/processed-events/api"])
def test_nothing_surprises_schemathesis(events, path, tmp_path):
    (tmp_path / "schemathesis.toml").write_text(CONFIG)
    command = [services.ROOT / ".venv/bin/schemathesis", "run", f"{events.url}{path}/api-docs/swagger.json"]
    command += ["--max-examples", str(EXAMPLES), "--seed", "1", "--suppress-health-check", "all", "--no-color"]
    done = subprocess.run(command, capture_output=True, text=True, timeout=SECONDS_MAX, cwd=tmp_path, env={**os.environ, "PYTHONPATH": ""})
    sys.stdout.write(done.stdout)
    assert done.returncode == 0, done.stdout[-20000:] + done.stderr
    assert "Tested: 9" in done.stdout
