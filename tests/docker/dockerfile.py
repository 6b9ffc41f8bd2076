"""Reads a Dockerfile, and the .dockerignore beside it, as far as this repository's go: what else stands there is an error."""

import json
import os
import re

KEYWORDS = {"FROM", "WORKDIR", "COPY", "RUN", "USER", "EXPOSE", "HEALTHCHECK", "ENTRYPOINT", "CMD"}


class Instruction:
    def __init__(self, line, text):
        self.line = line
        self.keyword, _, self.text = text.partition(" ")
        assert self.keyword in KEYWORDS, f"Dockerfile:{line}: the tests do not know {self.keyword}"
        self.flags = {}
        while match := re.match(r"--([\w-]+)=(\S+)\s+", self.text):
            self.flags[match[1]] = match[2]
            self.text = self.text[match.end() :]

    def command(self):
        """What is run: a list as it stands, anything else by the shell."""
        text = self.text.removeprefix("CMD ").strip() if self.keyword == "HEALTHCHECK" else self.text
        return json.loads(text) if text.startswith("[") else ["/bin/sh", "-c", text]


class Stage:
    def __init__(self, start):
        self.image, _, self.name = start.text.partition(" AS ")
        self.instructions = []

    def all(self, *keywords):
        return [instruction for instruction in self.instructions if instruction.keyword in keywords]

    def last(self, keyword):
        return self.all(keyword)[-1]


def stages(file):
    """The stages of a Dockerfile, in order."""
    found, begun, start = [], "", 0
    for number, line in enumerate(file.read_text().splitlines(), 1):
        if line.lstrip().startswith("#") or not line.strip():
            continue
        start = start if begun else number
        begun += line.strip().removesuffix("\\")
        if line.endswith("\\"):
            continue
        instruction = Instruction(start, begun)
        if instruction.keyword == "FROM":
            found.append(Stage(instruction))
        else:
            found[-1].instructions.append(instruction)
        begun = ""
    assert not begun, "the Dockerfile ends in the middle of an instruction"
    return found


class Ignored:
    """A .dockerignore: the last pattern that matches a path, or a folder that it is in, decides."""

    def __init__(self, file):
        lines = [line.strip() for line in file.read_text().splitlines()]
        self.patterns = [self._pattern(line) for line in lines if line and not line.startswith("#")]

    @staticmethod
    def _pattern(line):
        text = line.removeprefix("!")
        parts = [r"(?:[^/]+/)*" if part == "**" else re.escape(part).replace(r"\*", "[^/]*") + "/" for part in text.split("/")]
        return not line.startswith("!"), text, re.compile("".join(parts))

    def ignores(self, path):
        ignored = False
        for ignores, _, expression in self.patterns:
            if expression.match(path + "/"):
                ignored = ignores
        return ignored

    def leads_to_kept(self, folder):
        """Whether something in a folder that is ignored may be kept."""
        return any(not ignores and text.startswith(folder + "/") for ignores, text, _ in self.patterns)


def context(root):
    """The paths of the files that a build is given, relative to the root."""
    ignored = Ignored(root / ".dockerignore")
    for folder, folders, files in os.walk(root):
        below = os.path.relpath(folder, root) + "/" if folder != str(root) else ""
        folders[:] = [name for name in folders if not ignored.ignores(below + name) or ignored.leads_to_kept(below + name)]
        yield from (below + name for name in files if not ignored.ignores(below + name))
