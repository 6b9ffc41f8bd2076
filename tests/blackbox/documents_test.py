"""What the documents tell a person to paste does what they say: each bash block that talks to a service runs as it stands, each GraphQL
block is sent to the endpoint named before it. `sh` blocks hold commands of the repository itself: those exist."""

import json
import re
import shlex
import subprocess
import sys

import pytest

import service as services
from service import ROOT

DOCUMENTS = [ROOT / "README.md", *sorted((ROOT / "docs").rglob("*.md")), *sorted((ROOT / "examples").glob("*.md"))]
PLACEHOLDER = "raw_event_uuid_here"


class Block:
    def __init__(self, document, line, language, text, endpoint):
        self.place = f"{document.relative_to(ROOT)}:{line}"
        self.language, self.text, self.endpoint = language, text, endpoint


def blocks():
    for document in DOCUMENTS:
        text = document.read_text()
        for match in re.finditer(r"^```(\w+)\n(.*?)^```", text, re.MULTILINE | re.DOTALL):
            before = text[: match.start()]
            endpoints = re.findall(r"(/[\w-]+/graph|(?<=[`\d])/graph)\b", before)
            yield Block(document, before.count("\n") + 1, match[1], match[2], endpoints[-1] if endpoints else None)


BLOCKS = list(blocks())


def of(language):
    return [pytest.param(block, id=block.place) for block in BLOCKS if block.language == language]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    """The events example, at the port that the documents name if nothing else uses it."""
    port = 4055 if services.is_free(4055) else services.free_port()
    running = services.Service(services.copy_example("events", tmp_path_factory.mktemp("documents"), processors=True), port).start()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def farm_service(tmp_path_factory):
    """The farm example, for the documents that ask at its endpoints, with a few hens and reports."""
    running = services.Service(services.copy_example("farm", tmp_path_factory.mktemp("documents"))).start()
    for hen in ({"id": "chuck", "name": "chuck", "eggs": 2}, {"name": "duck", "eggs": 0}, {"name": "cluck", "eggs": 1}):
        running.create("/hen/api", hen)
    for eggs in (1, 3, 2):
        running.create("/lay_report/api", {"hen_id": "chuck", "eggs": eggs})
    yield running
    running.stop()


@pytest.fixture(scope="module")
def raw_event_id(service):
    """The event that the placeholder stands for, when it is processed."""
    made = service.create("/raw-events/api", {"name": "user_login", "data": {"user_id": "user123"}, "source": "auth_service"})["id"]
    services.wait_until(lambda: service.get(f"/processed-events/api?raw_event_id={made}").json(), told=service.printed)
    return made


def at_port(text, port):
    return text.replace(":4055/", f":{port}/")


def run_in_bash(text, service):
    done = subprocess.run(["bash", "-euo", "pipefail", "-c", at_port(text, service.port)], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done
    return done.stdout


def assert_is_good_answer(printed):
    lines = printed.splitlines()
    if len(lines) > 1 and all(line.startswith("{") and line.endswith("}") for line in lines):  # NDJSON: the change feed, or a whole list
        assert any({"document", "name"} & json.loads(line).keys() for line in lines), "nothing was found"
        return
    answer = json.loads(printed)
    if isinstance(answer, dict) and "data" in answer and "name" not in answer:
        assert "errors" not in answer, answer
        assert any(answer["data"].values()), f"nothing was found: {answer}"
    else:
        assert "error" not in answer, answer
        assert answer, "nothing was found"


@pytest.mark.parametrize("block", of("bash"))
def test_bash_blocks(block, service, raw_event_id):
    for text in {block.text, block.text.replace(PLACEHOLDER, raw_event_id)}:
        assert_is_good_answer(run_in_bash(text, service))


@pytest.mark.parametrize("block", of("graphql"))
def test_graphql_blocks(block, service, farm_service, raw_event_id):
    assert block.endpoint, f"{block.place}: no endpoint is named before it"
    if block.endpoint.split("/")[1] in ("farm", "coop", "hen", "lay_report"):
        data = farm_service.data(block.endpoint, block.text)
        assert all(data.values()), f"nothing was found: {data}"
        return
    service.create("/processed-events/api", {"name": "user_login", "raw_event_id": raw_event_id, "status": "SUCCESS"})
    for text in {block.text, block.text.replace(PLACEHOLDER, raw_event_id)}:
        answer = service.query(block.endpoint, text)
        assert "errors" not in answer, answer
        if PLACEHOLDER not in text:
            assert any(answer["data"].values()), f"nothing was found: {answer}"


@pytest.mark.parametrize("block", of("sh"))
def test_commands_of_the_repository_exist(block):
    known = subprocess.run([ROOT / "dev", "help"], capture_output=True, text=True, check=True).stdout
    for line in block.text.splitlines():
        words = shlex.split(line, comments=True)
        if words and words[0] == "./dev":
            assert re.search(rf"^  {words[1]}\b", known, re.MULTILINE), line
            assert all((ROOT / word).exists() for word in words[2:] if "/" in word), line
        elif words and words[0].endswith("millrace"):
            assert services.run_command(words[1], "--help").returncode == 0, line
            assert all((ROOT / word).exists() for word in words[2:] if word.startswith("examples/")), line
        elif words and words[0] == "python3":
            told = subprocess.run([sys.executable, ROOT / words[1], "--help"], capture_output=True, text=True, check=True).stdout
            assert all(word in told for word in words[2:] if word.startswith("--")), line
        elif words and words[0] == ".venv/bin/node":
            assert all((ROOT / word).exists() for word in words[1:] if word.startswith(("tests/", "docs/"))), line
        elif words and words[0] == "docker-compose":
            # No container engine runs here: tests/docker runs what stands in the file, as far as that goes.
            assert words[1:] == ["up"] and (ROOT / "docker-compose.yml").is_file(), line
        elif words and words[0] == "npm":
            assert words[1] in json.loads((ROOT / "package.json").read_text())["scripts"], line
        elif words:
            assert words[0] in ("git", "cd"), f"{block.place}: nobody checks {line}"


@pytest.mark.parametrize("document", DOCUMENTS, ids=lambda document: str(document.relative_to(ROOT)))
def test_links_lead_somewhere(document):
    for target in re.findall(r"\]\(([^)#:]+)(?:#[^)]*)?\)", document.read_text()):
        assert (document.parent / target).exists(), f"{document.name} links to {target}"


def test_the_readme_shows_the_story():
    shown = [block for block in BLOCKS if block.place.startswith("README.md")]
    assert sum(block.language == "bash" and "curl -X POST" in block.text for block in shown) >= 2
    assert sum(block.language == "graphql" for block in shown) >= 3
    assert {"./dev run\n", "./dev test\n"} <= {line for block in shown if block.language == "sh" for line in block.text.splitlines(keepends=True)}
