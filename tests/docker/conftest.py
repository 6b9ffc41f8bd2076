"""The image, as far as it can be made without a container engine: what the Dockerfile's build stage does, done; what its last stage copies,
copied. The sources are copied anew each time; the compiler's cache makes it cheap."""

import os
import shutil
import subprocess

import pytest
import yaml

import dockerfile
from service import ROOT


def pytest_report_header():
    return "the image's build stage runs here: a minute, or as long as a build when the compiler's cache is cold"


def shown_at_root(tree, command):
    """The command with a folder shown where the repository stands, so that the compiler's cache knows the paths."""
    unshare = ["unshare", "--mount", *([] if os.geteuid() == 0 else ["--map-root-user"])]
    return [*unshare, "sh", "-c", 'mount --bind "$1" "$2" && cd "$2" && shift 2 && exec "$@"', "sh", tree, ROOT, *command]


def copy(instruction, source, target):
    """COPY: of a folder its content, of a file the file."""
    *names, place = instruction.text.split()
    place = place.lstrip("/")
    for name in names:
        origin = source / name
        assert origin.exists(), f"Dockerfile:{instruction.line}: {origin} is missing"
        if origin.is_dir():
            shutil.copytree(origin, target / place, dirs_exist_ok=True)
            continue
        goal = target / place / origin.name if place.endswith("/") else target / place
        goal.parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(origin, goal)


@pytest.fixture(scope="session")
def stages():
    build, image = dockerfile.stages(ROOT / "Dockerfile")
    return build, image


def new_folder(name):
    folder = ROOT / "build/docker" / name
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    return folder


@pytest.fixture(scope="session")
def composition():
    return yaml.safe_load((ROOT / "docker-compose.yml").read_text())


@pytest.fixture(scope="session")
def context():
    """The files that a build is given, in a folder of their own."""
    folder = new_folder("context")
    for path in dockerfile.context(ROOT):
        (folder / path).parent.mkdir(parents=True, exist_ok=True)
        shutil.copy2(ROOT / path, folder / path)
    return folder


@pytest.fixture(scope="session")
def built(stages, context):
    """The working folder of the build stage, after all of it."""
    tree = new_folder("build")
    for instruction in stages[0].all("COPY", "RUN"):
        if instruction.keyword == "COPY":
            copy(instruction, context, tree)
            continue
        done = subprocess.run(shown_at_root(tree, instruction.command()), capture_output=True, text=True, timeout=3600)
        assert done.returncode == 0, f"Dockerfile:{instruction.line}: {instruction.text}\n{done.stdout[-4000:]}\n{done.stderr[-4000:]}"
    return tree


@pytest.fixture(scope="session")
def image(stages, context, built):
    """The image's root with what the last stage copies there."""
    build, last = stages
    root = new_folder("image")
    for instruction in last.all("COPY"):
        if "from" not in instruction.flags:
            copy(instruction, context, root)
            continue
        assert instruction.flags["from"] == build.name
        instruction.text = instruction.text.replace(build.last("WORKDIR").text + "/", "")
        copy(instruction, built, root)
    return root
