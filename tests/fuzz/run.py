#!/usr/bin/env python3
"""Runs the fuzz targets of build/fuzz: ./dev fuzz [TARGET] [SECONDS]. Each begins with what its target takes from the rows in tests/spec, or stands
in seeds.py.

What a run has found interesting is kept in build/fuzz/corpus/TARGET and is where the next one begins. An input that fails is left in
build/fuzz/found; it becomes a row, or a test, before it is mended.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

from seeds import SEEDS

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/fuzz"
SPEC = ROOT / "tests/spec/graphql"
TARGETS = ("parser", "sdl", "execution", "token", "http", "response", "web_socket", "schema", "hocon", "template")
SECONDS = 60
TIMEOUTS = {"web_socket": 30}  # seconds; its server is a thread that waits for its turn like any other
INPUT_BYTES_MAX = 4096


def strings_in(value, keys):
    """Every string that is a member of one of these names, however deep."""
    if isinstance(value, list):
        for item in value:
            yield from strings_in(item, keys)
    elif isinstance(value, dict):
        for key, item in value.items():
            if key in keys and isinstance(item, str):
                yield item
            yield from strings_in(item, keys)


def schema_rows():
    """Schemas and documents, a line each."""
    for file in sorted((ROOT / "tests/spec/jsonschema").glob("*.json")):
        for group in json.loads(file.read_text()).get("groups", []):
            for document in [*group.get("valid", []), *group.get("invalid", [])][:3]:
                schema = group.get("schema")
                yield f"{schema if isinstance(schema, str) else json.dumps(schema)}\n{document}"


def graphql_texts(keys):
    for file in sorted(SPEC.glob("*/*.json")):
        yield from strings_in(json.loads(file.read_text()), keys)
    for file in sorted(ROOT.glob("examples/*/config/graph/*.graphql")):
        yield file.read_text()


def seeds(target):
    if target in SEEDS:
        yield from SEEDS[target]
    elif target == "schema":
        yield from schema_rows()
    elif target == "hocon":
        yield from (file.read_text() for file in sorted((ROOT / "tests/spec/hocon").glob("*.conf")))
    else:
        yield from graphql_texts({"parser": {"query", "source", "sdl", "schema"}, "sdl": {"sdl", "schema"}}.get(target, set()))


def write_corpus(target):
    folder = BUILD / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for text in seeds(target):
        data = (text if isinstance(text, bytes) else text.encode("utf-8", "surrogatepass"))[:INPUT_BYTES_MAX]
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)
    return folder


def run(target, seconds):
    found = BUILD / "found"
    found.mkdir(exist_ok=True)
    command = [
        BUILD / f"tests/fuzz/millrace_fuzz_{target}", write_corpus(target), f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}",
        f"-timeout={TIMEOUTS.get(target, 5)}", "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={found}/{target}-",
    ]  # fmt: skip
    environment = {**os.environ, "ASAN_OPTIONS": "detect_stack_use_after_return=1", "UBSAN_OPTIONS": "print_stacktrace=1"}
    done = subprocess.run(command, env=environment, stderr=subprocess.PIPE, stdout=subprocess.DEVNULL, text=True, errors="replace")
    lines = done.stderr.splitlines()
    if done.returncode != 0:
        print("\n".join(lines[-60:]))
    stats = [line.removeprefix("stat::") for line in lines if line.startswith(("stat::number_of_executed", "stat::new_units"))]
    print(f"{target}: {'fine' if done.returncode == 0 else 'FAILED'}; {'; '.join(' '.join(line.split()) for line in stats)}", flush=True)
    return done.returncode == 0


def main(arguments):
    seconds = next((int(argument) for argument in arguments if argument.isdigit()), SECONDS)
    targets = [argument for argument in arguments if not argument.isdigit()] or TARGETS
    unknown = [target for target in targets if target not in TARGETS]
    if unknown:
        sys.exit(f"There is no fuzz target {unknown[0]}: one of {', '.join(TARGETS)}.")
    return 0 if all([run(target, seconds) for target in targets]) else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
