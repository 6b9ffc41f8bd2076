#!/usr/bin/env python3
"""Measures Millrace beside what others serve the same events with (bench/peers), on the same database server: ./dev bench --peers
[--rounds N] [--seconds N] [--connections N…] [--only PEERS] [--mongo java|secantus] [--json FILE]

Each line asks both the same over as many connections, one after the other in every round: rates and latencies are medians of the rounds, a
ratio is the median of the ratios within each round. Answers are compared before.
"""

import argparse
import json
import os
import shutil
import signal
import statistics
import subprocess
import sys
from datetime import datetime
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from dataset import Dataset  # noqa: E402
from measured import wrk  # noqa: E402
from mongo_server import MongoServer, on_mongo  # noqa: E402
from postgres_server import PostgresServer, on_postgres  # noqa: E402
from questions import BY_ID, FEDERATED, graphql, post_bodies  # noqa: E402
from results import about_this_run  # noqa: E402
from service import ROOT, Service, copy_example, free_port  # noqa: E402

FOLDER = ROOT / "build/bench-peers"
SCRIPTS = ROOT / "bench/peers"
NODE = ROOT / ".venv/bin/node"
SIZE, RESULTS_PER_NAME = 1_000, 20
RATIO_MIN = 5
COMPARED = 20
LISTENS = "listening\n"

RAW_FIELDS = "id name data timestamp source"
CREATE = f"mutation ($input: RawEventInput!) {{ createRawEvent(input: $input) {{ {RAW_FIELDS} }} }}"
MUTATION = """
input RawEventInput { name: String! data: JSON timestamp: DateTime source: String version: String metadata: JSON }
type Mutation { createRawEvent(input: RawEventInput!): RawEvent }
"""

# PostGraphile's names follow from the tables; the aliases make the same answer of them.
POSTGRAPHILE_RAW_FIELDS = "id: rowId name data timestamp source"
POSTGRAPHILE_BY_ID = f"query ($id: UUID!) {{ getById: rawEventByRowId(rowId: $id) {{ {POSTGRAPHILE_RAW_FIELDS} }} }}"
POSTGRAPHILE_FEDERATED = f"""query ($name: String!) {{ getByName: allProcessedEvents(condition: {{name: $name}}, first: 100) {{ nodes {{
  id: rowId name processed_data: processedData status processing_time_ms: processingTimeMs
  rawEvent: rawEventByRawEventId {{ {POSTGRAPHILE_RAW_FIELDS} }} }} }} }}"""
POSTGRAPHILE_CREATE = f"""mutation ($input: RawEventInput!) {{ createRawEvent(input: {{rawEvent: $input}}) {{
  rawEvent {{ {POSTGRAPHILE_RAW_FIELDS} }} }} }}"""


# --- Who is measured -----------------------------------------------------------------------------------------------------------------------


class Peer:
    """A script of bench/peers on a database."""

    def __init__(self, script, uri):
        self.port = free_port()
        self.url = f"http://127.0.0.1:{self.port}"
        log = FOLDER / f"{script}.log"
        with log.open("w") as errors:
            # A group of its own: it has a process for each core.
            self.process = subprocess.Popen([NODE, SCRIPTS / script, str(self.port), uri], stdout=subprocess.PIPE, stderr=errors, text=True,
                                            start_new_session=True, env={**os.environ, "NODE_ENV": "production"})  # fmt: skip
        assert self.process.stdout.readline() == LISTENS, log.read_text()

    def stop(self):
        os.killpg(self.process.pid, signal.SIGTERM)
        self.process.wait(10)
        self.process.stdout.close()


class Question:
    """What is asked of one side: `lines` are paths behind the prefix, or bodies when they are posted."""

    def __init__(self, method, prefix, lines):
        self.method, self.prefix, self.lines = method, prefix, lines

    def write(self, file):
        file.write_text("\n".join(self.lines) + "\n")
        return file

    def ask(self, url, line):
        arguments = ["--json", line, url + self.prefix] if self.method == "POST" else [url + self.prefix + line]
        answer = subprocess.run(["curl", "-sSf", *arguments], check=True, capture_output=True, text=True).stdout
        return json.loads(answer)


class Line:
    """A line of the table: the same asked of a peer and of Millrace."""

    def __init__(self, peer, case, connections, theirs, ours):
        """`theirs`, `ours`: the URL, and the Question."""
        self.peer, self.case, self.connections = peer, case, connections
        self.sides = {"theirs": theirs, "ours": ours}
        self.files = {}
        for side, (_, question) in self.sides.items():
            self.files[side] = question.write(FOLDER / f"{peer}-{case}-{side}.lines".replace(" ", "-"))
        self.loads = {"theirs": [], "ours": []}

    def writes(self):
        return self.case in ("POST", "mutation")

    def expect_same_answers(self):
        theirs, ours = self.sides.values()
        for their_line, our_line in list(zip(theirs[1].lines, ours[1].lines))[: 1 if self.writes() else COMPARED]:
            answers = [without_form(question.ask(url, line)) for (url, question), line in ((theirs, their_line), (ours, our_line))]
            if self.writes():
                answers = [without_ids(answer) for answer in answers]
            assert answers[0] == answers[1] and answers[0], f"{self.peer}, {self.case}:\n{answers[0]}\n{answers[1]}"

    def ask(self, side, seconds):
        url, question = self.sides[side]
        return wrk(url, question.method, question.prefix, self.files[side], self.connections, seconds)

    def measure(self, number, seconds):
        """Each begins in every other round."""
        for side in ("theirs", "ours") if number % 2 == 0 else ("ours", "theirs"):
            self.loads[side].append(self.ask(side, seconds))

    def median(self, side, what):
        return statistics.median(getattr(load, what) for load in self.loads[side])

    def ratio(self):
        return statistics.median(ours.rate / theirs.rate for ours, theirs in zip(self.loads["ours"], self.loads["theirs"]))

    def is_met(self):
        return self.ratio() >= RATIO_MIN and self.median("ours", "p99") <= self.median("theirs", "p99")

    def figures(self):
        sides = {side: {what: self.median(side, what) for what in ("rate", "p50", "p99")} for side in self.loads}
        rounds = {side: [load.rate for load in loads] for side, loads in self.loads.items()}
        return {"peer": self.peer, "case": self.case, "connections": self.connections, **sides, "ratio": self.ratio(), "met": self.is_met(),
                "rounds": rounds}  # fmt: skip


def without_form(answer):
    """What an answer says: what is null is as what is absent, times are instants, lists are in order of ids, and a list within a connection,
    or an event within what a mutation gives, stands for itself."""
    if isinstance(answer, list):
        return sorted(map(without_form, answer), key=lambda each: each["id"] if isinstance(each, dict) else json.dumps(each))
    if not isinstance(answer, dict):
        return answer
    if len(answer) == 1 and (inner := answer.get("nodes") or answer.get("rawEvent")):
        return without_form(inner)
    return {
        name: datetime.fromisoformat(value) if name.endswith("timestamp") else without_form(value)
        for name, value in answer.items()
        if value is not None
    }


def without_ids(answer):
    if not isinstance(answer, dict):
        return answer
    return {name: without_ids(value) for name, value in answer.items() if name != "id"}


# --- What is asked of whom -----------------------------------------------------------------------------------------------------------------


def rest_questions(data):
    return {
        "GET by id": Question("GET", "/raw-events/api/", data.sample_of_raw_ids()),
        "GET 20 by name": Question("GET", "/processed-events/api?name=", data.sample_of_names(SIZE // RESULTS_PER_NAME)),
        "POST": Question("POST", "/raw-events/api", post_bodies()),
    }


def graphql_questions(data, raw="/graphql", processed="/graphql", by_id=BY_ID, federated=FEDERATED, create=CREATE):
    return {
        "getById": Question("POST", raw, graphql(by_id, "id", data.sample_of_raw_ids())),
        "federated": Question("POST", processed, graphql(federated, "name", data.sample_of_names(SIZE // RESULTS_PER_NAME))),
        "mutation": Question("POST", raw, graphql(create, "input", map(json.loads, post_bodies()))),
    }


def lines_of(name, url, questions, service, own, options):
    """`own`: what Millrace is asked."""
    return [
        Line(name, case, connections, (url, question), (service.url, own[case]))
        for case, question in questions.items()
        for connections in options.connections
    ]


def start_service(folder, command_of, started):
    example = copy_example("events", folder)
    schema = example / "config/graph/raw_event.graphql"
    schema.write_text(schema.read_text() + MUTATION)
    service = Service(example, command=command_of(example))
    started.append(service)
    return service.start()


def stored(service, path):
    """Every event, as Millrace gives it."""
    events = service.get(f"{path}?limit={SIZE}").json()
    assert len(events) == SIZE, len(events)
    return events


def copy_to_postgres(service, uri):
    inserts = [
        f"INSERT INTO {table} SELECT * FROM jsonb_populate_recordset(NULL::{table}, $events${json.dumps(stored(service, path))}$events$);"
        for table, path in (("raw_event", "/raw-events/api"), ("processed_event", "/processed-events/api"))
    ]
    psql = ["psql", "-q", "-v", "ON_ERROR_STOP=1", uri]
    subprocess.run([*psql, "-f", str(SCRIPTS / "schema.sql")], check=True, capture_output=True, text=True)
    subprocess.run(psql, check=True, capture_output=True, text=True, input="\n".join([*inserts, "ANALYZE;"]))


def copy_to_mongo(service, uri):
    # By the peer's driver: Python's refuses mongo-java-server for the age of its protocol, as version 7 of Node's does.
    events = {"raw_events": stored(service, "/raw-events/api"), "processed_events": stored(service, "/processed-events/api")}
    command = [NODE, SCRIPTS / "fill_mongo.mjs", uri]
    subprocess.run(command, check=True, capture_output=True, text=True, input=json.dumps(events))


def on_postgres_server(options, started):
    """PostGraphile, mercurius and REST beside Millrace with both entities in PostgreSQL."""
    folder = FOLDER / "postgres"
    folder.mkdir()
    started.append(server := PostgresServer(folder))
    server.start()
    for database in ("millrace", "peers"):
        server.make_database(database)
    service = start_service(folder, lambda example: on_postgres(example, server.uri("millrace")), started)
    data = Dataset(service, SIZE, RESULTS_PER_NAME)
    copy_to_postgres(service, server.uri("peers"))
    postgraphile = graphql_questions(data, by_id=POSTGRAPHILE_BY_ID, federated=POSTGRAPHILE_FEDERATED, create=POSTGRAPHILE_CREATE)
    own = {**rest_questions(data), **graphql_questions(data, "/raw-events/graph", "/processed-events/graph")}
    lines = []
    for name, questions in (("postgraphile", postgraphile), ("mercurius", graphql_questions(data)), ("rest_postgres", rest_questions(data))):
        if name in options.only:
            started.append(peer := Peer(f"{name}.mjs", server.uri("peers")))
            lines += lines_of(name, peer.url, questions, service, own, options)
    return lines


def on_mongo_server(options, started):
    """REST beside Millrace with both entities in MongoDB."""
    folder = FOLDER / "mongo"
    folder.mkdir()
    started.append(server := MongoServer(folder, kind=options.mongo, heap="4g"))
    server.start()
    service = start_service(folder, lambda example: on_mongo(example, server.uri("millrace")), started)
    data = Dataset(service, SIZE, RESULTS_PER_NAME)
    copy_to_mongo(service, server.uri("peers"))
    started.append(peer := Peer("rest_mongo.mjs", server.uri("peers")))
    questions = rest_questions(data)
    return lines_of("rest_mongo", peer.url, questions, service, questions, options)


# --- Measuring -----------------------------------------------------------------------------------------------------------------------------


def measure(lines, options):
    """Writes come after all reads, so that these find no more than what was stored for them."""
    for writes in (False, True):
        chosen = [line for line in lines if line.writes() == writes]
        for line in chosen:
            line.expect_same_answers()
            for side in line.sides:
                line.ask(side, 1)  # so that all is compiled and connected
        for number in range(options.rounds):
            print(f"{'writes' if writes else 'reads'}, round {number + 1} of {options.rounds}", flush=True)
            for line in chosen:
                line.measure(number, options.seconds)


def measure_on(start, options):
    """`start`: what starts a server and all that is measured on it."""
    started = []
    try:
        lines = start(options, started)
        measure(lines, options)
    finally:
        for running in reversed(started):
            running.stop()
    print_table(lines)
    return lines


def print_table(lines):
    print(f"\n{'':31}{'connections':>11}{'theirs/s':>10}{'ours/s':>10}{'ratio':>7}   {'p50 ms':>15}   {'p99 ms':>15}")
    for line in lines:
        latencies = "   ".join(f"{line.median('theirs', what):7.2f} {line.median('ours', what):7.2f}" for what in ("p50", "p99"))
        print(f"{line.peer:15} {line.case:15}{line.connections:11}{line.median('theirs', 'rate'):10.0f}{line.median('ours', 'rate'):10.0f}"
              f"{line.ratio():7.2f}   {latencies}   {'ok' if line.is_met() else 'MISSED'}")  # fmt: skip


def read_options(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench --peers", description=__doc__.splitlines()[0])
    names = ["postgraphile", "mercurius", "rest_postgres", "rest_mongo"]
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each line and side in each round")
    parser.add_argument("--connections", type=int, nargs="+", default=[16, 64])
    parser.add_argument("--only", nargs="+", choices=names, default=names)
    parser.add_argument("--mongo", choices=["java", "secantus"], default="java", help="what speaks MongoDB's protocol where MONGO_URI names none")
    parser.add_argument("--json", type=Path, help="writes the figures to this file as well")
    return parser.parse_args(arguments)


def main(arguments):
    options = read_options(arguments)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    print(f"{os.cpu_count()} cores, wrk and the databases on the same ones; {options.rounds} rounds of {options.seconds} s")
    lines = []
    if set(options.only) - {"rest_mongo"}:
        lines += measure_on(on_postgres_server, options)
    if "rest_mongo" in options.only:
        lines += measure_on(on_mongo_server, options)
    if options.json:
        about = about_this_run(rounds=options.rounds, seconds=options.seconds)
        options.json.parent.mkdir(parents=True, exist_ok=True)
        options.json.write_text(json.dumps({"about": about, "lines": [line.figures() for line in lines]}, indent=2) + "\n")
    missed = sum(not line.is_met() for line in lines)
    print(f"{missed} of {len(lines)} lines are under {RATIO_MIN} times the peer's throughput, or have a higher p99" if missed else "every line is met")
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stdout or ''}{error.stderr or ''}")
