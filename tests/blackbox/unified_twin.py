"""Every query of a graphlette asked once more through the unified endpoint, below the graphlette's field: `pytest --unified`."""

import re

SKIPPED = r'"""(?:\\"""|[^"]|"(?!""))*"""|"(?:\\.|[^"\\\n])*"|#[^\n]*'
SIGNS = re.compile(SKIPPED + r"|[{}()]")
# What is counted for the whole request counts the field above as well; what asks for the schema gets another.
OTHER_HERE = re.compile(r"__schema|__type\b|__typename")
LIMITS = ("graphql.depth", "graphql.fields", "graphql.cost", "graphql.tokens", "graphql.bytes", "graphql.aliases")


def field_of(path):
    """The field that a graphlette's path gives: rawEvents for /raw-events/graph."""
    first, *others = re.findall(r"[A-Za-z0-9]+", path.removesuffix("/graph"))
    return first + "".join(word[0].upper() + word[1:] for word in others)


def type_of(path):
    field = field_of(path)
    return field[0].upper() + field[1:] + "Query"


def below(path, text):
    """The document with the fields of its operations below the graphlette's field. Nothing when it is more than queries."""
    pieces, done, begin, braces, parentheses = [], 0, 0, 0, 0
    for sign in SIGNS.finditer(text):
        if sign[0] in "()":
            parentheses += 1 if sign[0] == "(" else -1
        if sign[0] not in "{}" or parentheses > 0:
            continue
        if sign[0] == "{" and braces == 0:
            head = re.sub(SKIPPED, " ", text[begin : sign.start()]).split()
            if head[:1] in (["mutation"], ["subscription"]):
                return None
            is_fragment = head[:1] == ["fragment"]
        braces += 1 if sign[0] == "{" else -1
        if sign[0] == "{" and braces == 1 and not is_fragment:
            pieces += [text[done : sign.end()], " ", field_of(path), " {"]
            done = sign.end()
        elif sign[0] == "}" and braces == 0:
            pieces += [text[done : sign.end()], "" if is_fragment else "}"]
            done = begin = sign.end()
    return re.sub(r"\bon\s+Query\b", "on " + type_of(path), "".join([*pieces, text[done:]]))


def without_cursors(value):
    """A cursor holds the instant of its asking."""
    if isinstance(value, dict):
        return {key: without_cursors(each) for key, each in value.items() if key not in ("cursor", "startCursor", "endCursor")}
    return [without_cursors(each) for each in value] if isinstance(value, list) else value


def plain(path, error):
    """An error as the graphlette has it."""
    where = error.get("path")
    words = error["message"].replace(type_of(path), "Query")
    return words, where and (where[1:] if where[:1] == [field_of(path)] else where), error.get("extensions")


def compare(service, path, body, answer):
    """Asks the unified endpoint what `answer` is the graphlette's answer to."""
    if not path.endswith("/graph") or path == "/graph" or OTHER_HERE.search(body["query"]):
        return
    text = below(path, body["query"])
    codes = [error.get("extensions", {}).get("code") for error in answer.get("errors", [])]
    if text is None or any(code in LIMITS for code in codes) or any(error["message"].startswith("Syntax Error") for error in answer.get("errors", [])):
        return
    twin = service.request("POST", "/graph", {**body, "query": text}).json()
    data = twin.get("data")
    assert without_cursors(data and data[field_of(path)]) == without_cursors(answer.get("data")), (body, text, answer, twin)
    mine, others = ([plain(path, error) for error in each.get("errors", [])] for each in (answer, twin))
    assert sorted(mine, key=str) == sorted(others, key=str), (body, text, answer, twin)
    service.twins += 1
