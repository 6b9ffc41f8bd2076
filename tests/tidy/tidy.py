#!/usr/bin/env python3
"""Fails on what the style forbids and a compiler does not see. Usage: tidy.py [ROOT]

Levels of includes, sizes of files and functions, names, banned calls, foreign headers, lock files, machine paths, dead files, error codes
that are not documented. Exceptions stand in allowed.conf beside this file, each with its ceiling and its reason.
"""

import re
import subprocess
import sys
from pathlib import Path

import cpp_source
import rules


class Violation:
    def __init__(self, rule, path, line, message, size=None, subject=""):
        self.rule, self.path, self.line, self.message = rule, path, line, message
        self.size, self.subject = size, subject

    def __str__(self):
        return f"{self.path}:{self.line}: {self.rule}: {self.message}"


class Tree:
    """The files of a repository: their paths relative to its root, and their text."""

    def __init__(self, root):
        self.root = Path(root)
        self.paths = sorted(path for path in self._listed() if (self.root / path).is_file())
        self._texts = {}

    def _listed(self):
        if (self.root / ".git").exists():
            command = ["git", "-C", str(self.root), "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
            return {path for path in subprocess.run(command, check=True, capture_output=True, text=True).stdout.split("\0") if path}
        files = (path.relative_to(self.root) for path in self.root.rglob("*"))
        return {path.as_posix() for path in files if not rules.IGNORED_FOLDERS & set(path.parts)}

    def text(self, path):
        if path not in self._texts:
            self._texts[path] = (self.root / path).read_bytes().decode("utf-8", "replace")
        return self._texts[path]

    def has(self, path):
        return path in self.paths

    def cpp(self):
        return [path for path in self.paths if path.endswith((".cpp", ".hpp"))]


def line_of(text, offset):
    return text.count("\n", 0, offset) + 1


# --- Levels ------------------------------------------------------------------------------------------------------------------------------


class Levels:
    """src/LEVELS: which module stands on which line, and which neighbours a module may see."""

    def __init__(self, text):
        self.level, self.allowed = {}, {}
        lines = [line for line in text.splitlines() if line.strip() and not line.startswith("#")]
        for number, line in enumerate(lines):
            if ":" in line:
                module, neighbours = line.split(":", 1)
                self.allowed.setdefault(module.strip(), set()).update(neighbours.split())
            else:
                self.level.update({module: number for module in line.split()})

    def module_of(self, path):
        """The module of a path below src: the longest name in the table that is its folder."""
        folders = path.split("/")[:-1]
        for length in range(len(folders), 0, -1):
            name = "/".join(folders[:length])
            if name in self.level:
                return name
        return None

    def may_see(self, module, other):
        return module == other or self.level[other] < self.level[module] or other in self.allowed.get(module, ())


def resolve(tree, path, include):
    """The file in the tree that a quoted include means, or None."""
    for candidate in ("src/" + include, str(Path(path).parent / include), include):
        if tree.has(candidate):
            return candidate
    return None


def check_levels(tree):
    if not tree.has("src/LEVELS"):
        return
    levels = Levels(tree.text("src/LEVELS"))
    for path in (path for path in tree.cpp() if path.startswith("src/")):
        module = levels.module_of(path[4:])
        if module is None:
            yield Violation("levels", path, 1, "its folder is no module of src/LEVELS")
            continue
        for line, quoted, include in cpp_source.includes(tree.text(path)):
            target = resolve(tree, path, include) if quoted else None
            if quoted and target is None:
                yield Violation("levels", path, line, f'"{include}" is no file of this project; includes are relative to src')
            elif quoted and target.startswith("src/"):
                other = levels.module_of(target[4:])
                if other is not None and not levels.may_see(module, other):
                    yield Violation("levels", path, line, f"{module} must not see {other}: includes point down only (src/LEVELS)")


def check_dead_files(tree):
    included = set()
    for path in tree.cpp():
        for _, quoted, include in cpp_source.includes(tree.text(path)):
            target = resolve(tree, path, include) if quoted else None
            if target and target != path:
                included.add(target)
    built = "\n".join(tree.text(path) for path in tree.paths if path.endswith(("CMakeLists.txt", ".cmake")))
    for path in tree.cpp():
        name = path.rsplit("/", 1)[1] if "/" in path else path
        if path.endswith(".hpp") and path not in included and name not in built:
            yield Violation("dead", path, 1, "no file includes it")
        if path.endswith(".cpp") and not path.startswith("src/") and name not in built:
            yield Violation("dead", path, 1, "no CMakeLists.txt names it")
        if path.endswith(".cpp") and path.startswith("src/") and is_too_deep(tree, path):
            yield Violation("dead", path, 1, "two folders below its module: cmake/modules.cmake does not build it")


def is_too_deep(tree, path):
    module = Levels(tree.text("src/LEVELS")).module_of(path[4:]) if tree.has("src/LEVELS") else None
    return module is not None and path[4 + len(module) + 1 :].count("/") > 1


# --- Sizes and names -----------------------------------------------------------------------------------------------------------------------


def check_sizes(tree):
    for path in tree.paths:
        if not path.endswith((".cpp", ".hpp", ".py", ".cmake", ".lua", ".mjs", ".java")) and path not in ("dev", "scripts/setup"):
            continue
        text = tree.text(path)
        lines = text.count("\n")
        if lines > rules.FILE_LINES_MAX:
            yield Violation("file-lines", path, 1, f"{lines} lines, at most {rules.FILE_LINES_MAX}", size=lines)
        if path.endswith(".hpp") and lines > rules.HEADER_LINES_MAX and not rules.is_test(path):
            yield Violation("header-lines", path, 1, f"{lines} lines in a header, at most {rules.HEADER_LINES_MAX}", size=lines)
        if path.endswith((".cpp", ".hpp")):
            yield from check_functions(path, text)


def check_functions(path, text):
    for name, first, last in cpp_source.functions(text):
        lines = last - first + 1
        if lines > rules.FUNCTION_LINES_MAX:
            message = f"{name} has {lines} lines, at most {rules.FUNCTION_LINES_MAX}"
            yield Violation("function-lines", path, first, message, size=lines, subject=name)


def check_names(tree):
    for path in tree.paths:
        for part in path.split("/"):
            banned = set(re.split(r"[._\-]+", part.lower())) & rules.BANNED_NAMES
            if banned:
                yield Violation("name", path, 1, f'"{part}": name it after the one thing that it is, not "{banned.pop()}"')


# --- What code must not say ----------------------------------------------------------------------------------------------------------------


def check_banned_code(tree):
    for path in tree.cpp():
        plain = cpp_source.without_comments_and_strings(tree.text(path))
        for banned in rules.BANNED:
            if banned.applies_to(path):
                for match in banned.pattern.finditer(plain):
                    yield Violation("banned", path, line_of(plain, match.start()), f"{match[0].strip()}: use {banned.instead}", subject=banned.name)


def check_sleeps(tree):
    for path in tree.paths:
        if not path.endswith(".py") or not path.startswith("tests/"):
            continue
        for match in rules.SLEEP_IN_A_TEST.finditer(tree.text(path)):
            message = f"{match[0]}: wait for the event itself, or where it can only be asked for, by wait_until() of service.py"
            yield Violation("banned", path, line_of(tree.text(path), match.start()), message, subject="sleep")


def check_includes(tree):
    for path in tree.cpp():
        for line, quoted, include in cpp_source.includes(tree.text(path)):
            if not quoted and include in rules.BANNED_INCLUDES and not path.startswith("src/app/") and not rules.is_test(path):
                yield Violation("banned", path, line, f"<{include}>: use {rules.BANNED_INCLUDES[include]}", subject=include)
            for foreign in rules.FOREIGN:
                if not foreign.pattern.match(include):
                    continue
                if not path.startswith(foreign.folders):
                    yield Violation("foreign", path, line, f"{foreign.name} is known only in {', '.join(foreign.folders)}", subject=foreign.name)
                elif path.endswith(".hpp"):
                    yield Violation("foreign", path, line, f"{foreign.name}'s headers stay in .cpp files: they are slow to include", subject=foreign.name)


def check_headers(tree):
    for path in (path for path in tree.cpp() if path.endswith(".hpp")):
        text = tree.text(path)
        if not text.startswith("//"):
            yield Violation("header", path, 1, "a header opens with a comment: what it is for and what it never does")
        if "#pragma once" not in text and not path.startswith("cmake/"):
            yield Violation("header", path, 1, "#pragma once is missing")


def check_texts(tree):
    for path in tree.paths:
        if Path(path).suffix not in rules.TEXT_ENDINGS or path.startswith("tests/tidy/"):
            continue
        text = tree.text(path)
        for match in rules.UNNUMBERED_TODO.finditer(text):
            yield Violation("todo", path, line_of(text, match.start()), f"{match[0]} without an issue: write {match[0]}(#number)")
        for match in rules.MACHINE_PATH.finditer(text):
            yield Violation("machine-path", path, line_of(text, match.start()), f"{match[0]}… is a path of one machine")
        if Path(path).name in rules.LOCK_FILES | {"requirements.txt", ".npmrc", "pip.conf"}:
            for match in rules.REGISTRY_ADDRESS.finditer(text):
                yield Violation("registry", path, line_of(text, match.start()), "names the address of a registry; each machine has its own")


def check_error_codes(tree):
    if not tree.has("docs/ERRORS.md"):
        return
    documented = tree.text("docs/ERRORS.md")
    for path in (path for path in tree.cpp() if path.startswith("src/") and not rules.is_test(path)):
        code = cpp_source.without_comments(tree.text(path))
        for match in rules.ERROR_CODE.finditer(code):
            if f"`{match[1]}`" not in documented:
                yield Violation("error-code", path, line_of(code, match.start()), f'"{match[1]}" is not in docs/ERRORS.md', subject=match[1])


CHECKS = [
    check_levels, check_dead_files, check_sizes, check_names, check_banned_code, check_sleeps, check_includes, check_headers, check_texts,
    check_error_codes,
]  # fmt: skip


# --- Exceptions ----------------------------------------------------------------------------------------------------------------------------


class Allowed:
    """One line of allowed.conf: RULE PATH [SUBJECT or CEILING] # reason. A ceiling only ever goes down."""

    def __init__(self, line, number):
        self.number, self.used = number, False
        fields, _, self.reason = line.partition("#")
        self.rule, self.path, *rest = fields.split()
        self.ceiling = next((int(field) for field in rest if field.isdigit()), None)
        self.subject = next((field for field in rest if not field.isdigit()), "")

    def covers(self, violation):
        return (
            (self.rule, self.path) == (violation.rule, violation.path)
            and self.subject in ("", violation.subject)
            and (violation.size is None or (self.ceiling is not None and violation.size <= self.ceiling))
        )


def read_allowed(tree):
    path = "tests/tidy/allowed.conf"
    lines = tree.text(path).splitlines() if tree.has(path) else []
    return [Allowed(line, number) for number, line in enumerate(lines, 1) if line.strip() and not line.startswith("#")]


def violations(root):
    """Everything that is wrong in the tree, exceptions applied; an exception that excuses nothing is wrong as well."""
    tree = Tree(root)
    allowed = read_allowed(tree)
    left = []
    for violation in (violation for check in CHECKS for violation in check(tree)):
        excuses = [entry for entry in allowed if entry.covers(violation)]
        for entry in excuses:
            entry.used = True
        if not excuses:
            left.append(violation)
    for entry in allowed:
        if not entry.used:
            left.append(Violation("allowed", "tests/tidy/allowed.conf", entry.number, f"excuses nothing in {entry.path}: remove it"))
        elif not entry.reason.strip():
            left.append(Violation("allowed", "tests/tidy/allowed.conf", entry.number, "has no reason"))
    return left


def main(arguments):
    root = Path(arguments[0]) if arguments else Path(__file__).resolve().parent.parent.parent
    found = violations(root)
    for violation in found:
        print(violation)
    print(f"tidy: {len(found)} problems" if found else "tidy: nothing to complain about")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
