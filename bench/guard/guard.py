#!/usr/bin/env python3
"""Counts the instructions of the hot paths under callgrind, and compares with baseline.json. Usage: guard.py [--accept] [--keep FOLDER] [PATH]...

A path that takes 5 % more than its baseline fails. --accept makes the counts the baseline; --keep leaves what callgrind_annotate reads.

Other than times, the counts are the same on every machine that has Debian 12's libraries and compiler, to some 0.1 %: the program runs
without other threads, and glibc is told to take the functions that every processor has.
"""

import argparse
import json
import os
import re
import subprocess
import sys
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
PROGRAM = ROOT / "build/release/bench/millrace_bench_guard"
BASELINE = Path(__file__).with_name("baseline.json")
RATIO_MAX = 1.05
ACCEPT = "bench/guard/guard.py --accept"

# Nothing of the caller's environment: even its length shifts the stack.
ENVIRONMENT = {
    "PATH": "/usr/bin:/bin",
    "GLIBC_TUNABLES": ":".join(
        [
            "glibc.cpu.hwcaps=-AVX512F,-AVX512VL,-AVX512BW,-AVX2,-AVX,-AVX_Fast_Unaligned_Load,-BMI1,-BMI2,-LZCNT,-MOVBE,-RTM,-SSE4_2,-SSE4_1,-SSSE3,-ERMS,-FSRM",
            "glibc.cpu.x86_data_cache_size=0x8000",
            "glibc.cpu.x86_shared_cache_size=0x100000",
            "glibc.cpu.x86_non_temporal_threshold=0xc0000",
        ]
    ),
}


def paths():
    """Their names, and how often each is run."""
    assert PROGRAM.is_file(), f"{PROGRAM} is not built: ninja -C build/release {PROGRAM.name}"
    lines = subprocess.run([PROGRAM], check=True, capture_output=True, text=True).stdout.splitlines()
    return {name: int(iterations) for name, iterations in (line.split() for line in lines)}


def count(name, iterations, folder):
    """How many instructions the path takes once; the profile stays in the folder."""
    profile = Path(folder) / f"{name}.callgrind"
    command = ["valgrind", "--tool=callgrind", "--toggle-collect=measured", f"--callgrind-out-file={profile}", PROGRAM, name, str(iterations)]
    done = subprocess.run(command, env=ENVIRONMENT, capture_output=True, text=True, timeout=300)
    found = re.search(r"Collected : (\d+)", done.stderr)
    assert done.returncode == 0 and found and int(found[1]) > 0, f"{name} could not be counted:\n{done.stderr}"
    return round(int(found[1]) / iterations)


def count_all(wanted, folder):
    """The counts by name."""
    with ThreadPoolExecutor(os.cpu_count()) as pool:
        return dict(zip(wanted, pool.map(lambda path: count(*path, folder), wanted.items())))


def baseline():
    return json.loads(BASELINE.read_text()) if BASELINE.is_file() else {}


def accept(counts):
    """Makes them the baseline; of paths that were not counted it stays."""
    known = {name: counts.get(name, baseline().get(name)) for name in paths()}
    BASELINE.write_text(json.dumps(known, indent=2) + "\n")


def problem(name, instructions):
    """Why the count fails; nothing when it does not."""
    known = baseline().get(name)
    if known is None:
        return f"{name} takes {instructions} instructions and has no baseline: {ACCEPT} {name}"
    if instructions <= known * RATIO_MAX:
        return None
    return (
        f"{name} takes {instructions} instructions, {instructions / known:.3f} times its baseline of {known}; at most {RATIO_MAX}."
        f" If it must: {ACCEPT} {name}"
    )


def notice(name, instructions):
    """What is to be done though nothing failed."""
    known = baseline().get(name)
    if known is None or instructions >= known / RATIO_MAX:
        return None
    return f"{name} takes {instructions} instructions, {instructions / known:.3f} times its baseline of {known}. Keep it so: {ACCEPT} {name}"


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--accept", action="store_true", help="make the counts the baseline")
    parser.add_argument("--keep", metavar="FOLDER", type=Path, help="where callgrind's profiles stay")
    parser.add_argument("path", nargs="*", help="all of them when none is named")
    arguments = parser.parse_args()
    known = paths()
    if unknown := set(arguments.path) - set(known):
        parser.error(f"there is no path {', '.join(sorted(unknown))}: {', '.join(known)}")
    with tempfile.TemporaryDirectory() as temporary:
        if arguments.keep:
            arguments.keep.mkdir(parents=True, exist_ok=True)
        counts = count_all({name: known[name] for name in arguments.path or known}, arguments.keep or temporary)
    before = baseline()
    for name, instructions in counts.items():
        print(f"{name:24}{instructions:>10}{instructions / before[name]:>8.3f}" if name in before else f"{name:24}{instructions:>10}     new")
    if arguments.accept:
        accept(counts)
        return 0
    failures = [text for text in (problem(*one) for one in counts.items()) if text]
    for text in [text for text in (notice(*one) for one in counts.items()) if text] + failures:
        print(text)
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
