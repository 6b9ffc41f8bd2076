"""`millrace import`: NDJSON into a running service or a config's store; each bad line named, and nothing stored twice when it is run again."""

import json

import pytest

import service as services
from service import copy_example, run_command

RAW = "/raw-events"


def lines(name, count):
    return "".join(json.dumps({"name": name, "data": number}) + "\n" for number in range(count))


def data_of(service, name):
    query = "query ($name: String!) { getByName(name: $name) { data } }"
    return sorted(event["data"] for event in service.data(RAW + "/graph", query, {"name": name})["getByName"])


def test_into_a_running_service(events, tmp_path):
    file = tmp_path / "events.ndjson"
    file.write_text(lines("imported", 1234))
    done = run_command("import", "--to", RAW, "--url", f"http://localhost:{events.port}", file)
    assert done.returncode == 0, done
    assert "1234" in done.stdout + done.stderr
    assert data_of(events, "imported") == list(range(1234))


def test_by_the_url_of_the_entity_from_standard_input(events):
    done = run_command("import", "--to", f"http://localhost:{events.port}{RAW}", "-", stdin=lines("piped", 10))
    assert done.returncode == 0, done
    assert data_of(events, "piped") == list(range(10))


def test_again_stores_nothing_twice(events, tmp_path):
    file = tmp_path / "events.ndjson"
    file.write_text(lines("resumed", 700))
    arguments = ["import", "--to", RAW, "--url", f"http://localhost:{events.port}", file]
    assert run_command(*arguments).returncode == 0
    file.write_text(lines("resumed", 900))
    assert run_command(*arguments).returncode == 0
    assert data_of(events, "resumed") == list(range(900))


def test_equal_lines_are_two_events(events):
    line = json.dumps({"name": "twins", "data": 1}) + "\n"
    done = run_command("import", "--to", RAW, "--url", f"http://localhost:{events.port}", "-", stdin=line + line)
    assert done.returncode == 0, done
    assert data_of(events, "twins") == [1, 1]


def test_bad_lines_are_named_and_the_others_stored(events, tmp_path):
    file = tmp_path / "mixed.ndjson"
    good = [json.dumps({"name": "mixed", "data": number}) for number in range(4)]
    file.write_text("\n".join([good[0], "{", good[1], '{"name": "mixed"}', "", good[2], "[]", good[3]]) + "\n")
    done = run_command("import", "--to", RAW, "--url", f"http://localhost:{events.port}", file)
    printed = done.stdout + done.stderr
    assert done.returncode == 1, printed
    for line in (2, 4, 7):
        assert f"mixed.ndjson:{line}:" in printed, printed
    for line in (1, 3, 5, 6, 8):
        assert f"mixed.ndjson:{line}:" not in printed, printed
    assert data_of(events, "mixed") == [0, 1, 2, 3]


def test_without_a_line_end_at_the_end(events):
    done = run_command("import", "--to", RAW, "--url", f"http://localhost:{events.port}", "-", stdin='{"name": "no end", "data": 1}')
    assert done.returncode == 0, done
    assert data_of(events, "no end") == [1]


def test_into_the_store_of_a_folder(tmp_path):
    copied = copy_example("events", tmp_path)
    config = copied / "config/config.conf"
    config.write_text(config.read_text().replace("4055", str(services.free_port())))
    file = tmp_path / "events.ndjson"
    file.write_text(lines("offline", 100))
    done = run_command("import", "--to", RAW, "--dev", copied, file)
    assert done.returncode == 0, done
    service = services.Service(copied).start()
    assert data_of(service, "offline") == list(range(100))
    service.stop()


@pytest.mark.parametrize(
    "arguments",
    [
        ["--to", "/no-such-entity", "--url", "http://localhost:{port}", "-"],
        ["--to", RAW, "--url", "http://localhost:1", "-"],
        ["--to", RAW, "--url", "http://localhost:{port}", "no-such-file.ndjson"],
    ],
)
def test_what_cannot_work_says_so(events, arguments):
    done = run_command("import", *[argument.format(port=events.port) for argument in arguments], stdin=lines("nowhere", 3))
    assert done.returncode == 1, done
    assert done.stdout + done.stderr
    assert data_of(events, "nowhere") == []
