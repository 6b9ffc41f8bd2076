"""`millrace test`: cases of processors in files; and, through it, what programs cannot do to the service."""

import json
import shutil

import pytest
import service as services
from processors_test import processor


def run(folder):
    return services.run_command("test", folder)


def folder_with(tmp_path, processors, cases):
    """The events example with these processors and cases; cases may be text."""
    folder = services.copy_example("events", tmp_path)
    config = folder / "config/config.conf"
    config.write_text(json.dumps(json.loads(config.read_text()) | {"processors": processors}))
    shutil.rmtree(folder / "tests")
    (folder / "tests").mkdir()
    (folder / "tests/all.json").write_text(cases if isinstance(cases, str) else json.dumps(cases))
    return folder


def case(event, **expected):
    return {"processor": "p", "event": event} | expected


@pytest.mark.parametrize("example", ["events", "webhooks"])
def test_the_cases_of_the_examples_hold(example):
    ran = run(services.ROOT / "examples" / example)
    assert ran.returncode == 0 and " 0 fail." in ran.stdout, ran.stdout + ran.stderr


def test_what_differs_is_told_with_its_place(tmp_path):
    cases = [
        case({"name": "a", "data": {"n": 1}}, name="it holds", result={"processed_data": {"n": 1.0}}),
        case({"name": "a", "data": {"n": [1, 2], "x/y": 1}}, name="it differs", result={"processed_data": {"n": [1, 3, 4], "z": 0}, "status": "FAILED"}),
        case({"name": "a", "data": {}}, skipped=True),
        case({"name": "b", "data": {}}, error="x"),
        case({"name": "a", "data": {}}, error="x", key="k"),
        case({"name": "a", "data": 7}, result={"processed_data": 7}),
    ]
    where = 'if .name == "a" then true else false end'
    ran = run(folder_with(tmp_path, [processor(where=where)], json.dumps(cases, indent=1)))
    assert ran.returncode == 1
    assert ran.stdout.endswith("6 cases: 2 hold, 4 fail.\n"), ran.stdout
    for line in [
        "/processed_data/n/1: expected 3, got 2",
        "/processed_data/n/2: expected 4, got nothing",
        "/processed_data/x~1y: expected nothing, got 1",
        "/processed_data/z: expected 0, got nothing",
        '/status: expected "FAILED", got "SUCCESS"',
        "expected to be skipped, but `where` means it",
        "expected to be processed, but `where` does not mean it",
        "expected to fail, got {",
        'key: expected "k", got "event"',
    ]:
        assert f"    {line}" in ran.stdout, ran.stdout
    assert "tests/all.json:17:2: p: it differs\n" in ran.stdout, ran.stdout


@pytest.mark.parametrize(
    "cases, said",
    [
        ("[", "all.json: "),
        ("[]", "There are no cases."),
        ([7], "A case is an object."),
        ([{"event": {}, "result": {}}], 'A case without "processor".'),
        ([{"processor": "q", "event": {}, "result": {}}], 'The config has no processor "q".'),
        ([{"processor": "p", "result": {}}], 'A case without an "event" that is an object.'),
        ([{"processor": "p", "event": {}}], 'A case expects one of "result", "error" and "skipped".'),
        ([{"processor": "p", "event": {}, "result": {}, "error": ""}], 'A case expects one of "result", "error" and "skipped".'),
        ([{"processor": "p", "event": {}, "skipped": False}], '"skipped" is not true.'),
        ([{"processor": "p", "event": {}, "skipped": True, "expect": 1}], 'A case has no "expect".'),
        ([{"processor": "p", "event": {}, "error": "", "answer": {"status": 7}}], '"status" is no status of HTTP.'),
    ],
)
def test_bad_cases_are_problems_with_a_place(tmp_path, cases, said):
    ran = run(folder_with(tmp_path, [processor()], cases))
    assert ran.returncode == 1 and said in ran.stderr and "tests" in ran.stderr, ran.stderr


def test_a_webhook_is_not_asked_but_taken_to_answer(tmp_path):
    hook = processor(webhook={"url": "http://127.0.0.1:1/"}, where='.name != "b"')
    del hook["transform"]
    event = {"name": "a"}
    cases = [
        case(event, answer={"body": {"processed_data": 1}}, result={"processed_data": 1, "status": "SUCCESS"}),
        case(event, answer={"status": 204}, result={}),
        case(event, answer={"status": 422, "body": "no"}, error='answered with 422: "no"'),
        case(event, answer={"status": 503}, error="answered with 503"),
        case({"name": "b"}, skipped=True),
    ]
    ran = run(folder_with(tmp_path / "good", [hook], cases))
    assert ran.returncode == 0, ran.stdout + ran.stderr
    ran = run(folder_with(tmp_path / "bad", [hook], [case(event, result={})]))
    assert ran.returncode == 1 and 'A case of a webhook without an "answer"' in ran.stderr


MEMORY = "more than 32 MB of memory or nests values too deeply"

# What a program does to itself for an event whose name is bad, and how that event fails. Others of its batch have their results.
HOSTILE = {
    'reduce range(50) as $i ("x"; . * 10)': MEMORY,
    '"x" * 1000000000': MEMORY,
    "[limit(1e9; repeat(1))]": MEMORY,
    "[range(1e9)]": MEMORY,
    "def f: [f]; f": MEMORY,
    "last(range(1e12))": "longer than 200 ms",
    "def f: f; f": "longer than 200 ms",
    '("a" * 60 | test("^(a|aa)+$b"))': "",
    "reduce range(1000000) as $i ([]; [.])": MEMORY,
    "halt": "halt is not for programs that run here",
    '"bye" | halt_error': "halt is not for programs that run here",
    "input": "there is no other input.",
    "error(null)": "transform gave no value",
    "[limit(3; repeat(1))] | implode | @base64d": "",
    "$ENV.HOME": "transform gave no object: null",
    "[splits(\"a\"; null)]": "cannot be matched",
    "tojson * 100000": "transform gave no object: string",
    '{a: ("x" * 2000000)}': "transform gave more than 1048576 bytes",
}  # fmt: skip


@pytest.mark.parametrize("program", HOSTILE)
def test_a_hostile_program_fails_its_event_alone(tmp_path, program):
    whole = f'if .name == "bad" then ({program}) else {{processed_data: .data}} end'
    good = [case({"name": "good", "data": n}, result={"processed_data": n}) for n in range(3)]
    bad = case({"name": "bad"}, error=HOSTILE[program])
    limits = {"memory": "32MiB", "timeout": "60s" if HOSTILE[program] == MEMORY else "200ms"}
    ran = run(folder_with(tmp_path, [processor(transform=whole) | limits], [good[0], bad, good[1], good[2]]))
    assert ran.returncode == 0, ran.stdout + ran.stderr


def test_a_program_that_does_not_compile_has_its_place_in_the_config_and_in_itself(tmp_path):
    folder = services.copy_example("events", tmp_path)
    config = folder / "config/config.conf"
    config.write_text(config.read_text().replace("{", '{\nprocessors = [{ name = p, from = /raw-events, to = /processed-events,\n'
                                                 '  where = ".a |\\n  foo(1)", transform = "{a: }" }]\n', 1))  # fmt: skip
    ran = services.run_command("check", "--config", config)
    assert ran.returncode == 1
    assert f'{config}:3:11: where of processor "p", line 2, column 3: foo/1 is not defined.' in ran.stderr, ran.stderr
    assert "transform of processor \"p\", line 1, column 5: syntax error, unexpected '}'" in ran.stderr, ran.stderr
