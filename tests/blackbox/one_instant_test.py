"""One request reads all stores as of one instant, while they are written and emptied."""

import threading

import pytest

pytestmark = pytest.mark.every_storage

RAW = {"data": {}, "timestamp": "2024-01-01T12:00:00Z", "source": "s"}
PROCESSED = {"processed_timestamp": "2024-01-01T12:00:01Z", "status": "SUCCESS", "processed_data": {}}


class Threads:
    """Readers that go on until the writers have ended; the first thing that any of them finds wrong is raised."""

    def __init__(self):
        self.is_over = threading.Event()
        self.wrong = []

    def run(self, writers, readers):
        def guarded(work):
            try:
                work()
            except Exception as error:  # noqa: BLE001
                self.wrong.append(error)

        def read_on(read):
            while not self.is_over.is_set() and not self.wrong:
                read()

        reading = [threading.Thread(target=guarded, args=(lambda read=read: read_on(read),)) for read in readers]
        writing = [threading.Thread(target=guarded, args=(write,)) for write in writers]
        for thread in reading + writing:
            thread.start()
        for thread in writing:
            thread.join()
        self.is_over.set()
        for thread in reading:
            thread.join()
        assert not self.wrong, self.wrong[0]


def put(service, api, document):
    response = service.request("PUT", f"{api}/{document['id']}", {key: value for key, value in document.items() if key != "id"})
    assert response.status == 200, response


def test_a_document_is_the_same_wherever_it_stands_and_what_follows_it_is_never_ahead(events):
    """A raw event counts on, then its processed event does."""
    raw = events.create("/raw-events/api", {"name": "count", "metadata": {"n": 0}, **RAW})
    processed = events.create("/processed-events/api", {"name": "count", "raw_event_id": raw["id"], "processing_time_ms": 0, **PROCESSED})
    query = """query ($raw: ID!, $processed: ID!) {
      processedEvents { getById(id: $processed) { n: processing_time_ms rawEvent { metadata processedEvents { n: processing_time_ms rawEvent { metadata } } } } }
      rawEvents { one: getById(id: $raw) { metadata } two: getByName(name: "count") { metadata processedEvents { n: processing_time_ms } } }
    }"""

    def write():
        for n in range(1, 120):
            put(events, "/raw-events/api", {"id": raw["id"], "name": "count", "metadata": {"n": n}, **RAW})
            put(events, "/processed-events/api", {"id": processed["id"], "name": "count", "raw_event_id": raw["id"], "processing_time_ms": n, **PROCESSED})
            seen = events.data("/graph", query, {"raw": raw["id"], "processed": processed["id"]})
            assert seen["processedEvents"]["getById"]["n"] == n, "what was acknowledged is there"

    def read():
        seen = events.data("/graph", query, {"raw": raw["id"], "processed": processed["id"]})
        one = seen["processedEvents"]["getById"]
        raws = [one["rawEvent"], one["rawEvent"]["processedEvents"][0]["rawEvent"], seen["rawEvents"]["one"], seen["rawEvents"]["two"][0]]
        counts = {each["metadata"]["n"] for each in raws}
        follows = {one["n"], one["rawEvent"]["processedEvents"][0]["n"], seen["rawEvents"]["two"][0]["processedEvents"][0]["n"]}
        assert len(counts) == 1 and len(follows) == 1, seen
        assert 0 <= counts.pop() - follows.pop() <= 1, seen

    Threads().run([write], [read] * 3)


def test_what_is_removed_first_is_not_seen_without_what_is_removed_next(events):
    """Processed events are removed before their raw events: asked from either side, none is seen alone."""
    query = """{
      rawEvents { getByName(name: "gone") { id processedEvents { id rawEvent { id } } } }
      processedEvents { getByName(name: "gone") { id raw_event_id rawEvent { id } } }
    }"""

    def write():
        for _ in range(40):
            raw = events.create("/raw-events/api", {"name": "gone", **RAW})
            processed = events.create("/processed-events/api", {"name": "gone", "raw_event_id": raw["id"], "processing_time_ms": 1, **PROCESSED})
            for api, document in (("/processed-events/api", processed), ("/raw-events/api", raw)):
                assert events.request("DELETE", f"{api}/{document['id']}").status == 200

    def read():
        seen = events.data("/graph", query)
        known = {each["id"] for each in seen["rawEvents"]["getByName"]}
        for each in seen["processedEvents"]["getByName"]:
            assert each["rawEvent"] is not None and each["raw_event_id"] in known, seen
        for one in seen["rawEvents"]["getByName"]:
            assert all(each["rawEvent"] == {"id": one["id"]} for each in one["processedEvents"]), seen

    Threads().run([write] * 2, [read] * 3)


def test_a_mutation_and_what_is_below_it_see_what_it_wrote(farm):
    """Each of its fields takes a snapshot after it has written."""
    text = """mutation { hen {
      one: createHen(input: {name: "one", coop_id: "c"}) { coop { hens { name } } }
      two: createHen(input: {name: "two", coop_id: "c"}) { coop { hens { name } } }
    } }"""
    farm.create("/coop/api", {"id": "c", "name": "north", "farm_id": "f"})
    made = farm.data("/graph", text)["hen"]
    assert made["one"]["coop"]["hens"] == [{"name": "one"}]
    assert made["two"]["coop"]["hens"] == [{"name": "two"}, {"name": "one"}]
