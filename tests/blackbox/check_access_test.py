"""What `millrace check` says of access that may not be meant."""

import json

import pytest

import service as services

HASH = "sha256:" + "0" * 64
AUTH = {"apiKeys": [{"name": "k", "hash": HASH, "roles": ["analyst"]}]}


def check(tmp_path, rules=None, auth=AUTH, **more):
    restlette = {"path": "/x/api", "storage": {"type": "memory", "collection": "x"}, "schema": {"type": "object"}}
    config = {"restlettes": [restlette if rules is None else {**restlette, "rules": rules}], **more}
    if auth:
        config["auth"] = auth
    file = tmp_path / "config.conf"
    file.write_text(json.dumps(config))
    ended = services.run_command("check", "--config", file)
    return ended.returncode, ended.stdout + ended.stderr


@pytest.mark.parametrize("rules, is_told", [
    ([{"roles": ["a"], "may": "*"}, {"roles": ["a"], "may": ["read"], "where": {"b": 1}}], True),
    ([{"may": ["read", "feed"]}, {"roles": ["a"], "may": ["read"]}], True),
    ([{"roles": ["authenticated"], "may": "*"}, {"roles": ["a", "b"], "may": ["read"]}], True),
    ([{"roles": ["a"], "may": ["read"]}, {"roles": ["b"], "may": ["read"]}, {"roles": ["b", "a"], "may": ["read"]}], True),
    ([{"roles": ["a"], "may": ["read"]}, {"roles": ["a"], "may": ["read", "feed"]}], False),
    ([{"roles": ["a"], "may": ["read"]}, {"roles": ["a", "b"], "may": ["read"]}], False),
    ([{"roles": ["authenticated"], "may": "*"}, {"roles": ["anonymous"], "may": ["read"]}, {"may": "*"}], False),
])  # fmt: skip
def test_a_rule_that_never_decides(tmp_path, rules, is_told):
    code, said = check(tmp_path, rules)
    assert code == 0, said
    assert ("This rule never decides" in said) == is_told, said


def test_rules_without_auth(tmp_path):
    rules = [{"roles": ["analyst"], "may": ["read"]}]
    code, said = check(tmp_path, rules, auth=None)
    assert code == 0 and said.count("There are rules but no auth") == 1 and "[warning]" in said, said
    assert "There are rules but no auth" not in check(tmp_path, rules)[1]
    assert "There are rules but no auth" not in check(tmp_path, auth=None)[1]


@pytest.mark.parametrize("role", ["a, b", "a,b"])
def test_a_role_that_is_two(tmp_path, role):
    for code, said in (check(tmp_path, [{"roles": role, "may": ["read"]}]), check(tmp_path, [{"roles": ["c", role], "may": ["read"]}]),
                       check(tmp_path, auth={"apiKeys": [{"name": "k", "hash": HASH, "roles": [role]}]})):
        assert code == 1 and f'the role "{role}"' in said and "Write roles = [a, b]." in said, said


def test_a_role_with_a_space_may_be_meant(tmp_path):
    code, said = check(tmp_path, [{"roles": ["b", "team lead"], "may": ["read"]}])
    assert code == 0 and said.count('"team lead" is one role') == 1, said
    assert check(tmp_path, auth={"apiKeys": [{"name": "k", "hash": HASH, "roles": ["team lead"]}]})[0] == 0


@pytest.mark.parametrize("url, is_told", [("http://issuer.example/keys", True), ("https://issuer.example/keys", False), ("http://localhost:8080/keys", False),
                                          ("http://127.0.0.1/keys", False)])  # fmt: skip
def test_keys_that_come_without_tls(tmp_path, url, is_told):
    code, said = check(tmp_path, auth={"jwt": {"issuer": "i", "audience": "a", "jwks": url}})
    assert code == 0, said
    assert ("is read without TLS" in said) == is_told, said


@pytest.mark.parametrize("name, value, why", [("A B", "x", "is no name of a header"), ("Authorization", "a\nb", "has a control character"),
                                              ("Authorization", ["x"], "is no text")])  # fmt: skip
def test_headers_of_traces(tmp_path, name, value, why):
    code, said = check(tmp_path, traces={"endpoint": "http://localhost:4318/v1/traces", "headers": {name: value}})
    assert code == 1 and why in said, said


@pytest.mark.parametrize("name", ["/note/graph", "/note", "note"])
def test_a_graphlette_by_its_path_with_and_without_its_end(tmp_path, name):
    sdl = "type Note { id: ID other_id: ID other: Note } type Query { getById(id: ID!): Note }"
    resolver = {"name": "other", "id": "other_id", "queryName": "getById", "graphletteName": name}
    graphlette = {"path": "/note/graph", "storage": {"type": "memory", "collection": "n"}, "schema": sdl, "rootConfig": {"internalSingletonResolvers": [resolver]}}
    code, said = check(tmp_path, graphlettes=[graphlette])
    assert code == 0, said
