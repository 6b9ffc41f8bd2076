"""Rules, over every route and every storage: roles by routes against a model, and nothing for those who may nothing."""

import hashlib
import json
import re
import uuid

import pytest

import service as services
from access_model import ANONYMOUS, Caller, Rules

pytestmark = pytest.mark.every_storage

ANALYST = Caller("analyst", ["analyst"], {"team": "a", "teams": ["a", "b"]})
UNTOLD = Caller("untold", ["analyst"])
AUTHOR = Caller("author", ["author"], {"team": "b", "teams": "b"})
ADMIN = Caller("admin", ["admin"])
NOBODY = Caller("nobody")
SEEDER = Caller("seeder", ["seeder"], {"team": "x"})
CALLERS = (ANONYMOUS, ANALYST, UNTOLD, AUTHOR, ADMIN, NOBODY, SEEDER)

SEED = {"roles": ["seeder"], "may": "*"}
NARROW = ["read", "feed", "history", "lifecycle"]
ENTITIES = {
    "closed": Rules([SEED]),
    "teams": Rules([
        SEED,
        {"roles": ["analyst"], "may": NARROW, "where": {"payload.source": "${claims.team}"}, "fields": ["id", "name", "source"]},
        {"roles": ["author"], "may": "*", "where": {"payload.owner": "${sub}"}},
        {"roles": ["admin"], "may": "*"},
    ]),
    "lists": Rules([
        SEED,
        {"roles": ["anonymous"], "may": ["read"], "where": {"payload.open": True}, "fields": ["name", "open"]},
        {"roles": ["authenticated"], "may": [*NARROW, "create", "update"], "where": {"source": {"$in": "${claims.teams}"}}},
    ]),
    "either": Rules([SEED, {"may": "*", "where": {"$or": [{"owner": "${sub}"}, {"source": {"$nin": "${claims.teams}"}}]}}]),
    "mixed": Rules([
        SEED,
        {"roles": ["analyst"], "may": ["read"]},
        {"roles": ["author"], "may": ["create", "update"], "fields": ["name", "source", "owner"]},
        {"roles": ["admin"], "may": ["delete", "history"]},
        {"roles": ["anonymous"], "may": ["feed"]},
    ]),
    "tokens": Rules([SEED, {"may": "*"}], tokens=True),
}  # fmt: skip
DOCUMENTS = [
    {"name": "one", "source": "a", "owner": "author", "secret": "s1", "open": True},
    {"name": "two", "source": "b", "owner": "admin", "secret": "s2", "open": False},
    {"name": "three", "source": "c", "owner": "author", "secret": "s3"},
    {"name": "four", "owner": "nobody", "secret": "s4", "open": True},
]
FIELDS = ("name", "source", "owner", "secret", "open")


def sdl(name):
    return f"""
scalar JSON
type {name.title()} {{ id: ID name: String source: String owner: String secret: String open: Boolean parent_id: ID parent: {name.title()} }}
input {name.title()}Input {{ id: ID name: String source: String owner: String secret: String open: Boolean parent_id: ID }}
type {name.title()}Connection {{ edges: [{name.title()}Edge!]! nodes: [{name.title()}!]! pageInfo: PageInfo! totalCount: Int! }}
type {name.title()}Edge {{ cursor: String! node: {name.title()}! }}
type PageInfo {{ hasNextPage: Boolean! hasPreviousPage: Boolean! startCursor: String endCursor: String }}
type Query {{
  getById(id: ID!, at: Float): {name.title()}
  all(limit: Int, at: Float, where: JSON, orderBy: String): [{name.title()}!]!
  bySecret(secret: String): [{name.title()}!]!
  pages(first: Int, after: String): {name.title()}Connection!
}}
type Mutation {{
  create{name.title()}(input: {name.title()}Input!): {name.title()}
  update{name.title()}(id: ID!, input: {name.title()}Input!): {name.title()}
  delete{name.title()}(id: ID!): {name.title()}
}}
type Subscription {{ {name}Changed(after: ID): {name.title()} }}
"""


SCHEMA = {
    "type": "object",
    "properties": {**{name: {"type": "string"} for name in ("id", "name", "source", "owner", "secret", "parent_id")}, "open": {"type": "boolean"}},
    "additionalProperties": False,
}


def key_of(caller):
    return f"key of {caller.name}"


def headers(caller):
    return {} if caller.name is None else {"X-API-Key": key_of(caller)}


def config(entities=None):
    entities = ENTITIES if entities is None else entities
    keys = [
        {"name": each.name, "hash": "sha256:" + hashlib.sha256(key_of(each).encode()).hexdigest(), "roles": each.roles, "claims": each.claims}
        for each in CALLERS
        if each.name
    ]
    storage = {name: {"type": "memory", "collection": name} for name in entities}
    return {
        "auth": {"required": False, "apiKeys": keys},
        "limits": {"heartbeat": "200ms", "graphql": {"cost": 2_000_000}},
        "graphlettes": [
            {
                "path": f"/{name}/graph",
                "storage": storage[name],
                "schema": sdl(name),
                "rules": rules.rules,
                "tokens": rules.tokens,
                "rootConfig": {"resolvers": [{"name": "parent", "id": "parent_id", "queryName": "getById", "graphlette": f"/{name}/graph"}]},
            }
            for name, rules in entities.items()
        ],
        "restlettes": [{"path": f"/{name}/api", "storage": storage[name], "schema": SCHEMA} for name in entities],
    }


@pytest.fixture(scope="module")
def service(tmp_path_factory, storages):
    running = services.with_config(tmp_path_factory.mktemp("access"), storages.config(config())).start()
    yield running
    running.stop()


def ask(service, caller, method, path, body=None, **more):
    return service.request(method, path, body, headers={**headers(caller), **{name.replace("_", "-"): value for name, value in more.items()}})


def graph(service, caller, entity, text, variables=None):
    return ask(service, caller, "POST", f"/{entity}/graph", {"query": text, "variables": variables or {}}).json()


def lines(response):
    assert response.status == 200, response
    return [json.loads(line) for line in response.text.splitlines()]


class Matrix:
    """Compares, and counts what was compared."""

    def __init__(self):
        self.cells, self.wrong = 0, []

    def cell(self, what, found, wanted):
        self.cells += 1
        if found != wanted:
            self.wrong.append(f"{what}: found {found!r}, wanted {wanted!r}")


class Entity:
    """An entity with its documents as they must be there."""

    def __init__(self, service, name):
        self.service, self.name, self.rules = service, name, ENTITIES[name]
        self.api = f"/{name}/api"
        self.owners = {}  # tokens by id
        self.documents = [self.create(document) for document in DOCUMENTS]

    def create(self, document, caller=SEEDER):
        answer = ask(self.service, caller, "POST", self.api, document)
        assert answer.status == 201, answer
        created = answer.json()
        self.owners[created["id"]] = caller.name
        return created

    def may(self, right, caller, document):
        return self.rules.meets(right, caller, document, self.owners.get(document.get("id")) if self.rules.tokens else None)

    def visible(self, right, caller, documents=None):
        return [self.rules.shown(right, caller, each) for each in (self.documents if documents is None else documents) if self.may(right, caller, each)]

    def hides(self, right, caller, field):
        fields = self.rules.fields(right, caller)
        return fields is not None and field not in fields


def check_reads(matrix, entity, caller):
    def cell(what, found, wanted):
        matrix.cell(f"{entity.name} {caller} {what}", found, wanted)

    service, api = entity.service, entity.api
    for document in entity.documents:
        path = f"{api}/{document['id']}"
        shown = entity.visible("read", caller, [document])
        answer = ask(service, caller, "GET", path)
        cell("GET", (answer.status, answer.json() if shown else None), (200, shown[0]) if shown else (404, None))
        absent = f"{api}/{uuid.uuid4()}"
        if not shown:
            there, not_there = answer, ask(service, caller, "GET", absent)
            same = (there.status, there.text.replace(document["id"], "ID")) == (not_there.status, not_there.text.replace(absent[-36:], "ID"))
            cell("GET as absent", same, True)
        versions = entity.visible("history", caller, [document])
        answer = ask(service, caller, "GET", path + "/history")
        cell("history", [each["document"] for each in answer.json()] if answer.status == 200 else answer.status, versions or 404)
        answer = ask(service, caller, "GET", path + "/lifecycle")
        cell("lifecycle", answer.status, 200 if entity.may("lifecycle", caller, document) else 404)
    shown = entity.visible("read", caller)
    newest = shown[::-1]
    cell("list", ask(service, caller, "GET", api).json(), newest)
    cell("list of one", ask(service, caller, "GET", api + "?limit=1").json(), newest[:1])
    cell("list as lines", lines(ask(service, caller, "GET", api, Accept="application/x-ndjson")), newest)
    ids = ",".join(each["id"] for each in entity.documents)
    cell("bulk", ask(service, caller, "GET", f"{api}/bulk?ids={ids}").json(), shown)
    refused = entity.rules.rule("read", caller) is not None and entity.hides("read", caller, "secret")
    answer = ask(service, caller, "GET", api + "?secret=s1")
    wanted = [each for each in newest if each.get("secret") == "s1"]
    cell("list by a field", answer.status if refused else answer.json(), 403 if refused else wanted)
    check_feed(cell, entity, caller)


def check_feed(cell, entity, caller):
    service, api = entity.service, entity.api
    answer = ask(service, caller, "GET", api + "/changes")
    may = entity.rules.rule("feed", caller) is not None
    shown = entity.visible("feed", caller)
    found = [each["document"] for each in lines(answer) if "document" in each] if answer.status == 200 else answer.status
    cell("changes", found, shown if may else 403)
    claimed = ask(service, caller, "POST", api + f"/consumers/c{uuid.uuid4().hex}/claim")
    found = [each["document"] for each in claimed.json()["events"]] if claimed.status == 200 else claimed.status
    cell("claim", found, shown if may else 403)


def graph_shown(entity, caller, document):
    return {name: document.get(name) for name in ("id", *FIELDS)} | {
        name: None for name in FIELDS if entity.hides("read", caller, name)
    }


def check_graph(matrix, entity, caller):
    def cell(what, found, wanted):
        matrix.cell(f"{entity.name} {caller} {what}", found, wanted)

    selection = "{ id " + " ".join(FIELDS) + " }"
    hidden = [name for name in FIELDS if entity.hides("read", caller, name)]
    visible = [each for each in entity.documents if entity.may("read", caller, each)]
    for document in entity.documents:
        answer = graph(entity.service, caller, entity.name, f'{{ getById(id: "{document["id"]}") {selection} }}')
        is_shown = document in visible
        cell("getById", answer["data"]["getById"], graph_shown(entity, caller, document) if is_shown else None)
        errors = sorted((tuple(each["path"]), each["extensions"]["code"]) for each in answer.get("errors", []))
        cell("its errors", errors, sorted((("getById", name), "FORBIDDEN") for name in hidden) if is_shown else [])
    answer = graph(entity.service, caller, entity.name, f"{{ all {selection} pages(first: 1) {{ totalCount nodes {{ id }} }} }}")
    cell("all", answer["data"]["all"], [graph_shown(entity, caller, each) for each in visible[::-1]])
    newest = [{"id": each["id"]} for each in visible[::-1]]
    cell("pages", answer["data"]["pages"], {"totalCount": len(visible), "nodes": newest[:1]})
    refuses = entity.rules.rule("read", caller) is not None and "secret" in hidden
    for asked in ('bySecret(secret: "s1")', 'all(where: {secret: "s1"})', 'all(orderBy: "secret")'):
        answer = graph(entity.service, caller, entity.name, f"{{ {asked} {{ id }} }}")
        codes = [each["extensions"]["code"] for each in answer.get("errors", [])]
        cell(asked, codes, ["FORBIDDEN"] if refuses else [])


def check_writes(matrix, entity, caller):
    def cell(what, found, wanted):
        matrix.cell(f"{entity.name} {caller} {what}", found, wanted)

    service, rules = entity.service, entity.rules
    forbidden = lambda right, document: rules.rule(right, caller) is None or any(entity.hides(right, caller, name) for name in document)
    for document in DOCUMENTS:
        allowed = not forbidden("create", document) and rules.meets("create", caller, document)
        found = ask(service, caller, "POST", entity.api, document)
        cell("POST", found.status, 201 if allowed else 403)
        found = graph(service, caller, entity.name, f"mutation ($i: {entity.name.title()}Input!) {{ create{entity.name.title()}(input: $i) {{ id }} }}", {"i": document})
        codes = [each["extensions"]["code"] for each in found.get("errors", [])]
        cell("create", codes, [] if allowed else ["FORBIDDEN"])
        after = {**document, "name": "changed"}
        for method, body in (("PUT", after), ("PATCH", {"name": "changed"}), ("DELETE", None)):
            right = "delete" if method == "DELETE" else "update"
            target = entity.create(document)
            answer = ask(service, caller, method, f"{entity.api}/{target['id']}", body)
            absent = str(uuid.uuid4())
            not_there = ask(service, caller, method, f"{entity.api}/{absent}", body)
            named = body or {}
            if rules.rule(right, caller) is None:
                wanted = 403
            elif not entity.may(right, caller, target):
                wanted = 404
            elif any(entity.hides(right, caller, name) for name in named) or not entity.may(right, caller, {**after, "id": target["id"]}):
                wanted = 403
            else:
                wanted = 200
            cell(method, answer.status, wanted)
            if wanted == 404 or rules.rule(right, caller) is None:
                same = (answer.status, answer.text.replace(target["id"], "ID")) == (not_there.status, not_there.text.replace(absent, "ID"))
                cell(method + " as absent", same, True)
            there = ask(service, SEEDER, "GET", f"{entity.api}/{target['id']}")
            unchanged = there.status == 200 and there.json() == target
            cell(method + " done", unchanged, wanted != 200)
            if there.status == 200:
                ask(service, SEEDER, "DELETE", f"{entity.api}/{target['id']}")


@pytest.mark.parametrize("name", ENTITIES)
def test_roles_by_routes_are_as_the_model_has_them(service, name):
    entity = Entity(service, name)
    if entity.rules.tokens:
        entity.documents += [entity.create({"name": "own"}, AUTHOR), entity.create({"name": "open"}, ANONYMOUS)]
        entity.owners[entity.documents[-1]["id"]] = None
    matrix = Matrix()
    for caller in CALLERS:
        check_reads(matrix, entity, caller)
        check_graph(matrix, entity, caller)
    for caller in CALLERS:
        if not entity.rules.tokens:
            check_writes(matrix, entity, caller)
    assert matrix.wrong == [], "\n".join(matrix.wrong[:20])
    assert matrix.cells >= (250 if entity.rules.tokens else 500)


# --- Nothing for those who may nothing ---------------------------------------------------------------------------------------------------

MARK = "mark7f3a"


@pytest.fixture(scope="module")
def closed(tmp_path_factory, storages):
    closed = {"closed": Rules([SEED]), "shut": Rules([SEED])}
    running = services.with_config(tmp_path_factory.mktemp("closed"), storages.config(config(closed))).start()
    yield running
    running.stop()


def marked(service, entity):
    return ask(service, SEEDER, "POST", f"/{entity}/api", {"name": MARK, "secret": MARK, "source": MARK}).json()["id"]


def requests_of(service, entity, identifier):
    """Every operation of the OpenAPI document, about one document."""
    document = service.get(f"/{entity}/api/api-docs/swagger.json").json()
    for path, item in document["paths"].items():
        for method, operation in item.items():
            if method not in ("get", "put", "post", "patch", "delete", "head"):
                continue
            place = path.replace("{id}", identifier).replace("{name}", "worker").replace("{position}", "1")
            assert "{" not in place, path
            if operation["operationId"] == "bulk_read":
                place += f"?ids={identifier}"
            body = {"name": "x"} if "requestBody" in operation else None
            if operation["operationId"] == "bulk_create":
                body = [{"name": "x"}]
            yield operation["operationId"], method.upper(), f"/{entity}/api{place.removeprefix(f'/{entity}/api')}".rstrip("/"), body


def test_no_route_answers_anything_to_who_may_nothing(closed):
    there, not_there = marked(closed, "closed"), str(uuid.uuid4())
    operations = 0
    for caller in (NOBODY, ANONYMOUS, ADMIN):
        for one, other in zip(requests_of(closed, "closed", there), requests_of(closed, "closed", not_there)):
            operations += 1
            answer, absent = ask(closed, caller, *one[1:]), ask(closed, caller, *other[1:])
            assert MARK not in answer.text, (one, answer)
            assert answer.status in (200, 400, 403, 404), (one, answer)
            assert answer.status != 200 or answer.text in ("", "[]") or one[0] == "changes", (one, answer)
            assert (answer.status, answer.text.replace(there, "ID")) == (absent.status, absent.text.replace(not_there, "ID")), one
    assert operations >= 3 * 15
    assert ask(closed, SEEDER, "GET", f"/closed/api/{there}").json()["name"] == MARK
    assert len(ask(closed, SEEDER, "GET", "/closed/api").json()) == 1


INTROSPECTION = """{ __schema { types { name kind fields { name args { name type { kind name ofType { kind name ofType { name } } } }
  type { kind name ofType { kind name ofType { kind name ofType { kind name } } } } } } queryType { name } mutationType { name } subscriptionType { name } } }"""


def named(type_):
    while type_.get("ofType"):
        type_ = type_["ofType"]
    return type_["name"]


class Fields:
    """The root fields of a schema, each as an operation that selects whatever can be."""

    def __init__(self, service, path, identifier):
        schema = service.query(path, INTROSPECTION)["data"]["__schema"]
        self.types = {each["name"]: each for each in schema["types"]}
        self.roots = {kind: (schema[f"{kind}Type"] or {}).get("name") for kind in ("query", "mutation", "subscription")}
        self.identifier = identifier

    def arguments(self, field):
        texts = []
        for argument in field["args"]:
            required = argument["type"]["kind"] == "NON_NULL"
            if argument["name"] == "input":
                texts.append('input: {name: "x"}')
            elif required or argument["name"] == "id":
                texts.append(f'{argument["name"]}: "{self.identifier}"')
        return f"({', '.join(texts)})" if texts else ""

    def selection(self, type_name, depth):
        fields = self.types[type_name].get("fields")
        if not fields:
            return ""
        parts = ["__typename"]
        for field in fields:
            inner = named(field["type"])
            if not self.types[inner].get("fields"):
                parts.append(field["name"])
            elif depth > 0:
                parts.append(field["name"] + self.arguments(field) + self.selection(inner, depth - 1))
        return " { " + " ".join(parts) + " }"

    def operations(self):
        for kind, root in self.roots.items():
            for field in self.types[root]["fields"] if root else []:
                inner = self.types[named(field["type"])]
                # Of a subscription, one field has events: at the unified endpoint one of each group.
                is_group = kind == "subscription" and inner["name"].endswith("Subscription")
                for each in inner["fields"] if is_group else [field]:
                    text = f"{each['name']}{self.arguments(each)}{self.selection(named(each['type']), 4)}"
                    yield kind, f"{kind} {{ {field['name']} {{ {text} }} }}" if is_group else f"{kind} {{ {text} }}"


def nothing(value):
    """Whether data tells of no document."""
    if isinstance(value, dict):
        return all(nothing(each) for name, each in value.items() if name != "__typename")
    return value in (None, [], 0, False)


def test_no_field_answers_anything_to_who_may_nothing(closed):
    there = marked(closed, "shut")
    operations = 0
    for path in ("/closed/graph", "/shut/graph", "/graph"):
        for kind, text in Fields(closed, path, there).operations():
            for caller in (NOBODY, ANONYMOUS):
                operations += 1
                stream = {"Accept": "text/event-stream"} if kind == "subscription" else {}
                answer = ask(closed, caller, "POST", path, {"query": text}, **stream)
                assert MARK not in answer.text, (text, answer)
                if kind == "query":
                    assert nothing(answer.json()["data"]), (text, answer)
                else:
                    assert "FORBIDDEN" in answer.text, (text, answer)
    assert operations >= 40
    answer = graph(closed, SEEDER, "shut", f'{{ getById(id: "{there}") {{ name }} }}')
    assert answer == {"data": {"getById": {"name": MARK}}}


# --- Single cases ------------------------------------------------------------------------------------------------------------------------


def test_a_hidden_key_is_followed_and_not_shown(service):
    parent = ask(service, SEEDER, "POST", "/teams/api", {"name": "parent", "source": "a"}).json()
    child = ask(service, SEEDER, "POST", "/teams/api", {"name": "child", "source": "a", "parent_id": parent["id"]}).json()
    stranger = ask(service, SEEDER, "POST", "/teams/api", {"name": "other", "source": "b"}).json()
    orphan = ask(service, SEEDER, "POST", "/teams/api", {"name": "child", "source": "a", "parent_id": stranger["id"]}).json()
    answer = graph(service, ANALYST, "teams", f'{{ getById(id: "{child["id"]}") {{ name parent_id parent {{ name }} }} }}')
    assert answer["data"] == {"getById": {"name": "child", "parent_id": None, "parent": {"name": "parent"}}}
    assert [each["path"] for each in answer["errors"]] == [["getById", "parent_id"]]
    answer = graph(service, ANALYST, "teams", f'{{ getById(id: "{orphan["id"]}") {{ parent {{ name }} }} }}')
    assert answer == {"data": {"getById": {"parent": None}}}


def test_a_patch_leaves_what_its_sender_cannot_see(service):
    document = ask(service, SEEDER, "POST", "/mixed/api", {"name": "x", "source": "a", "secret": "kept"}).json()
    path = f"/mixed/api/{document['id']}"
    assert ask(service, AUTHOR, "PATCH", path, {"secret": "mine"}).status == 403
    assert ask(service, AUTHOR, "PATCH", path, {"secret": None}).status == 403
    answer = ask(service, AUTHOR, "PATCH", path, {"name": "y"})
    assert (answer.status, answer.json()) == (200, {"id": document["id"]}), "who may not read is shown nothing"
    assert ask(service, AUTHOR, "PUT", path, {"name": "z"}).status == 200
    assert ask(service, SEEDER, "GET", path).json() == {"id": document["id"], "name": "z", "secret": "kept"}


def test_keys_of_others_tell_nothing(service):
    key = f"key-{uuid.uuid4()}"
    first = ask(service, AUTHOR, "POST", "/teams/api", {"name": "x", "owner": "author"}, Idempotency_Key=key)
    again = ask(service, AUTHOR, "POST", "/teams/api", {"name": "x", "owner": "author"}, Idempotency_Key=key)
    other = ask(service, ADMIN, "POST", "/teams/api", {"name": "y"}, Idempotency_Key=key)
    assert (first.status, again.status, other.status) == (201, 201, 201)
    assert first.json()["id"] == again.json()["id"] != other.json()["id"]


def test_preconditions_tell_nothing_of_what_is_hidden(service):
    document = ask(service, SEEDER, "POST", "/teams/api", {"name": "x", "owner": "admin"}).json()
    absent = str(uuid.uuid4())
    for method, body in (("GET", None), ("PUT", {"name": "y"}), ("PATCH", {"name": "y"}), ("DELETE", None)):
        for condition in ({"If-Match": '"7"'}, {"If-Match": '"1"'}, {"If-Match": "*"}, {"If-None-Match": '"1"'}, {"If-None-Match": "*"}):
            there = service.request(method, f"/teams/api/{document['id']}", body, headers={**headers(AUTHOR), **condition})
            not_there = service.request(method, f"/teams/api/{absent}", body, headers={**headers(AUTHOR), **condition})
            assert there.status == not_there.status == 404, (method, condition, there)
            assert there.text.replace(document["id"], "") == not_there.text.replace(absent, "")


def test_workers_share_a_consumer_with_those_alone_who_see_the_same(service):
    name = f"w{uuid.uuid4().hex}"
    path = f"/teams/api/consumers/{name}"
    assert ask(service, ADMIN, "POST", path + "/claim?max=1").json()["events"]
    assert ask(service, ANALYST, "GET", path).status == 404
    claimed = ask(service, ANALYST, "POST", path + "/claim?max=1").json()
    assert all(each["document"].get("source") == "a" and "secret" not in each["document"] for each in claimed["events"])
    listed = ask(service, ANALYST, "GET", "/teams/api/consumers").json()
    assert name in [each["name"] for each in listed] and all("~" not in each["name"] for each in listed)
    assert ask(service, ANALYST, "POST", path + "/claim?secret=s1").status == 403
    assert ask(service, NOBODY, "GET", path).status == 403


def test_a_subscriber_hears_what_it_may_see(service):
    mark = uuid.uuid4().hex
    position = int(ask(service, SEEDER, "POST", "/teams/api", {"name": mark + "0", "source": "b"}).headers["X-Position"])
    for source in ("b", "a"):
        ask(service, SEEDER, "POST", "/teams/api", {"name": mark + source, "source": source, "secret": "s"})
    text = f"subscription {{ teamsChanged(after: \"{position}\") {{ name secret }} }}"
    connection = service.connect()
    body = json.dumps({"query": text})
    connection.request("POST", "/teams/graph", body, {**headers(ANALYST), "Accept": "text/event-stream", "Content-Type": "application/json"})
    stream = connection.getresponse()
    found = b""
    while b"name" not in found:
        found = stream.readline()
    connection.close()
    answer = json.loads(re.sub(rb"^data: ?", b"", found))
    assert answer["data"] == {"teamsChanged": {"name": mark + "a", "secret": None}}
    assert answer["errors"][0]["extensions"]["code"] == "FORBIDDEN"


def test_tokens_are_neither_shown_nor_set(service):
    assert ask(service, AUTHOR, "POST", "/tokens/api", {"name": "x", "authorized_tokens": ["nobody"]}).status in (403, 422)
    document = ask(service, AUTHOR, "POST", "/tokens/api", {"name": "x"}).json()
    assert "authorized_tokens" not in document
    path = f"/tokens/api/{document['id']}"
    assert ask(service, AUTHOR, "GET", path).json() == document
    assert ask(service, ADMIN, "GET", path).status == 404
    assert ask(service, AUTHOR, "PATCH", path, {"name": "y"}).json() == {**document, "name": "y"}
    assert ask(service, ADMIN, "PATCH", path, {"name": "z"}).status == 404
    assert ask(service, AUTHOR, "GET", path + "/history").json()[0]["document"] == {**document, "name": "y"}
    assert ask(service, ADMIN, "GET", path + "/history").status == 404


# --- The config --------------------------------------------------------------------------------------------------------------------------

HOCON = """graphlettes = [ {
  path = /x/graph
  schema = "type X { id: ID name: String source: String } type Query { getById(id: ID!): X }"
  storage { type = memory, collection = x }
  RULES
} ]
"""
WRONG = {
    'rules = [ { may = [raed] } ]': ('5:22', 'There is no right "raed". (Did you mean "read"?)'),
    'rules = [ { roles = [a] } ]': ('5:13', 'graphlettes[0].rules[0].may is missing.'),
    'rules = [ { may = read, were = {} } ]': ('5:27', 'There is no setting "graphlettes[0].rules[0].were". (Did you mean "where"?)'),
    'rules = [ { may = read, where = { "payload.source": "${claim.team}" } } ]': ('5:35', '"${claim.team}" is nothing that is known of who asks.'),
    'rules = [ { may = read, where = { source: "x${sub}" } } ]': ('5:35', 'In "x${sub}" a claim is mixed with other text.'),
    'rules = [ { may = read, where = { source: { "$eqq": 1 } } } ]': ('5:35', 'The operator "$eqq" is not known.'),
    'rules = [ { may = read, where = { sorce: "a" } } ]': ('5:35', 'where names the field "sorce", which the schema (derived from type X) does not have.'),
    'rules = [ { may = read, fields = [nme] } ]': ('5:36', 'fields names the field "nme", which the schema (derived from type X) does not have.'),
    'rules = [ { may = [] } ]': ('5:21', 'graphlettes[0].rules[0].may is empty'),
    'rules = 7': ('5:11', 'graphlettes[0].rules must be a list of objects.'),
}  # fmt: skip


def check(folder, text, more=""):
    (folder / "config.conf").write_text(HOCON.replace("RULES", text) + more)
    return services.run_command("check", "--config", folder / "config.conf")


@pytest.mark.parametrize("text", WRONG)
def test_what_is_wrong_with_rules_is_said_with_its_place(tmp_path, text):
    place, message = WRONG[text]
    checked = check(tmp_path, text)
    said = checked.stdout + checked.stderr
    assert f"config.conf:{place}" in said, said
    assert message in said, said


def test_an_entity_has_its_rules_in_one_place(tmp_path):
    checked = check(tmp_path, "rules = []", 'rules { "/x" = [ { may = "*" } ] }\n')
    assert checked.returncode == 1
    assert "config.conf:7:9" in checked.stderr + checked.stdout
    assert '"x" has rules already' in checked.stderr + checked.stdout


def test_check_lists_the_rules(tmp_path):
    rules = 'rules = [ { roles = [analyst, author], may = [feed, read], where = { source: "${claims.team}" }, fields = [id, name] } ], tokens = true'
    checked = check(tmp_path, rules)
    assert checked.returncode == 0, checked
    [narrow, nothing_else] = re.findall("  rule      (.*)", checked.stdout)
    assert narrow.startswith("analyst, author may read, feed where ") and narrow.endswith("; fields id, name")
    assert "payload.source == $team" in narrow
    assert nothing_else == "* may nothing else"
