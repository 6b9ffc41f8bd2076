"""What was measured: figures by point and round, and thresholds; as a file of JSON between the measuring and the report."""

import datetime
import json
import os
import shlex
import statistics
import sys


class Results:
    """A point says what was measured (storage, case, connections, server and so on); each round has its figures."""

    def __init__(self, **about):
        self.about = about_this_run(**about)
        self.rounds = {}
        self.thresholds = []

    def add(self, figures, **point):
        self.rounds.setdefault(tuple(sorted(point.items())), []).append(figures)

    def points(self, **given):
        """Those that agree with what is given, in the order in which they were measured."""
        return [dict(key) for key in self.rounds if given.items() <= dict(key).items()]

    def has(self, point):
        return tuple(sorted(point.items())) in self.rounds

    def each(self, name, point):
        """A figure by round."""
        return [figures[name] for figures in self.rounds[tuple(sorted(point.items()))]]

    def median(self, name, point):
        return statistics.median(self.each(name, point))

    def ratio(self, point, base, name="rate"):
        """The median of the ratios within each round."""
        return statistics.median(one / other for one, other in zip(self.each(name, point), self.each(name, base)))

    def expect(self, what, measured, least=None, most=None, unit=""):
        """Notes a threshold, at least or at most; whether it was met."""
        met = measured >= least if least is not None else measured <= most
        self.thresholds.append({"what": what, "measured": measured, "least": least, "most": most, "unit": unit, "met": met})
        return met

    def print_thresholds(self):
        """How many were missed."""
        print()
        for each in self.thresholds:
            print(f"{'ok    ' if each['met'] else 'MISSED'}  {each['what']:62}{each['measured']:9.3f}  {bound(each)}")
        missed = sum(not each["met"] for each in self.thresholds)
        if missed:
            print(f"{missed} thresholds missed")
        return missed

    def finish(self, options):
        """Prints the thresholds and keeps the figures where the options say; the exit code."""
        missed = self.print_thresholds()
        if options.json:
            self.save(options.json)
        return 1 if missed and not options.quick else 0

    def save(self, file):
        points = [{"point": dict(key), "rounds": rounds} for key, rounds in self.rounds.items()]
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text(json.dumps({"about": self.about, "points": points, "thresholds": self.thresholds}, indent=1) + "\n")

    @classmethod
    def of(cls, stored):
        """What save() wrote."""
        results = cls()
        results.about, results.thresholds = stored["about"], stored["thresholds"]
        for each in stored["points"]:
            results.rounds[tuple(sorted(each["point"].items()))] = each["rounds"]
        return results


def about_this_run(**more):
    made = {"program": os.path.basename(sys.argv[0]), "command": command_line(), "date": f"{datetime.date.today()}"}
    return {**made, "cores": os.cpu_count(), **more}


def bound(threshold):
    name = "least" if threshold["least"] is not None else "most"
    return f"at {name} {threshold[name]:g}{threshold['unit']}"


def command_line():
    """As a person would type it; where the results go is no part of it."""
    words = sys.argv[1:]
    if "--json" in words:
        at = words.index("--json")
        del words[at : at + 2]
    return shlex.join(["python3", f"bench/{os.path.basename(sys.argv[0])}", *words])
