"""A running service per test module, on a copy of an example in a temporary folder."""

import pytest

import service as services
from storages import NAMES, Storages


def pytest_addoption(parser):
    parser.addoption("--storage", choices=NAMES, default="embedded", help="where the entities are kept")
    parser.addoption("--unified", action="store_true", help="ask every query through the unified endpoint as well, and compare")


def pytest_configure(config):
    services.Service.has_twins = config.getoption("--unified")
    if not services.BINARY.is_file():
        pytest.exit(f"{services.BINARY} is not built: ./dev build release", returncode=2)


@pytest.fixture(scope="session")
def storages(request, tmp_path_factory):
    """Where this run keeps its entities."""
    chosen = Storages(request.config.getoption("--storage"), tmp_path_factory.mktemp)
    yield chosen
    chosen.stop()


def _running(example, folder, storages):
    folder = services.copy_example(example, folder)
    service = services.Service(folder, command=storages.serve(folder)).start()
    yield service
    service.stop()


@pytest.fixture(scope="module")
def events(tmp_path_factory, storages):
    """examples/events, running; the tests of a module share it."""
    yield from _running("events", tmp_path_factory.mktemp("service"), storages)


@pytest.fixture(scope="module")
def farm(tmp_path_factory, storages):
    """examples/farm, running; the tests of a module share it."""
    yield from _running("farm", tmp_path_factory.mktemp("service"), storages)
