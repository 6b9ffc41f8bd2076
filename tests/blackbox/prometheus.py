"""Reads what /metrics answers, as strictly as Prometheus does."""

import re

NAME = r"[a-zA-Z_:][a-zA-Z0-9_:]*"
LABEL = r'[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\n]|\\\\|\\"|\\n)*"'
SERIES = re.compile(rf"({NAME})(?:\{{({LABEL}(?:,{LABEL})*)\}})? (\S+)")


class Metrics:
    def __init__(self, text):
        self.types, self.helps, self.series = {}, {}, {}
        assert text.endswith("\n")
        for line in text.splitlines():
            if line.startswith("# "):
                self._comment(*line.split(" ", 3)[1:])
            else:
                self._series(line)

    def _comment(self, keyword, name, rest=""):
        known = {"HELP": self.helps, "TYPE": self.types}[keyword]
        assert name not in known, f"{keyword} of {name} comes twice"
        known[name] = rest

    def _series(self, line):
        found = SERIES.fullmatch(line)
        assert found, line
        name, labels, value = found.groups()
        family = name if name in self.types else re.sub("_(bucket|sum|count)$", "", name)
        assert family in self.types and self.helps[family].endswith("."), line
        assert (self.types[family] == "counter") == name.endswith("_total"), line
        key = (name, tuple(sorted(re.findall(r'(\w+)="((?:[^"\\]|\\.)*)"', labels or ""))))
        assert key not in self.series, f"{line} comes twice"
        self.series[key] = float(value)

    def value(self, name, **labels):
        """The sum of all series that have these labels; None where there is none."""
        found = [value for (known, has), value in self.series.items() if known == name and labels.items() <= dict(has).items()]
        return sum(found) if found else None

    def labels(self, name):
        return [dict(labels) for known, labels in self.series if known == name]


def read(service, **headers):
    response = service.get("/metrics", **headers)
    assert response.status == 200, response
    return Metrics(response.text)
