"""Consumers of callers who see parts of the feed: whoever makes many blocks nobody else, and who sees all can clear up."""

import pytest

import service as services
from access_model import Rules
from access_rules_test import ADMIN, ANALYST, AUTHOR, SEEDER, ask, config

API = "/teams/api"
RULES = [
    {"roles": ["seeder", "admin"], "may": "*"},
    {"roles": ["analyst"], "may": ["feed"], "where": {"source": "${claims.team}"}},
    {"roles": ["author"], "may": ["feed"], "where": {"owner": "${sub}"}},
]


@pytest.fixture(scope="module")
def service(tmp_path_factory):
    running = services.with_config(tmp_path_factory.mktemp("scopes"), config({"teams": Rules(RULES)})).start()
    ask(running, SEEDER, "POST", API, {"name": "x", "source": "a", "owner": "author"})
    yield running
    running.stop()


def listed(service, caller):
    return [(each["name"], each.get("scope")) for each in ask(service, caller, "GET", f"{API}/consumers").json()]


def claim(service, caller, name):
    return ask(service, caller, "POST", f"{API}/consumers/{name}/claim?max=1").status


def test_who_sees_all_reads_and_deletes_those_of_others(service):
    for caller in (ANALYST, AUTHOR, ADMIN):
        assert claim(service, caller, "same") == 200
    assert listed(service, ANALYST) == listed(service, AUTHOR) == [("same", None)]
    seen = listed(service, ADMIN)
    scopes = [scope for name, scope in seen if scope]
    assert len(seen) == 3 and len(set(scopes)) == 2
    metrics = service.request("GET", "/metrics").text
    for scope in scopes:
        assert f'consumer="same~{scope}"' in metrics
        one = f"{API}/consumers/same?scope={scope}"
        assert ask(service, ADMIN, "GET", one).json()["name"] == "same"
        assert 404 in (ask(service, ANALYST, "DELETE", one).status, ask(service, AUTHOR, "GET", one).status)
    for scope in scopes:
        status = ask(service, ADMIN, "DELETE", f"{API}/consumers/same?scope={scope}").status
        assert status in (200, 404), "an analyst may have deleted theirs"
    assert listed(service, ADMIN) == [("same", None)]
    assert ask(service, ADMIN, "DELETE", f"{API}/consumers/same?scope=none").status == 404
    assert ask(service, ADMIN, "DELETE", f"{API}/consumers/same?scope=x%7Ey").status == 404
    assert ask(service, ADMIN, "DELETE", f"{API}/consumers/same").status == 200


def test_who_makes_too_many_blocks_nobody_else(service):
    statuses = [claim(service, ANALYST, f"c{i}") for i in range(1_001)]
    assert statuses == [200] * 1_000 + [503]
    assert claim(service, AUTHOR, "mine") == claim(service, ADMIN, "mine") == 200
    name, scope = next(each for each in listed(service, ADMIN) if each[0] == "c7")
    assert ask(service, ADMIN, "DELETE", f"{API}/consumers/{name}?scope={scope}").status == 200
    assert claim(service, ANALYST, "c1000") == 200
