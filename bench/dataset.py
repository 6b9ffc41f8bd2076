"""Services filled with events, and samples of what can be asked of them."""

import random
import re
import time

from questions import PROCESSED, RAW

BULK = 20_000
SAMPLE = 2_000
# Made in the first moments of 2024, 4,096 a millisecond: ids in order of creation, as the service makes them, which nobody needs to keep.
FIRST_INSTANT = 0x018CC251F400


def raw_id(number):
    instant, scattered = FIRST_INSTANT + number // 4096, number * 0x9E3779B97F4A7C15 & (1 << 60) - 1
    return f"{instant >> 16:08x}-{instant & 0xFFFF:04x}-7{number % 4096:03x}-8{scattered >> 48:03x}-{scattered & (1 << 48) - 1:012x}"


class Dataset:
    """A service with so many raw events, and as many processed ones: so many of each name, each with a raw event of its own. `kinds`: one of
    the two, where the others are not asked for or are another service's."""

    def __init__(self, service, size, per_name=20, kinds=(RAW, PROCESSED)):
        self.service, self.size, self.per_name, self.kinds = service, size, per_name, kinds
        self.names = size // per_name
        started = time.monotonic()
        for path in kinds:
            self._store(path, self._raw if path == RAW else self._processed)
        rate = len(kinds) * size / (time.monotonic() - started)
        print(f"stored {size:,} events in {' and '.join(kinds)}, {rate:,.0f} a second in bulk", flush=True)

    def _raw(self, number):
        return (
            f'{{"id":"{raw_id(number)}","name":"{self._name(number)}","data":{{"user_id":"user{number}","username":"john_doe",'
            '"ip_address":"192.168.1.100"},"timestamp":"2024-01-01T12:00:00Z","source":"auth_service","version":"1.0"}'
        )

    def _processed(self, number):
        return (
            f'{{"raw_event_id":"{raw_id(number)}","name":"{self._name(number)}","processed_data":{{"user_id":"user{number}",'
            '"username":"john_doe","login_country":"US","risk_score":0.1},"processed_timestamp":"2024-01-01T12:00:01Z",'
            '"status":"SUCCESS","processing_time_ms":45.2}'
        )

    def _name(self, number):
        """Events of one name are spread over the whole store, as they are in life."""
        return f"name-{number % self.names}"

    def _store(self, path, line):
        for begin in range(0, self.size, BULK):
            lines = "\n".join(map(line, range(begin, min(self.size, begin + BULK))))
            response = self.service.request("POST", path + "/bulk", lines, {"Content-Type": "application/x-ndjson"}, seconds_max=300)
            assert response.status == 201, response

    def sample_of_raw_ids(self, different=None):
        """Ids in random order, so many different ones, or any."""
        if different is None:
            return [raw_id(number) for number in random.Random(1).choices(range(self.size), k=SAMPLE)]
        chosen = random.Random(1).sample(range(self.size), min(different, self.size))
        return [raw_id(number) for number in random.Random(4).choices(chosen, k=SAMPLE)]

    def sample_of_names(self, different):
        """The same of names."""
        chosen = random.Random(2).sample(range(self.names), min(different, self.names))
        return [self._name(number) for number in random.Random(3).choices(chosen, k=SAMPLE)]

    def sample_of_pages(self, different, rows):
        """The queries of so many pages, which follow each other from the newest on."""
        pages = [f"?limit={rows}"]
        while len(pages) < different:
            link = self.service.get(RAW + pages[-1]).headers["Link"]
            pages.append(re.search(r'(\?[^>]*)>; rel="next"', link)[1])
        return random.Random(5).choices(pages, k=SAMPLE)

    def expect_answers(self, by_id, federated):
        """What is measured must be right first."""
        if RAW in self.kinds:
            found = self.service.data("/raw-events/graph", by_id, {"id": raw_id(7)})["getById"]
            assert found["name"] == self._name(7), found
        found = self.service.data("/processed-events/graph", federated, {"name": self._name(3)})["getByName"]
        assert len(found) == self.per_name, len(found)
        assert all(event["rawEvent"]["data"]["user_id"] == event["processed_data"]["user_id"] for event in found)
