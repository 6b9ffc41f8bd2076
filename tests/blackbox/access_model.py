"""What rules mean (docs/access.md), written a second time: small enough to be read against the text."""

RIGHTS = ("read", "feed", "history", "lifecycle", "create", "update", "delete")


class Caller:
    def __init__(self, name, roles=(), claims=None):
        self.name, self.roles, self.claims = name, tuple(roles), claims or {}

    def __repr__(self):
        return self.name or "anonymous"


ANONYMOUS = Caller(None)


class Missing(Exception):
    pass


def bound(value, caller, is_list):
    """What "${...}" stands for. Missing: it is not there, or cannot be compared so."""
    if not (isinstance(value, str) and value.startswith("${")):
        return value
    if caller.name is None:
        raise Missing
    path = value[2:-1]
    found = caller.name if path == "sub" else list(caller.roles) if path == "roles" else caller.claims.get(path.removeprefix("claims."))
    if is_list and isinstance(found, (str, int, bool)):
        found = [found]
    if found is None or isinstance(found, dict) or isinstance(found, list) != is_list or (is_list and None in found):
        raise Missing
    return found


def resolved(where, caller):
    """The condition with its values, all of them, whether they are looked at or not."""
    if isinstance(where, list):
        return [resolved(each, caller) for each in where]
    conditions = {}
    for path, condition in where.items():
        if path.startswith("$"):
            conditions[path] = resolved(condition, caller)
        elif isinstance(condition, dict):
            conditions[path] = {operator: bound(value, caller, operator in ("$in", "$nin")) for operator, value in condition.items()}
        else:
            conditions[path] = {"$eq": bound(condition, caller, False)}
    return conditions


OPERATORS = {
    "$eq": lambda value, operand: value == operand,
    "$ne": lambda value, operand: value != operand,
    "$in": lambda value, operand: value in operand,
    "$nin": lambda value, operand: value not in operand,
}


def holds(conditions, document):
    for path, condition in conditions.items():
        if path == "$or":
            met = any(holds(each, document) for each in condition)
        else:
            value = document.get(path.removeprefix("payload."))
            met = all(OPERATORS[operator](value, operand) for operator, operand in condition.items())
        if not met:
            return False
    return True


class Rules:
    def __init__(self, rules, tokens=False):
        self.rules, self.tokens = rules, tokens

    def rule(self, right, caller):
        """The one that decides, or None."""
        for rule in self.rules:
            may = rule["may"] if isinstance(rule["may"], list) else [rule["may"]]
            roles = rule.get("roles", ["*"])
            fits = any(
                role == "*" or (caller.name is None if role == "anonymous" else caller.name is not None if role == "authenticated" else role in caller.roles)
                for role in roles
            )
            if fits and (right in may or "*" in may):
                return rule
        return None

    def meets(self, right, caller, document, owner=None):
        """Whether the document is one of those that the caller has the right to. `owner`: the token that it carries."""
        rule = self.rule(right, caller)
        if rule is None or (self.tokens and owner is not None and owner != caller.name):
            return False
        try:
            return holds(resolved(rule.get("where", {}), caller), document)
        except Missing:
            return False

    def fields(self, right, caller):
        """Those that are shown; None: all."""
        rule = self.rule(right, caller)
        return None if rule is None else rule.get("fields")

    def shown(self, right, caller, document):
        fields = self.fields(right, caller)
        return document if fields is None else {name: value for name, value in document.items() if name in fields or name == "id"}
