"""Targets by https: the certificate must be of an authority that is trusted and of the host's name."""

import os
import socket
import ssl
import threading

import pytest

from reach import Authority
from remote_fault_test import Asked, failure, good, make  # noqa: F401
from remote_targets import response


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "authority")


def tls_of(authority, name="127.0.0.1"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    key, certificate = authority.sign(name)
    context.load_cert_chain(certificate, key)
    return context


def trusting(authority):
    return {"SSL_CERT_FILE": str(authority.certificate)}


def test_a_certificate_that_is_trusted(make, authority):  # noqa: F811
    target, asked = make(lambda body, _: good(body), tls=tls_of(authority), environment=trusting(authority))
    for _ in range(20):
        assert asked.ask()["data"]["getById"]["b"] == {"id": "b1", "name": "name of b1"}
    assert target.connections <= os.cpu_count()  # one for each thread
    assert target.requests[0][0]["Host"] == f"127.0.0.1:{target.port}"


def test_a_large_answer(make, authority):  # noqa: F811
    name = "n" * 3_000_000
    _, asked = make(lambda body, _: good(body, {"name": name}), tls=tls_of(authority), environment=trusting(authority))
    assert asked.ask()["data"]["getById"]["b"]["name"] == name


def test_an_authority_that_nobody_trusts(make, authority):  # noqa: F811
    target, asked = make(lambda body, _: good(body), tls=tls_of(authority), retries=0)
    failure(asked, "remote.unreachable", "its certificate is not trusted: unable to get local issuer certificate")
    assert target.requests == []


def test_a_certificate_of_another_host(make, authority):  # noqa: F811
    target, asked = make(lambda body, _: good(body), tls=tls_of(authority, "elsewhere.example"), environment=trusting(authority), retries=0)
    failure(asked, "remote.unreachable", "its certificate is not trusted")
    assert target.requests == []


def test_a_target_that_speaks_no_tls(authority, tmp_path):
    def refuse():
        connection, _ = listener.accept()
        with connection:
            connection.recv(10_000)
            connection.sendall(b"HTTP/1.1 400 Bad Request\r\nContent-Length: 0\r\n\r\n")

    with socket.create_server(("127.0.0.1", 0)) as listener:
        thread = threading.Thread(target=refuse)
        thread.start()
        asked = Asked(tmp_path, f"https://127.0.0.1:{listener.getsockname()[1]}/graph", trusting(authority), retries=0)
        try:
            failure(asked, "remote.unreachable", "no TLS: wrong version number")
        finally:
            asked.service.stop()
            thread.join()


def test_an_answer_that_is_cut(make, authority):  # noqa: F811
    """It ends neither with its last byte nor as TLS ends, so that anybody may have cut it."""
    answer = response(200, {"data": {}}, ["Connection: close"]).replace(b"Content-Length", b"X-Length")
    _, asked = make(lambda body, _: answer, tls=tls_of(authority), environment=trusting(authority), closes=True, retries=0)
    failure(asked, "remote.unreachable", "The connection broke in the middle of the answer.")
