#!/usr/bin/env python3
"""Runs the fuzz targets of build/fuzz: ./dev fuzz [TARGET] [SECONDS]. Each begins with what its target takes from the rows in tests/spec, or stands
below.

What a run has found interesting is kept in build/fuzz/corpus/TARGET and is where the next one begins. An input that fails is left in
build/fuzz/found; it becomes a row, or a test, before it is mended.
"""

import hashlib
import json
import os
import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent.parent
BUILD = ROOT / "build/fuzz"
SPEC = ROOT / "tests/spec/graphql"
TARGETS = ("parser", "sdl", "execution", "token")
TOKENS = (
    '{"alg":"ES256","kid":"a","typ":"JWT"}',
    '{"alg":"none","crit":["exp"],"b64":false,"jwk":{},"jku":"http://h/"}',
    '{"iss":"i","aud":["a"],"sub":"s","exp":1000001,"nbf":0,"iat":1.5e3,"roles":["a","b"]}',
    "eyJhbGciOiJFUzI1NiIsImtpZCI6ImEifQ.e30." + "A" * 86,
    "eyJhbGciOiJFZERTQSIsImtpZCI6ImIifQ.e30." + "A" * 86,
    '{"keys":[{"kty":"OKP","crv":"Ed25519","use":"sig","alg":"EdDSA","key_ops":["verify"],"x":"' + "A" * 43 + '"}]}',
    '{"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM"}]}',
    '{"keys":[{"kty":"RSA","e":"AQAB","n":"' + "_" * 341 + 'w"}]}',
)
SECONDS = 60
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


def seeds(target):
    if target == "token":
        yield from TOKENS
        return
    keys = {"parser": {"query", "source", "sdl", "schema"}, "sdl": {"sdl", "schema"}}.get(target, set())
    for file in sorted(SPEC.glob("*/*.json")):
        yield from strings_in(json.loads(file.read_text()), keys)
    for file in sorted(ROOT.glob("examples/*/config/graph/*.graphql")):
        yield file.read_text()


def write_corpus(target):
    folder = BUILD / "corpus" / target
    folder.mkdir(parents=True, exist_ok=True)
    for text in seeds(target):
        data = text.encode("utf-8", "surrogatepass")[:INPUT_BYTES_MAX]
        (folder / hashlib.sha1(data).hexdigest()).write_bytes(data)
    return folder


def run(target, seconds):
    found = BUILD / "found"
    found.mkdir(exist_ok=True)
    command = [
        BUILD / f"tests/fuzz/millrace_fuzz_{target}", write_corpus(target), f"-max_total_time={seconds}", f"-max_len={INPUT_BYTES_MAX}",
        "-timeout=5", "-rss_limit_mb=2048", "-print_final_stats=1", f"-artifact_prefix={found}/{target}-",
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
