"""Where an issuer's keys come from: by TLS, and over a reload."""

import ssl

import pytest

import service as services
from auth_test import REST, ask, config, issued_by
from issuer import Issuer, Key, bearer
from reach import Authority
from reload_test import hang_up, reload
from service import wait_until


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "authority")


@pytest.fixture
def start(tmp_path):
    """A service that takes the tokens of an issuer."""
    running = []

    def start_one(issuer, environment=None, **more):
        service = services.with_config(tmp_path, config({"jwt": issued_by(issuer, **more)}))
        service.environment |= environment or {}
        running.append(service.start())
        return service

    yield start_one
    for service in running:
        service.stop()


@pytest.fixture
def issue():
    running = []

    def issue_one(tls=None):
        running.append(Issuer(tls))
        return running[-1]

    yield issue_one
    for issuer in running:
        issuer.stop()


def tls_of(authority, name="127.0.0.1"):
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    key, certificate = authority.sign(name)
    context.load_cert_chain(certificate, key)
    return context


# --- TLS -----------------------------------------------------------------------------------------------------------------------------------


def test_keys_by_https(start, issue, authority):
    issuer = issue(tls_of(authority))
    assert issuer.url.startswith("https://")
    service = start(issuer, {"SSL_CERT_FILE": str(authority.certificate)})
    assert ask(service, bearer(issuer.token())).status == 200
    issuer.keys["ec"] = Key("ec", "ec-2")
    wait_until(lambda: ask(service, bearer(issuer.token())).status == 200)
    assert "no keys from" not in service.printed()


@pytest.mark.parametrize("wrong", ["an authority that nobody trusts", "a certificate of another host"])
def test_keys_of_whoever_has_no_certificate_are_none(start, issue, authority, wrong):
    of_host = "127.0.0.1" if "authority" in wrong else "elsewhere.example"
    issuer = issue(tls_of(authority, of_host))
    service = start(issuer, {} if "authority" in wrong else {"SSL_CERT_FILE": str(authority.certificate)})
    answer = ask(service, bearer(issuer.token()))
    assert (answer.status, answer.json()["code"]) == (503, "auth.unavailable") and answer.headers["Retry-After"]
    assert "certificate" not in answer.text
    why = {"127.0.0.1": "unable to get local issuer certificate", "elsewhere.example": "IP address mismatch"}[of_host]
    said = wait_until(lambda: [line for line in service.printed().splitlines() if "no keys from" in line], told=service.printed)
    assert f"no keys from {issuer.url}: " in said[0] and f"its certificate is not trusted: {why}" in said[0], said
    assert issuer.asked == 0


# --- A reload ------------------------------------------------------------------------------------------------------------------------------


def test_keys_outlive_a_reload_while_their_issuer_is_away(start, issue):
    issuer = issue()
    service = start(issuer)
    token = bearer(issuer.token())
    assert ask(service, token).status == 200
    issuer.status = 503
    for _ in range(2):
        hang_up(service)
        assert ask(service, token).status == 200
        assert ask(service, bearer(issuer.token("RS256", sub="bob"))).status == 200
    assert ask(service, bearer(issuer.token(header={"kid": "unknown"}))).status == 401
    # Whatever else of the config has changed; but for where the keys are.
    changed = config({"jwt": issued_by(issuer, clockSkew="1s", audience=["millrace", "other"])})
    reload(service, changed)
    assert ask(service, token).status == 200
    reload(service, config({"jwt": issued_by(issuer, jwks=issuer.url + "?other")}))
    assert ask(service, token).status == 503
    reload(service, changed)
    issuer.status = 200
    wait_until(lambda: ask(service, token).status == 200)


def test_a_reload_asks_for_keys_anew(start, issue):
    issuer = issue()
    service = start(issuer, refresh="1h")
    old = bearer(issuer.token())
    assert ask(service, old).status == 200
    issuer.keys["ec"] = Key("ec", "ec-2")
    hang_up(service)
    assert wait_until(lambda: ask(service, bearer(issuer.token())), lambda answer: answer.status != 401).status == 200
    assert ask(service, old).status == 401
    assert service.request("POST", REST, {"name": "a"}, old).status == 401
