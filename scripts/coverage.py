#!/usr/bin/env python3
"""Line coverage of src/graphql by its unit, row and comparison tests, folder by folder. Run by ./dev coverage, which builds before.

    coverage.py BUILD_FOLDER

Ends with 1 when a test fails or when less than 95 % of the lines were reached; then it names the files that fall short.
"""
import collections
import json
import os
import pathlib
import subprocess
import sys

MINIMUM = 95.0
ROOT = pathlib.Path(__file__).resolve().parent.parent
SOURCES = ROOT / "src" / "graphql"
UNIT_TESTS = ["millrace_graphql_language_test", "millrace_graphql_type_test", "millrace_graphql_validation_test",
              "millrace_graphql_execution_test"]
COMPARISONS = {"compare.mjs": "millrace_graphql_validate_print", "type_compare.mjs": "millrace_graphql_type_print",
               "execution_compare.mjs": "millrace_graphql_execution_print",
               "introspection_compare.mjs": "millrace_graphql_execution_print"}


def run_tests(build, profiles):
    """Runs everything; gives the programs that were run."""
    environment = {**os.environ, "LLVM_PROFILE_FILE": str(profiles / "%m-%p.profraw")}
    programs = [build / name for name in UNIT_TESTS]
    commands = [[program, "--gtest_brief=1"] for program in programs]
    for script, name in COMPARISONS.items():
        program = build / "tests" / "graphql" / name
        commands.append(["node", ROOT / "tests" / "graphql" / script, program])
        programs.append(program)
    for command in commands:
        if subprocess.run(command, env=environment, cwd=ROOT, stdout=subprocess.DEVNULL, check=False).returncode != 0:
            sys.exit(f"A test fails: {' '.join(map(str, command))}")
    return sorted(set(programs))


def summaries(build, profiles, programs):
    """For each source file its lines and how many of them were run."""
    merged = build / "merged.profdata"
    subprocess.run(["llvm-profdata-19", "merge", "-sparse", "-o", merged, *profiles.glob("*.profraw")], check=True)
    objects = [part for program in programs[1:] for part in ("-object", program)]
    export = subprocess.run(["llvm-cov-19", "export", "-summary-only", f"-instr-profile={merged}", programs[0], *objects],
                            stdout=subprocess.PIPE, check=True)
    for entry in json.loads(export.stdout)["data"][0]["files"]:
        path = pathlib.Path(entry["filename"])
        if path.is_relative_to(SOURCES) and not path.stem.endswith("_test"):
            yield path.relative_to(SOURCES), entry["summary"]["lines"]


def main():
    build = pathlib.Path(sys.argv[1]).resolve()
    profiles = build / "profiles"
    profiles.mkdir(exist_ok=True)
    for old in profiles.glob("*.profraw"):
        old.unlink()
    programs = run_tests(build, profiles)
    folders = collections.defaultdict(lambda: [0, 0])
    short = []
    for path, lines in summaries(build, profiles, programs):
        for key in (str(path.parent), "src/graphql"):
            folders[key][0] += lines["covered"]
            folders[key][1] += lines["count"]
        if lines["percent"] < MINIMUM:
            short.append(f"  {lines['percent']:6.2f} %  {path} ({lines['count'] - lines['covered']} of {lines['count']} lines not reached)")
    whole = folders.pop("src/graphql")
    for name, (covered, count) in sorted(folders.items()):
        print(f"{100 * covered / count:6.2f} %  {covered:5} of {count:5}  {name}")
    percent = 100 * whole[0] / whole[1]
    print(f"{percent:6.2f} %  {whole[0]:5} of {whole[1]:5}  src/graphql")
    if short:
        print("below the least:\n" + "\n".join(short))
    sys.exit(0 if percent >= MINIMUM else f"Less than {MINIMUM} % of the lines of src/graphql are reached.")


if __name__ == "__main__":
    main()
