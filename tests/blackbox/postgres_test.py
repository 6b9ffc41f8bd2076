"""Entities in PostgreSQL: what other tools see of them."""

from postgres_server import events, server  # noqa: F401  fixtures
from story_test import story  # noqa: F401  a fixture


def test_payloads_are_there_for_other_tools(server, events, story):
    raw, _ = story
    found = server.sql(f"SELECT payload->>'name', payload->'data'->>'username' FROM raw_events WHERE id = '{raw['id']}'").stdout
    assert found.strip() == "user_login|john_doe"


def test_values_are_kept_as_they_were_sent(events):
    body = '{"name":"x","data":{"big":12345678901234567890,"huge":1e400,"money":45.20,"nul":"a\\u0000b","date":{"$date":1}},'
    body += '"timestamp":"2024-01-01T12:00:00Z","source":"s","version":"1"}'
    created = events.request("POST", "/raw-events/api", body)
    assert created.status == 201, created
    read = events.get(created.headers["Location"].split(f":{events.port}")[-1])
    for part in ("12345678901234567890", "1e400", "45.20", "a\\u0000b", '{"$date":1}'):
        assert part in read.text, read


def test_a_nul_may_stand_where_text_may(events):
    """PostgreSQL's text and jsonb cannot hold one: in a value, in a member's name, in what is looked for, in an id that nobody has."""
    document = {"name": "n\0l", "data": {"a\0b": {"\0": "\0"}}, "timestamp": "2024-01-01T12:00:00Z", "source": "\0", "version": "1"}
    created = events.create("/raw-events/api", document)
    other = events.create("/raw-events/api", {**document, "name": "n"})
    assert events.get(f"/raw-events/api/{created['id']}").json() == created == {"id": created["id"], **document}
    found = events.data("/raw-events/graph", "query($name: String!) { getByName(name: $name) { id name } }", {"name": "n\0l"})
    assert found == {"getByName": [{"id": created["id"], "name": "n\0l"}]}
    assert events.get("/raw-events/api?name=n%00l").json() == [created]
    assert events.get("/raw-events/api?name=n").json() == [other]
    for method in ("GET", "DELETE"):
        assert events.request(method, "/raw-events/api/a%00b%01c").status == 404


def test_what_is_no_text_is_refused(events):
    for bad in ('"\\ud800"', '"\\udc00\\ud800"', '"a\\ud83d"'):
        answer = events.request("POST", "/raw-events/api", '{"name":"x","data":{"bad":' + bad + '},"timestamp":"2024-01-01T12:00:00Z"}')
        assert answer.status in (400, 422), answer
