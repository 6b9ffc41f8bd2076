"""What tidy knows, as data."""

import re

FILE_LINES_MAX = 600
HEADER_LINES_MAX = 200
FUNCTION_LINES_MAX = 60

IGNORED_FOLDERS = {".git", "build", "node_modules", ".venv", ".cache", ".millrace", "__pycache__", "target"}
TEXT_ENDINGS = {".cpp", ".hpp", ".py", ".cmake", ".txt", ".md", ".conf", ".json", ".graphql", ".lua", ".java", ".xml", ".sh", ".in", ".yml", ".toml", ""}

BANNED_NAMES = {"util", "utils", "utility", "utilities", "common", "helper", "helpers", "misc", "manager"}

LOCK_FILES = {"package-lock.json", "npm-shrinkwrap.json", "yarn.lock", "pnpm-lock.yaml", "poetry.lock", "uv.lock"}
REGISTRY_ADDRESS = re.compile(r'"?resolved"?:? "?https?://|^\s*(?:registry|index-url|extra-index-url)\s*=|--(?:extra-)?index-url', re.MULTILINE)
MACHINE_PATH = re.compile(r"(?<![\w.~$}/*-])/(?:home|root|Users|work|mnt)/[\w.]")
UNNUMBERED_TODO = re.compile(r"\b(?:TODO|FIXME|XXX|HACK)\b(?!\(#\d+\))")
ERROR_CODE = re.compile(r'ErrorKind::\w+,\s*(?:\.code\s*=\s*)?"([a-z0-9_]+(?:\.[a-z0-9_]+)+)"')


class Banned:
    """A pattern that code must not hold, where that is so, and what to write instead."""

    def __init__(self, name, pattern, instead, but=(), in_tests=True):
        self.name = name
        self.pattern = re.compile(pattern)
        self.instead = instead
        self.but = but
        self.in_tests = in_tests

    def applies_to(self, path):
        return not path.startswith(tuple(self.but)) and (self.in_tests or not is_test(path))


def is_test(path):
    return path.startswith(("tests/", "bench/")) or re.search(r"_(pg|mongo)?test\.[ch]pp$", path) is not None


BANNED = [
    Banned(
        "print",
        r"\bstd::(?:cout|cerr|clog)\b|(?<![\w:])(?:std::)?(?:f?printf|puts|fputs)\s*\(|\bfmt::print\b",
        "report it to the observer; only app prints",
        but=("src/app/",),
        in_tests=False,
    ),
    Banned("assert", r"(?<![\w.:])assert\s*\(", "CHECK, which stays on in release builds"),
    Banned("regex", r"\bstd::(?:w?regex|basic_regex)\b", "RE2, whose time is bounded"),
    Banned("throw", r"\bthrow\b", "return an Error (style: errors are values)"),
    Banned("sleep", r"\bsleep_(?:for|until)\b|(?<!\w)u?sleep\s*\(", "a timer of io::Loop; in a test, wait for the event itself"),
    Banned("format", r"\bstd::format\b", "fmt::format; the standard library here has none"),
    Banned("endl", r"\bstd::endl\b", "'\\n'"),
    Banned("rand", r"\bstd::rand\b|(?<![\w:.])s?rand\s*\(", "<random> with a seed that a failure can print"),
    Banned("c-number", r"(?<!\w)(?:std::)?(?:atoi|atol|atof|strtol|strtoll|strtoul|strtoull|strtod|sscanf)\s*\(", "std::from_chars"),
    Banned("c-string", r"(?<!\w)(?:std::)?(?:sprintf|strcpy|strcat|gets)\s*\(", "std::string and fmt::format"),
    Banned("stoi", r"\bstd::sto(?:i|l|ul|ll|ull|f|d)\b", "std::from_chars; std::stoi throws"),
    Banned("using-namespace", r"\busing\s+namespace\s+std\b(?!::\w*literals)", "the names themselves"),
    Banned("const-cast", r"\bconst_cast\b", "a design that does not need it"),
]
SLEEP_IN_A_TEST = re.compile(r"\b(?:time|asyncio)\.sleep\(")
BANNED_INCLUDES = {"regex": "RE2", "format": "fmt/format.h", "iostream": "the observer, or fmt in app", "cassert": "base/result.hpp for CHECK"}


class Foreign:
    """A library whose headers stay inside the .cpp files of the folders named: they are slow to include."""

    def __init__(self, name, pattern, folders):
        self.name = name
        self.pattern = re.compile(pattern)
        self.folders = folders


FOREIGN = [
    Foreign("Beast", r"boost/beast", ("src/http/", "src/federation/", "bench/", "tests/")),
    Foreign("Asio", r"boost/asio", ("src/io/", "src/http/", "src/federation/", "src/app/", "bench/", "tests/")),
    Foreign("SQLite", r"sqlite3", ("src/store/sqlite/", "bench/", "tests/")),
    Foreign("RE2", r"re2/", ("src/",)),
    Foreign("OpenSSL", r"openssl/", ("src/",)),
]
