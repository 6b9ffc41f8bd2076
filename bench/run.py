#!/usr/bin/env python3
"""Measures the release binary beside a server that is written by hand, a bare one and nginx, and checks thresholds: part of ./dev bench.

Every case runs once per round, and who goes first alternates. A rate is the median of its rounds, a ratio the median of the ratios within
each round, so that a noisy minute hits all sides alike; many short rounds serve that better than a few long ones. The servers:

  by hand   the same API over the same events, as fast as a person can write it for this one schema (bench/handwritten)
  bare      a server on the same HTTP loop that answers the same bytes from memory (bench/bare)
  nginx     `return 200` with the same bytes

POST and bulk go into an empty service in every round, and are compared with a bare loop that inserts the same rows with the same indexes
as well. Commits are durable on all sides.

Of a store with 1,000 events and of a large one as many different ids and names are asked, so that the two differ in what is stored and not
in what is asked; "of any name" also measures how much of the store fits the processor's caches.
"""

import shutil
import statistics
import subprocess
import sys
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from dataset import Dataset, raw_id  # noqa: E402
from measured import Bare, Nginx, resident, resident_peak, start_seconds  # noqa: E402
from places import PLACES, parser  # noqa: E402
from questions import BY_ID, FEDERATED, PROCESSED, PROCESSED_GRAPH, RAW, RAW_GRAPH, Question, graphql, post_bodies  # noqa: E402
from results import Results  # noqa: E402
from service import ROOT  # noqa: E402
from thresholds import check  # noqa: E402

FOLDER = ROOT / "build/bench"
SMALL = 1_000
BULK_ROWS = 50_000
STARTS = 10
ONE = 16  # connections of what is asked over one number of them
OURS, BY_HAND = "Millrace", "by hand"


def questions(folder, dataset):
    ids, names = dataset.sample_of_raw_ids(1_000), dataset.sample_of_names(50)
    return {
        "GET": Question(folder, "GET", "GET", RAW + "/", ids),
        "getById": Question(folder, "getById", "POST", RAW_GRAPH, graphql(BY_ID, "id", ids)),
        "federated": Question(folder, "federated", "POST", PROCESSED_GRAPH, graphql(FEDERATED, "name", names)),
    }


class Stage:
    """A storage: a large service in it, the rival on the same events, and what both are asked."""

    def __init__(self, place, options, results):
        self.place, self.options, self.results = place, options, results
        self.post = Question(place.folder, "POST", "POST", RAW, post_bodies())
        self.running = []
        self.peaks = {"reading": 0, "writing": 0, "bulk": 0}
        self.large = self._started(place.service("large"))
        self.data = Dataset(self.large, options.stored)
        self.data.expect_answers(BY_ID, FEDERATED)
        self.questions = {name: each for name, each in questions(place.folder, self.data).items() if options.wants(name)}
        self.rival = place.rival(self.large)
        self.running.append(self.rival)
        place.settle(self.large)

    def _started(self, service):
        self.running.append(service.start())
        return service

    def add(self, figures, case, connections, server):
        self.results.add(figures, storage=self.place.name, case=case, connections=connections, server=server)

    def ask_both(self, number, question, connections, ours, theirs):
        """Who goes first alternates."""
        both = [(OURS, ours), (BY_HAND, theirs)]
        for name, server in both if number % 2 == 0 else reversed(both):
            self.add(question.ask(server, connections, self.options.seconds), question.name, connections, name)

    def read(self, number, connections):
        for question in self.questions.values():
            self.ask_both(number, question, connections, self.large, self.rival)

    def write(self, number):
        for connections in self.options.connections if self.options.wants("POST") else ():
            self._post(number, connections)
        if self.options.wants("bulk"):
            self._bulk()

    def _post(self, number, connections):
        service = self.place.service("writes").start()
        rival = self.place.rival(service)
        try:
            self.ask_both(number, self.post, connections, service, rival)
            self._note_peak("writing", service)
            if connections == 64:
                self.add({"rate": self.place.insert_rate(service)}, "insert", connections, "bare")
        finally:
            rival.stop()
            service.stop()
            self.place.remove("writes")

    def _bulk(self):
        service = self.place.service("bulk").start()
        try:
            bodies = post_bodies()
            lines = "\n".join(bodies[number % len(bodies)] for number in range(BULK_ROWS)).encode()
            began = time.monotonic()
            response = service.request("POST", RAW + "/bulk", lines, {"Content-Type": "application/x-ndjson"}, seconds_max=300)
            self.add({"rate": BULK_ROWS / (time.monotonic() - began)}, "bulk", 1, OURS)
            assert response.status == 201, response
            self._note_peak("bulk", service)
            self.add({"rate": self.place.bulk_insert_rate(service)}, "bulk", 1, "bare")
        finally:
            service.stop()
            self.place.remove("bulk")

    def measure_start(self):
        """How long an empty service takes until it is ready, and what it holds then."""
        service = self.place.service("idle")
        service.start().stop()  # makes its tables
        starts = [start_seconds(service) for _ in range(STARTS)]
        service.start()
        time.sleep(1)
        self.add({"seconds": min(starts), "median": statistics.median(starts)}, "start", 0, OURS)
        self.add({"bytes": resident(service.process.pid)}, "idle", 0, OURS)
        service.stop()
        self.place.remove("idle")

    def _note_peak(self, doing, service):
        self.peaks[doing] = max(self.peaks[doing], resident_peak(service.process.pid))

    def measure_peak(self):
        """What a service held at most, ever: the large one, which was filled before it was read, and those that were written to."""
        self._note_peak("reading", self.large)
        self.add({"bytes": max(self.peaks.values()), **self.peaks}, "load", 0, OURS)

    def stop(self):
        for server in self.running:
            server.stop()


class Growth:
    """On SQLite: a service with 1,000 events beside the large one, and one whose raw events are those of the other, over HTTP."""

    def __init__(self, stage, options, results):
        self.options, self.results = options, results
        self.running = []
        small = stage.place.service("small")
        self.running.append(small.start())
        data = Dataset(small, SMALL)
        far = stage.place.service("far")
        config = far.folder / "config/config.conf"
        config.write_text(config.read_text().replace("http://localhost:4055/raw-events", f"{small.url}/raw-events"))
        self.running.append(far.start())
        Dataset(far, SMALL, kinds=[PROCESSED]).expect_answers(BY_ID, FEDERATED)
        (folder := stage.place.folder / "questions").mkdir()
        asked = questions(folder, data)
        any_name = graphql(FEDERATED, "name", stage.data.sample_of_names(stage.data.names))
        self.cases = [
            ("getById of 1,000", asked["getById"], small),
            ("federated of 1,000", asked["federated"], small),
            ("federated over HTTP", asked["federated"], far),
            ("federated of any name", Question(folder, "any", "POST", PROCESSED_GRAPH, any_name), stage.large),
        ]

    def round(self):
        for name, question, service in self.cases:
            figures = question.ask(service, ONE, self.options.seconds)
            self.results.add(figures, storage="SQLite", case=name, connections=ONE, server=OURS)

    def stop(self):
        for server in self.running:
            server.stop()


class Yardsticks:
    """What answers the same bytes without a store."""

    def __init__(self, folder, stage, options, results):
        self.options, self.results = options, results
        body = stage.large.get(f"{RAW}/{raw_id(0)}").body
        self.question = Question(folder, "bare", "GET", RAW + "/", stage.data.sample_of_raw_ids(1_000))
        self.bare = Bare(body, folder)
        self.nginx = Nginx(body, folder)

    def ask(self, connections):
        for name, server in [("bare", self.bare)] + [("nginx", self.nginx)] * (connections == ONE):
            figures = self.question.ask(server, connections, self.options.seconds)
            self.results.add(figures, storage="none", case="GET", connections=connections, server=name)

    def stop(self):
        self.bare.stop()
        self.nginx.stop()


def print_table(results):
    head = f"{'storage':12}{'case':24}{'connections':>12}  {'server':10}"
    print(f"\n{head}{'requests/s':>12}{'p50 ms':>9}{'p99 ms':>9}{'p99.9 ms':>10}{'us/request':>12}   rounds")
    for point in results.points():
        line = f"{point['storage']:12}{point['case']:24}{point['connections']:12}  {point['server']:10}"
        if point["case"] in ("start", "idle", "load"):
            print(f"{line}{results.rounds[tuple(sorted(point.items()))][0]}")
            continue
        each = " ".join(f"{rate:.0f}" for rate in results.each("rate", point))
        more = ""
        if point["case"] not in ("bulk", "insert"):
            p50, p99, p999, processor = (results.median(name, point) for name in ("p50", "p99", "p999", "processor"))
            more = f"{p50:9.2f}{p99:9.2f}{p999:10.2f}{processor:12.1f}"
        print(f"{line}{results.median('rate', point):12.0f}{more:40}   {each}")


def read_options(arguments):
    asked = parser(__doc__, rounds=7, quick="10,000 events")
    asked.add_argument("--connections", type=int, nargs="+", default=[1, 16, 64, 256])
    asked.add_argument("--stored", type=int, default=100_000, help="raw events of the large services, and as many processed ones")
    asked.add_argument("--only", nargs="+", default=[], help="cases: GET getById federated POST bulk start growth")
    options = asked.parse_args(arguments)
    if options.quick:
        options.rounds, options.seconds, options.stored = 1, 1, 10_000
    options.wants = lambda name: not options.only or name in options.only
    return options


def run_rounds(options, results, started):
    stages = []
    for name in options.storages:
        (folder := FOLDER / name).mkdir()
        started.append(place := PLACES[name](folder))
        started.append(stage := Stage(place, options, results))
        stages.append(stage)
        if options.wants("start"):
            stage.measure_start()
    started.append(yardsticks := Yardsticks(FOLDER, stages[0], options, results))
    growth = Growth(stages[0], options, results) if options.wants("growth") and "sqlite" in options.storages else None
    if growth:
        started.append(growth)
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", flush=True)
        for connections in options.connections:
            yardsticks.ask(connections)
            for stage in stages:
                stage.read(number, connections)
        for stage in stages:
            stage.write(number)
        if growth:
            growth.round()
    for stage in stages:
        stage.measure_peak()


def main(arguments):
    options = read_options(arguments)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    results = Results(rounds=options.rounds, seconds=options.seconds, stored=options.stored)
    started = []
    try:
        run_rounds(options, results, started)
    finally:
        for each in reversed(started):
            each.stop()
    print(f"{results.about['cores']} cores, wrk on the same ones; {options.rounds} rounds of {options.seconds} s")
    print_table(results)
    check(results)
    shutil.rmtree(FOLDER, ignore_errors=True)
    return results.finish(options)


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stdout or ''}{error.stderr or ''}")
