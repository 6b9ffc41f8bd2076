"""Where the entities of a test run are kept: `pytest --storage=NAME`. The suite of the API is the same for all, and so must the answers be."""

import collections
import json
import os

from mongo_server import MongoServer
from postgres_server import harmless_server

NAMES = [
    "embedded",  # `millrace dev`: SQLite
    "memory",
    "postgres",  # a server of the run's own, or the one that POSTGRES_URI names
    "mongo",  # SecantusDB, or the server that MONGO_URI names
    "mongo-java",  # mongo-java-server, which knows no transactions
    "seed",  # the configs as they stand: MongoDB and PostgreSQL
]
JSON_LEVELS, BSON_LEVELS = 256, 96


Holds = collections.namedtuple("Holds", "levels names_with_nul")


class Storages:
    """Places for the entities of one service after another: each service that asks has databases of its own."""

    def __init__(self, name, make_folder):
        self.name, self.make_folder = name, make_folder
        self.servers = {}
        # What BSON cannot hold is refused (docs/ERRORS.md, store.unstorable); otherwise all hold the same.
        is_mongo = "mongo" in self._types()[0]
        self.holds = Holds(levels=BSON_LEVELS if is_mongo else JSON_LEVELS, names_with_nul=not is_mongo)
        self.databases = 0

    def stop(self):
        for server in self.servers.values():
            server.stop()

    def _server(self, name):
        if name not in self.servers:
            if name == "postgres":
                self.servers[name] = harmless_server(self.make_folder)
            else:
                arguments = {"kind": "java"} if name == "mongo-java" else {}
                self.servers[name] = MongoServer(self.make_folder(name), **arguments).start()
        return self.servers[name]

    def _types(self):
        """Of the first storage of a config, and of the one after it, in turn."""
        return {"embedded": ["sqlite"], "seed": ["mongo", "postgres"]}.get(self.name, [self.name])

    def fresh(self):
        """A function from the name of a collection to its storage, in databases that are new."""
        self.databases += 1
        database = f"db{os.getpid()}_{self.databases}"
        places = [self._place(name, database) for name in self._types()]
        known = {}

        def storage(collection):
            place = places[known.setdefault(collection, len(known)) % len(places)]
            return {**place, "collection": collection} | ({"uri": f"{collection}.db"} if place["type"] == "sqlite" else {})

        return storage

    def _place(self, name, database):
        if name in ("memory", "sqlite"):
            return {"type": name}
        server = self._server(name)
        if name == "postgres":
            server.make_database(database)
        return {"type": "postgres" if name == "postgres" else "mongo", "uri": server.uri(database)}

    def config(self, config):
        """A config of plain values with every storage in memory replaced."""
        storage = self.fresh()

        def replaced(value):
            if isinstance(value, dict):
                is_storage = value.get("type") == "memory" and "collection" in value
                return storage(value["collection"]) if is_storage else {key: replaced(each) for key, each in value.items()}
            return [replaced(each) for each in value] if isinstance(value, list) else value

        return replaced(config)

    def serve(self, example):
        """The command that serves a copy of an example."""
        if self.name == "embedded":
            return ["dev", str(example)]
        file = example / "config/config.conf"
        text = file.read_text()
        file.write_text(self._events(text) if example.name == "events" else self._farm(text))
        return ["serve", "--config", str(file)]

    def _events(self, text):
        if self.name == "seed":
            return self._with_ports(text)
        storage = self.fresh()
        included = 'include "processors.conf"'
        config = json.loads(text.replace(included, ""))
        for graphlette in config["graphlettes"]:
            graphlette["storage"] = storage(graphlette["storage"]["collection"])
        return "{" + included + "\n" + json.dumps(config)[1:]

    def _with_ports(self, text):
        """The seed's config as it stands, but for the ports and the databases' name, which other services of the run have as well."""
        storage = self.fresh()
        for scheme, collection in (("mongodb", "raw_events"), ("postgresql", "processed_events")):
            written = {"mongodb": "mongodb://localhost:27017/events", "postgresql": "postgresql://localhost:5432/events"}[scheme]
            assert text.count(written) == 1
            text = text.replace(written, storage(collection)["uri"])
        return text

    def _farm(self, text):
        """The four collections in one database, or in two by turns."""
        storage = self.fresh()
        blocks = ""
        for number, collection in enumerate(["farms", "coops", "hens", "lay_reports"]):
            place = storage(collection)
            fields = ", ".join(f"{key} = {json.dumps(value)}" for key, value in place.items() if key != "collection")
            blocks += f"database{number} {{ {fields} }}\n"
            text = text.replace("${database} { collection = %s }" % collection, "${database%d} { collection = %s }" % (number, collection))
        return text[: text.index("stage = ")] + blocks + text[text.index("farmDB") :]
