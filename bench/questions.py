"""What the benchmark asks of examples/events, and the lines that wrk sends for it."""

import json

from measured import measure

RAW, PROCESSED = "/raw-events/api", "/processed-events/api"
RAW_GRAPH, PROCESSED_GRAPH = "/raw-events/graph", "/processed-events/graph"
BY_ID = "query ($id: ID!) { getById(id: $id) { id name data timestamp source } }"
BY_NAME = "query ($name: String!) { getByName(name: $name) { id name data timestamp source } }"
FEDERATED = """query ($name: String!) { getByName(name: $name) {
  id name processed_data status processing_time_ms rawEvent { id name data timestamp source } } }"""


class Question:
    """`lines`: paths below `prefix` (GET), or bodies (POST); `folder`: for their file."""

    def __init__(self, folder, name, method, prefix, lines):
        self.name, self.method, self.prefix = name, method, prefix
        self.file = folder / f"{name.replace(' ', '-')}.lines"
        self.file.write_text("\n".join(lines) + "\n")

    def ask(self, server, connections, seconds):
        return measure(server, self.method, self.prefix, self.file, connections, seconds)


def graphql(query, name, values):
    return [json.dumps({"query": query, "variables": {name: value}}) for value in values]


def post_bodies():
    return [
        json.dumps({
            "name": f"name-{number}",
            "data": {"user_id": f"user{number}", "username": "john_doe", "ip_address": "192.168.1.100"},
            "timestamp": "2024-01-01T12:00:00Z", "source": "auth_service", "version": "1.0",
        })
        for number in range(2_000)
    ]  # fmt: skip
