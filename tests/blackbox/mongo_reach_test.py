"""A service and a MongoDB server that it cannot reach as it should: it starts all the same, /ready says what is in the way, and all is well as
soon as that is mended, without a restart."""

import json
import shutil

import pymongo
import pytest

import service as services
from mongo_server import MongoServer, starting
from reach import RAW, Authority, Silence, is_refused, says, starts_first, works
from service import until
from story_test import RAW_EVENT

PASSWORD = "secret"
QUICK = {"serverSelectionTimeoutMS": 1000}


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    server = MongoServer(tmp_path_factory.mktemp("plain"), own=True).start()
    yield server
    server.stop()


def test_a_service_starts_before_its_server(tmp_path_factory, tmp_path):
    server = MongoServer(tmp_path_factory.mktemp("later"), own=True)
    starts_first(starting(tmp_path, server.uri(), **QUICK), server, ["Failed to connect", "refused"])


def test_a_wrong_password(tmp_path_factory, tmp_path):
    server = MongoServer(tmp_path_factory.mktemp("guarded"), own=True).start()
    with pymongo.MongoClient(server.uri()) as client:
        client["admin"].command("createUser", "root", pwd=PASSWORD, roles=["root"])
    server.stop()
    server.start("--auth")
    uri = server.uri().replace("//", f"//later:{PASSWORD}@") + "?authSource=admin"
    service = starting(tmp_path, uri, processed={"type": "memory"}, **QUICK)
    says(service, "Authentication failed", "authentication failed")
    assert PASSWORD not in service.get("/ready").text and PASSWORD not in service.printed()
    is_refused(service, "uthentication")
    with pymongo.MongoClient(server.uri().replace("//", f"//root:{PASSWORD}@") + "?authSource=admin") as client:
        client["admin"].command("createUser", "later", pwd=PASSWORD, roles=["root"])
    works(service)
    service.stop()
    server.stop()


def test_a_replica_set_by_its_name(plain, tmp_path):
    service = starting(tmp_path, plain.uri(), replicaSet="secantus", **QUICK)
    works(service)
    service.stop()


def test_a_replica_set_of_another_name(plain, tmp_path):
    service = starting(tmp_path, f"{plain.uri()}?replicaSet=others&serverSelectionTimeoutMS=1000")
    until(service, 503)
    is_refused(service, "others")
    service.stop()


def test_one_server_of_a_set(plain, tmp_path):
    service = starting(tmp_path, plain.uri(), directConnection=True)
    works(service)
    service.stop()


def test_reads_ask_the_primary_whatever_the_uri_says(plain, tmp_path):
    service = starting(tmp_path, plain.uri(), readPreference="secondary", **QUICK)
    works(service)
    service.stop()


def test_a_host_without_a_name(tmp_path):
    service = starting(tmp_path, "mongodb://nowhere.invalid/events", **QUICK)
    says(service, "nowhere.invalid")
    is_refused(service, "nowhere.invalid")
    service.stop()


def test_a_host_that_is_silent(tmp_path):
    silence = Silence()
    service = starting(tmp_path, f"mongodb://127.0.0.1:{silence.port}/events", connectTimeoutMS=1000, **QUICK)
    says(service, "No suitable servers", "timeout", "no server was found")
    is_refused(service, "suitable")
    service.stop()
    silence.close()


WRONG = {
    "no URI": ({"uri": "localhost/events"}, "is none"),
    "no database": ({"uri": "mongodb://localhost"}, "names no database"),
    "an option that is none": ({"uri": "mongodb://localhost/events", "options": {"poolSizeMax": 1}}, 'no option "poolSizeMax"'),
    "an option of no kind": ({"uri": "mongodb://localhost/events", "options": {"tls": {"on": True}}}, "storage.options.tls"),
    "no write concern": ({"uri": "mongodb://localhost/events?w=0"}, "w=0"),
}


@pytest.mark.parametrize("name", WRONG)
def test_what_cannot_be_meant_is_said_at_start(tmp_path, name):
    storage, reason = WRONG[name]
    folder = services.copy_example("events", tmp_path)
    file = folder / "config/config.conf"
    config = json.loads(file.read_text())
    config["graphlettes"][0]["storage"] = {"type": "mongo", "collection": "raw_events", **storage}
    file.write_text(json.dumps(config))
    done = services.run_command("serve", "--config", str(file), "--port", services.free_port())
    assert done.returncode == 1 and reason in done.stderr, done


def test_what_somebody_else_made_is_left_alone(plain, tmp_path):
    theirs = {"_id": 1, "payload": "theirs"}
    with pymongo.MongoClient(plain.uri("others")) as client:
        client["others"]["raw_events"].insert_one(theirs)
        service = starting(tmp_path, plain.uri("others"))
        says(service, "not Millrace's")
        refused = service.request("POST", RAW, RAW_EVENT)
        assert refused.status == 503 and refused.json()["code"] == "store.open", refused
        assert list(client["others"]["raw_events"].find()) == [theirs]
        client["others"]["raw_events"].drop()
    works(service)
    service.stop()


# --- TLS ---


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


def encrypted(folder, authority, name="127.0.0.1"):
    key, certificate = authority.sign(name)
    return MongoServer(folder, own=True).start("--tls-cert-file", str(certificate), "--tls-key-file", str(key))


def test_encrypted_connections(authority, tmp_path):
    server = encrypted(tmp_path, authority)
    service = starting(tmp_path, server.uri(), tls=True, tlsCAFile=str(authority.certificate), **QUICK)
    works(service)
    service.stop()
    service = starting(tmp_path / "uri", f"{server.uri()}?tls=true&tlsCAFile={authority.certificate}")
    until(service, 200)
    service.stop()
    server.stop()


def test_another_authority(authority, tmp_path):
    """Mended by putting the right file in the place of the wrong one."""
    server = encrypted(tmp_path, authority)
    other = Authority(tmp_path / "other")
    service = starting(tmp_path, server.uri(), tls=True, tlsCAFile=str(other.certificate), **QUICK)
    says(service, "TLS handshake failed", "certificate")
    is_refused(service, "certificate")
    service.stop()
    shutil.copy(authority.certificate, other.certificate)
    service.start()
    works(service)
    service.stop()
    server.stop()


def test_a_certificate_of_another_host(authority, tmp_path):
    server = encrypted(tmp_path, authority, "elsewhere.example")
    service = starting(tmp_path, server.uri(), tls=True, tlsCAFile=str(authority.certificate), **QUICK)
    says(service, "TLS handshake failed", "certificate")
    service.stop()
    server.stop()


def test_a_server_that_has_none(plain, authority, tmp_path):
    service = starting(tmp_path, plain.uri(), tls=True, tlsCAFile=str(authority.certificate), **QUICK)
    says(service, "TLS handshake")
    service.stop()
