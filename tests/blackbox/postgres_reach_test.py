"""A service and a server that it cannot reach as it should: it starts all the same, /ready says what is in the way, and all is well as soon as
that is mended, without a restart."""

import json
import shutil

import pytest

import service as services
from postgres_server import PASSWORD, PostgresServer, on_postgres, own_server, starting, until
from reach import RAW, Authority, Silence, is_refused, says, starts_first, works
from story_test import RAW_EVENT


@pytest.fixture(scope="module")
def plain(tmp_path_factory):
    with own_server(tmp_path_factory.mktemp("plain")) as server:
        yield server


def test_a_wrong_password(plain, tmp_path):
    plain.sql("CREATE ROLE somebody SUPERUSER LOGIN PASSWORD 'another'")
    service = starting(tmp_path, plain.uri(user="somebody"), plain.uri())
    said = until(service, 503)["storages"]
    assert "password authentication failed" in said["raw_events"]["error"] and said["processed_events"]["status"] == "ok", said
    assert PASSWORD not in json.dumps(said) and PASSWORD not in service.printed()
    is_refused(service, "authentication")
    plain.sql(f"ALTER ROLE somebody PASSWORD '{PASSWORD}'")
    works(service)
    service.stop()


def test_a_missing_database(plain, tmp_path):
    service = starting(tmp_path, plain.uri("nowhere"))
    says(service, "does not exist")
    is_refused(service, "nowhere")
    plain.sql("CREATE DATABASE nowhere")
    works(service)
    service.stop()


def test_a_database_of_another_encoding(plain, tmp_path):
    """Known only when the database is there, which is after the start; mended without another one."""
    service = starting(tmp_path, plain.uri("latin"))
    says(service, "createdb")
    plain.sql("CREATE DATABASE latin ENCODING 'LATIN1' TEMPLATE template0")
    says(service, "encoding is LATIN1")
    plain.sql("DROP DATABASE latin WITH (FORCE)")
    plain.sql("CREATE DATABASE latin ENCODING 'UTF8' TEMPLATE template0")
    works(service)
    service.stop()


def test_two_storages_of_one_name(plain, tmp_path):
    folder = services.copy_example("events", tmp_path)
    command = on_postgres(folder, plain.uri(), plain.uri("nowhere_else"))
    file = folder / "config/config.conf"
    file.write_text(file.read_text().replace('"table": "processed_events"', '"table": "raw_events"'))
    service = services.Starting(folder, command=command).start()
    storages = until(service, 503)["storages"]
    assert {name: storage["status"] for name, storage in storages.items()} == {"raw_events": "ok", "raw_events (postgres)": "away"}
    services.wait_until(lambda: "raw_events (postgres): postgres: no connection" in service.printed())
    service.stop()
    assert service.printed().count("does not exist") < 5, "what is said again and again is said now and then"


def test_a_database_that_may_not_be_written(plain, tmp_path):
    plain.sql("CREATE DATABASE guarded")
    plain.sql(f"CREATE ROLE reader LOGIN PASSWORD '{PASSWORD}'")
    service = starting(tmp_path, plain.uri("guarded", user="reader"))
    says(service, "permission denied")
    plain.sql("GRANT CREATE ON SCHEMA public TO reader", "guarded")
    works(service)
    service.stop()


def test_too_many_connections(plain, tmp_path):
    plain.sql("CREATE DATABASE crowded")
    plain.sql(f"CREATE ROLE few LOGIN PASSWORD '{PASSWORD}' CONNECTION LIMIT 0")
    plain.sql("GRANT CREATE ON SCHEMA public TO few", "crowded")
    service = starting(tmp_path, plain.uri("crowded", user="few"))
    says(service, "too many connections")
    is_refused(service, "too many")
    plain.sql("ALTER ROLE few CONNECTION LIMIT -1")
    works(service)
    service.stop()


def test_a_server_that_can_only_be_read(plain, tmp_path):
    """As providers make it that see its disk fill up, and as every replica is."""
    plain.sql("CREATE DATABASE guarded_later")
    service = starting(tmp_path, plain.uri("guarded_later"))
    created = works(service)
    plain.sql("ALTER DATABASE guarded_later SET default_transaction_read_only = on")
    service.stop()
    service.start()
    until(service, 200)
    assert service.get(f"{RAW}/{created['id']}").json() == created
    assert service.data("/raw-events/graph", '{ getByName(name: "user_login") { id } }') == {"getByName": [{"id": created["id"]}]}
    refused = service.request("POST", RAW, RAW_EVENT)
    assert (refused.status, refused.json()["code"]) == (503, "store.read_only") and refused.headers["Retry-After"], refused
    plain.sql("ALTER DATABASE guarded_later RESET default_transaction_read_only")
    plain.sql("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = 'guarded_later'")
    services.wait_until(lambda: service.request("POST", RAW, RAW_EVENT), lambda answer: answer.status == 201)
    service.stop()


def test_a_host_without_a_name(tmp_path):
    service = starting(tmp_path, "postgresql://millrace@nowhere.invalid/postgres")
    says(service, "nowhere.invalid")
    is_refused(service, "nowhere.invalid")
    service.stop()


def test_a_service_starts_before_its_server(tmp_path_factory, tmp_path):
    server = PostgresServer(tmp_path_factory.mktemp("later"))
    starts_first(starting(tmp_path, server.uri()), server, ["refused"])


# What stands under our names, why it is not ours, and whether it may be that another program means it so.
COLUMNS = "position bigint, id text, version bigint, recorded_at bigint, superseded_at bigint, deleted boolean, payload json"
THEIRS = {
    "a table": ("CREATE TABLE raw_events(id int, payload text); INSERT INTO raw_events VALUES(1, 'theirs')", "something else"),
    "a view": ("CREATE VIEW raw_events AS SELECT 1 AS one", "something else"),
    "a table like ours": (f"CREATE TABLE raw_events({COLUMNS})", "something else"),
    "a head alone": ('CREATE TABLE "raw_events:head"(layout int); INSERT INTO "raw_events:head" VALUES(1)', "something else"),
    "a later layout": (f'CREATE TABLE raw_events({COLUMNS}); CREATE TABLE "raw_events:head"(layout int); INSERT INTO "raw_events:head" VALUES(2)',
                       "later version"),
}  # fmt: skip


@pytest.mark.parametrize("name", THEIRS)
def test_what_somebody_else_made_is_left_alone(plain, tmp_path, name):
    make, reason = THEIRS[name]
    database = name.replace(" ", "_")
    plain.sql(f"CREATE DATABASE {database}")
    plain.sql(make, database)

    def dump():
        names = plain.sql("SELECT relname, relkind FROM pg_class WHERE relnamespace = 'public'::regnamespace ORDER BY 1", database).stdout
        return names + plain.sql('SELECT * FROM raw_events', database, check=False).stdout

    before = dump()
    folder = services.copy_example("events", tmp_path)
    command = on_postgres(folder, plain.uri(database), plain.uri())
    done = services.run_command(*command, "--port", services.free_port())
    assert done.returncode == 1 and "raw_events" in done.stderr and reason in done.stderr, done
    assert dump() == before


# --- Several hosts ---


def of_hosts(*ports, options="target_session_attrs=read-write"):
    hosts = ",".join(f"127.0.0.1:{port}" for port in ports)
    return f"postgresql://millrace:{PASSWORD}@{hosts}/postgres?{options}"


def test_the_first_host_refuses(plain, tmp_path):
    service = starting(tmp_path, of_hosts(services.free_port(), plain.port))
    works(service)
    service.stop()


def test_the_first_host_is_silent(plain, tmp_path):
    silence = Silence()
    service = starting(tmp_path, of_hosts(silence.port, plain.port), connectTimeout="2s")
    works(service)
    assert silence.taken
    service.stop()
    silence.close()


def test_all_hosts_are_silent(tmp_path):
    silence = Silence()
    service = starting(tmp_path, of_hosts(silence.port, silence.port), connectTimeout="1s")
    says(service, "No host answers")
    is_refused(service, "host")
    service.stop()
    silence.close()


def test_a_replica_takes_over(tmp_path_factory, tmp_path):
    """The first host is read-only, then the only one: it becomes the primary and nothing acknowledged is missing."""
    primary = PostgresServer(tmp_path_factory.mktemp("primary")).start()
    with own_server(tmp_path_factory.mktemp("replica"), primary=primary) as replica:
        primary.sql("ALTER SYSTEM SET synchronous_standby_names = 'replica'")
        primary.sql("SELECT pg_reload_conf()")
        service = starting(tmp_path, of_hosts(replica.port, primary.port), connectTimeout="2s")
        before = [works(service) for _ in range(5)]
        primary.stop()
        says(service, "read-only", "refused")
        replica.sql("SELECT pg_promote()")
        works(service)
        for created in before:
            assert service.get(f"{RAW}/{created['id']}").json() == created
        service.stop()


# --- TLS ---


def use(server, key, certificate):
    for file, name in ((key, "server.key"), (certificate, "server.crt")):
        target = server.folder / "data" / name
        shutil.copy(file, target)
        target.chmod(0o600)
        shutil.chown(target, (server.folder / "data").owner())


@pytest.fixture(scope="module")
def authority(tmp_path_factory):
    return Authority(tmp_path_factory.mktemp("tls") / "ours")


@pytest.fixture(scope="module")
def encrypted(tmp_path_factory, authority):
    server = PostgresServer(tmp_path_factory.mktemp("encrypted"), settings=["ssl=on"])
    use(server, *authority.sign("127.0.0.1"))
    rules = server.folder / "data/pg_hba.conf"
    rules.write_text(rules.read_text().replace("host ", "hostssl "))
    server.start()
    yield server
    server.stop()


@pytest.mark.parametrize("mode", ["require", "verify-ca", "verify-full"])
def test_encrypted_connections(encrypted, authority, tmp_path, mode):
    service = starting(tmp_path, f"{encrypted.uri()}?sslmode={mode}&sslrootcert={authority.certificate}")
    works(service)
    service.stop()


def test_a_server_that_wants_encryption(encrypted, tmp_path):
    service = starting(tmp_path, f"{encrypted.uri()}?sslmode=disable")
    says(service, "no encryption")
    service.stop()


def test_a_server_that_has_none(plain, tmp_path):
    service = starting(tmp_path, f"{plain.uri()}?sslmode=require")
    says(service, "does not support SSL")
    service.stop()


def test_another_authority(encrypted, authority, tmp_path):
    """Mended by putting the right file in the place of the wrong one."""
    other = Authority(tmp_path / "other")
    service = starting(tmp_path, f"{encrypted.uri()}?sslmode=verify-full&sslrootcert={other.certificate}")
    says(service, "certificate verify failed")
    is_refused(service, "certificate")
    shutil.copy(authority.certificate, other.certificate)
    works(service)
    service.stop()


def test_a_certificate_of_another_host(encrypted, authority, tmp_path):
    use(encrypted, *authority.sign("elsewhere.example"))
    encrypted.sql("SELECT pg_reload_conf()")
    service = starting(tmp_path, f"{encrypted.uri()}?sslmode=verify-full&sslrootcert={authority.certificate}")
    says(service, "does not match host name")
    use(encrypted, *authority.sign("127.0.0.1"))
    encrypted.sql("SELECT pg_reload_conf()")
    works(service)
    service.stop()
