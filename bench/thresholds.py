"""What the figures of bench/run.py must be. A ratio is checked where both sides were measured."""

OURS, BY_HAND = "Millrace", "by hand"
STORAGES = ["SQLite", "PostgreSQL"]
LOADED = [16, 64]  # connections

TO_BY_HAND = {"GET": 0.9, "getById": 0.8, "federated": 0.8, "POST": 0.9}
# The bare server has no store; one that is reached over a socket is no matter of the program.
TO_BARE = {"GET": 0.55, "getById": 0.45}
# A client alone waits for nobody: no more than 5 % over one that is written by hand and batches nothing.
ALONE = 0.95
TO_INSERTS = {"SQLite": (0.5, "64 a transaction"), "PostgreSQL": (0.7, "100 a statement on 4 connections")}
BULK = 0.7
START_SECONDS, IDLE_BYTES, LOAD_BYTES = 0.1, 25e6, 150e6


def point(storage, case, connections, server):
    return {"storage": storage, "case": case, "connections": connections, "server": server}


def ratio(results, what, measured, base, least):
    if results.has(measured) and results.has(base):
        results.expect(what, results.ratio(measured, base), least=least)


def check_requests(results, storage):
    for connections in LOADED:
        for case, least in TO_BY_HAND.items():
            sides = (point(storage, case, connections, server) for server in (OURS, BY_HAND))
            ratio(results, f"{storage}: {case}, {connections} connections, to by hand", *sides, least)
    for connections in LOADED if storage == "SQLite" else ():
        for case, least in TO_BARE.items():
            ours, bare = point(storage, case, connections, OURS), point("none", "GET", connections, "bare")
            ratio(results, f"{storage}: {case}, {connections} connections, to bare", ours, bare, least)


def check_writes(results, storage):
    sides = (point(storage, "POST", 1, server) for server in (OURS, BY_HAND))
    ratio(results, f"{storage}: POST, 1 connection, to by hand", *sides, ALONE)
    least, how = TO_INSERTS[storage]
    sides = point(storage, "POST", 64, OURS), point(storage, "insert", 64, "bare")
    ratio(results, f"{storage}: POST to bare inserts, {how}", *sides, least)
    sides = point(storage, "bulk", 1, OURS), point(storage, "bulk", 1, "bare")
    ratio(results, f"{storage}: bulk to bare inserts of the same rows", *sides, BULK)


def check_process(results, storage):
    for case, name, what, most, scale, unit in (
        ("start", "seconds", "ready after, in ms", START_SECONDS, 1e3, " ms"),
        ("idle", "bytes", "resident when idle, in MB", IDLE_BYTES, 1e-6, " MB"),
        ("load", "bytes", "resident under load, in MB", LOAD_BYTES, 1e-6, " MB"),
    ):
        if results.has(at := point(storage, case, 0, OURS)):
            results.expect(f"{storage}: {what}", results.median(name, at) * scale, most=most * scale, unit=unit)


def check_growth(results):
    def ours(case):
        return point("SQLite", case, 16, OURS)

    ratio(results, "bare to nginx", point("none", "GET", 16, "bare"), point("none", "GET", 16, "nginx"), 0.9)
    ratio(results, "SQLite: getById, large to 1,000 stored", ours("getById"), ours("getById of 1,000"), 0.9)
    ratio(results, "SQLite: federated, large to 1,000 stored", ours("federated"), ours("federated of 1,000"), 0.9)
    ratio(results, "SQLite: federated over HTTP to in the process", ours("federated over HTTP"), ours("federated of 1,000"), 0.4)


def check(results):
    for storage in STORAGES:
        check_requests(results, storage)
        check_writes(results, storage)
        check_process(results, storage)
    check_growth(results)
