"""What MeshQL leaves behind, written as each of its versions does, from a random history; and what that MeshQL would answer from it."""

import json
import random
import re
import socket
import sqlite3
import struct

# How deletes look: all rows of the document are marked, or a row is appended.
MARKS, APPENDS = "marks", "appends"
# Later than every row.
END = 10**13


class Row:
    def __init__(self, identifier, payload, microseconds, deleted=False):
        self.id, self.payload, self.microseconds, self.deleted = identifier, payload, microseconds, deleted

    @property
    def milliseconds(self):
        return self.microseconds // 1000


class History:
    """Rows in the order in which they were written."""

    def __init__(self, seed, rows, deletes, microseconds=False):
        self.random = random.Random(seed)
        self.deletes, self.rows = deletes, []
        self.time = 1_700_000_000_000_000
        step = 1 if microseconds else 1000
        living = []
        while len(self.rows) < rows:
            self.time += step * self.random.choice([0, 1, 2, 50] if deletes == APPENDS else [1, 2, 50])
            chance = self.random.random()
            if chance < 0.35 or not living:
                identifier = f"{self.random.getrandbits(128):032x}" if self.random.random() < 0.9 else f"it's ~ \"{len(self.rows)}\" é"
                living.append(identifier)
                self.write(identifier)
            elif chance < 0.75:
                self.write(self.random.choice(living))
            else:
                self.delete(self.random.choice(living))
                if self.random.random() < 0.6:  # else it is written again
                    living.remove(self.last_deleted)

    last_deleted = None

    def write(self, identifier):
        self.rows.append(Row(identifier, self.payload(identifier), self.time))

    def delete(self, identifier):
        self.last_deleted = identifier
        if self.deletes == APPENDS:
            newest = [row for row in self.rows if row.id == identifier][-1]
            if not newest.deleted:
                self.rows.append(Row(identifier, newest.payload, self.time, True))
            return
        for row in self.rows:
            if row.id == identifier:
                row.deleted = True

    def payload(self, identifier):
        values = [None, True, 0, -1, 2**40, 0.5, 1.5e-7, "", "naïve 💧", "it's \"quoted\" \\ <&>\n", [], [1, [2, {"a": None}]], {}, {"$date": 1}, {"a b": {"c": []}}]
        payload = {"name": self.random.choice(["login", "logout"]), "data": self.random.choice(values)}
        if self.random.random() < 0.3:
            payload["metadata"] = {"list": self.random.sample(values, 3)}
        if self.random.random() < 0.1:
            payload["id"] = identifier
        return payload

    def instants(self, count):
        times = [row.milliseconds + self.random.choice([-1, 0, 0, 1]) for row in self.random.sample(self.rows, count)]
        return [*times, self.rows[0].milliseconds - 1, END]

    def visible(self, milliseconds):
        """What MeshQL reads at an instant: the payload of each document."""
        newest = {}
        for row in self.rows:
            if row.milliseconds <= milliseconds and not (self.deletes == MARKS and row.deleted):
                newest[row.id] = row
        return {key: {**row.payload, "id": key} for key, row in newest.items() if not row.deleted}

    def versions(self, identifier):
        """The versions that Millrace should have of a document, oldest first: payload or None, and when."""
        versions, living = [], False
        for row in self.rows:
            if row.id != identifier:
                continue
            if not (row.deleted and living):
                versions.append(({**row.payload, "id": identifier}, row.microseconds))
            if row.deleted:
                versions.append((None, row.microseconds))
            living = not row.deleted
        return versions



# --- SQLite ----------------------------------------------------------------------------------------------------------------------------

SQLITE = {
    "typescript": (
        MARKS,
        "created_at",
        "_id INTEGER PRIMARY KEY, id TEXT, payload JSON NOT NULL, created_at INTEGER DEFAULT (strftime('%s', 'now')),"
        " deleted INTEGER DEFAULT 0, authorized_tokens JSON, UNIQUE (id, created_at)",
    ),
    "java": (
        MARKS,
        "created_at",
        "_id INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT, payload TEXT NOT NULL, created_at INTEGER DEFAULT 0,"
        " deleted INTEGER DEFAULT 0, authorized_tokens TEXT, UNIQUE (id, created_at)",
    ),
    "rust": (
        APPENDS,
        "created_at_ms",
        "id TEXT NOT NULL, created_at_ms INTEGER NOT NULL, deleted INTEGER NOT NULL DEFAULT 0, authorized_tokens TEXT NOT NULL, payload TEXT NOT NULL",
    ),
}


def write_sqlite(file, table, layout, rows, tokens=()):
    _, created_at, columns = SQLITE[layout]
    with sqlite3.connect(file) as database:
        database.execute(f"CREATE TABLE IF NOT EXISTS {table} ({columns})")
        database.executemany(
            f"INSERT INTO {table} (id, payload, {created_at}, deleted, authorized_tokens) VALUES (?, ?, ?, ?, ?)",
            [(row.id, json.dumps(row.payload), row.milliseconds, int(row.deleted), json.dumps(list(tokens))) for row in rows],
        )
    database.close()


# --- PostgreSQL ------------------------------------------------------------------------------------------------------------------------

POSTGRES_COMMON = (
    "pk UUID DEFAULT gen_random_uuid() PRIMARY KEY, id TEXT, payload JSONB, created_at TIMESTAMP WITH TIME ZONE DEFAULT now(),"
    " updated_at TIMESTAMP WITH TIME ZONE DEFAULT now(), deleted BOOLEAN DEFAULT FALSE"
)
POSTGRES = {
    "typescript": (MARKS, POSTGRES_COMMON + ", authorized_tokens TEXT[], UNIQUE (id, created_at)"),
    "java": (MARKS, POSTGRES_COMMON + ", UNIQUE (id, created_at)"),
    "rust": (
        APPENDS,
        "id TEXT NOT NULL, created_at_ms BIGINT NOT NULL, deleted BOOLEAN NOT NULL DEFAULT FALSE, authorized_tokens TEXT NOT NULL, payload TEXT NOT NULL",
    ),
}


def quoted(text):
    return "'" + text.replace("'", "''") + "'"


def write_postgres(server, table, layout, rows, tokens=()):
    statements = [f"CREATE TABLE IF NOT EXISTS {table} ({POSTGRES[layout][1]});"]
    if layout == "java":
        statements.append(
            f"CREATE TABLE IF NOT EXISTS {table}_authtokens (envelope_id TEXT NOT NULL, envelope_created_at TIMESTAMP WITH TIME ZONE NOT NULL,"
            " token TEXT NOT NULL, token_order INTEGER NOT NULL, PRIMARY KEY (envelope_id, envelope_created_at, token));"
        )
    for row in rows:
        identifier, payload = quoted(row.id), quoted(json.dumps(row.payload))
        if layout == "rust":
            statements.append(f"INSERT INTO {table} VALUES ({identifier}, {row.milliseconds}, {row.deleted}, {quoted(json.dumps(list(tokens)))}, {payload});")
            continue
        time = f"TIMESTAMPTZ 'epoch' + INTERVAL '{row.microseconds} microseconds'"
        columns, values = "id, payload, created_at, deleted", f"{identifier}, {payload}, {time}, {row.deleted}"
        if layout == "typescript":
            columns, values = columns + ", authorized_tokens", f"{values}, ARRAY[{', '.join(map(quoted, tokens))}]::text[]"
        statements.append(f"INSERT INTO {table} ({columns}) VALUES ({values});")
        if layout == "java":
            for order, token in enumerate(tokens):
                statements.append(f"INSERT INTO {table}_authtokens VALUES ({identifier}, {time}, {quoted(token)}, {order});")
    server.sql("BEGIN;" + "".join(statements) + "COMMIT")


# --- MongoDB ---------------------------------------------------------------------------------------------------------------------------

MONGO = {"typescript": MARKS, "java": MARKS, "rust": APPENDS}


def mongo_document(layout, row, tokens=()):
    from bson.datetime_ms import DatetimeMS
    from bson.int64 import Int64

    created_at, payload = DatetimeMS(row.milliseconds), row.payload
    if layout == "typescript":
        document = {"payload": payload, "authorized_tokens": list(tokens), "created_at": created_at, "id": row.id}
        return {**document, "deleted": True} if row.deleted else document
    if layout == "rust":
        payload = json.loads(json.dumps(payload), parse_int=lambda digits: Int64(digits))
    return {"id": row.id, "createdAt": created_at, "deleted": row.deleted, "authorizedTokens": list(tokens), "payload": payload}


def insert_into_mongo(uri, collection, documents):
    """By the wire protocol itself (OP_MSG), since pymongo does not speak to servers as old as mongo-java-server says it is."""
    import bson

    address, database = re.fullmatch(r"mongodb://([^/]+)/(\w+)", uri).groups()
    host, port = address.split(":")
    command = bson.encode({"insert": collection, "documents": documents, "$db": database})
    message = struct.pack("<iiii", 21 + len(command), 1, 0, 2013) + struct.pack("<iB", 0, 0) + command
    with socket.create_connection((host, int(port))) as connection:
        connection.sendall(message)
        with connection.makefile("rb") as stream:
            size = struct.unpack("<i", stream.read(4))[0]
            answer = bson.decode(stream.read(size - 4)[17:])
    assert answer["ok"] == 1 and answer["n"] == len(documents) and not answer.get("writeErrors"), answer


def write_mongo(uri, collection, layout, rows, tokens=()):
    from bson import ObjectId

    insert_into_mongo(uri, collection, [{"_id": ObjectId(), **mongo_document(layout, row, tokens)} for row in rows])
