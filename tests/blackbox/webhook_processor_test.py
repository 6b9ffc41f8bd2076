"""Webhooks as processors, from outside: signed, batched, retried when and only when that can help."""

import time

import pytest
import service as services
from processors_test import LOGIN, RAW, processor, result_of, results_of, until, with_processors
from webhook_receiver import SECRET, Receiver

RETRY = {"attempts": 3, "backoff": "10ms", "maxBackoff": "20ms"}


@pytest.fixture
def started(tmp_path):
    """A service whose only processor is a webhook, and its receiver."""
    running = []

    def start(answer, webhook=None, **keys):
        receiver = Receiver(answer)
        hook = {"url": receiver.url, "secret": SECRET} | (webhook or {})
        given = processor(webhook=hook, retry=RETRY, **keys)
        del given["transform"]
        service = with_processors(tmp_path, given).start()
        running.extend([service.stop, receiver.close])
        return service, receiver

    yield start
    for stop in running:
        stop()


def echo(events):
    assert len(events) == 1
    return 200, {}, {"processed_data": {"seen": events[0]["data"]}, "status": "PARTIAL"}


def test_an_event_is_posted_signed_and_its_answer_is_the_result(started):
    service, receiver = started(echo)
    event = service.create(RAW, LOGIN)
    result = result_of(service, event)
    assert result["processed_data"] == {"seen": LOGIN["data"]} and result["status"] == "PARTIAL" and result["processing_time_ms"] > 0
    assert receiver.refused == []
    (message, sent), = receiver.requests
    assert message == result["id"]
    assert sent == [service.get(f"{RAW}/{event['id']}").json()]


def test_no_content_is_a_result_without_data(started):
    service, _ = started(lambda events: (204, {}, b""))
    result = result_of(service, service.create(RAW, LOGIN))
    assert result["status"] == "SUCCESS" and "processed_data" not in result


def test_batches_are_arrays_and_keep_their_order(started):
    def answer(events):
        return 200, {}, [{"processed_data": {"n": event["data"]["n"]}} for event in events]

    service, receiver = started(answer, {"batch": 20, "concurrency": 1})
    created = service.request("POST", RAW + "/bulk", [LOGIN | {"data": {"n": n}} for n in range(300)]).json()
    assert len(created) == 300
    until(lambda: service.get("/processors/p").json()["counts"], lambda counts: counts["SUCCESS"] == 300)
    assert max(len(events) for _, events in receiver.requests) == 20
    assert sum(len(events) for _, events in receiver.requests) == 300
    for event in created[::37]:
        assert result_of(service, event)["processed_data"] == {"n": event["data"]["n"]}


def test_what_may_pass_is_tried_again_under_the_same_id_and_not_too_soon(started):
    times = []

    def answer(events):
        times.append(time.monotonic())
        return (503, {"Retry-After": "1"}, b"busy") if len(times) < 3 else (200, {}, {"processed_data": {}})

    service, receiver = started(answer)
    result = result_of(service, service.create(RAW, LOGIN))
    assert result["status"] == "SUCCESS"
    assert {message for message, _ in receiver.requests} == {result["id"]} and len(receiver.requests) == 3
    # A second is what the header says; both clocks tick as finely as they do.
    assert all(later - earlier > 0.95 for earlier, later in zip(times, times[1:]))


def test_what_cannot_pass_fails_at_once_and_other_failures_after_their_attempts(started):
    def answer(events):
        return {"bad": (422, {}, b"No such thing."), "down": (500, {}, b"")}.get(events[0]["name"], (200, {}, b"<html>"))

    service, receiver = started(answer)
    reasons = {
        "bad": "The webhook answered with 422: No such thing.",
        "down": "The webhook answered with 500.",
        "odd": "The webhook's answer is no JSON: ",
    }
    for name, reason in reasons.items():
        result = result_of(service, service.create(RAW, LOGIN | {"name": name}))
        assert result["status"] == "FAILED" and result["error_message"].startswith(reason), result
    asked = [events[0]["name"] for _, events in receiver.requests]
    assert [asked.count(name) for name in reasons] == [1, 3, 1]


def test_where_and_key_stand_before_a_webhook_and_keep_its_order(started):
    failed = set()

    def answer(events):
        data = events[0]["data"]
        if data["user"] == "a" and data["n"] not in failed:
            failed.add(data["n"])
            return 503, {}, b""
        return 200, {}, {"processed_data": data}

    service, receiver = started(answer, where=".name == \"user_login\"", key=".data.user")
    events = [{"name": "user_login", "data": {"user": user, "n": n}} for n in range(5) for user in "ab"]
    other = service.create(RAW, LOGIN | {"name": "other"})
    created = service.request("POST", RAW + "/bulk", events).json()
    until(lambda: service.get("/processors/p").json()["counts"], lambda counts: counts["SUCCESS"] == 10)
    for user in "ab":
        answered = [sent[0]["data"]["n"] for _, sent in receiver.requests if sent[0]["data"]["user"] == user]
        assert sorted(set(answered)) == list(range(5)) and answered == sorted(answered), answered
    assert all(len(results_of(service, event)) == 1 for event in created) and results_of(service, other) == []


def test_who_is_away_is_tried_until_attempts_end(started):
    service, receiver = started(echo)
    receiver.close()
    result = result_of(service, service.create(RAW, LOGIN))
    assert result["status"] == "FAILED" and "The webhook has no answer: " in result["error_message"]


@pytest.mark.parametrize(
    "webhook, said",
    [
        ({}, "url"),
        ({"url": "ftp://x"}, "ftp://x"),
        ({"url": "http://x", "secret": "whsec_short"}, "no secret of Standard Webhooks"),
        ({"url": "http://x", "batch": 0}, "batch"),
        ({"url": "http://x", "both": 1}, "both"),
    ],
)
def test_a_bad_webhook_is_a_problem_of_the_config(tmp_path, webhook, said):
    given = processor(webhook=webhook)
    del given["transform"]
    service = with_processors(tmp_path, given)
    ran = services.run_command("check", "--config", service.folder / "config/config.conf")
    assert ran.returncode == 1 and said in ran.stderr + ran.stdout


def test_a_transform_and_a_webhook_are_one_too_many(tmp_path):
    service = with_processors(tmp_path, processor(webhook={"url": "http://x"}))
    ran = services.run_command("check", "--config", service.folder / "config/config.conf")
    assert ran.returncode == 1 and "are both there" in ran.stderr + ran.stdout
