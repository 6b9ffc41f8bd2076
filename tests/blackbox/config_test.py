"""A config that is wrong: exit code 1, and a message that names the place and the way out. One that is right: what was derived from it."""

import re
import socket
import subprocess

import pytest

import service as services
from service import copy_example, free_port, run_command

CONFIG = "config/config.conf"
RAW_SDL = "config/graph/raw_event.graphql"
FARM_SDL = "config/graph/farm.graphql"



def restlettes(more, *paths):
    """Before the graphlettes: REST APIs over storages of their own."""
    apis = ""
    for path in paths or ("/a/api",):
        apis += f'{{ path = {path}, schema = "config/json/raw_event.schema.json", storage {{ type = memory, collection = "{path}" }}, {more} }}, '
    return f'restlettes = [ {apis}], "graphlettes"'


# Name: (example, file, text, what stands there instead, line of the problem (or of the object around it) or None, what the message says).
MISTAKES = {
    "typo at the top": ("events", CONFIG, '"graphlettes"', '"graphletes"', 3, ["graphletes", "graphlettes"]),
    "typo inside": ("events", CONFIG, '"collection": "raw_events"', '"colection": "raw_events"', 9, ["colection", "collection"]),
    "typo of a storage type": ("events", CONFIG, '"type": "mongo"', '"type": "mongoo"', 6, ["mongoo", "mongo"]),
    "missing schema file": (
        "events", CONFIG, "config/graph/raw_event.graphql", "config/graph/row_event.graphql", 11,
        ["row_event.graphql", "config/config/graph/row_event.graphql", "events/config/graph/row_event.graphql"],
    ),
    "missing include": ("farm", CONFIG, "include file(graph/hen.graphql)", "include file(graph/han.graphql)", 64, ["han.graphql"]),
    "HOCON that ends too early": ("events", CONFIG, '"port": 4055,', '"port": 4055, {', None, ["config.conf"]),
    "undefined substitution": ("farm", CONFIG, "storage = ${henDB}", "storage = ${hemDB}", 63, ["hemDB"]),
    "path is missing": ("events", CONFIG, '"path": "/raw-events/graph",', "", 4, ["path"]),
    "port that is none": ("events", CONFIG, '"port": 4055', '"port": 99999', 2, ["port", "65535"]),
    "argument that fits nothing": ("events", RAW_SDL, "getByName(name: String!", "getByName(nam: String!", 17, ["nam", "name"]),
    "SDL that does not parse": ("events", RAW_SDL, "type RawEvent {", "type RawEvent", 6, ["Syntax Error"]),
    "type that is not there": ("events", RAW_SDL, "metadata: JSON", "metadata: Jason", 12, ["Jason", "JSON"]),
    "template of an argument that is not there": ("farm", CONFIG, '"payload.name": "{{name}}"', '"payload.name": "{{nmae}}"', 34, ["nmae"]),
    "template that is no JSON": ("farm", CONFIG, '{"payload.name": "{{name}}"}', '{"payload.name": "{{name}}"', 34, []),
    "unknown operator": ("farm", CONFIG, '{"$gte": {{eggs}}}', '{"$gtee": {{eggs}}}', None, ["$gtee", "$gte"]),
    "query of a resolver that is not there": ("events", CONFIG, '"queryName": "getById"', '"queryName": "getByIdd"', 23, ["getByIdd", "getById"]),
    "resolver of a field that is not there": ("events", CONFIG, '"name": "rawEvent"', '"name": "rowEvent"', 23, ["rowEvent", "rawEvent"]),
    "query of a template that is not there": ("farm", CONFIG, "{ name = getLaying,", "{ name = getLayin,", None, ["getLayin", "getLaying"]),
    "url that is none": ("events", CONFIG, '"port": 4055,', '"port": 4055, "url": "not a url",', 2, ["not a url", "https://"]),
    "url with a query": ("events", CONFIG, '"port": 4055,', '"port": 4055, "url": "https://x.y/base/?q#f",', 2, ["without query or fragment"]),
    "host that is none": ("events", CONFIG, '"port": 4055,', '"port": 4055, "host": "300.1.1.1",', 2, ["300.1.1.1", "0.0.0.0"]),
    "path of the start page": ("events", CONFIG, '"path": "/raw-events/graph"', '"path": "/"', 4, ["start page"]),
    "bodyMemory below bodyBytes": ("events", CONFIG, '"port": 4055,', '"port": 4055, limits { bodyMemory = 64kB },', 2, ["bodyMemory", "bodyBytes"]),
    "idempotency of a field that is not there": ("events", CONFIG, '"graphlettes"', restlettes("idempotency = nane"), 3, ["nane", "name"]),
    "idempotency of a field that is no key": (
        "events", CONFIG, '"graphlettes"',
        'restlettes = [ { path = /a/api, storage { type = memory, collection = a }, schema { properties { ok { type = boolean } } }, '
        'idempotency = ok } ], "graphlettes"', 3, ["ok", "string"],
    ),
    "path below a REST API": (
        "events", CONFIG, '"graphlettes"', restlettes("", "/a/api", "/a/api/x"), 3, ['"/a/api/x" lies below "/a/api"'],
    ),
    "JSON Schema that is no JSON": ("events", "config/json/raw_event.schema.json", '"type": "object",', '"type": "object"', None, ["raw_event.schema.json"]),
    "JSON Schema with a wrong type": ("events", "config/json/raw_event.schema.json", '"type": "object"', '"type": "objekt"', None, ["objekt"]),
}  # fmt: skip


def broken(example, file, text, instead, folder):
    copied = copy_example(example, folder)
    content = (copied / file).read_text()
    assert text in content, f"{text!r} is not in {file} any more"
    (copied / file).write_text(content.replace(text, instead, 1))
    return copied


@pytest.mark.parametrize("name", MISTAKES)
@pytest.mark.parametrize("command", ["check", "dev"])
def test_mistakes(name, command, tmp_path):
    example, file, text, instead, line, says = MISTAKES[name]
    copied = broken(example, file, text, instead, tmp_path)
    arguments = ["check", "--config", copied / CONFIG] if command == "check" else ["dev", copied, "--port", free_port()]
    done = run_command(*arguments, cwd=tmp_path)
    printed = done.stdout + done.stderr
    assert done.returncode == 1, printed
    places = re.findall(re.escape(file.rsplit("/", 1)[1]) + r":(\d+):\d+: ", printed)
    assert places, printed
    assert line is None or str(line) in places, printed
    for words in says:
        assert words in printed, printed


def test_two_schemas_over_one_storage_are_a_warning(tmp_path):
    copied = broken("events", CONFIG, '"graphlettes"', restlettes("", "/a/api", "/b/api"), tmp_path)
    config = (copied / CONFIG).read_text().replace('collection = "/b/api"', 'collection = "/a/api"')
    (copied / CONFIG).write_text(config.replace("raw_event.schema.json", "processed_event.schema.json", 1))
    done = run_command("check", "--config", copied / CONFIG)
    assert done.returncode == 0, done
    assert '"/b/api" and "/a/api" share a storage but not a schema' in done.stdout + done.stderr


def test_no_time_is_no_limit(tmp_path):
    limits = "headerTimeout = 0s, bodyTimeout = 0s, idleTimeout = 0s, writeTimeout = 0s, writeWait = 0s, graphql { time = 0s }"
    service = services.Service(broken("events", CONFIG, '"port": 4055,', f'"port": 4055, limits {{ {limits} }},', tmp_path)).start()
    with socket.create_connection(("127.0.0.1", service.port), 30) as client:
        for piece in (b"POST /raw-events/api HTTP/1.1\r\nHost: h\r\nContent-Le", b'ngth: 23\r\n\r\n{"name":"a"', b',"data":{} }'):
            client.sendall(piece)
            assert service.get("/health").status == 200
            assert service.data("/raw-events/graph", '{ getByName(name: "b") { id } }') == {"getByName": []}
        assert client.recv(65536).startswith(b"HTTP/1.1 201 ")
    service.stop()


def test_several_mistakes_are_reported_together(tmp_path):
    copied = broken("events", CONFIG, '"type": "mongo"', '"type": "mongoo"', tmp_path)
    content = (copied / CONFIG).read_text().replace('"queryName"', '"quaryName"').replace('"port"', '"prot"')
    (copied / CONFIG).write_text(content)
    done = run_command("check", "--config", copied / CONFIG)
    assert done.returncode == 1
    assert all(words in done.stdout + done.stderr for words in ("mongoo", "quaryName", "prot")), done


@pytest.mark.parametrize("example", ["events", "farm"])
def test_check_prints_what_was_derived(example, tmp_path):
    copied = copy_example(example, tmp_path)
    done = run_command("check", "--config", copied / CONFIG)
    assert done.returncode == 0, done
    paths = {"events": ["/raw-events/api", "/processed-events/api", "/raw-events/graph", "getByRawEventId", "raw_event_id"]}
    paths["farm"] = ["/farm/api", "/coop/graph", "/lay_report/graph", "getByCoop", "coop_id", "Hen.layReports"]
    for words in paths[example]:
        assert words in done.stdout, done.stdout
    assert not (copied / ".millrace").exists()


def test_config_that_is_not_there(tmp_path):
    done = run_command("check", "--config", tmp_path / "none.conf")
    assert done.returncode == 1
    assert "none.conf" in done.stdout + done.stderr
    done = run_command("dev", tmp_path / "nothing", "--port", free_port())
    assert done.returncode == 1
    assert "nothing" in done.stdout + done.stderr


def test_port_in_use(tmp_path):
    with socket.socket() as taken:
        taken.bind(("0.0.0.0", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run_command("dev", copy_example("events", tmp_path), "--port", port)
    printed = done.stdout + done.stderr
    assert done.returncode == 1, printed
    assert str(port) in printed
    assert "--port" in printed


def test_port_of_another_millrace(events, tmp_path):
    done = run_command("dev", copy_example("events", tmp_path), "--port", events.port)
    assert done.returncode == 1, done
    assert str(events.port) in done.stdout + done.stderr
    assert events.get("/health").status == 200


def test_data_folder_that_cannot_be_made(tmp_path):
    """A file stands where the folder should be: not even root can write below it."""
    copied = copy_example("events", tmp_path)
    (copied / ".millrace").write_text("in the way")
    done = run_command("dev", copied, "--port", free_port())
    printed = done.stdout + done.stderr
    assert done.returncode == 1, printed
    assert ".millrace" in printed


def test_database_file_that_is_none(tmp_path):
    copied = copy_example("events", tmp_path)
    service = services.Service(copied).start()
    service.create("/raw-events/api", {"name": "x", "data": 1})
    service.stop()
    for file in (copied / ".millrace").rglob("*"):
        if file.is_file():
            file.write_bytes(b"this is no database" * 1000)
    done = run_command("dev", copied, "--port", free_port())
    assert done.returncode == 1, done
    assert ".millrace" in done.stdout + done.stderr


def test_help_and_version():
    done = run_command("--version")
    assert done.returncode == 0
    assert re.search(r"\d+\.\d+\.\d+", done.stdout), done
    done = run_command("--help")
    assert done.returncode == 0
    assert all(command in done.stdout for command in ("serve", "dev", "check", "import")), done.stdout
    for command in ("serve", "dev", "check", "import"):
        assert run_command(command, "--help").returncode == 0


def test_unknown_command():
    done = run_command("sevre")
    assert done.returncode != 0
    assert "--help" in done.stdout + done.stderr


def test_start_says_every_url(events):
    printed = events.printed()
    for path in ("/raw-events/graph", "/raw-events/api", "/processed-events/graph", "/processed-events/api"):
        assert f":{events.port}{path}" in printed, printed


def test_sigint_ends_it_as_sigterm_does(tmp_path):
    import signal

    service = services.Service(copy_example("events", tmp_path)).start()
    service.process.send_signal(signal.SIGINT)
    assert service.process.wait(services.STOP_SECONDS_MAX) == 0


def test_sigterm_answers_what_is_in_flight(tmp_path):
    """A request whose body is still on its way when the signal comes is answered."""
    service = services.Service(copy_example("events", tmp_path)).start()
    body = b'{"name": "last", "data": 1}'
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as connection:
        head = "POST /raw-events/api HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\nExpect: 100-continue\r\n"
        connection.sendall(f"{head}Content-Length: {len(body)}\r\n\r\n".encode())
        assert connection.recv(4096).startswith(b"HTTP/1.1 100")  # the request is in flight: its thread has read the head
        connection.sendall(body[:5])
        service.process.terminate()
        with pytest.raises(subprocess.TimeoutExpired):
            service.process.wait(0.2)
        connection.sendall(body[5:])
        assert connection.recv(4096).startswith(b"HTTP/1.1 201")
    assert service.process.wait(services.STOP_SECONDS_MAX) == 0
