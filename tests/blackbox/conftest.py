"""A running service per test module, on a copy of an example in a temporary folder."""

import pytest

import service as services


def pytest_configure():
    if not services.BINARY.is_file():
        pytest.exit(f"{services.BINARY} is not built: ./dev build release", returncode=2)


def _running(example, folder):
    service = services.Service(services.copy_example(example, folder)).start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def events(tmp_path_factory):
    """examples/events, running; the tests of a module share it."""
    yield from _running("events", tmp_path_factory.mktemp("service"))


@pytest.fixture(scope="module")
def farm(tmp_path_factory):
    """examples/farm, running; the tests of a module share it."""
    yield from _running("farm", tmp_path_factory.mktemp("service"))
