"""Random HOCON documents for compare.py.

A document is text with keys written as <0>, <1>, ...: the caller spells them, several ways for one document. The reference
implementation resolves fields in the order of a hash table, so where its answer changes with the spelling the specification leaves the
answer open.
"""

import random

SPELLINGS = [
    ["a", "b", "c", "d", "e", "f"],
    ["zeta", "kk", "omega9", "b1", "aa", "q"],
    ["f", "e", "d", "c", "b", "a"],
    ["n7", "x", "m3", "long-key", "w", "v2"],
]


def spell(text, keys):
    for number, key in enumerate(keys):
        text = text.replace(f"<{number}>", key)
    return text


class Documents:
    def __init__(self, seed):
        self.random = random.Random(seed)

    def chance(self, percent):
        return self.random.randrange(100) < percent

    def key(self):
        return f"<{self.random.randrange(6)}>"

    def path(self):
        return ".".join(self.key() for _ in range(self.random.choice([1, 1, 1, 1, 2, 2, 3])))

    # --- Documents about substitution: correct syntax, paths that often meet.

    def simple(self):
        return self.random.choice(["1", "2.5", "true", "null", "x", "x y", '"q.r"', '""', '"""t"t"""', "-3", "10ms", "1.2.3"])

    def substitution(self):
        return ("${?" if self.chance(85) else "${") + self.path() + "}"

    def value(self, depth):
        kind = self.random.randrange(100)
        if kind < 30:
            return self.simple()
        if kind < 55:
            return self.substitution()
        if kind < 65:
            # In quotes, because the reference implementation drops unquoted text that stands beside an array or object.
            return f"{self.substitution()}{self.random.choice(['', ' '])}" + self.random.choice(['"x"', '" "' + self.substitution()])
        if kind < 72:
            return f"{self.substitution()} {self.array(depth)}"
        if kind < 79:
            return f"{self.substitution()} {self.object(depth)}"
        if kind < 87 or depth > 2:
            return self.array(depth)
        return self.object(depth)

    def array(self, depth):
        return "[" + ", ".join(self.value(depth + 1) for _ in range(self.random.randrange(3))) + "]"

    def object(self, depth):
        return "{\n" + ",\n".join(self.field(depth + 1) for _ in range(self.random.randrange(1, 4))) + "\n}"

    def field(self, depth):
        if self.chance(8) and depth < 2:
            return f"{self.path()} += {self.simple()}"
        return f"{self.path()} = {self.value(depth)}"

    def about_substitution(self):
        return "\n".join(self.field(0) for _ in range(self.random.randrange(2, 8))) + "\n"

    # --- Documents about syntax: no substitution, every way to write things, and now and then a token too many or too few.

    def blank(self):
        return self.random.choice(["", "", "", " ", "  ", "\t", "\u00a0"])

    def line_end(self):
        return self.random.choice(["\n", "\n\n", " # note\n", "//note\n", "\r\n", " \n \n"])

    def separator(self):
        return self.random.choice([",", self.line_end(), self.line_end(), "," + self.line_end(), self.line_end() + ",", " , "])

    def text(self):
        word = ["foo", "true", "null", "12", "1.5", "-x", "a/b", '"q"', '"a.b"', '"\\u0041\\n"', '"""m\nm"""', '"""""""', "falsey", "1e3", "a.b"]
        return self.random.choice([" ", "  ", "", "\u00a0"]).join(self.random.choice(word) for _ in range(self.random.choice([1, 1, 2, 3])))

    def written_value(self, depth):
        kind = self.random.randrange(100)
        if kind < 60 or depth > 3:
            return self.text()
        if kind < 80:
            return self.written_array(depth) + (self.blank() + self.written_array(depth) if self.chance(20) else "")
        return self.written_object(depth) + (self.blank() + self.written_object(depth) if self.chance(20) else "")

    def many(self, one):
        parts = [one() for _ in range(self.random.randrange(4))]
        out = self.random.choice(["", "", " ", "\n"])
        for part in parts:
            out += (self.separator() if part is not parts[0] else "") + part
        return out + (self.separator() if parts and self.chance(30) else "")

    def written_array(self, depth):
        return "[" + self.many(lambda: self.written_value(depth + 1)) + "]"

    def written_object(self, depth):
        return "{" + self.many(lambda: self.written_field(depth + 1)) + "}"

    def written_key(self):
        word = self.random.choice([self.key(), self.key(), '"k.k"', "1.5", "true", "include2", '""', "10.0foo", "a b"])
        return word + (self.random.choice([".", " . ", " "]) + self.key() if self.chance(20) else "")

    def written_field(self, depth):
        between = self.random.choice(["=", ":", " = ", " : ", "\n=\n", " =\n", "= // note\n"])
        return self.written_key() + between + self.written_value(depth)

    def about_syntax(self):
        text = self.many(lambda: self.written_field(0))
        if self.chance(30):
            text = self.blank() + "{" + text + "}" + self.random.choice(["", "\n", " # end"])
        if self.chance(40):
            at = self.random.randrange(len(text) + 1)
            extra = self.random.choice([",", "{", "}", "[", "]", ":", "=", '"', "+=", "$", "@", "..", "\n", " x ", "+", "?", "\\"])
            text = text[:at] + extra + text[at + (self.random.randrange(2)) :]
        return text
