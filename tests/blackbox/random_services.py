"""Random services that show each other's types, as subgraphs."""

from subgraphs import graphlette


class RandomServices:
    """Entities with keys to each other, each in a graphlette that shows others in part: some of their fields, some that may be null there and
    not at their owner, relations of the owner, and relations of its own."""

    PLAIN = {"name": "String!", "n": "Int", "tags": "[String!]", "status": "Status", "nest": "Nest", "size(unit: Unit, at_least: Int = 1)": "Float!"}
    VALUES = "enum Status { A B } enum Unit { M FT } type Nest { eggs: Int! inner: Nest } type PageInfo { hasNextPage: Boolean! endCursor: String }"

    def __init__(self, chance):
        self.chance = chance
        self.names = [f"T{i}" for i in range(chance.randint(2, 4))]
        self.plain = {name: chance.sample(list(self.PLAIN), chance.randint(1, 6)) for name in self.names}
        self.keys = {name: [to for to in self.names if chance.random() < 0.5] for name in self.names}
        self.config = {"federation": True, "graphlettes": [self.graphlette(name) for name in self.names]}

    def relations(self, name):
        """Field, its type, the resolver: to what is named by a key, and back to all that name it."""
        for to in self.keys[name]:
            yield f"to{to}", to, {"queryName": f"by{to}", "id": f"{to.lower()}_id", "url": f"/{to}/graph"}
        for holder in self.names:
            if name in self.keys[holder]:
                yield f"all{holder}(limit: Int, orderBy: String)", f"[{holder}!]!", {"queryName": f"{holder}of{name}", "id": "id", "url": f"/{holder}/graph"}

    def own(self, name):
        fields = [f"{field}: {self.PLAIN[field]}" for field in self.plain[name]] + [f"{to.lower()}_id: ID" for to in self.keys[name]]
        return f"type {name} {{ id: ID! {' '.join(fields)} {' '.join(f'{field}: {of}' for field, of, _ in self.relations(name))} }}"

    def part(self, name, resolvers):
        fields = []
        for field in self.plain[name]:
            if self.chance.random() < 0.6:
                of = self.PLAIN[field]
                fields.append(f"{field if self.chance.random() < 0.7 else field.split('(')[0]}: {of if self.chance.random() < 0.6 else of.removesuffix('!')}")
        for field, of, resolver in self.relations(name):
            if (how := self.chance.random()) < 0.5:
                fields.append(f"{field if self.chance.random() < 0.5 else field.split('(')[0]}: {of}")
                if how < 0.2:
                    resolvers.append({"name": f"{name}.{field.split('(')[0]}", **resolver})
        return f"type {name} {{ id: ID! {' '.join(fields)} }}"

    def added(self, name, resolvers):
        """A relation on another's type that only this graphlette has."""
        for to in self.keys[name]:
            if to != name and self.chance.random() < 0.3:
                resolvers.append({"name": f"{to}.seenBy{name}", "queryName": f"{name}of{to}", "id": "id", "url": f"/{name}/graph"})
                yield f"extend type {to} {{ seenBy{name}(limit: Int): [{name}!]! }}"

    def graphlette(self, name):
        resolvers = [{"name": field.split("(")[0], **resolver} for field, _, resolver in self.relations(name)]
        sdl = [self.VALUES, self.own(name), *(self.part(other, resolvers) for other in self.names if other != name), *self.added(name, resolvers)]
        sdl.append(f"type {name}Page {{ edges: [{name}Edge!]! nodes: [{name}!]! pageInfo: PageInfo! }} type {name}Edge {{ node: {name}! cursor: String! }}")
        queries = [f"by{name}(id: ID!): {name}", f"page{name}(first: Int, after: String): {name}Page!"]
        queries += [f"{name}of{to}({to.lower()}_id: ID!, limit: Int): [{name}!]!" for to in self.keys[name]]
        sdl.append(f"type Query {{ {' '.join(queries)} }}")
        if self.chance.random() < 0.7:
            sdl.append(f"type Subscription {{ t{name[1:]}Created(id: ID): {name} t{name[1:]}Deleted: ID }}")
        return graphlette(f"/{name}/graph", "\n".join(sdl), resolvers)
