"""Paths that mean to leave where they begin: no file of the machine is served, however they are written."""

import socket

import pytest

MOUNTS = ["/", "/-/pages/", "/-/pages", "/console/", "/raw-events/api/", "/raw-events/api/api-docs/", "/raw-events/graph/", "/processors/"]
UP = ["..", "%2e%2e", "%2E.", "%252e%252e", "..%00", "..;", "%c0%ae%c0%ae", "%u002e%u002e", "\uff0e\uff0e", "....", ".%0d."]
SLASHES = ["/", "%2f", "%5c", "\\", "%252f", "//", "%c0%af", "/./"]
TARGETS = ["etc/passwd", "config/config.conf", "proc/self/environ", "output.log"]
ABSOLUTE = ["//etc/passwd", "/%2fetc%2fpasswd", "/file:///etc/passwd", "/C:%5Cboot.ini", "/etc/passwd%00.js", "/-/pages//etc/passwd", "/-/pages/%00",
            "/-/pages/graphiql.html%00.js", "/-/pages/.", "/-/pages/..", "/-/pages/./graphiql.html", "/.git/config", "/.env", "/.millrace/events.db"]  # fmt: skip


def answer_to(service, target):
    """The answer to a target as it stands, sent by no library that would tidy it up."""
    with socket.create_connection(("127.0.0.1", service.port), timeout=20) as client:
        client.sendall(b"GET " + target.encode() + b" HTTP/1.1\r\nHost: h\r\nAccept: */*\r\nConnection: close\r\n\r\n")
        answer = b""
        while piece := client.recv(65536):
            answer += piece
        return answer


def assert_gives_nothing_away(service, target):
    answer = answer_to(service, target)
    status = int(answer.split(b" ", 2)[1])
    assert status in (200, 400, 404), (target, answer[:200])
    for secret in (b"root:", b"graphlettes", b"PATH=", b"SQLite format", b"[boot loader]", b"repositoryformatversion"):
        assert secret not in answer, (target, answer)
    # What is answered at all is the root or the API of a document; no file has such a name.
    if status == 200:
        assert b"application/json" in answer or b"application/problem+json" in answer, (target, answer)


@pytest.mark.parametrize("mount", MOUNTS)
def test_no_path_leads_out(events, mount):
    for up in UP:
        for slash in SLASHES:
            for target in TARGETS:
                for depth in (1, 4):
                    assert_gives_nothing_away(events, mount + (up + slash) * depth + target)


@pytest.mark.parametrize("target", ABSOLUTE)
def test_no_path_names_a_file(events, target):
    assert_gives_nothing_away(events, target)


def test_a_path_that_goes_up_is_no_other_path(events):
    """A proxy in front may let through what it takes for one path; here it is that path and no other."""
    assert answer_to(events, "/raw-events/api/../../health").startswith(b"HTTP/1.1 404 ")
    assert answer_to(events, "/x/../health").startswith(b"HTTP/1.1 404 ")
    assert answer_to(events, "/health/../ready").startswith(b"HTTP/1.1 404 ")
    assert answer_to(events, "//health").startswith(b"HTTP/1.1 404 ")
    assert answer_to(events, "/health%2f..%2fready").startswith(b"HTTP/1.1 404 ")
