#!/usr/bin/env python3
"""Measures the release binary on this machine and checks the thresholds below: ./dev bench [--rounds N] [--seconds N] [--only WORDS]

Every case runs once per round. A rate is the median of its rounds, a ratio the median of the ratios within each round, so that a noisy
minute hits both sides alike. Ratios are to (a), a bare server on the same HTTP loop that answers the same bytes. POST is compared with a
bare loop that inserts the same rows with the same indexes, 64 a transaction.

(e) asks for as many different names of the large store as the small one has, so that the two differ in what is stored and not in what is
asked; the line below it asks for any name, which also measures how much of the store fits the processor's caches.
"""

import argparse
import json
import os
import shutil
import statistics
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from measured import Bare, Dataset, Nginx, bare_insert_rate, wrk  # noqa: E402
from service import ROOT, Service, copy_example  # noqa: E402

FOLDER = ROOT / "build/bench"
SMALL, LARGE = 1_000, 100_000
RESULTS_PER_NAME = 20

BY_ID = "query ($id: ID!) { getById(id: $id) { id name data timestamp source } }"
FEDERATED = """query ($name: String!) { getByName(name: $name) {
  id name processed_data status processing_time_ms rawEvent { id name data timestamp source } } }"""


class Case:
    """One line of the table: what wrk sends where, over how many connections."""

    def __init__(self, key, name, url, method, prefix, lines, connections):
        self.key, self.name, self.connections = key, name, connections
        self.url, self.method, self.prefix = url, method, prefix
        self.file = FOLDER / f"{key}.lines"
        self.file.write_text("\n".join(lines) + "\n")
        self.rates, self.latencies = [], []

    def measure(self, seconds):
        load = wrk(self.url, self.method, self.prefix, self.file, self.connections, seconds)
        self.rates.append(load.rate)
        self.latencies.append(load.p99)


class PostCase(Case):
    """POST into an empty service of its own in every round; then the bare loop inserts the rows that it stored, from empty as well."""

    def __init__(self, key, name, prefix, lines, connections):
        super().__init__(key, name, None, "POST", prefix, lines, connections)
        self.inserts = []

    def measure(self, seconds):
        services = []
        try:
            service = start_service("writes", services)
            self.url = service.url
            super().measure(seconds)
            self.inserts.append(bare_insert_rate(service.folder / ".millrace", FOLDER))
        finally:
            stop(services)
            shutil.rmtree(FOLDER / "writes", ignore_errors=True)


def graphql(query, name, values):
    return [json.dumps({"query": query, "variables": {name: value}}) for value in values]


def post_bodies():
    return [
        json.dumps({
            "name": f"name-{number}",
            "data": {"user_id": f"user{number}", "username": "john_doe", "ip_address": "192.168.1.100"},
            "timestamp": "2024-01-01T12:00:00Z", "source": "auth_service", "version": "1.0",
        })
        for number in range(2_000)
    ]  # fmt: skip


def make_cases(options, bare, nginx, small, large, far):
    read, write = options.connections, 64
    ids = large.sample_of_raw_ids()
    cases = [
        Case("nginx", "nginx, return 200", nginx.url, "GET", "/raw-events/api/", ids, read),
        Case("a", "(a) bare server, the same bytes", bare.url, "GET", "/raw-events/api/", ids, read),
        PostCase("b", f"(b) POST, {write} connections", "/raw-events/api", post_bodies(), write),
        Case("c", "(c) GET by id", large.url, "GET", "/raw-events/api/", ids, read),
    ]
    for data, size in ((small, "1k"), (large, "100k")):
        by_id = graphql(BY_ID, "id", data.sample_of_raw_ids())
        cases.append(Case(f"d{size}", f"(d) GraphQL getById, {size} stored", data.url, "POST", "/raw-events/graph", by_id, read))
    for data, size in ((small, "1k"), (large, "100k")):
        by_name = graphql(FEDERATED, "name", data.sample_of_names(1))  # the one query; any name is a line of its own
        cases.append(Case(f"e{size}", f"(e) federated, 20 results, {size} stored", data.url, "POST", "/processed-events/graph", by_name, read))
    by_name = graphql(FEDERATED, "name", far.sample_of_names(1))
    cases.append(Case("f", "(f) the same over HTTP, 1k stored", far.url, "POST", "/processed-events/graph", by_name, read))
    by_name = graphql(FEDERATED, "name", large.sample_of_names(LARGE // RESULTS_PER_NAME))
    cases.append(Case("any", "(e) of any name, 100k stored", large.url, "POST", "/processed-events/graph", by_name, read))
    return [case for case in cases if not options.only or case.key in ("a", *options.only)]


def ratio(rates, base):
    """The median of the ratios within each round."""
    return statistics.median(one / other for one, other in zip(rates, base))


def thresholds(rounds):
    """(what, ratio, at least) for everything that was measured; `rounds` holds a rate per round by key."""
    wanted = [
        ("(a) to nginx", "a", "nginx", 0.9),
        ("(b) to the bare insert loop", "b", "insert", 0.5),
        ("(c) to (a)", "c", "a", 0.35),
        ("(d) 1k to (a)", "d1k", "a", 0.35),
        ("(d) 100k to (a)", "d100k", "a", 0.35),
        ("(e) 1k to (a)", "e1k", "a", 0.05),
        ("(e) 100k to (a)", "e100k", "a", 0.05),
        ("(d) 100k to 1k", "d100k", "d1k", 0.9),
        ("(e) 100k to 1k", "e100k", "e1k", 0.9),
        ("(f) over HTTP to (e) 1k", "f", "e1k", 0.4),
    ]
    for what, key, base, least in wanted:
        if rounds.get(key) and rounds.get(base):
            yield what, ratio(rounds[key], rounds[base]), least


def print_table(cases, rounds):
    print(f"\n{'':44}{'requests/s':>12}{'to (a)':>9}{'p99 ms':>9}   rounds")
    for case in cases:
        each = " ".join(f"{rate:.0f}" for rate in case.rates)
        latency = statistics.median(case.latencies)
        print(f"{case.name:44}{statistics.median(case.rates):12.0f}{ratio(case.rates, rounds['a']):9.3f}{latency:9.2f}   {each}")
    if rounds["insert"]:
        each = " ".join(f"{rate:.0f}" for rate in rounds["insert"])
        print(f"{'bare insert loop, 64 a transaction (rows/s)':44}{statistics.median(rounds['insert']):12.0f}{'':21}{each}")


def check_thresholds(rounds):
    print()
    missed = 0
    for what, measured, least in thresholds(rounds):
        missed += measured < least
        print(f"{'ok    ' if measured >= least else 'MISSED'}  {what:32}{measured:7.3f}  at least {least}")
    return missed


def read_options(arguments):
    parser = argparse.ArgumentParser(prog="./dev bench", description=__doc__.splitlines()[0])
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--seconds", type=int, default=3, help="of each case in each round")
    parser.add_argument("--connections", type=int, default=16, help="of every case but POST")
    parser.add_argument("--only", nargs="*", default=[], help="cases besides (a): nginx b c d1k d100k e1k e100k f any")
    parser.add_argument("--json", type=Path, help="writes the figures to this file as well")
    return parser.parse_args(arguments)


def start_service(name, services, raw_url=None):
    """`raw_url`: the service that keeps its raw events."""
    (FOLDER / name).mkdir()
    service = Service(copy_example("events", FOLDER / name))
    if raw_url:
        config = service.folder / "config/config.conf"
        config.write_text(config.read_text().replace("http://localhost:4055/raw-events", f"{raw_url}/raw-events"))
    services.append(service)
    return service.start()


def stop(services):
    for service in services:
        service.stop()


def measure_all(options, services):
    small, large = (start_service(name, services) for name in ("small", "large"))
    datasets = [Dataset(service, size, RESULTS_PER_NAME) for service, size in ((small, SMALL), (large, LARGE))]
    far = start_service("far", services, small.url)
    datasets.append(Dataset(far, SMALL, RESULTS_PER_NAME, datasets[0].raw_ids))
    body = large.get(f"/raw-events/api/{datasets[1].raw_ids[0]}").body
    services += [bare := Bare(body, FOLDER), nginx := Nginx(body, FOLDER)]
    for dataset in datasets:
        dataset.expect_answers(BY_ID if dataset.has_raw else None, FEDERATED)
    cases = make_cases(options, bare, nginx, *datasets)
    for number in range(options.rounds):
        print(f"round {number + 1} of {options.rounds}", flush=True)
        for case in cases:
            case.measure(options.seconds)
    inserts = [rate for case in cases if isinstance(case, PostCase) for rate in case.inserts]
    return cases, {**{case.key: case.rates for case in cases}, "insert": inserts}


def main(arguments):
    options = read_options(arguments)
    shutil.rmtree(FOLDER, ignore_errors=True)
    FOLDER.mkdir(parents=True)
    services = []
    try:
        cases, rounds = measure_all(options, services)
    finally:
        stop(services)
    print(f"{os.cpu_count()} cores, wrk on the same ones; {options.rounds} rounds of {options.seconds} s; "
          f"{options.connections} connections where not said")  # fmt: skip
    print_table(cases, rounds)
    if options.json:
        options.json.write_text(json.dumps(rounds, indent=2) + "\n")
    missed = check_thresholds(rounds)
    shutil.rmtree(FOLDER, ignore_errors=True)
    if missed:
        print(f"{missed} thresholds missed")
    return 1 if missed else 0


if __name__ == "__main__":
    try:
        sys.exit(main(sys.argv[1:]))
    except subprocess.CalledProcessError as error:
        sys.exit(f"{error}\n{error.stdout or ''}{error.stderr or ''}")
