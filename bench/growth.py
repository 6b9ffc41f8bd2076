#!/usr/bin/env python3
"""Measures whether a request costs the same however much is stored: services with 1,000 raw and processed events, ten times as many, and so
on, on SQLite and PostgreSQL; part of ./dev bench.

All sizes run side by side, and each is asked the same right after the other in every round, so that a noisy minute hits all alike. Each is asked for 50 different ids,
names and pages, so that the services differ in what is stored and not in what is asked; "any" asks for 2,000 different ones of all, and so
measures as well how much of the store fits the processor's caches. POST comes last, into services that are filled anew for each round
where what it stores would be more than a little of them."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from dataset import SAMPLE, Dataset  # noqa: E402
from places import measure_each, parser  # noqa: E402
from questions import BY_ID, BY_NAME, FEDERATED, PROCESSED_GRAPH, RAW, RAW_GRAPH, Question, graphql, post_bodies  # noqa: E402
from results import Results  # noqa: E402
from service import ROOT  # noqa: E402

FOLDER = ROOT / "build/bench-growth"
FIRST = 1_000
DIFFERENT, PAGE_ROWS = 50, 20
CONNECTIONS = 16
REFILLED_MAX = 100_000
COST_MAX = 1.3  # of a request to the largest store, beside one to the smallest
FLAT = ["getById", "getByName", "list page", "federated", "POST"]


class Size:
    """A service with so many events, and what it is asked."""

    def __init__(self, place, stored, options, results):
        self.place, self.stored, self.options, self.results = place, stored, options, results
        self.service = place.service(f"events{stored}").start()
        try:
            self.questions = self._questions(Dataset(self.service, stored))
        except BaseException:
            self.stop()
            raise

    def _questions(self, data):
        self.place.settle(self.service)
        data.expect_answers(BY_ID, FEDERATED)
        (folder := self.place.folder / f"questions{self.stored}").mkdir()
        asked = [
            ("getById", "POST", RAW_GRAPH, graphql(BY_ID, "id", data.sample_of_raw_ids(DIFFERENT))),
            ("getByName", "POST", RAW_GRAPH, graphql(BY_NAME, "name", data.sample_of_names(DIFFERENT))),
            ("list page", "GET", RAW, data.sample_of_pages(DIFFERENT, PAGE_ROWS)),
            ("federated", "POST", PROCESSED_GRAPH, graphql(FEDERATED, "name", data.sample_of_names(DIFFERENT))),
            ("getById of any", "POST", RAW_GRAPH, graphql(BY_ID, "id", data.sample_of_raw_ids(SAMPLE))),
            ("getByName of any", "POST", RAW_GRAPH, graphql(BY_NAME, "name", data.sample_of_names(SAMPLE))),
        ]
        return [Question(folder, *each) for each in asked]

    def _ask(self, question, service):
        figures = question.ask(service, CONNECTIONS, self.options.seconds)
        self.results.add(figures, storage=self.place.name, case=question.name, stored=self.stored)

    def read(self, number):
        self._ask(self.questions[number], self.service)

    def write(self):
        question = Question(self.place.folder, "POST", "POST", RAW, post_bodies())
        if self.stored > REFILLED_MAX:
            self._ask(question, self.service)
            return
        service = self.place.service("writes").start()
        try:
            Dataset(service, self.stored, kinds=[RAW])
            self.place.settle(service)
            self._ask(question, service)
        finally:
            service.stop()
            self.place.remove("writes")

    def stop(self):
        self.service.stop()


def measure(place, options, results):
    sizes = []
    stored = FIRST
    try:
        while stored <= options.to:
            sizes.append(Size(place, stored, options, results))
            stored *= 10
        for number in range(options.rounds):
            print(f"{place.name}: round {number + 1} of {options.rounds}", flush=True)
            in_turn = sizes if number % 2 == 0 else sizes[::-1]
            for question in range(len(sizes[0].questions)):
                for size in in_turn:
                    size.read(question)
        for number in range(options.rounds):
            print(f"{place.name}: POST, round {number + 1} of {options.rounds}", flush=True)
            for size in sizes if number % 2 == 0 else sizes[::-1]:
                size.write()
    finally:
        for size in sizes:
            size.stop()


def print_table(results):
    for point in results.points(stored=FIRST):
        print(f"\n{point['storage']}, {point['case']}")
        for each in results.points(storage=point["storage"], case=point["case"]):
            rate, p99, processor = (results.median(name, each) for name in ("rate", "p99", "processor"))
            print(f"{each['stored']:12,} stored{rate:12.0f}/s{p99:9.2f} ms p99{processor:8.1f} us{results.ratio(each, point):8.2f} of the first")


def check(results):
    for first in results.points(stored=FIRST):
        for each in results.points(storage=first["storage"], case=first["case"]):
            if each != first and each["case"] in FLAT:
                what = f"{each['storage']}: {each['case']}, {each['stored']:,} stored, cost beside {FIRST:,}"
                results.expect(what, 1 / results.ratio(each, first), most=COST_MAX)


def main(arguments):
    asked = parser(__doc__, rounds=5, quick="to 10,000")
    asked.add_argument("--to", type=int, default=1_000_000, help="the largest store; 10000000 takes ten times as long to fill, and 40 GB")
    options = asked.parse_args(arguments)
    if options.quick:
        options.to, options.rounds, options.seconds = 10_000, 1, 1
    results = Results(rounds=options.rounds, seconds=options.seconds, connections=CONNECTIONS)
    measure_each(options, FOLDER, lambda place: measure(place, options, results))
    print_table(results)
    check(results)
    return results.finish(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
