#!/usr/bin/env python3
"""Tells where the processor time of a request goes, in microseconds: Linux's perf looks a few thousand times a second at what the service is
doing while wrk asks it, and each look counts for the system call, the library or the part of the program that it found.

Needs perf (Debian's package linux-perf), and is therefore not part of ./dev bench."""

import re
import subprocess
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from dataset import Dataset  # noqa: E402
from places import measure_each, parser  # noqa: E402
from questions import BY_ID, RAW, RAW_GRAPH, Question, graphql, post_bodies  # noqa: E402
from results import Results  # noqa: E402
from service import ROOT  # noqa: E402

FOLDER = ROOT / "build/bench-where"
STORED, DIFFERENT, CONNECTIONS = 20_000, 1_000, 64
LOOKS = 2_500  # a second

# The first that fits what was found: in the kernel the system call among its callers, else the library, else the namespace.
SYSTEM_CALLS = {
    "receive": r"sys_recv|sys_read\b",
    "send": r"sys_send|sys_write\b",
    "wait for what is next": r"sys_epoll|sys_poll|sys_futex",
    "write and sync the log": r"sys_pwrite|sys_fdatasync|sys_fsync",
}
LIBRARIES = {"SQLite": r"libsqlite3", "libpq": r"libpq", "memory": r"libmimalloc", "copying and comparing bytes": r"libc\.so|libstdc|vdso"}
PARTS = {
    "HTTP": r"millrace::http",
    "GraphQL": r"millrace::(graphql|graph|federation)",
    "REST": r"millrace::rest",
    "JSON Schema": r"millrace::jsonschema",
    "JSON": r"millrace::json|simdjson",
    "storage": r"millrace::(store|document)",
    "the loop and its hand-overs": r"millrace::io|boost::asio",
}
OTHER_KERNEL, OTHER = "the kernel besides", "the rest"


def part_of(stack):
    """`stack`: (symbol, library) from the innermost."""
    symbol, library = stack[0]
    if "kernel" in library:
        named = (name for name, pattern in SYSTEM_CALLS.items() if any(re.search(pattern, each) for each, _ in stack))
        return next(named, OTHER_KERNEL)
    for name, pattern in LIBRARIES.items():
        if re.search(pattern, library):
            return name
    return next((name for name, pattern in PARTS.items() if re.search(pattern, symbol)), OTHER)


def stacks(file):
    """What perf saw, look by look."""
    command = ["perf", "script", "-i", file, "-F", "ip,sym,dso"]
    printed = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    for look in printed.split("\n\n"):
        frames = [re.fullmatch(r"\s*[0-9a-f]+ (.*) \((.*)\)", line) for line in look.splitlines()]
        found = [(frame[1], frame[2]) for frame in frames if frame]
        if found:
            yield found


def watch(question, server, seconds, file):
    """Microseconds of a request by part."""
    command = ["perf", "record", "-q", "-g", "-F", str(LOOKS), "-o", file, "-p", str(server.process.pid), "--", "sleep", str(seconds)]
    with subprocess.Popen(command) as looking:
        figures = question.ask(server, CONNECTIONS, seconds)
        assert looking.wait() == 0, "perf could not look"
    looks = {}
    for stack in stacks(file):
        looks[part_of(stack)] = looks.get(part_of(stack), 0) + 1
    total = sum(looks.values())
    return {part: figures["processor"] * count / total for part, count in looks.items()}


def measure(place, options, results):
    service = place.service("events").start()
    try:
        ids = Dataset(service, STORED).sample_of_raw_ids(DIFFERENT)
        place.settle(service)
        asked = [
            Question(place.folder, "GET", "GET", RAW + "/", ids),
            Question(place.folder, "getById", "POST", RAW_GRAPH, graphql(BY_ID, "id", ids)),
            Question(place.folder, "POST", "POST", RAW, post_bodies()),
        ]
        for question in asked:
            for _ in range(options.rounds):
                for part, microseconds in watch(question, service, options.seconds, place.folder / "perf.data").items():
                    results.add({"microseconds": microseconds}, storage=place.name, case=question.name, part=part)
    finally:
        service.stop()


def main(arguments):
    options = parser(__doc__, rounds=3, quick="").parse_args(arguments)
    results = Results(rounds=options.rounds, seconds=options.seconds, connections=CONNECTIONS)
    measure_each(options, FOLDER, lambda place: measure(place, options, results))
    for point in results.points():
        print(f"{point['storage']:12}{point['case']:10}{point['part']:32}{results.median('microseconds', point):8.1f} us")
    return results.finish(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
