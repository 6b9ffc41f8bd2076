"""Reads C++ that clang-format laid out: text without comments or strings, its includes, and where each function begins and ends."""

import re

_TOKEN = re.compile(
    r'//[^\n]*|/\*.*?\*/|R"([^()\\ \n]{0,16})\(.*?\)\1"|"(?:\\.|[^"\\\n])*"|(?<![0-9A-Za-z_])\'(?:\\.|[^\'\\\n])*\'', re.DOTALL
)
_INCLUDE = re.compile(r'^[ \t]*#[ \t]*include[ \t]*([<"])([^">]+)[">]', re.MULTILINE)
_NAME = re.compile(r"([A-Za-z_~][\w:~]*|operator\s*[^\s\w(]+|operator\(\))\s*\(")
_CONTROL = {"if", "for", "while", "switch", "catch", "return", "alignas", "decltype", "requires", "noexcept", "explicit", "__attribute__"}


def _blank(text):
    return re.sub(r"[^\n]", " ", text)


def without_comments(text):
    """The text with comments blanked; lines and columns stay."""
    return _TOKEN.sub(lambda match: _blank(match[0]) if match[0].startswith(("//", "/*")) else match[0], text)


def without_comments_and_strings(text):
    """The text with comments and the characters of literals blanked; lines and columns stay."""

    def replacement(match):
        token = match[0]
        return _blank(token) if token.startswith(("//", "/*")) else token[0] + _blank(token[1:-1]) + token[-1]

    return _TOKEN.sub(replacement, text)


def includes(text):
    """Each include as (line, is_quoted, path)."""
    plain = without_comments(text)
    return [(plain.count("\n", 0, match.start()) + 1, match[1] == '"', match[2]) for match in _INCLUDE.finditer(plain)]


def _function_name(head):
    for match in _NAME.finditer(head):
        if match[1] not in _CONTROL:
            return match[1]
    return None


def _kind(head, enclosing):
    """What a brace opens, from the text since the last statement: "scope" (namespace, type), "function" or "block"."""
    if enclosing != "scope":
        return "block"
    words = re.sub(r"template\s*<.*?>\s*(?=class|struct|[A-Za-z_])", "", head, flags=re.DOTALL).split()
    if any(word in ("namespace", "extern") for word in words[:2]):
        return "scope"
    if words and "(" not in head.split(":", 1)[0] and any(word in ("class", "struct", "union") for word in words[:2]):
        return "scope"
    return "function" if ")" in head and _function_name(head) else "block"


def functions(text):
    """Each function body as (name, first line, last line), lambdas and nested functions counted with the one around them."""
    plain = re.sub(r"^[ \t]*#(?:[^\n]*\\\n)*[^\n]*", lambda match: _blank(match[0]), without_comments_and_strings(text), flags=re.MULTILINE)
    found, stack, head_start, line = [], [], 0, 1
    for index, character in enumerate(plain):
        if character == "\n":
            line += 1
        elif character == "{":
            head = plain[head_start:index]
            enclosing = stack[-1][0] if stack else "scope"
            is_initializer = enclosing == "scope" and re.search(r"[\w>)]$", head) and re.search(r"\)[^;]*:", head)
            first = line - head.lstrip().count("\n")
            stack.append(("initializer" if is_initializer else _kind(head, enclosing), _function_name(head), first))
            head_start = head_start if is_initializer else index + 1
        elif character == "}":
            kind, name, first = stack.pop() if stack else ("block", None, line)
            if kind == "function":
                found.append((name, first, line))
            head_start = head_start if kind == "initializer" else index + 1
        elif character == ";":
            head_start = index + 1
    return found
