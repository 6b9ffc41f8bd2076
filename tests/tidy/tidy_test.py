#!/usr/bin/env python3
"""Plants one violation at a time in a small tree that is clean otherwise: tidy finds each, and nothing else."""

import sys
import tempfile
import unittest
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))
import cpp_source  # noqa: E402
import tidy  # noqa: E402

CLEAN = {
    "src/LEVELS": "# table\nbase\nio left right\nstore/memory\nleft: right\n",
    "src/base/thing.hpp": "// A thing.\n#pragma once\nint thing();\n",
    "src/base/thing.cpp": '#include "base/thing.hpp"\n\nint thing() { return 1; }\n',
    "src/left/side.hpp": "// A side.\n#pragma once\n",
    "src/left/side.cpp": '#include "left/side.hpp"\n#include "right/other.hpp"\n#include "base/thing.hpp"\n',
    "src/right/other.hpp": "// The other.\n#pragma once\n",
    "src/right/other.cpp": '#include "right/other.hpp"\n',
    "docs/ERRORS.md": "| `json.syntax` | not JSON |\n",
}


def body(lines):
    return "".join(f"  x += {number};\n" for number in range(lines))


# Name: (path, text, the rule that must fire).
PLANTED = {
    "include upwards": ("src/base/up.cpp", '#include "left/side.hpp"\n', "levels"),
    "include of a neighbour": ("src/right/across.cpp", '#include "left/side.hpp"\n', "levels"),
    "include of nothing": ("src/base/none.cpp", '#include "base/nowhere.hpp"\n', "levels"),
    "folder that is no module": ("src/stray/x.cpp", "int x;\n", "levels"),
    "store that sees its neighbour": ("src/io/low.cpp", '#include "right/other.hpp"\n', "levels"),
    "header that nothing includes": ("src/base/lonely.hpp", "// Lonely.\n#pragma once\n", "dead"),
    "source outside src that nothing builds": ("bench/forgotten.cpp", "int x;\n", "dead"),
    "source too deep to be built": ("src/base/a/b/deep.cpp", "int x;\n", "dead"),
    "long file": ("src/base/long.cpp", "int x;\n" * 601, "file-lines"),
    "long Python file": ("tests/long.py", "x = 1\n" * 601, "file-lines"),
    "long header": ("src/base/thing.hpp", "// A thing.\n#pragma once\n" + "int x;\n" * 199, "header-lines"),
    "long function": ("src/base/f.cpp", "int f(int x) {\n" + body(59) + "}\n", "function-lines"),
    "long method": ("src/base/f.cpp", "namespace n {\nclass A {\n  int f() const {\n" + body(60) + "  }\n};\n}\n", "function-lines"),
    "long test": ("src/base/f_test.cpp", "TEST(A, B) {\n" + body(60) + "}\n", "function-lines"),
    "long constructor": ("src/base/f.cpp", "A::A(int a)\n    : a_{a}, b_(2) {\n" + body(59) + "}\n", "function-lines"),
    "banned file name": ("src/base/string_utils.cpp", "int x;\n", "name"),
    "banned folder name": ("src/base/common/x.cpp", "int x;\n", "name"),
    "print": ("src/base/p.cpp", "void f() { std::cout << 1; }\n", "banned"),
    "assert": ("src/base/p.cpp", "void f() { assert(true); }\n", "banned"),
    "regex": ("src/base/p.cpp", "std::regex r;\n", "banned"),
    "banned include": ("src/base/p.cpp", "#include <regex>\n", "banned"),
    "throw": ("src/base/p.cpp", "void f() { throw 1; }\n", "banned"),
    "sleep in a test": ("src/base/p_test.cpp", "void f() { std::this_thread::sleep_for(1s); }\n", "banned"),
    "sleep in a Python test": ("tests/blackbox/x_test.py", "def test_x():\n    " + "time.sleep" + "(1)\n", "banned"),
    "stoi": ("src/base/p.cpp", "int f() { return std::stoi(x); }\n", "banned"),
    "using namespace": ("src/base/p.cpp", "using namespace std;\n", "banned"),
    "foreign folder": ("src/left/f.cpp", "#include <sqlite3.h>\n", "foreign"),
    "foreign header": ("src/io/f.cpp", "#include <boost/beast.hpp>\n", "foreign"),
    "header without comment": ("src/base/thing.hpp", "#pragma once\n", "header"),
    "header without pragma": ("src/base/thing.hpp", "// A thing.\nint x;\n", "header"),
    "unnumbered note": ("docs/notes.md", "TODO: write\n", "todo"),
    "machine path": ("docs/notes.md", "see /home/someone/file\n", "machine-path"),
    "registry in a lock file": ("web/package-lock.json", '{"resolved": "https://registry.example/x.tgz"}\n', "registry"),
    "registry in requirements": ("tests/requirements.txt", "--index-url https://pypi.example\n", "registry"),
    "undocumented error code": ("src/base/e.cpp", 'auto e = Error{ErrorKind::internal, "json.unheard_of", "x"};\n', "error-code"),
    "exception without use": ("tests/tidy/allowed.conf", "banned src/base/thing.cpp print # no reason\n", "allowed"),
}

# What must not fire.
INNOCENT = {
    "words in comments and strings": ("src/base/ok.cpp", '// throw std::regex\nauto x = "throw; assert(1)";\nauto y = R"(throw {)";\n'),
    "digit separators": ("src/base/ok.cpp", "int x = 1'000'000;\nint y = 2'000;\n"),
    "static_assert and ASSERT": ("src/base/ok_test.cpp", "static_assert(true);\nvoid f() { ASSERT_TRUE(assert_that(1)); }\n"),
    "numbered note": ("docs/notes.md", "TODO(#12): write\n"),
    "URL paths": ("docs/notes.md", "GET http://x/home/page and a/work/b\n"),
    "function at the limit": ("src/base/f.cpp", "int f(int x) {\n" + body(58) + "}\n"),
    "long table": ("src/base/f.cpp", "constexpr int kTable[] = {\n" + "  1,\n" * 100 + "};\n"),
    "long class of short functions": ("src/base/f.cpp", "struct A {\n" + "  int f() {\n    return 1;\n  }\n" * 50 + "};\n"),
    "documented error code": ("src/base/e.cpp", 'auto e = Error{ErrorKind::internal, "json.syntax", "x"};\n'),
    "allowed with a ceiling": ("src/base/f.cpp", "int f(int x) {\n" + body(68) + "}\n", "function-lines src/base/f.cpp f 70 # a table\n"),
}


def found_in(files):
    with tempfile.TemporaryDirectory() as folder:
        for path, text in files.items():
            (Path(folder) / path).parent.mkdir(parents=True, exist_ok=True)
            (Path(folder) / path).write_text(text)
        return tidy.violations(folder)


class TidyTest(unittest.TestCase):
    def test_clean_tree(self):
        self.assertEqual([str(violation) for violation in found_in(CLEAN)], [])

    def test_each_planted_violation_is_found(self):
        for name, (path, text, rule) in PLANTED.items():
            with self.subTest(name):
                found = found_in({**CLEAN, path: text})
                self.assertIn(rule, {violation.rule for violation in found}, [str(violation) for violation in found])
                self.assertEqual({violation.rule for violation in found}, {rule})

    def test_innocent_code_passes(self):
        for name, (path, text, *allowed) in INNOCENT.items():
            with self.subTest(name):
                files = {**CLEAN, path: text}
                if allowed:
                    files["tests/tidy/allowed.conf"] = allowed[0]
                self.assertEqual([str(violation) for violation in found_in(files)], [])

    def test_a_ceiling_is_a_ceiling(self):
        files = {**CLEAN, "src/base/f.cpp": "int f(int x) {\n" + body(70) + "}\n"}
        files["tests/tidy/allowed.conf"] = "function-lines src/base/f.cpp f 70 # a table\n"
        self.assertEqual({violation.rule for violation in found_in(files)}, {"function-lines", "allowed"})

    def test_function_bounds(self):
        text = "namespace a {\nstruct B : C {\n  B() : c_{1} {\n    f();\n  }\n};\nauto g(int x)\n    -> int {\n  if (x) {\n  }\n}\n}\n"
        self.assertEqual(cpp_source.functions(text), [("B", 3, 5), ("g", 7, 11)])


if __name__ == "__main__":
    unittest.main()
