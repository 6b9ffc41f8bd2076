#!/usr/bin/env python3
"""Compares the HOCON reader with the reference implementation, com.typesafe:config.

    compare.py [--print PROGRAM] [--documents N] [--seed N]

Reads every row of tests/spec/hocon but those named beyond_*, which are what this reader understands beyond the specification, and N
random documents. The order of keys does not count, nor does what a message says. Exits with 1 on a difference.

Needs Java and Maven, and the network the first time, for Maven to fetch the reference implementation.
"""

import argparse
import collections
import json
import os
import pathlib
import subprocess
import sys
import tempfile

from documents import SPELLINGS, Documents, spell

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parent.parent
ORACLE = HERE / "oracle"
ROWS = ROOT / "tests/spec/hocon"
PRINT = ROOT / "build/dev/tests/hocon/millrace_hocon_print"
FILES_AT_ONCE = 500


def build_oracle():
    sources = [ORACLE / "pom.xml", ORACLE / "src/main/java/Oracle.java"]
    built = ORACLE / "target/classes/Oracle.class"
    library = ORACLE / "target/dependency/config-1.4.3.jar"
    if built.exists() and library.exists() and built.stat().st_mtime >= max(source.stat().st_mtime for source in sources):
        return
    subprocess.run(["mvn", "-q", "-B", "package", "dependency:copy-dependencies"], cwd=ORACLE, check=True, stdout=sys.stderr)


def answers(command, files, environment):
    """What the command prints for each file: a value, or its problems as a Problems."""
    lines = []
    for start in range(0, len(files), FILES_AT_ONCE):
        run = subprocess.run(command + files[start : start + FILES_AT_ONCE], env=environment, capture_output=True, check=False)
        lines += run.stdout.decode().split("\n")[:-1]
        if run.returncode != 0 or len(lines) != min(start + FILES_AT_ONCE, len(files)):
            sys.exit(f"{command[0]} gave {run.returncode} after {len(lines)} of {len(files)} files:\n{run.stderr.decode()[-3000:]}")
    return [answer(line) for line in lines]


class Problems(str):
    """Why there is no value. All are equal: messages are not compared."""

    def __eq__(self, other):
        return isinstance(other, Problems)

    def __ne__(self, other):
        return not self == other

    __hash__ = None


def answer(line):
    return Problems(line) if line.startswith("ERROR") else json.loads(line)


def renamed(value, names):
    """The value with its keys spelled as in the first spelling; in strings too, where a path was taken apart."""
    if isinstance(value, Problems):
        return value
    if isinstance(value, dict):
        return {names.get(key, key): renamed(item, names) for key, item in value.items()}
    return [renamed(item, names) for item in value] if isinstance(value, list) else value


def environment():
    """No variable that a document could name."""
    keep = ("PATH", "HOME", "JAVA_HOME", "LD_LIBRARY_PATH")
    return {name: value for name, value in os.environ.items() if name in keep} | {"LC_ALL": "C.UTF-8"}


class Comparison:
    def __init__(self, program):
        build_oracle()
        self.here = [str(program)]
        classes = f"{ORACLE}/target/classes:{ORACLE}/target/dependency/*"
        self.oracle = ["java", "-XX:+UseSerialGC", "-XX:TieredStopAtLevel=1", "-Dfile.encoding=UTF-8", "-cp", classes, "Oracle"]
        self.differences = 0

    def both(self, files):
        names = [str(file) for file in files]
        return answers(self.here, names, environment()), answers(self.oracle, names, environment())

    def report(self, name, text, got, wanted):
        self.differences += 1
        if self.differences <= 20:
            print(f"--- {name}\n{text}\n    here:   {json.dumps(got)}\n    oracle: {json.dumps(wanted)}\n")

    def rows(self):
        files = [file for file in sorted(ROWS.glob("*.conf")) if not file.name.startswith("beyond_")]
        for file, got, wanted in zip(files, *self.both(files)):
            if got != wanted:
                self.report(file.name, file.read_text(), got, wanted)
        return f"{len(files)} rows"

    def both_of_texts(self, texts, spellings):
        """For each text what the two make of it in each spelling, with the keys as in the first."""
        with tempfile.TemporaryDirectory(prefix="hocon-") as folder:
            files = []
            for number, text in enumerate(texts):
                for spelling, keys in enumerate(spellings):
                    files.append(pathlib.Path(folder) / f"{number}_{spelling}.conf")
                    files[-1].write_text(spell(text, keys), newline="")
            answered = self.both(files)
        names = [dict(zip(keys, spellings[0])) for keys in spellings]
        back = [[renamed(value, names[at % len(names)]) for at, value in enumerate(values)] for values in answered]
        width = len(spellings)
        return [tuple(values[at : at + width] for values in back) for at in range(0, len(files), width)]

    def without_hidden(self, text, spellings):
        """The document without the fields that its value does not depend on."""
        lines = text.split("\n")
        wanted = self.here_of_text(text, spellings)
        at = 0
        while at < len(lines):
            fewer = lines[:at] + lines[field_end(lines, at) :]
            if self.here_of_text("\n".join(fewer), spellings) == wanted:
                lines = fewer
            else:
                at += 1
        return "\n".join(lines)

    def here_of_text(self, text, spellings):
        with tempfile.NamedTemporaryFile("w", suffix=".conf", newline="") as file:
            file.write(spell(text, spellings[0]))
            file.flush()
            return answers(self.here, [file.name], environment())[0]

    def documents(self, kind, count, seed, spellings):
        """Compares random documents, each in several spellings of its keys."""
        source = Documents(seed)
        texts = [getattr(source, kind)() for _ in range(count)]
        given = self.both_of_texts(texts, spellings)
        verdicts = [verdict_on(here, oracle) for here, oracle in given]
        # The specification says that what a later value hides is never looked at; the oracle looks, and fails where it is wrong.
        doubtful = [at for at, verdict in enumerate(verdicts) if verdict == DIFFERENT and not isinstance(given[at][0][0], Problems)]
        shorter = [self.without_hidden(texts[at], spellings) for at in doubtful]
        for at, (here, oracle) in zip(doubtful, self.both_of_texts(shorter, spellings)):
            if here[0] == given[at][0][0] and verdict_on(here, oracle) == SAME:
                verdicts[at] = "the oracle reports what is hidden"
        for at, verdict in enumerate(verdicts):
            if verdict == DIFFERENT:
                self.report(f"{kind} {at} of seed {seed}", spell(texts[at], spellings[0]), given[at][0][0], given[at][1][0])
        values = sum(not isinstance(oracle[0], Problems) for _, oracle in given)
        counts = collections.Counter(verdicts)
        known = "".join(f"; {number}: {verdict}" for verdict, number in sorted(counts.items()) if verdict not in (SAME, DIFFERENT))
        return f"{count} documents {kind.replace('_', ' ')} ({values} with a value{known})"


def field_end(lines, at):
    """Just after the lines of the field that starts in one."""
    for end in range(at + 1, len(lines) + 1):
        field = "".join(lines[at:end])
        if sum(field.count(opening) for opening in "[{") <= sum(field.count(closing) for closing in "]}"):
            return end
    return at + 1


SAME = "the same"
DIFFERENT = "different"


def verdict_on(here, oracle):
    """What to think of two lists of answers, one for each spelling of a document."""
    if any(value != here[0] for value in here):
        return DIFFERENT
    if any(value == here[0] for value in oracle):
        return SAME if all(value == oracle[0] for value in oracle) else "left open: the oracle answers by the order of its hash table"
    if any(isinstance(value, Problems) and "BROKEN" in value for value in oracle):
        return "a fault of the oracle"
    here_fails, oracle_fails = isinstance(here[0], Problems), isinstance(oracle[0], Problems)
    if oracle_fails and not here_fails and "Reserved character '+'" in oracle[0]:
        return "the oracle takes the + of += into a number"
    if oracle_fails and not here_fails and "part of a cycle" in oracle[0]:
        return "only this reader breaks a cycle"
    if here_fails and not oracle_fails:
        problems = here[0].split(" | ")[1:]
        if all("leads back to itself" in problem for problem in problems):
            return "only the oracle breaks a cycle"
        if all("and a string, which do not go together" in problem for problem in problems):
            return "the oracle drops text beside an array or object"
    return DIFFERENT


def main():
    parser = argparse.ArgumentParser(description=__doc__.split("\n\n")[0])
    parser.add_argument("--print", default=PRINT, type=pathlib.Path, help="millrace_hocon_print")
    parser.add_argument("--documents", default=400, type=int, help="random documents of each kind")
    parser.add_argument("--seed", default=1, type=int)
    options = parser.parse_args()
    comparison = Comparison(options.print)
    done = [comparison.rows()]
    done.append(comparison.documents("about_substitution", options.documents, options.seed, SPELLINGS))
    done.append(comparison.documents("about_syntax", options.documents, options.seed, SPELLINGS[:1]))
    print(f"{comparison.differences} differences in " + ", ".join(done))
    return comparison.differences > 0


if __name__ == "__main__":
    sys.exit(main())
