"""Adds up the JUnit files given: prints "N passed, N failed, N skipped" for each and for all; exit code 1 on a failure or on no result."""

import sys
import xml.etree.ElementTree as ElementTree
from pathlib import Path


def count(file):
    """(passed, failed, skipped) of one file."""
    passed = failed = skipped = 0
    for case in ElementTree.parse(file).iter("testcase"):
        if case.find("failure") is not None or case.find("error") is not None or case.get("status") == "fail":
            failed += 1
        elif case.find("skipped") is not None or case.get("status") in ("disabled", "notrun"):
            skipped += 1
        else:
            passed += 1
    return passed, failed, skipped


def main(files):
    existing = [Path(file) for file in files if Path(file).is_file()]
    counts = [count(file) for file in existing]
    for file, one in zip(existing, counts):
        print("{}: {} passed, {} failed, {} skipped".format(file.stem, *one))
    passed, failed, skipped = (sum(column) for column in zip(*counts)) if counts else (0, 0, 0)
    print(f"{passed} passed, {failed} failed, {skipped} skipped")
    return 0 if passed and not failed else 1


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
