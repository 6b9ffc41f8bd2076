"""The Dockerfile: well written, given nothing needless, its build stage run, and its last stage holding what the program needs and no more."""

import re
import subprocess
import sys
from pathlib import Path

import pytest

import dockerfile
from service import ROOT

BIN = Path(sys.executable).parent
# Packages that no library of the program asks for.
BESIDE_LIBRARIES = {"ca-certificates"}


def printed(*command):
    return subprocess.run(command, check=True, capture_output=True, text=True, timeout=60).stdout


@pytest.fixture(scope="session")
def program(image):
    return image / "usr/local/bin/millrace"


@pytest.fixture(scope="session")
def packages(stages):
    """What the last stage installs."""
    installs = re.findall(r"apt-get install((?: +[\w.+-]+)+)", " ".join(run.text for run in stages[1].all("RUN")))
    return {word for words in installs for word in words.split() if not word.startswith("-")}


def test_hadolint_finds_nothing():
    done = subprocess.run([BIN / "hadolint", ROOT / "Dockerfile"], capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


def test_the_context_is_of_the_repository_and_small():
    kept = set(dockerfile.context(ROOT))
    listed = printed("git", "-C", ROOT, "ls-files", "-z", "--cached", "--others", "--exclude-standard").split("\0")
    assert kept <= set(listed), f"not of the repository: {sorted(kept - set(listed))[:20]}"
    assert {"src/app/main.cpp", "dev", "scripts/setup", "examples/events/config/config.conf"} <= kept
    assert not any(path.startswith(("tests/", "bench/", "docs/", ".git/")) for path in kept)


def test_the_build_stage_builds_a_stripped_program(program):
    assert re.fullmatch(r"millrace \d+\.\d+\.\d+\n", printed(program, "--version"))
    assert ".debug_info" not in printed("readelf", "--section-headers", "--wide", program)
    assert program.stat().st_size < 20_000_000


def needed_names(program):
    return re.findall(r"\(NEEDED\).*\[(.*)\]", printed("readelf", "--dynamic", "--wide", program))


def owners(program):
    """The package of each library that the loader takes, by the name that the program or one of its libraries asks for."""
    found = {name: str(Path(file).resolve()) for name, file in re.findall(r"^\s*(\S+) => (\S+)", printed("ldd", program), re.MULTILINE)}
    # Packages made before /lib became /usr/lib are known by the old path.
    paths = [*found.values(), *(path.removeprefix("/usr") for path in found.values())]
    known = subprocess.run(["dpkg", "-S", *paths], capture_output=True, text=True, timeout=60).stdout
    packages = {path.removeprefix("/usr"): package for package, path in re.findall(r"^([^:,\s]+)(?::\w+)?: (\S+)$", known, re.MULTILINE)}
    return {name: packages[path.removeprefix("/usr")] for name, path in found.items()}


def with_dependencies(packages):
    command = ["apt-cache", "depends", "--recurse", "--no-recommends", "--no-suggests", "--no-conflicts", "--no-breaks", "--no-replaces"]
    return set(re.findall(r"^([\w.+-]+)$", printed(*command, "--no-enhances", *sorted(packages)), re.MULTILINE))


def test_every_library_comes_with_the_packages(program, packages):
    libraries = owners(program)
    assert len(libraries) > 10
    assert set(libraries.values()) <= with_dependencies(packages)


def test_every_package_is_needed(program, packages):
    libraries = owners(program)
    assert packages <= {libraries[name] for name in needed_names(program)} | BESIDE_LIBRARIES


def test_the_user_is_not_root_and_fixed(stages):
    user = stages[1].last("USER").text
    assert user.isdigit() and int(user) > 0
    assert f"--uid {user} " in " ".join(run.text for run in stages[1].all("RUN"))


def test_the_images_are_debian_12s(stages):
    assert [stage.image for stage in stages] == ["debian:12", "debian:12-slim"]
