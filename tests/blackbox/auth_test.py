"""Who is let in: tokens of an issuer, API keys, and nobody else, wherever they ask."""

import concurrent.futures
import hashlib
import hmac
import json
import os
import random
import re
import socket
import subprocess
import threading
import time

import jwt
import pytest
from cryptography.hazmat.primitives import serialization

import service as services
from issuer import AUDIENCE, KINDS, NAME, Issuer, Key, bearer, claims, encode
from service import ROOT, wait_until

SDL = """
type Event { id: ID name: String! }
type Query { getById(id: ID!): Event getByName(name: String!): [Event!]! }
type Mutation { create(name: String!): Event }
type Subscription { created: Event }
"""
STORAGE = {"type": "memory", "collection": "events"}
REST, GRAPH = "/events/api", "/events/graph"
LISTED = "{ getByName(name: \"a\") { id name } }"


def config(auth):
    return {
        "limits": {"heartbeat": "1500ms"},
        "auth": auth,
        "graphlettes": [{"path": GRAPH, "storage": STORAGE, "schema": SDL}],
        "restlettes": [{"path": REST, "storage": STORAGE, "schema": {"type": "object", "properties": {"name": {"type": "string"}}}}],
    }


def issued_by(issuer, **more):
    return {"issuer": NAME, "audience": AUDIENCE, "jwks": issuer.url, "refresh": "1s", **more}


def make_key():
    printed = services.run_command("key").stdout
    return re.fullmatch(r"key:  (mr_[\w-]{43})\nhash: (sha256:[0-9a-f]{64})\n", printed).groups()


@pytest.fixture(scope="module")
def issuer():
    running = Issuer()
    yield running
    running.stop()


@pytest.fixture(scope="module")
def api_key():
    return make_key()


@pytest.fixture(scope="module")
def service(issuer, api_key, tmp_path_factory):
    auth = {"jwt": issued_by(issuer), "apiKeys": [{"name": "importer", "hash": api_key[1], "roles": ["writer"]}]}
    running = services.with_config(tmp_path_factory.mktemp("auth"), config(auth)).start()
    yield running
    running.stop()
    assert api_key[0] not in running.printed()


def ask(service, headers=None, path=REST):
    return service.request("GET", path, headers=headers)


def assert_is_refused(response, code="auth.token"):
    assert response.status == 401, response
    assert response.headers["Content-Type"] == "application/problem+json"
    assert response.json()["code"] == code
    challenges = response.headers.get_all("WWW-Authenticate")
    assert [challenge.split()[0] for challenge in challenges] == ["Bearer", "ApiKey"]
    assert ('error="invalid_token"' in challenges[0]) == (code == "auth.token")


# --- The door ------------------------------------------------------------------------------------------------------------------------------


def test_it_says_so_at_the_start(service):
    wait_until(lambda: f"Access: tokens of {NAME}, 1 API key; without credentials none." in service.printed())


def test_pages_are_open(service):
    for path in ("/", "/health", "/ready", "/metrics", f"{REST}/api-docs", f"{REST}/api-docs/openapi.json", f"{REST}/api-docs/swagger.json"):
        assert ask(service, path=path).status == 200, path
    page = ask(service, {"Accept": "text/html"}, GRAPH)
    assert page.status == 200 and "GraphiQL" in page.text
    script = re.search(r'src="([^"]+\.js)"', page.text)[1]
    assert ask(service, path="/-/pages/" + script.rsplit("/-/pages/", 1)[1]).status == 200


def test_everything_else_is_closed(service):
    operations = ask(service, path=f"{REST}/api-docs/openapi.json").json()["paths"]
    asked = [(method.upper(), path.replace("{id}", "7")) for path, item in operations.items() for method in item if method != "parameters"]
    assert len(asked) > 10
    asked += [("GET", f"{GRAPH}?query=" + "%7B__typename%7D"), ("POST", GRAPH), ("OPTIONS", GRAPH), ("OPTIONS", REST), ("GET", "/graph"), ("POST", "/graph")]
    asked += [("GET", "/nothing"), ("GET", "/sinks"), ("GET", "/processors"), ("TRACE", REST)]
    asked += [("GET", "//events/api"), ("GET", "/health/../events/api"), ("GET", "/%2e%2e/events/api"), ("GET", f"{REST}/api-docs/x"), ("GET", f"{REST}/")]
    for method, path in asked:
        body = {"query": "{ __typename }"} if method in ("POST", "PUT", "PATCH") else None
        response = service.request(method, path, body)
        assert response.status in (401, 404) if method == "HEAD" else response.status == 401, (method, path, response)


def test_a_page_is_open_to_those_who_read_it_alone(service):
    for headers in ({"Accept": "text/html;q=0.1, application/json"}, {"Upgrade": "websocket", "Accept": "application/json"}):
        response = ask(service, headers, f"{REST}?name=a" if "Upgrade" in headers else f"{GRAPH}?query=%7B__typename%7D")
        assert response.status == 401, response
    assert service.request("POST", GRAPH, {"query": LISTED}, {"Accept": "text/html"}).status == 401


def test_preflights_are_open(service):
    headers = {"Origin": "https://page.example", "Access-Control-Request-Method": "POST", "Access-Control-Request-Headers": "authorization"}
    response = service.request("OPTIONS", REST, headers=headers)
    assert response.status == 204 and response.headers["Access-Control-Allow-Headers"] == "authorization"
    assert ask(service, {"Origin": "https://page.example"}).headers["Access-Control-Allow-Origin"] == "*"


def test_the_body_of_an_upload_is_not_taken(service):
    with socket.create_connection(("127.0.0.1", service.port), 10) as connection:
        head = f"POST {REST}/bulk HTTP/1.1\r\nHost: h\r\nContent-Type: application/json\r\nContent-Length: 100000000\r\nExpect: 100-continue\r\n\r\n"
        connection.sendall(head.encode())
        assert connection.recv(65536).startswith(b"HTTP/1.1 401 ")


def test_two_credentials_are_one_too_many(service, issuer, api_key):
    response = ask(service, {**bearer(issuer.token()), "X-API-Key": api_key[0]})
    assert response.status == 400 and response.json()["code"] == "auth.twice"


# --- API keys ------------------------------------------------------------------------------------------------------------------------------


def test_api_keys(service, api_key):
    key, digest = api_key
    assert digest == "sha256:" + hashlib.sha256(key.encode()).hexdigest()
    assert ask(service, {"X-API-Key": key}).status == 200
    assert ask(service, {"Authorization": f"ApiKey {key}"}).status == 200
    for wrong in (key + "x", key[:-1], key.upper(), digest, make_key()[0], "x"):
        assert_is_refused(ask(service, {"X-API-Key": wrong}), "auth.key")
    assert_is_refused(ask(service, {"Authorization": f"Basic {key}"}), "auth.scheme")
    assert_is_refused(ask(service, {"Authorization": f"Bearer {key}"}))


def test_import_brings_one(service, api_key, monkeypatch):
    lines = json.dumps({"name": "imported"}) + "\n"
    arguments = ["import", "--url", service.url, "--to", "/events", "-"]
    assert services.run_command(*arguments, stdin=lines).returncode != 0
    monkeypatch.setenv("MILLRACE_AUTHORIZATION", f"ApiKey {api_key[0]}")
    assert services.run_command(*arguments, stdin=lines).returncode == 0
    assert len(ask(service, {"X-API-Key": api_key[0]}, f"{REST}?name=imported").json()) == 1


# --- Tokens --------------------------------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("algorithm", KINDS)
def test_tokens(service, issuer, algorithm):
    headers = bearer(issuer.token(algorithm))
    for _ in range(3):
        assert ask(service, headers).status == 200
    made = service.request("POST", REST, {"name": algorithm}, headers)
    assert made.status == 201
    listed = service.query(GRAPH, LISTED.replace('"a"', f'"{algorithm}"'), headers=headers)
    assert listed["data"]["getByName"] == [{"id": made.json()["id"], "name": algorithm}]


def wrong_tokens(issuer):
    """Each with what is wrong with it."""
    point, numbers = issuer.keys["ec"], issuer.keys["rsa"]
    right = issuer.token()
    head, body, signature = right.split(".")
    pem = numbers.private.public_key().public_bytes(serialization.Encoding.PEM, serialization.PublicFormat.SubjectPublicKeyInfo)

    def confused(secret, header):
        text = f"{encode(header)}.{encode(claims())}"
        return f"{text}.{encode(hmac.new(secret, text.encode(), hashlib.sha256).digest())}"

    for name in ("none", "None", "NONE", "nOnE"):
        yield name, f"{encode({'alg': name})}.{encode(claims())}."
        yield f"{name}, with a signature", f"{encode({'alg': name, 'kid': point.kid})}.{body}.{signature}"
    for secret in (pem, pem.strip(), json.dumps(numbers.jwk).encode(), b""):
        yield "key confusion", confused(secret, {"alg": "HS256", "kid": numbers.kid})
        yield "key confusion without kid", confused(secret, {"alg": "HS256"})
    yield "kid of nobody", issuer.token(header={"kid": "nobody"})
    yield "kid of another", issuer.token(header={"kid": numbers.kid})
    yield "kid with a path", issuer.token(header={"kid": "../../../../dev/null"})
    yield "kid with SQL", issuer.token(header={"kid": "x' UNION SELECT 'secret"})
    yield "crit", issuer.token(header={"crit": ["exp"]})
    yield "b64", issuer.token(header={"b64": False, "crit": ["b64"]})
    yield "another kind", issuer.token(header={"typ": "logout+jwt"})
    stranger = Key("ec", point.kid)
    yield "a stranger's key", jwt.encode(claims(), stranger.private, "ES256", headers={"kid": point.kid})
    yield "a key that it brings", jwt.encode(claims(), stranger.private, "ES256", headers={"jwk": stranger.jwk})
    yield "a key that it names", jwt.encode(claims(), stranger.private, "ES256", headers={"jku": issuer.url, "x5u": issuer.url})
    yield "algorithm not on the list", jwt.encode(claims(), numbers.private, "RS512", headers={"kid": numbers.kid})
    yield "expired", issuer.token(lasts=-61)
    yield "not yet valid", issuer.token(nbf=int(time.time()) + 65)
    yield "of the future", issuer.token(iat=int(time.time()) + 65)
    yield "another audience", issuer.token(aud="other")
    yield "no audience", issuer.token(aud=None)
    yield "another issuer", issuer.token(iss=NAME[:-1])
    yield "no issuer", issuer.token(iss=None)
    yield "no expiry", issuer.token(exp=None)
    yield "no subject", issuer.token(sub=None)
    for claim in ("exp", "nbf", "iat"):
        for value in ("1", True, [], -1, float("inf")):
            text = f"{encode({'alg': 'ES256', 'kid': point.kid})}.{encode({**claims(), claim: value})}"
            signed = jwt.api_jws.PyJWS().encode(json.dumps({**claims(), claim: value}).encode(), point.private, "ES256", headers={"kid": point.kid})
            yield f"{claim} {value}", signed
            yield f"{claim} {value}, not signed", f"{text}.{signature}"
    for text in (json.dumps(claims())[:-1] + ',"sub":"mallory"}', json.dumps(claims()) + " x", "[]", "", "\ufeff{}"):
        yield f"claims {text[-20:]}", jwt.api_jws.PyJWS().encode(text.encode(), point.private, "ES256", headers={"kid": point.kid})
    for text in (f"{right}.", f"{right}=", f"{right}.{signature}", f"{head}.{body}", f"{head}.{body}.", f"{head}..{signature}", right + "\u00e4", right[:-2] + "+/", f"{head}=.{body}.{signature}"):
        yield f"text {text[-10:]}", text
    yield "two signatures", json.dumps({"payload": body, "signatures": [{"protected": head, "signature": signature}] * 2})
    yield "a JWE", ".".join([encode({"alg": "dir", "enc": "A256GCM"}), "", encode(b"0" * 12), encode(b"x"), encode(b"0" * 16)])
    yield "changed", ".".join([head, encode({**claims(), "sub": "mallory"}), signature])
    yield "long", issuer.token(more="x" * 14_000)


def test_wrong_tokens_are_refused_alike(service, issuer):
    answers, failed = set(), []
    for what, token in wrong_tokens(issuer):
        response = service.request("GET", REST, headers={"Authorization": f"Bearer {token}".encode()})
        if response.status in (400, 431) and (what == "long" or not token.isascii()):
            continue  # no such header is taken at all
        answers.add((response.status, response.body, tuple(response.headers.get_all("WWW-Authenticate") or ())))
        failed += [what] if response.status != 401 else []
    assert not failed
    assert len(answers) == 1, "nobody is told what was wrong"
    assert ask(service, bearer(issuer.token())).status == 200


def test_noise_is_refused(service, issuer):
    chance = random.Random(7)
    right = issuer.token()
    connection = service.connect()
    for _ in range(1_000):
        token = list(right)
        for _ in range(chance.randint(1, 4)):
            at = chance.randrange(len(token))
            token[at : at + chance.randint(0, 2)] = chance.choice(["", "A", ".", "=", "_", "-", "~", "%00"])
        if (text := "".join(token)) == right:
            continue
        connection.request("GET", REST, headers=bearer(text))
        response = connection.getresponse()
        response.read()
        assert response.status == 401, text


def test_clocks_may_differ(service, issuer):
    assert ask(service, bearer(issuer.token(lasts=-50))).status == 200
    assert ask(service, bearer(issuer.token(nbf=int(time.time()) + 50))).status == 200


def test_nothing_of_a_token_is_printed(service, issuer):
    token = issuer.token(sub="secret-subject")
    ask(service, bearer(token))
    ask(service, bearer(token[:-4]))
    printed = service.printed()
    assert not [part for part in token.split(".") if part in printed] and "secret-subject" not in printed


# --- Keys ----------------------------------------------------------------------------------------------------------------------------------


def test_keys_are_fetched_again_and_outlive_their_issuer(tmp_path):
    issuer = Issuer()
    service = services.with_config(tmp_path, config({"jwt": [issued_by(issuer)]})).start()
    old = bearer(issuer.token())
    assert ask(service, old).status == 200
    issuer.keys["ec"] = Key("ec", "ec-2")
    new = bearer(issuer.token())
    wait_until(lambda: ask(service, new).status == 200)
    assert ask(service, old).status == 401, "what the old key vouched for is not remembered"
    issuer.status = 500
    wait_until(lambda: "no keys from" in service.printed())
    asked = issuer.asked
    wait_until(lambda: issuer.asked >= asked + 2)
    assert ask(service, bearer(issuer.token("RS256"))).status == 200
    assert service.printed().count("no keys from") == 1
    issuer.status = 200
    wait_until(lambda: "are there again" in service.printed())
    issuer.stop()
    assert ask(service, new).status == 200
    service.stop()


def test_keys_that_stay_hold_while_others_change(tmp_path):
    issuer = Issuer()
    service = services.with_config(tmp_path, config({"jwt": issued_by(issuer)})).start()
    assert ask(service, bearer(issuer.token())).status == 200  # the keys are there
    answered, failed, is_over = [], [], threading.Event()

    def client(number):
        connection = service.connect()
        while not is_over.is_set():
            stays = number % 2 == 0
            token = issuer.token("EdDSA", sub=str(time.time_ns())) if stays else issuer.token(header={"kid": str(number)})
            connection.request("GET", REST, headers=bearer(token))
            response = connection.getresponse()
            response.read()
            answered.append(response.status)
            if response.status != (200 if stays else 401):
                failed.append((stays, response.status))

    with concurrent.futures.ThreadPoolExecutor(8) as clients:
        running = [clients.submit(client, number) for number in range(8)]
        while issuer.asked < 6:
            issuer.keys["ec"] = Key("ec", f"ec-{time.time_ns()}")
            issuer.status = 200 if issuer.status == 500 else 500
            before = len(answered)
            wait_until(lambda: len(answered) >= before + 50)  # noqa: B023
        is_over.set()
        for one in running:
            one.result()
    assert not failed, failed[:3]
    service.stop()
    issuer.stop()


def test_unknown_keys_do_not_flood_the_issuer(tmp_path):
    issuer = Issuer()
    service = services.with_config(tmp_path, config({"jwt": issued_by(issuer, refresh="1h")})).start()
    for number in range(100):
        assert ask(service, bearer(issuer.token(header={"kid": str(number)}))).status == 401
    assert issuer.asked == 1
    service.stop()
    issuer.stop()


def test_an_issuer_that_comes_later(tmp_path, api_key):
    issuer = Issuer()
    issuer.status = 503
    auth = {"jwt": issued_by(issuer), "apiKeys": [{"name": "importer", "hash": api_key[1]}]}
    service = services.with_config(tmp_path, config(auth)).start()
    answer = ask(service, bearer(issuer.token()))
    assert answer.status == 503 and answer.json()["code"] == "auth.unavailable" and answer.headers["Retry-After"]
    assert ask(service, {"X-API-Key": api_key[0]}).status == 200
    issuer.status = 200
    wait_until(lambda: ask(service, bearer(issuer.token())).status == 200)
    service.stop()
    issuer.stop()


def test_keys_in_a_file_and_without_credentials(tmp_path, issuer):
    (tmp_path / "config").mkdir()
    (tmp_path / "config/keys.json").write_text(json.dumps({"keys": [key.jwk for key in issuer.keys.values()]}))
    auth = {"jwt": issued_by(issuer, jwks="keys.json"), "required": False}
    service = services.with_config(tmp_path, config(auth)).start()
    assert ask(service).status == 200
    assert ask(service, bearer(issuer.token())).status == 200
    assert ask(service, bearer("a.b.c")).status == 401
    assert "without credentials as nobody" in service.printed()
    service.stop()


# --- The config ----------------------------------------------------------------------------------------------------------------------------

WRONG = {
    "auth lets nobody in": {},
    "auth.jwt.audience is missing": {"jwt": {"issuer": NAME, "jwks": "http://h/"}},
    "auth.jwt.issuer is missing": {"jwt": {"audience": [], "jwks": "http://h/"}},
    "it has one of them": {"jwt": {"issuer": NAME, "audience": []}},
    'auth.jwt.algorithms has "HS256", which needs another kind of key': {"jwt": {"issuer": NAME, "audience": [], "jwks": "http://h/", "algorithms": ["RS256", "HS256"]}},
    'auth.jwt.algorithms has "none", which is not known': {"jwt": {"issuer": NAME, "audience": [], "jwks": "http://h/", "algorithms": "none"}},
    'auth.jwt.algorithms has "RS256", which needs another kind of key': {"jwt": {"issuer": NAME, "audience": [], "secret": "s" * 32, "algorithms": ["RS256"]}},
    "auth.jwt.secret has 31 bytes": {"jwt": {"issuer": NAME, "audience": [], "secret": "s" * 31}},
    "the file cannot be read": {"jwt": {"issuer": NAME, "audience": [], "jwks": "missing.json"}},
    "auth.apiKeys[0].hash is no hash of a key": {"apiKeys": [{"name": "a", "hash": "mr_key"}]},
    "has a key that another has": {"apiKeys": [{"name": name, "hash": "sha256:" + "0" * 64} for name in "ab"]},
    'There is no setting "auth.jwt.audiences"': {"jwt": {"issuer": NAME, "audiences": [], "audience": [], "jwks": "http://h/"}},
}


@pytest.mark.parametrize("problem", WRONG)
def test_wrong_configs(tmp_path, problem):
    service = services.with_config(tmp_path, config(WRONG[problem]))
    checked = services.run_command("check", "--config", service.folder / "config/config.conf")
    assert checked.returncode == 1 and problem in checked.stderr, checked
    assert "s" * 31 not in checked.stderr


# --- The document --------------------------------------------------------------------------------------------------------------------------


def test_what_the_document_shows(tmp_path, issuer, api_key):
    text = (ROOT / "docs/access.md").read_text()
    shown = [match[1] for match in re.finditer(r"^```hocon\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]
    auth = shown[0].replace("https://issuer.example/.well-known/jwks.json", issuer.url)
    auth = re.sub(r"sha256:[0-9a-f]+", api_key[1], auth)
    folder = services.copy_example("events", tmp_path)
    file = folder / "config/config.conf"
    file.write_text(file.read_text().strip().removesuffix("}") + f",\n{auth}\n}}\n")
    service = services.Service(folder).start()
    token = issuer.token(realm_access={"roles": ["analyst"]})
    commands = [match[1] for match in re.finditer(r"^```shell\n(.*?)^```", text, re.MULTILINE | re.DOTALL)]
    assert len(commands) >= 3
    for command in commands:
        command = command.replace(":4055/", f":{service.port}/").replace("millrace key", f"{services.BINARY} key")
        ran = subprocess.run(
            ["bash", "-euo", "pipefail", "-c", command], capture_output=True, text=True, timeout=60, env={**os.environ, "TOKEN": token, "KEY": api_key[0]}
        )
        assert ran.returncode == 0, ran
        assert "error" not in ran.stdout, ran.stdout
    service.stop()
    for other in shown[1:]:
        file.write_text(json.dumps(services.example_config("events"))[:-1] + f",\n{other}\n}}\n")
        checked = subprocess.run(
            [services.BINARY, "check", "--config", file], capture_output=True, text=True, timeout=60, env={**services.environment(), "JWT_SECRET": "s" * 48}
        )
        assert checked.returncode == 0, checked
