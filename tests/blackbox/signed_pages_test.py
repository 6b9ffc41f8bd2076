"""Pages where credentials are required: each takes them from who reads it, and says what it takes."""

import openapi_spec_validator
import pytest

import console_test
import pages_test
import service as services
from auth_test import REST, api_key, config, issued_by, issuer, service  # noqa: F401
from console_test import settings_of
from issuer import bearer
from prefix_proxy import below

TOKEN = {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
KEY = {"type": "apiKey", "in": "header", "name": "X-API-Key"}
ANY = {"hash": "sha256:" + "0" * 64, "name": "x", "roles": ["r"]}


@pytest.fixture(scope="module")
def token(service, issuer):  # noqa: F811
    made = issuer.token()
    assert service.request("POST", REST, {"name": "first"}, bearer(made)).status == 201
    return made


def test_the_console_takes_a_key_or_a_token(service, api_key, token):  # noqa: F811
    assert settings_of(service)["credentials"] == {"tokens": True, "keys": True}
    console_test.in_chromium("credentials.mjs", service.url, api_key[0], token)
    with below("/some/shop", service.port) as base:
        console_test.in_chromium("credentials.mjs", base, api_key[0], token)


def test_swagger_ui_authorizes(service, api_key, token):  # noqa: F811
    pages_test.in_chromium("authorize.mjs", service.url, f"{REST}/api-docs", api_key[0], token)


@pytest.mark.parametrize(
    "auth, security, schemes",
    [
        (None, None, None),
        ({"apiKeys": [ANY]}, [{"apiKey": []}], {"apiKey": KEY}),
        ({"apiKeys": [ANY], "required": False}, [{"apiKey": []}, {}], {"apiKey": KEY}),
        ("jwt", [{"token": []}], {"token": TOKEN}),
        ("both", [{"token": []}, {"apiKey": []}], {"token": TOKEN, "apiKey": KEY}),
    ],
)
def test_api_documents_say_what_is_taken(tmp_path, issuer, auth, security, schemes):  # noqa: F811
    if auth in ("jwt", "both"):
        auth = {"jwt": issued_by(issuer)} | ({"apiKeys": [ANY]} if auth == "both" else {})
    written = config(auth)
    if auth is None:
        del written["auth"]
    running = services.with_config(tmp_path, written).start()
    document = running.get(f"{REST}/api-docs/openapi.json").json()
    openapi_spec_validator.validate(document)
    assert (document.get("security"), document["components"].get("securitySchemes")) == (security, schemes)
    told = settings_of(running)["credentials"]
    assert told == (None if auth is None else {"tokens": "token" in schemes, "keys": "apiKey" in schemes})
    running.stop()
