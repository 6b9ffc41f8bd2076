"""kill -9 under load: every write that was acknowledged is there after the next start, exactly once, and the rest is whole or absent."""

import http.client
import json
import threading

import pytest

import service as services
from service import wait_until

RAW = "/raw-events/api"
WRITERS = 16
ROUNDS = 3
WRITES_BEFORE = 500  # of all writers, before the service is killed


class Writer(threading.Thread):
    """Creates documents one after another until the service dies; keeps what was acknowledged."""

    def __init__(self, service, number):
        super().__init__(daemon=True)
        self.service, self.number = service, number
        self.acknowledged, self.unexpected = {}, []

    def run(self):
        connection = self.service.connect()
        count = 0
        while True:
            document = {"name": f"writer-{self.number}", "data": {"count": count, "filler": "x" * (count % 300)}}
            try:
                connection.request("POST", RAW, json.dumps(document), {"Content-Type": "application/json"})
                response = connection.getresponse()
                body = response.read()
            except (OSError, http.client.HTTPException):
                return
            if response.status == 201:
                made = json.loads(body)
                self.acknowledged[made["id"]] = made
            else:
                self.unexpected.append((response.status, body))
            count += 1


def load_and_kill(service):
    writers = [Writer(service, number) for number in range(WRITERS)]
    for writer in writers:
        writer.start()
    wait_until(lambda: sum(len(writer.acknowledged) for writer in writers) >= WRITES_BEFORE)
    service.kill()
    for writer in writers:
        writer.join(20)
        assert not writer.is_alive()
    assert [writer.unexpected for writer in writers if writer.unexpected] == []
    return {key: value for writer in writers for key, value in writer.acknowledged.items()}


def everything(service, query="limit=1000"):
    """All documents of the list, page by page."""
    found, path = [], f"{RAW}?{query}"
    while path:
        response = service.get(path)
        assert response.status == 200, response
        found += response.json()
        link = response.headers["Link"]
        path = link[link.index("<") + 1 : link.index(">")] if link and 'rel="next"' in link else None
        path = path and path[path.index("/raw-events") :]
    return found


def test_kill_under_load(tmp_path):
    service = services.Service(services.copy_example("events", tmp_path))
    acknowledged = {}
    for _ in range(ROUNDS):
        service.start()
        acknowledged.update(load_and_kill(service))
    service.start()
    found = everything(service)
    by_id = {document["id"]: document for document in found}
    assert len(by_id) == len(found), "a document is there twice"
    lost = [key for key, document in acknowledged.items() if by_id.get(key) != document]
    assert lost == []
    # At most one unacknowledged request per writer and round can have been stored.
    assert len(found) - len(acknowledged) <= WRITERS * ROUNDS
    service.stop()


@pytest.mark.parametrize("path", ["/raw-events/graph"])
def test_indexes_agree_after_a_kill(tmp_path, path):
    service = services.Service(services.copy_example("events", tmp_path)).start()
    acknowledged = load_and_kill(service)
    service.start()
    for number in range(WRITERS):
        name = f"writer-{number}"
        asked = service.data(path, "query ($name: String!) { getByName(name: $name) { id } }", {"name": name})["getByName"]
        wanted = {key for key, document in acknowledged.items() if document["name"] == name}
        assert wanted <= {document["id"] for document in asked}
    service.stop()
