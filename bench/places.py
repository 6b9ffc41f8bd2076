"""Where the services of the benchmark keep their events, SQLite or PostgreSQL, each service in a folder or database of its own."""

import argparse
import os
import shutil
import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "tests/blackbox"))
from handwritten import Handwritten  # noqa: E402
from measured import postgres_insert_rate, sqlite_insert_rate  # noqa: E402
from postgres_server import PostgresServer, on_postgres  # noqa: E402
from service import Service, copy_example  # noqa: E402


class Sqlite:
    name = "SQLite"
    # A client waits for its commit, and up to 64 of them share one.
    insert_clients = "64 a transaction"

    def __init__(self, folder):
        self.folder = folder / "sqlite"
        self.folder.mkdir()

    def service(self, name):
        """Not started yet."""
        (self.folder / name).mkdir()
        return Service(copy_example("events", self.folder / name))

    def rival(self, service):
        """Written by hand, on the events that the service has now."""
        return Handwritten(service, service.folder)

    def insert_rate(self, service):
        """Rows per second of a bare loop that inserts what the service has stored, as many clients could at best."""
        return sqlite_insert_rate(service.folder / ".millrace", self.folder, 64)

    def bulk_insert_rate(self, service):
        return sqlite_insert_rate(service.folder / ".millrace", self.folder, 100)

    def settle(self, _service):
        """Does at once what the storage and the disk would do some time after the service was filled."""
        os.sync()

    def remove(self, name):
        shutil.rmtree(self.folder / name)

    def stop(self):
        pass


class Postgres:
    name = "PostgreSQL"
    insert_clients = "100 a statement on 4 connections"

    def __init__(self, folder):
        self.folder = folder / "postgres"
        (self.folder / "server").mkdir(parents=True)
        self.server = PostgresServer(self.folder / "server").start()

    def _database(self, service):
        return service.folder.parent.name

    def service(self, name):
        (self.folder / name).mkdir()
        example = copy_example("events", self.folder / name)
        self.server.make_database(name)
        return Service(example, command=on_postgres(example, self.server.uri(name)))

    def rival(self, service):
        return Handwritten.on_postgres(self.server.uri(self._database(service)))

    def insert_rate(self, service):
        return postgres_insert_rate(self.server.uri(self._database(service)), 100, 4)

    def bulk_insert_rate(self, service):
        return postgres_insert_rate(self.server.uri(self._database(service)), 100, 1)

    def settle(self, service):
        self.server.sql("VACUUM ANALYZE", self._database(service))
        self.server.sql("CHECKPOINT")
        os.sync()

    def remove(self, name):
        self.server.sql(f"DROP DATABASE {name} WITH (FORCE)")
        shutil.rmtree(self.folder / name)

    def stop(self):
        self.server.stop()


PLACES = {"sqlite": Sqlite, "postgres": Postgres}


def parser(described, rounds, quick):
    """Options that all measuring of storages has; `quick` says what is measured then, one round of a second."""
    made = argparse.ArgumentParser(description=described.splitlines()[0])
    made.add_argument("--rounds", type=int, default=rounds)
    made.add_argument("--seconds", type=int, default=1, help="of each case in each round")
    made.add_argument("--storages", nargs="+", choices=PLACES, default=list(PLACES))
    made.add_argument("--quick", action="store_true", help=f"one round of a second, {quick}: whether it works, not how fast")
    made.add_argument("--json", type=Path, help="writes the figures to this file as well")
    return made


def measure_each(options, folder, measure):
    """Calls measure(place) for every storage that is asked for, each in an empty folder."""
    for name in options.storages:
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        place = PLACES[name](folder)
        try:
            measure(place)
        finally:
            place.stop()
            shutil.rmtree(folder, ignore_errors=True)
