"""The processes that run jq programs: what they have of the service, and what becomes of them and of it when one of both is killed."""

import os
import signal
from pathlib import Path

import pytest
from processors_test import LOGIN, RAW, processor, result_of, until, with_processors


def children(service):
    """The ids of its children that run programs."""
    found = []
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            is_child = folder.joinpath("stat").read_text().rpartition(")")[2].split()[1] == str(service.process.pid)
            if is_child and b"jq-worker" in folder.joinpath("cmdline").read_bytes():
                found.append(int(folder.name))
        except OSError:
            pass  # it has ended
    return found


def is_running(child):
    """Whether it is there, and not only waited for."""
    try:
        return Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()[0] not in "ZX"
    except OSError:
        return False


@pytest.fixture
def service(tmp_path):
    """Two processors, one of which runs two children."""
    slow = "if .data.slow then last(range(1e12)) else {processed_data: .data} end"
    running = with_processors(
        tmp_path, processor(transform=slow, timeout="60s", workers=1), processor(name="q", where="false", workers=2)
    )  # fmt: skip
    running.environment["MILLRACE_TEST_SECRET"] = "hush"
    running.start()
    yield running
    running.kill()


def test_a_child_has_nothing_of_the_service_but_its_socket(service):
    result_of(service, service.create(RAW, LOGIN))
    for child in until(lambda: children(service), lambda found: len(found) >= 2):
        assert b"hush" not in Path(f"/proc/{child}/environ").read_bytes()
        # Its socket, two times nothing, and the page that it shares.
        links = {int(link.name): os.readlink(link) for link in Path(f"/proc/{child}/fd").iterdir()}
        assert set(links) - {4} == {0, 1, 2, 3}, links
        assert [fd for fd, target in links.items() if target.startswith("socket:")] == [0], links


def test_a_child_that_is_killed_is_replaced_and_every_event_has_its_result(service):
    events = []
    for _ in range(20):
        events.append(service.create(RAW, LOGIN))
        for child in children(service):
            os.kill(child, signal.SIGKILL)
    assert all(result_of(service, event)["status"] == "SUCCESS" for event in events)


def test_children_end_with_the_service_even_in_the_middle_of_an_event(service):
    service.create(RAW, LOGIN | {"data": {"slow": True}})
    found = until(lambda: children(service), lambda found: len(found) >= 2)
    service.kill()
    until(lambda: [child for child in found if is_running(child)], lambda left: left == [])


def test_a_service_that_ends_does_not_wait_for_a_program(service):
    service.create(RAW, LOGIN | {"data": {"slow": True}})
    found = until(lambda: children(service), lambda found: len(found) >= 2)
    # It waits for the ten seconds of shutdownTimeout, not for the minute that the program may take.
    assert service.terminate() == 0
    assert not any(is_running(child) for child in found)
