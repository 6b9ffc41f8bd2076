"""What lets somebody in is told to nobody: not in what is printed, not by any page, not in an error, whatever goes wrong."""

import json
import re
import time

import jwt
import pytest

import service as services
from otlp_collector import Collector
from service import free_port

SECRETS = {
    "postgres": "pg-pass-1f0a",
    "mongo": "mongo-pass-2f0b",
    "mongo_option": "mongo-cert-3f0c",
    "kafka": "kafka-pass-4f0d",
    "nats": "nats-pass-5f0e",
    "jwt": "jwt-secret-6f0f-that-is-long-enough-for-hs256",
    "webhook": "whsec_N2YwYS1pcy1hLXNlY3JldC1vZi0yNC1ieXRlcw==",
    "collector": "collector-token-8f0b",
    "resolver": "resolver-pass-9f0c",
    "header": "header-token-af0d",
    "key": "mr_wrong-key-bf0e",
    "cookie": "cookie-cf0f",
}
SDL = "type Event { id: ID name: String! other: Event } type Query { getById(id: ID!): Event getByName(name: String!): [Event!]! }"
EVERYTHING = {"level": "debug", "requests": True, "payloads": True}


def storage(kind, uri, **more):
    return {"type": kind, "uri": uri, "collection": f"events_{kind}", "db": "x", **more}


def whole_config(port, collector, format):
    """One with a secret in every place that can have one, and nobody at the other end of anything."""
    away = f"127.0.0.1:{port}"
    postgres = f"postgresql://user:{SECRETS['postgres']}@{away}/x"
    mongo = storage("mongo", f"mongodb://user:{SECRETS['mongo']}@{away}/x", options={"serverSelectionTimeoutMS": "300", "tlsCertificateKeyFilePassword": SECRETS["mongo_option"]})
    memory = {"type": "memory", "collection": "results"}
    schema = {"type": "object"}
    resolver = {"name": "other", "id": "id", "queryName": "getById", "url": f"http://{away}/graph"}
    kafka = {"brokers": away, "topic": "t", "options": {"security.protocol": "sasl_plaintext", "sasl.mechanism": "PLAIN", "sasl.username": "u", "sasl.password": SECRETS["kafka"]}}
    return {
        "logs": EVERYTHING | {"format": format},
        "traces": {"endpoint": collector, "headers": {"Authorization": f"Bearer {SECRETS['collector']}"}, "interval": "50ms"},
        "auth": {"required": False, "jwt": {"issuer": "i", "audience": "a", "secret": SECRETS["jwt"]}},
        "graphlettes": [{"path": "/m/graph", "schema": SDL, "storage": memory, "rootConfig": {"resolvers": [resolver]}}],
        "restlettes": [
            {"path": "/p/api", "storage": storage("postgres", postgres, options={"connectTimeout": "300ms"}), "schema": schema},
            {"path": "/g/api", "storage": mongo, "schema": schema},
            {"path": "/m/api", "storage": memory, "schema": schema},
            {"path": "/r/api", "storage": {"type": "memory", "collection": "results_of_w"}, "schema": schema},
        ],
        "processors": [{"name": "w", "from": "/m", "to": "/r", "where": ".name == \"never\"", "webhook": {"url": f"http://{away}/hook", "secret": SECRETS["webhook"]}}],
        "sinks": [
            {"name": "k", "from": "/m", "kafka": kafka},
            {"name": "n", "from": "/m", "nats": {"url": f"nats://user:{SECRETS['nats']}@{away}", "subject": "s", "stream": {"name": "S"}}},
        ],
    }


def assert_no_secret(text, where):
    for name, secret in SECRETS.items():
        assert secret not in text, f"{name} is in {where}: {text[max(0, text.index(secret) - 200):][:400]}"


def token(secret, **claims):
    return jwt.encode({"iss": "i", "aud": "a", "sub": "alice", "exp": int(time.time()) + 600} | claims, secret, "HS256")


@pytest.mark.parametrize("format", ["text", "json"])
def test_nothing_that_lets_somebody_in_is_told(tmp_path, format):
    collector = Collector(status=401)
    config = whole_config(free_port(), collector.url, format)
    (tmp_path / "config").mkdir()
    file = tmp_path / "config/config.conf"
    file.write_text(json.dumps(config))
    checked = services.run_command("check", "--config", file)
    assert checked.returncode == 0, checked
    assert_no_secret(checked.stdout + checked.stderr, "what check prints")
    service = services.Starting(tmp_path, command=["serve", "--config", str(file)]).start()
    right, wrong, late = token(SECRETS["jwt"]), token("another-secret-that-is-long-enough-0"), token(SECRETS["jwt"], exp=1)
    credentials = [{"Authorization": f"Bearer {each}"} for each in (right, wrong, late, SECRETS["header"])]
    credentials += [{"Authorization": f"Basic {SECRETS['header']}"}, {"Authorization": f"ApiKey {SECRETS['key']}"}, {"X-API-Key": SECRETS["key"]}]
    answers = []
    for headers in [{}, *credentials]:
        headers = {**headers, "Cookie": SECRETS["cookie"]}
        for path in ("/p/api", "/g/api", "/m/api", "/m/graph?query={getByName(name:\"x\"){other{name}}}".replace(" ", ""), "/ready", "/metrics", "/sinks", "/processors", "/nothing"):
            answers.append((path, service.request("GET", path, headers=headers)))
        answers.append(("POST", service.request("POST", "/m/api", {"name": "x"}, headers)))
        answers.append(("POST", service.request("POST", "/p/api", {"name": "x"}, headers)))
        answers.append(("graph", service.request("POST", "/m/graph", {"query": '{ getByName(name: "x") { other { name } } }'}, headers)))
    if format == "text":
        services.wait_until(lambda: all(said in service.printed() for said in (" stores", " sinks", "traces")), told=service.printed)
    answers += [(path, service.get(path)) for path in ("/ready", "/sinks", "/metrics")]
    collector.stop()
    service.process.terminate()
    service.process.wait(30)
    answers.append(("stderr", service.printed()))
    statuses = {answer.status for _, answer in answers[:-1]}
    assert {200, 401, 404, 503} <= statuses, statuses
    for where, answer in answers:
        text = answer if isinstance(answer, str) else f"{dict(answer.headers)} {answer.text}"
        assert_no_secret(text, where)
        for each in (right, wrong, late):
            assert each not in text and each.rsplit(".", 1)[1] not in text, where
    assert "/m/api" in service.printed() and "401" in service.printed()


def broken(**storage_keys):
    return {"restlettes": [{"path": "/x/api", "schema": {"type": "object"}, "storage": {"collection": "x", "db": "x", **storage_keys}}]}


SECRET = "pass-in-a-wrong-place-d0"
MEMORY = broken(type="memory")
GRAPHLETTE = {"path": "/x/graph", "schema": SDL, "storage": {"type": "memory", "collection": "x"}}
WRONG = {
    "a port that is none, postgres": broken(type="postgres", uri=f"postgresql://u:{SECRET}@127.0.0.1:port/x"),
    "a bracket too many, postgres": broken(type="postgres", uri=f"postgresql://u:{SECRET}@[::1/x"),
    "words, postgres": broken(type="postgres", uri=f"host=127.0.0.1 password={SECRET} nonsense"),
    "an option that is none, postgres": broken(type="postgres", uri=f"postgresql://u:{SECRET}@127.0.0.1:1/x?nonsense=1"),
    "no scheme, postgres": broken(type="postgres", uri=f"u:{SECRET}@127.0.0.1/x"),
    "a replica, postgres": broken(type="postgres", uri="postgresql://127.0.0.1:1/x", options={"replicas": [f"postgresql://u:{SECRET}@127.0.0.1:port/x"]}),
    "a port that is none, mongo": broken(type="mongo", uri=f"mongodb://u:{SECRET}@127.0.0.1:port/x"),
    "a percent sign, mongo": broken(type="mongo", uri=f"mongodb://u:{SECRET}%@127.0.0.1:1/x"),
    "no scheme, mongo": broken(type="mongo", uri=f"u:{SECRET}@127.0.0.1/x"),
    "an option that is none, mongo": broken(type="mongo", uri="mongodb://127.0.0.1:1/x", options={"password": SECRET, "nonsense": {"a": 1}}),
    "a type that is none": broken(type="mongoo", uri=f"mongodb://u:{SECRET}@127.0.0.1/x"),
    "a file, sqlite": broken(type="sqlite", uri=f"postgresql://u:{SECRET}@127.0.0.1/x/y/\0"),
    "a user in a webhook": MEMORY | {"processors": [{"name": "w", "from": "/x", "to": "/y", "webhook": {"url": f"http://u:{SECRET}@h/x"}}]},
    "no scheme in a webhook": MEMORY | {"processors": [{"name": "w", "from": "/x", "to": "/y", "webhook": {"url": f"u:{SECRET}@h/x"}}]},
    "a secret of a webhook": MEMORY | {"processors": [{"name": "w", "from": "/x", "to": "/y", "webhook": {"url": "http://h/x", "secret": SECRET}}]},
    "a user in a resolver": {"graphlettes": [GRAPHLETTE | {"rootConfig": {"resolvers": [{"name": "other", "queryName": "getById", "url": f"http://u:{SECRET}@127.0.0.1:1/graph"}]}}]},
    "no scheme in a resolver": {"graphlettes": [GRAPHLETTE | {"rootConfig": {"resolvers": [{"name": "other", "queryName": "getById", "url": f"u:{SECRET}@127.0.0.1:1/graph"}]}}]},
    "the url of the service": MEMORY | {"url": f"u:{SECRET}@h"},
    "a user in the url of the service": MEMORY | {"url": f"http://u:{SECRET}@h"},
    "a short secret of tokens": MEMORY | {"auth": {"jwt": {"issuer": "i", "audience": "a", "secret": SECRET}}},
    "keys of tokens": MEMORY | {"auth": {"jwt": {"issuer": "i", "audience": "a", "jwks": f"http://u:{SECRET}@127.0.0.1:1/x"}}},
    "a hash that is a key": MEMORY | {"auth": {"apiKeys": [{"name": "x", "hash": SECRET}]}},
    "a collector": MEMORY | {"traces": {"endpoint": f"http:/u:{SECRET}@h/x", "headers": {"A": f"{SECRET}\n"}}},
    "a user in a collector": MEMORY | {"traces": {"endpoint": f"http://u:{SECRET}@127.0.0.1:1/x"}},
    "an option that is none, kafka": MEMORY | {"sinks": [{"name": "k", "from": "/x", "kafka": {"brokers": "127.0.0.1:1", "topic": "t", "options": {"sasl.passwort": SECRET, "sasl.mechanism": SECRET, "sasl.password": {"x": SECRET}}}}]},
    "a url that is none, nats": MEMORY | {"sinks": [{"name": "n", "from": "/x", "nats": {"url": f"nats//u:{SECRET}@127.0.0.1", "subject": "s", "stream": {"name": "S"}}}]},
    "a port that is none, nats": MEMORY | {"sinks": [{"name": "n", "from": "/x", "nats": {"url": f"nats://u:{SECRET}@127.0.0.1:port", "subject": "s", "stream": {"name": "S"}}}]},
    "a brace that is missing": f'restlettes = [ {{ path = /x/api, storage {{ uri = "postgresql://u:{SECRET}@h/x" , type = postgres ',
    "a quote that is missing": f'restlettes = [ {{ path = /x/api, storage {{ uri = "postgresql://u:{SECRET}@h/x , type = postgres }} }}]\n',
}  # fmt: skip


@pytest.mark.parametrize("config", WRONG.values(), ids=WRONG.keys())
def test_a_config_that_is_wrong_tells_none(tmp_path, config):
    """Neither check nor serve, whether it starts or not."""
    (tmp_path / "config").mkdir()
    file = tmp_path / "config/config.conf"
    file.write_text(config if isinstance(config, str) else json.dumps(config))
    checked = services.run_command("check", "--config", file)
    assert SECRET not in checked.stdout + checked.stderr, checked
    service = services.Starting(tmp_path, command=["serve", "--config", str(file)])
    try:
        service.start()
    except AssertionError:
        assert service.process.returncode == 1, service.printed()
    else:
        told = [service.get(path) for path in ("/ready", "/metrics", "/x/api", "/x/api/1", "/sinks")]
        told.append(service.request("POST", "/x/api", {"name": "x"}))
        told.append(service.request("POST", "/x/graph", {"query": '{ getById(id: "x") { other { name } } }'}))
        # What is away has been found to be.
        told.append(services.wait_until(lambda: service.get("/ready"), lambda answer: answer.status == 200 or '"error"' in answer.text))
        service.process.kill()
        service.process.wait()
        for response in told:
            assert SECRET not in f"{dict(response.headers)} {response.text}", response
    assert SECRET not in service.printed(), re.sub(SECRET, "***", service.printed())
