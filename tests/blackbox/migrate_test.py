"""`millrace migrate`: what MeshQL left in SQLite, PostgreSQL and MongoDB, in each form that its versions write, into each of our storages; and
then every document, list and history over REST is what that MeshQL would have answered at the same instant."""

import json
import re
import shlex
import sqlite3
import subprocess
from datetime import datetime, timedelta, timezone
from urllib.parse import quote

import pytest

import meshql_source as meshql
import service as services
from meshql_source import History
from mongo_server import java_mongo, mongo  # noqa: F401  fixtures
from postgres_server import PostgresServer
from service import run_command

RAW = "/raw-events"


@pytest.fixture(scope="module")
def postgres(tmp_path_factory):
    running = PostgresServer(tmp_path_factory.mktemp("postgres")).start()
    yield running
    running.stop()


class Names:
    last = 0

    @classmethod
    def next(cls, prefix):
        cls.last += 1
        return f"{prefix}{cls.last}"


class Target:
    """examples/events with the raw events in one of the storages."""

    def __init__(self, folder, storage):
        self.folder = services.copy_example("events", folder)
        self.storage = storage
        file = self.folder / "config/config.conf"
        config = json.loads(file.read_text())
        config["graphlettes"] = config["graphlettes"][:1]
        if storage:
            config["graphlettes"][0]["storage"] = storage
        file.write_text(json.dumps(config))
        self.config = file if storage else self.folder

    def migrate(self, uri, *more, code=0, seconds_max=120):
        done = run_command("migrate", "--config", self.config, "--to", RAW, "--from", uri, *more, seconds_max=seconds_max)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stderr

    def serve(self):
        command = ["serve", "--config", str(self.config)] if self.storage else ["dev", str(self.folder)]
        return services.Service(self.folder, command=command).start()


def make_target(kind, folder, request):
    if kind == "sqlite":
        return Target(folder, None)
    server = request.getfixturevalue(kind)
    return Target(folder, {"type": kind, "uri": server.uri(), "collection": Names.next("target")})


@pytest.fixture
def sqlite_target(tmp_path):
    return Target(tmp_path, None)


def listed(service, milliseconds):
    answer = service.get(f"{RAW}/api?limit=10000&at={milliseconds}")
    assert answer.status == 200, answer
    return {document["id"]: document for document in answer.json()}


def microseconds_of(text):
    since = datetime.fromisoformat(text.removesuffix("Z")).replace(tzinfo=timezone.utc) - datetime(1970, 1, 1, tzinfo=timezone.utc)
    return since // timedelta(microseconds=1)


def history_of(service, identifier):
    answer = service.get(f"{RAW}/api/{quote(identifier, safe='')}/history?limit=1000")
    assert answer.status == 200, answer
    versions = answer.json()
    assert [version["version"] for version in versions] == list(range(len(versions), 0, -1))
    return [(None if version["deleted"] else version["document"], microseconds_of(version["recorded_at"])) for version in reversed(versions)]


def assert_answers(service, history):
    for milliseconds in history.instants(12):
        expected = history.visible(milliseconds)
        assert listed(service, milliseconds) == expected, milliseconds
        for identifier in {row.id for row in history.random.sample(history.rows, 8)}:
            read = service.get(f"{RAW}/api/{quote(identifier, safe='')}?at={milliseconds}")
            assert (read.json() if read.status == 200 else None) == expected.get(identifier), (identifier, milliseconds)
    for identifier in {row.id for row in history.rows}:
        assert history_of(service, identifier) == history.versions(identifier), identifier


def write_source(kind, layout, history, folder, request, tokens=()):
    """The URI and the name of the table or collection."""
    if kind == "sqlite":
        meshql.write_sqlite(folder / "meshql.db", "farm", layout, history.rows, tokens)
        return f"sqlite:{folder}/meshql.db", "farm"
    name = Names.next("source")
    server = request.getfixturevalue(kind)
    if kind == "postgres":
        meshql.write_postgres(server, name, layout, history.rows, tokens)
        return server.uri(), name
    uri = server.uri(Names.next("farm"))
    meshql.write_mongo(uri, name, layout, history.rows, tokens)
    return uri, name


SOURCES = [
    *((kind, layout, layouts[layout][0]) for kind, layouts in (("sqlite", meshql.SQLITE), ("postgres", meshql.POSTGRES)) for layout in layouts),
    *(("mongo", layout, deletes) for layout, deletes in meshql.MONGO.items()),
    ("java_mongo", "rust", meshql.APPENDS),
]


@pytest.mark.parametrize("target", ["sqlite", "postgres", "mongo"])
@pytest.mark.parametrize("kind,layout,deletes", SOURCES, ids=lambda value: value)
def test_every_form_into_every_storage(kind, layout, deletes, target, tmp_path, request):
    is_fine = kind == "postgres" and layout != "rust"
    history = History(f"{kind} {layout} {target}", 150, deletes, microseconds=is_fine)
    uri, name = write_source(kind, layout, history, tmp_path, request)
    into = make_target(target, tmp_path, request)
    printed = into.migrate(uri, "--table" if kind != "mongo" else "--collection", name)
    versions = sum(len(history.versions(identifier)) for identifier in {row.id for row in history.rows})
    assert f"Compared: {versions} versions" in printed, printed
    assert "password" not in printed and "secret" not in printed, printed
    service = into.serve()
    try:
        assert_answers(service, history)
        created = service.create(f"{RAW}/api", {"name": "new", "data": 1})
        assert service.get(f"{RAW}/api?limit=1").json() == [created]
    finally:
        service.stop()


def test_again_does_nothing(sqlite_target, tmp_path):
    history = History(1, 100, meshql.APPENDS)
    meshql.write_sqlite(tmp_path / "meshql.db", "envelopes", "rust", history.rows)
    uri = f"sqlite:{tmp_path}/meshql.db"
    sqlite_target.migrate(uri, "--table", "envelopes")
    assert "already" in sqlite_target.migrate(uri, "--table", "envelopes")
    meshql.write_sqlite(tmp_path / "meshql.db", "envelopes", "rust", [meshql.Row("one more", {"name": "a", "data": 1}, history.time + 1000)])
    printed = sqlite_target.migrate(uri, "--table", "envelopes", code=1)
    assert "not empty" in printed and "not in the entity" in printed, printed


def test_an_entity_that_holds_something_else_is_left_alone(sqlite_target, tmp_path):
    service = sqlite_target.serve()
    service.create(f"{RAW}/api", {"id": "mine", "name": "a", "data": 1})
    service.stop()
    meshql.write_sqlite(tmp_path / "meshql.db", "envelopes", "rust", History(2, 10, meshql.APPENDS).rows)
    printed = sqlite_target.migrate(f"sqlite:{tmp_path}/meshql.db", "--table", "envelopes", code=1)
    assert '"mine"' in printed and "not empty" in printed, printed
    service = sqlite_target.serve()
    assert set(listed(service, meshql.END)) == {"mine"}
    service.stop()


BAD_ROWS = [
    ("no id", None, '{"name":"a","data":1}', 5, "no id"),
    ("empty id", "", '{"name":"a","data":1}', 5, "no id"),
    ("reserved id", "bulk", '{"name":"a","data":1}', 5, "has a meaning in URLs"),
    ("list", "a", "[1]", 5, "JSON object"),
    ("broken", "a", '{"name":', 5, "line 1"),
    ("twice", "a", '{"a":1,"a":2}', 5, "a"),
    ("other id", "a", '{"id":"b","name":"a","data":1}', 5, "id"),
    ("no time", "a", '{"name":"a","data":1}', None, "created_at"),
    ("strange time", "a", '{"name":"a","data":1}', "yesterday", "created_at"),
    ("before 1970", "a", '{"name":"a","data":1}', -5, "created_at"),
]


@pytest.mark.parametrize("row", BAD_ROWS, ids=lambda row: row[0])
def test_a_row_that_cannot_be_taken_is_named(row, sqlite_target, tmp_path):
    _, identifier, payload, created_at, reason = row
    uri = f"sqlite:{tmp_path}/meshql.db"
    meshql.write_sqlite(tmp_path / "meshql.db", "farm", "typescript", [meshql.Row("good", {"name": "a", "data": 1}, 1000)])
    with sqlite3.connect(tmp_path / "meshql.db") as database:
        database.execute("INSERT INTO farm (_id, id, payload, created_at) VALUES (77, ?, ?, ?)", (identifier, payload, created_at))
    printed = sqlite_target.migrate(uri, "--table", "farm", code=1)
    line = next(line for line in printed.splitlines() if line.startswith("rowid 77: "))
    assert reason in line and "Nothing is stored" in printed, printed
    printed = sqlite_target.migrate(uri, "--table", "farm", "--skip-bad")
    assert "Compared: 1 versions" in printed, printed


def test_times_as_text(sqlite_target, tmp_path):
    times = ["2023-01-01 00:00:00", "2023-01-01 00:00:00.500", "2023-01-01T00:00:01.123456Z", "2023-06-01T02:00:00+02:00"]
    with sqlite3.connect(tmp_path / "meshql.db") as database:
        database.execute("CREATE TABLE farm (id TEXT, payload TEXT, created_at TEXT)")
        for number, text in enumerate(times):
            database.execute("INSERT INTO farm VALUES ('a', ?, ?)", (json.dumps({"name": "a", "data": number}), text))
    sqlite_target.migrate(f"sqlite:{tmp_path}/meshql.db", "--table", "farm")
    service = sqlite_target.serve()
    recorded = [recorded for _, recorded in history_of(service, "a")]
    assert recorded == [1672531200000000, 1672531200500000, 1672531201123456, 1685577600000000]
    service.stop()


@pytest.mark.parametrize("kind,layout", [("sqlite", "java"), ("postgres", "typescript"), ("postgres", "java"), ("postgres", "rust"), ("mongo", "typescript"), ("mongo", "java")])
def test_tokens_stop_it_until_they_may_be_dropped(kind, layout, sqlite_target, tmp_path, request):
    history = History(3, 20, meshql.APPENDS if layout == "rust" else meshql.MARKS)
    uri, name = write_source(kind, layout, history, tmp_path, request, ["Token"])
    extra = meshql.Row("restricted", {"name": "a", "data": 1}, history.time + 10_000)
    if kind == "sqlite":
        meshql.write_sqlite(tmp_path / "meshql.db", name, layout, [extra], ["alice", "bob"])
    elif kind == "postgres":
        meshql.write_postgres(request.getfixturevalue(kind), name, layout, [extra], ["alice", "bob"])
    else:
        meshql.write_mongo(uri, name, layout, [extra], ["alice", "bob"])
    rows = len(history.rows)
    printed = sqlite_target.migrate(uri, "--table", name, code=1)
    assert f"{rows + 1} rows have authorized_tokens, {rows} of them only" in printed, printed
    printed = sqlite_target.migrate(uri, "--table", name, "--drop-tokens")
    assert "Compared" in printed, printed


def test_bson_that_json_lacks(sqlite_target, mongo):
    from bson import Binary, Decimal128, Int64, ObjectId
    from bson.datetime_ms import DatetimeMS

    uri, date = mongo.uri(Names.next("farm")), DatetimeMS(1_700_000_000_123)
    values = {
        "date": (date, '"2023-11-14T22:13:20.123Z"'),
        "decimal": (Decimal128("12345678901234567890.10"), "12345678901234567890.10"),
        "exponent": (Decimal128("1E+400"), "1E+400"),
        "oid": (ObjectId("65f000000000000000000001"), '"65f000000000000000000001"'),
        "bytes": (Binary(b"\0\xffab"), '"AP9hYg=="'),
        "double": (0.1, "0.1"),
        "whole": (5.0, "5"),
        "long": (Int64(2**62), str(2**62)),
        "nul": ("a\0b", '"a\\u0000b"'),
    }
    document = {"id": "a", "created_at": date, "payload": {"name": "a", "data": {key: value for key, (value, _) in values.items()}}}
    meshql.insert_into_mongo(uri, "farm", [document])
    sqlite_target.migrate(uri, "--collection", "farm")
    service = sqlite_target.serve()
    text = service.get(f"{RAW}/api/a").text
    service.stop()
    for key, (_, expected) in values.items():
        assert f'"{key}":{expected}' in text, text
    meshql.insert_into_mongo(uri, "farm", [{**document, "_id": "odd", "id": "b", "payload": {"data": [1, {"a/b": float("nan")}]}}])
    printed = sqlite_target.migrate(uri, "--collection", "farm", code=1)
    assert "_id odd: In its payload /data/1/a~1b has no JSON form." in printed, printed


def test_numbers_keep_their_digits(sqlite_target, postgres, tmp_path):
    payload = '{"name":"a","data":[12345678901234567890, 45.20, 1e400, -0.0]}'
    postgres.sql(f"CREATE TABLE digits (id TEXT, payload JSONB, created_at TIMESTAMPTZ); INSERT INTO digits VALUES ('a', '{payload}', now())")
    with sqlite3.connect(tmp_path / "meshql.db") as database:
        database.execute("CREATE TABLE digits (id TEXT, payload TEXT, created_at INTEGER)")
        database.execute("INSERT INTO digits VALUES ('a', ?, 1)", (payload,))
    sqlite_target.migrate(f"sqlite:{tmp_path}/meshql.db", "--table", "digits")
    service = sqlite_target.serve()
    assert "[12345678901234567890,45.20,1e400,-0.0]" in service.get(f"{RAW}/api/a").text
    service.stop()
    from_postgres = Target(tmp_path / "other", None)
    from_postgres.migrate(postgres.uri(), "--table", "digits")
    service = from_postgres.serve()
    assert "[12345678901234567890,45.20,1" + "0" * 400 + ",0.0]" in service.get(f"{RAW}/api/a").text.replace("-0.0", "0.0")
    service.stop()


def test_rows_of_the_future_are_told(sqlite_target, tmp_path):
    meshql.write_sqlite(tmp_path / "meshql.db", "farm", "java", [meshql.Row("a", {"name": "a", "data": 1}, 7_000_000_000_000_000)])
    assert "created_at in the future: 1." in sqlite_target.migrate(f"sqlite:{tmp_path}/meshql.db", "--table", "farm")


def test_documents_that_do_not_fit_the_schema_are_counted(sqlite_target, tmp_path):
    rows = [meshql.Row(f"old-{number}", {"title": "no name"}, number * 1000) for number in range(12)]
    rows.append(meshql.Row("old-0", {"name": "mended", "data": 1}, 20_000))
    meshql.write_sqlite(tmp_path / "meshql.db", "farm", "typescript", rows)
    printed = sqlite_target.migrate(f"sqlite:{tmp_path}/meshql.db", "--table", "farm")
    assert "11 documents do not fit" in printed and printed.count("breaks its schema") == 10, printed


def test_what_cannot_be_is_said(sqlite_target, postgres, mongo, tmp_path):
    meshql.write_sqlite(tmp_path / "meshql.db", "farm", "typescript", History(4, 5, meshql.MARKS).rows)
    uri = f"sqlite:{tmp_path}/meshql.db"
    assert "It has farm: name one with --table." in sqlite_target.migrate(uri, code=1)
    assert "no SQLite file" in sqlite_target.migrate(f"sqlite:{tmp_path}/none.db", code=1)
    assert "no table" in sqlite_target.migrate(postgres.uri(), "--table", "nowhere", code=1)
    assert "is empty" in sqlite_target.migrate(mongo.uri(), "--collection", "nowhere", code=1)
    printed = sqlite_target.migrate("redis://user:secret@host/0", code=1)
    assert "no URI" in printed and "secret" not in printed, printed
    postgres.sql("CREATE TABLE other (id TEXT, name TEXT)")
    printed = sqlite_target.migrate(postgres.uri(), "--table", "other", code=1)
    assert "it has id, name" in printed and "created_at" in printed, printed
    printed = sqlite_target.migrate(postgres.uri(password="wrong"), "--table", "other", code=1)
    assert "wrong" not in printed, printed
    in_memory = Target(tmp_path / "memory", {"type": "memory", "collection": "raw"})
    assert "kept in memory" in in_memory.migrate(uri, "--table", "farm", code=1)
    itself = Target(tmp_path / "itself", {"type": "postgres", "uri": postgres.uri(), "collection": "farm"})
    assert "into itself" in itself.migrate(postgres.uri(), code=1)
    done = run_command("migrate", "--config", sqlite_target.config, "--to", "/nothing", "--from", uri)
    assert done.returncode == 1 and "no entity" in done.stderr, done


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "mongo"])
def test_beside_a_running_service(kind, tmp_path, request):
    history = History(9, 300, meshql.APPENDS)
    meshql.write_sqlite(tmp_path / "meshql.db", "envelopes", "rust", history.rows)
    into = make_target(kind, tmp_path, request)
    service = into.serve()
    try:
        assert listed(service, meshql.END) == {}
        into.migrate(f"sqlite:{tmp_path}/meshql.db", "--table", "envelopes")
        assert_answers(service, history)
        created = service.create(f"{RAW}/api", {"name": "new", "data": 1})
        assert created["id"] in listed(service, meshql.END)
    finally:
        service.stop()


def test_a_source_without_rows(sqlite_target, tmp_path):
    meshql.write_sqlite(tmp_path / "meshql.db", "envelopes", "rust", [])
    assert "Compared: 0 versions" in sqlite_target.migrate(f"sqlite:{tmp_path}/meshql.db", "--table", "envelopes")


@pytest.mark.parametrize("kind", ["postgres", "mongo"])
def test_a_table_of_meshqls_is_no_entity(kind, tmp_path, request):
    """However its URI is spelt: the store knows its own."""
    history = History(10, 20, meshql.MARKS)
    uri, name = write_source(kind, "typescript", history, tmp_path, request)
    into = Target(tmp_path, {"type": kind, "uri": uri, "collection": name})
    option = "?application_name=other" if kind == "postgres" else "?appName=other"
    printed = into.migrate(uri + option, "--table", name, code=1)
    assert "Stored" not in printed, printed
    other = make_target("sqlite", tmp_path / "other", request)
    assert "Compared" in other.migrate(uri, "--table", name)


def test_what_the_storage_cannot_hold_is_named_by_its_row(mongo, tmp_path, request):
    rows = History(8, 2000, meshql.APPENDS).rows
    rows.append(meshql.Row("deep", {"name": "a", "data": json.loads("[" * 120 + "]" * 120)}, rows[-1].microseconds))
    meshql.write_sqlite(tmp_path / "meshql.db", "envelopes", "rust", rows)
    into = make_target("mongo", tmp_path, request)
    printed = into.migrate(f"sqlite:{tmp_path}/meshql.db", "--table", "envelopes", code=1)
    assert f"rowid {len(rows)}: MongoDB holds documents of at most 96 levels" in printed, printed
    service = into.serve()
    assert listed(service, meshql.END) == {}
    service.stop()


@pytest.mark.parametrize("kind", ["sqlite", "postgres", "mongo"])
def test_killed_in_the_middle_nothing_or_all_is_there(kind, tmp_path, request):
    rows = 3000 if kind == "mongo" else 20_000
    meshql.write_sqlite(tmp_path / "meshql.db", "envelopes", "rust", History(5, rows, meshql.APPENDS).rows)
    arguments = ["--to", RAW, "--from", f"sqlite:{tmp_path}/meshql.db", "--table", "envelopes"]
    into = make_target(kind, tmp_path, request)
    ended = []
    seconds = 0.05
    # Later and later, until one comes to its end.
    while not ended or ended[-1] != 0:
        seconds *= 1.25
        assert seconds < 60, ended
        command = [str(services.BINARY), "migrate", "--config", str(into.config), *arguments]
        process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True, env=services.environment())
        try:
            process.wait(seconds)
        except subprocess.TimeoutExpired:
            process.kill()
        printed = process.communicate()[1]
        assert "something else" not in printed, printed
        ended.append(process.returncode)
    assert ended[0] != 0, ended
    assert "already" in into.migrate(*arguments[3:])


def commands_of_the_document():
    text = (services.ROOT / "docs/migrating-from-meshql.md").read_text()
    return [line for block in re.findall(r"^```sh\n(.*?)^```", text, re.MULTILINE | re.DOTALL) for line in block.replace("\\\n", " ").splitlines()]


def test_the_commands_that_the_document_shows(postgres, mongo, tmp_path):
    """As they stand, but for where the databases are and that each has an entity of its own."""
    history = History(6, 30, meshql.MARKS)
    farm = mongo.uri("farm")
    meshql.write_mongo(farm, "events", "java", history.rows, ["Token"])
    postgres.sql("CREATE DATABASE farm")
    rust = History(7, 30, meshql.APPENDS)
    meshql.write_sqlite(tmp_path / "meshql.db", "envelopes", "rust", rust.rows)

    class Farm:
        @staticmethod
        def sql(text):
            return postgres.sql(text, "farm")

    meshql.write_postgres(Farm, "events", "java", history.rows)
    places = {"mongodb://localhost:27017/farm": farm, "postgresql://localhost/farm": postgres.uri("farm"), "sqlite:meshql.db": f"sqlite:{tmp_path}/meshql.db"}
    commands = [shlex.split(line) for line in commands_of_the_document() if " migrate " in line]
    assert len(commands) == len(places)
    for number, words in enumerate(commands):
        target = Target(tmp_path / str(number), None)
        words[words.index("--config") + 1] = str(target.config)
        done = run_command(*[places.get(word, word) for word in words[1:]])
        assert done.returncode == 0 and "Compared: " in done.stderr, done
