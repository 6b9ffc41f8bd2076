"""docker-compose.yml: by its specification and by docker-compose itself, and what can be run of it without containers."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from postgres_server import BIN, PostgresServer, as_unprivileged
import service as services
from service import ROOT

FILE = ROOT / "docker-compose.yml"


@pytest.fixture(scope="module")
def parts(composition):
    return composition["services"]


def test_it_follows_the_specification():
    check = [Path(sys.executable).parent / "check-jsonschema", "--builtin-schema", "vendor.compose-spec", FILE]
    done = subprocess.run(check, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stdout


@pytest.mark.parametrize("folder", [ROOT, ROOT / "examples/events"], ids=["at the root", "in the example's folder"])
def test_docker_compose_finds_and_takes_it(folder, parts):
    done = subprocess.run(["docker-compose", "config", "--services"], cwd=folder, capture_output=True, text=True, timeout=60)
    assert done.returncode == 0, done.stderr
    assert set(done.stdout.split()) == set(parts)


def test_its_port_is_the_configs(parts, stages):
    port = services.example_config("events")["port"]
    assert [part.get("ports") for part in parts.values()].count(None) == len(parts) - 1
    assert parts["pod"]["ports"] == [f"127.0.0.1:{port}:{port}"]
    assert stages[1].last("EXPOSE").text == str(port)


def test_all_reach_each_other_at_localhost(parts):
    assert {part.get("network_mode") for name, part in parts.items() if name != "pod"} == {"service:pod"}


def test_the_service_waits_for_the_databases(parts):
    assert parts["millrace"]["depends_on"] == {name: {"condition": "service_healthy"} for name in ("mongo", "postgres")}
    assert all("healthcheck" in parts[name] for name in ("mongo", "postgres"))


def test_whoever_stores_has_a_volume(parts, composition):
    used = {volume.split(":")[0] for part in parts.values() for volume in part.get("volumes", [])}
    assert used == set(composition["volumes"]) and all(parts[name]["volumes"] for name in ("mongo", "postgres"))


def test_the_database_and_its_user_are_those_that_the_service_asks_for(parts):
    uri = services.example_config("events")["graphlettes"][1]["storage"]["uri"]
    made = parts["postgres"]["environment"]
    assert uri.endswith("/" + made["POSTGRES_DB"]) and made["POSTGRES_USER"] == parts["millrace"]["environment"]["PGUSER"]


# --- PostgreSQL --------------------------------------------------------------------------------------------------------------------------


def health(part, variables):
    kind, *command = part["healthcheck"]["test"]
    assert kind == "CMD"
    return subprocess.run(command, env={"PATH": f"{BIN}:/usr/bin:/bin"} | variables, capture_output=True, timeout=60).returncode


def test_postgres_is_healthy_when_it_answers(parts, tmp_path_factory):
    server = PostgresServer(tmp_path_factory.mktemp("postgres"))
    port = {"PGPORT": str(server.port)}
    assert health(parts["postgres"], port) != 0
    server.start()
    assert health(parts["postgres"], port) == 0
    server.stop()
    assert health(parts["postgres"], port) != 0


def test_postgres_takes_the_command_and_listens_on_localhost(parts, tmp_path_factory):
    server = PostgresServer(tmp_path_factory.mktemp("postgres"))
    program, *arguments = parts["postgres"]["command"]
    command = [f"{BIN}/{program}", "-D", f"{server.folder}/data", *arguments, "-C", "listen_addresses"]
    done = subprocess.run(as_unprivileged(command), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stdout) == (0, "localhost\n"), done


# --- MongoDB -----------------------------------------------------------------------------------------------------------------------------

# A shell of which the health check needs little; as MongoDB's own, it stops at quit.
SHELL = """
const state = JSON.parse(process.argv[1]);
const rs = {
  status: () => { if (!state.set) throw new Error('NotYetInitialized'); },
  initiate: (set) => { if (state.refuses) throw new Error('refused'); state.set = set; },
};
const db = { hello: () => ({ isWritablePrimary: state.primary }) };
const quit = (code) => { console.log(JSON.stringify(state)); process.exit(code); };
"""


def mongo_health(part, state):
    """The exit code of the health check, and the state that it leaves."""
    command = part["healthcheck"]["test"]
    assert command[:4] == ["CMD", "mongosh", "--quiet", "--eval"]
    node = [ROOT / ".venv/bin/node", "-e", SHELL + command[4], json.dumps(state)]
    done = subprocess.run(node, capture_output=True, text=True, timeout=60)
    return done.returncode, json.loads(done.stdout or "null")


def test_mongo_becomes_a_replica_set_of_one(parts):
    part = parts["mongo"]
    code, state = mongo_health(part, {"primary": False})
    name = part["command"][part["command"].index("--replSet") + 1]
    assert code == 1 and state["set"] == {"_id": name, "members": [{"_id": 0, "host": "localhost:27017"}]}
    assert mongo_health(part, {"set": "made before", "primary": True}) == (0, {"set": "made before", "primary": True})
    assert mongo_health(part, {"set": "made before", "primary": False})[0] == 1
    assert mongo_health(part, {"refuses": True, "primary": False})[0] != 0
