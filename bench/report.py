#!/usr/bin/env python3
"""Writes what was measured into docs/performance.md, between its marks, and draws the pictures beside it:

  python3 bench/report.py build/results/bench/*.json

takes the files that the measuring programs wrote (--json); the parts of the document whose files are not there stay as they are."""

import argparse
import json
import re
import sys
from pathlib import Path

import picture
from results import Results, bound

ROOT = Path(__file__).resolve().parent.parent
DOCUMENT = ROOT / "docs/performance.md"
PICTURES = ROOT / "docs/pictures"
CASES = ["GET", "getById", "federated", "POST"]
STORAGES = ["SQLite", "PostgreSQL"]
OURS, BY_HAND = "Millrace", "by hand"


def table(head, rows):
    """The first column is text, the others are numbers."""
    lines = [head, ["---"] + ["---:"] * (len(head) - 1), *rows]
    return "\n".join(f"| {' | '.join(map(str, line))} |" for line in lines)


def made_by(about):
    return f"Made by `{about['command']}` on {about['date']}, {about['cores']} cores; rounds: {about['rounds']}, each of {about['seconds']} s a case."


def threshold_table(results):
    rows = [[each["what"], f"{each['measured']:.2f}", bound(each), "yes" if each["met"] else "**no**"] for each in results.thresholds]
    return table(["", "measured", "wanted", "met"], rows)


# --- bench/run.py ------------------------------------------------------------------------------------------------------------------------


def at(storage, case, connections, server):
    return {"storage": storage, "case": case, "connections": connections, "server": server}


def pairs(results, storage):
    """(case, connections, ours, theirs) for what both were asked."""
    for ours in results.points(storage=storage, server=OURS):
        theirs = {**ours, "server": BY_HAND}
        if ours["case"] in CASES and results.has(theirs):
            yield ours["case"], ours["connections"], ours, theirs


def request_table(results, storage):
    head = ["request", "connections", "Millrace/s", "by hand/s", "ratio", "to bare", "p50 ms", "p99 ms", "p99.9 ms", "µs of processor", "by hand"]
    rows = []
    for case, connections, ours, theirs in sorted(pairs(results, storage), key=lambda each: (CASES.index(each[0]), each[1])):
        bare = at("none", "GET", connections, "bare")
        to_bare = f"{results.ratio(ours, bare):.2f}" if results.has(bare) and case in ("GET", "getById") else ""
        p50, p99, p999, processor = (results.median(name, ours) for name in ("p50", "p99", "p999", "processor"))
        rows.append([
            case, connections, f"{results.median('rate', ours):,.0f}", f"{results.median('rate', theirs):,.0f}",
            f"{results.ratio(ours, theirs):.2f}", to_bare, f"{p50:.2f}", f"{p99:.2f}", f"{p999:.2f}", f"{processor:.1f}",
            f"{results.median('processor', theirs):.1f}",
        ])  # fmt: skip
    return table(head, rows)


def other_rates(results):
    """What was measured once beside the requests: bare servers, bulk, growth on SQLite."""
    rows = []
    for point in results.points():
        is_in_requests = point["server"] in (OURS, BY_HAND) and point["case"] in CASES
        if "rate" in results.rounds[tuple(sorted(point.items()))][0] and not is_in_requests:
            what = f"{point['server']}: {point['case']}" + ("" if point["storage"] == "none" else f", {point['storage']}")
            rows.append([what, point["connections"], f"{results.median('rate', point):,.0f}"])
    return table(["", "connections", "a second"], rows)


def process_table(results):
    rows = []
    for storage in STORAGES:
        start, idle, load = (at(storage, case, 0, OURS) for case in ("start", "idle", "load"))
        if results.has(start) and results.has(load):
            milliseconds = f"{results.median('seconds', start) * 1e3:.0f} ms"
            peaks = [f"{results.median(doing, load) / 1e6:.1f} MB" for doing in ("reading", "writing", "bulk")]
            rows.append([storage, milliseconds, f"{results.median('bytes', idle) / 1e6:.1f} MB", *peaks])
    return table(["", "ready after", "resident when idle", "at most, read", "at most, written to", "at most, one bulk of 50,000"], rows)


def draw_ratios(results):
    groups = []
    wanted = {each["what"]: each["least"] for each in results.thresholds}
    for storage in STORAGES:
        rows = []
        for case, connections, ours, theirs in sorted(pairs(results, storage), key=lambda each: (CASES.index(each[0]), each[1])):
            least = wanted.get(f"{storage}: {case}, {connections} connections, to by hand")
            if least:
                rows.append((f"{case}, {connections}", results.ratio(ours, theirs), least))
        if rows:
            groups.append((storage, rows))
    note = "Requests per second, of those of the same API written by hand; at 16 and 64 connections. The mark: what is wanted."
    return picture.bars("Millrace beside a server written by hand", groups, note) if groups else None


def draw_connections(results, storage):
    drawn = []
    for case in CASES:
        series = {}
        for server, at_storage, name in ((OURS, storage, case), (BY_HAND, storage, case), ("bare", "none", "GET")):
            points = results.points(storage=at_storage, case=name, server=server)
            if points and (server != "bare" or case in ("GET", "getById")):
                series[server] = sorted((point["connections"], results.median("rate", point)) for point in points)
        if series:
            drawn.append({"title": case, "series": series, "x_name": "connections"})
    return picture.panels(f"{storage}: requests per second", drawn, 2, "Median of the rounds; wrk runs on the same cores.") if drawn else None


def report_run(results):
    yield "run.thresholds", f"{threshold_table(results)}\n\n{made_by(results.about)}"
    for storage in STORAGES:
        if list(pairs(results, storage)):
            yield f"run.{storage}", f"{request_table(results, storage)}\n\n{made_by(results.about)}"
            draw(f"connections-{storage.lower()}", draw_connections(results, storage))
    yield "run.others", f"{other_rates(results)}\n\n{made_by(results.about)}"
    yield "run.process", f"{process_table(results)}\n\n{made_by(results.about)}"
    draw("ratios", draw_ratios(results))


# --- bench/growth.py ---------------------------------------------------------------------------------------------------------------------


def growth_rows(results, cell):
    for first in results.points(stored=1_000):
        cells = [cell(each, first) for each in results.points(storage=first["storage"], case=first["case"])]
        yield [f"{first['storage']}, {first['case']}", *cells]


def draw_growth(results):
    drawn = []
    for storage in dict.fromkeys(point["storage"] for point in results.points()):
        series = {}
        for first in results.points(storage=storage, stored=1_000):
            if not first["case"].endswith("any"):
                points = results.points(storage=storage, case=first["case"])
                series[first["case"]] = [(point["stored"], results.ratio(point, first)) for point in points]
        drawn.append({"title": storage, "series": series, "x_name": "events stored", "floor": 1 / 1.3})
    note = "Requests per second, of those with 1,000 events stored. Dashed: 1.3 times the cost."
    return picture.panels("What a request costs as the store grows", drawn, 2, note)


def report_growth(results):
    sizes = [f"{size:,} stored" for size in sorted({point["stored"] for point in results.points()})]

    def rate(each, first):
        return f"{results.median('rate', each):,.0f} ({results.ratio(each, first):.2f})"

    def processor(each, _first):
        return f"{results.median('processor', each):.1f}"

    rates = table(["requests/s (of the first)", *sizes], growth_rows(results, rate))
    times = table(["µs of processor", *sizes], growth_rows(results, processor))
    yield "growth", f"{rates}\n\n{times}\n\n{made_by(results.about)}"
    yield "growth.thresholds", threshold_table(results)
    draw("growth", draw_growth(results))


# --- bench/sizes.py ----------------------------------------------------------------------------------------------------------------------


def size_rows(results, part, size):
    for point in results.points(part=part):
        rate, bandwidth, peak = (results.median(name, point) for name in ("rate", "bytes", "peak"))
        server = "" if point["server"] == OURS else ", bare server"
        what = f"{point['storage']}, {point['case']}{server}"
        yield [what, f"{point[size]:,}", f"{rate:,.0f}", f"{bandwidth / 1e6:,.1f}", f"{peak / 1e6:.0f} MB"]


def draw_sizes(results):
    drawn = []
    for storage in dict.fromkeys(point["storage"] for point in results.points()):
        for part, size, factor, y_name in (("payload", "bytes", "bytes", "MB/s"), ("rows", "rows", "rows", "rows/s")):
            series = {}
            for point in results.points(part=part, storage=storage, server=OURS):
                value = results.median("bytes", point) / 1e6 if part == "payload" else results.median("rate", point) * point[factor]
                series.setdefault(point["case"], []).append((point[size], value))
            drawn.append({"title": f"{storage}: {y_name}", "series": series, "x_name": "bytes of an event" if part == "payload" else "rows of an answer"})
    return picture.panels("What size costs", drawn, 2, "Median of the rounds; wrk runs on the same cores.")


def report_sizes(results):
    for part, size, what in (("payload", "bytes", "bytes of an event"), ("rows", "rows", "rows"), ("whole", "rows", "rows")):
        rate = "rows/s" if part == "whole" else "requests/s"
        rows = size_rows(results, part, size)
        yield f"sizes.{part}", f"{table(['', what, rate, 'MB/s', 'resident at most'], rows)}\n\n{made_by(results.about)}"
    yield "sizes.thresholds", threshold_table(results)
    draw("sizes", draw_sizes(results))


# --- bench/peers.py ----------------------------------------------------------------------------------------------------------------------


def report_peers(stored):
    """Sides are medians already."""
    head = ["peer", "request", "connections", "Millrace/s", "peer/s", "ratio", "p50 ms", "peer", "p99 ms", "peer", "met"]
    rows = []
    for line in stored["lines"]:
        ours, theirs = line["ours"], line["theirs"]
        latencies = [f"{side[name]:.2f}" for name in ("p50", "p99") for side in (ours, theirs)]
        rates = [f"{side['rate']:,.0f}" for side in (ours, theirs)]
        met = "yes" if line["met"] else "**no**"
        rows.append([line["peer"], line["case"], line["connections"], *rates, f"{line['ratio']:.2f}", *latencies, met])
    yield "peers", f"{table(head, rows)}\n\n{made_by(stored['about'])}"


# --- The document ------------------------------------------------------------------------------------------------------------------------


def draw(name, svg):
    if svg:
        PICTURES.mkdir(exist_ok=True)
        (PICTURES / f"{name}.svg").write_text(svg)


def replaced(text, name, part):
    marks = re.compile(rf"(<!-- measured: {re.escape(name)} -->\n).*?(<!-- end -->)", re.DOTALL)
    assert marks.search(text), f"{DOCUMENT.name} has no place for {name}"
    return marks.sub(lambda match: f"{match[1]}\n{part}\n\n{match[2]}", text)


# --- bench/where.py ----------------------------------------------------------------------------------------------------------------------


def report_where(results):
    columns = list(dict.fromkeys((point["storage"], point["case"]) for point in results.points()))
    found = {(point["storage"], point["case"], point["part"]): results.median("microseconds", point) for point in results.points()}
    parts = sorted({part for _, _, part in found}, key=lambda part: -sum(found.get((*column, part), 0) for column in columns))
    rows = [[part, *(f"{found.get((*column, part), 0):.1f}" for column in columns)] for part in parts]
    sums = [sum(found.get((*column, part), 0) for part in parts) for column in columns]
    rows.append(["**all**", *(f"**{each:.1f}**" for each in sums)])
    yield "where", f"{table(['µs', *map(', '.join, columns)], rows)}\n\n{made_by(results.about)}"


REPORTS = {"run.py": report_run, "growth.py": report_growth, "sizes.py": report_sizes, "where.py": report_where}


def main(arguments):
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("files", type=Path, nargs="+", help="what run.py, growth.py, sizes.py and peers.py wrote")
    options = parser.parse_args(arguments)
    text = DOCUMENT.read_text()
    for file in options.files:
        if not file.exists():
            print(f"{file} is not there: what it would say stays as it is")
            continue
        stored = json.loads(file.read_text())
        program = stored["about"]["program"]
        parts = report_peers(stored) if program == "peers.py" else REPORTS[program](Results.of(stored))
        for name, part in parts:
            text = replaced(text, name, part)
    DOCUMENT.write_text(text)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
