"""examples/farm, walked from the farm to the lay reports and back, now and at an earlier instant."""

import types

import pytest

from service import instant

pytestmark = pytest.mark.every_storage

DOWN = """
query ($id: ID!, $at: Float) {
  getById(id: $id, at: $at) { name coops { name hens { name eggs layReports { time_of_day eggs } } } }
}"""
UP = "query ($id: ID!, $at: Float) { getById(id: $id, at: $at) { eggs hen { name coop { name farm { name } } } } }"


@pytest.fixture(scope="module")
def flock(farm):
    """One farm with two coops, three hens and four reports; then, after `earlier`, a hen renamed, a report removed, a coop added."""
    emerdale = farm.create("/farm/api", {"name": "Emerdale"})
    farm.create("/farm/api", {"name": "Empty"})
    coops = [farm.create("/coop/api", {"name": name, "farm_id": emerdale["id"]}) for name in ("red", "yellow")]
    hens = [
        farm.create("/hen/api", {"name": name, "eggs": eggs, "coop_id": coop["id"], "hatched": "2023-05-01"})
        for name, eggs, coop in (("chuck", 2, coops[0]), ("duck", 0, coops[0]), ("euck", 1, coops[1]))
    ]
    reports = [
        farm.create("/lay_report/api", {"hen_id": hen["id"], "time_of_day": time, "eggs": eggs})
        for hen, time, eggs in ((hens[0], "MORNING", 3), (hens[0], "EVENING", 1), (hens[1], "MORNING", 0), (hens[2], "AFTERNOON", 2))
    ]
    earlier = instant()
    assert farm.request("PUT", f"/hen/api/{hens[0]['id']}", {**hens[0], "name": "charles"}).status == 200
    assert farm.request("DELETE", f"/lay_report/api/{reports[3]['id']}").status == 200
    farm.create("/coop/api", {"name": "purple", "farm_id": emerdale["id"]})
    return types.SimpleNamespace(farm=emerdale, coops=coops, hens=hens, reports=reports, earlier=earlier)


def report(time, eggs):
    return {"time_of_day": time, "eggs": eggs}


RED_THEN = [
    {"name": "duck", "eggs": 0, "layReports": [report("MORNING", 0)]},
    {"name": "chuck", "eggs": 2, "layReports": [report("EVENING", 1), report("MORNING", 3)]},
]


def by_name(things):
    return sorted(things, key=lambda thing: thing["name"])


def test_down_now(farm, flock):
    walked = farm.data("/farm/graph", DOWN, {"id": flock.farm["id"]})["getById"]
    assert walked["name"] == "Emerdale"
    assert [coop["name"] for coop in walked["coops"]] == ["purple", "yellow", "red"]
    purple, yellow, red = walked["coops"]
    assert purple["hens"] == []
    assert yellow["hens"] == [{"name": "euck", "eggs": 1, "layReports": []}]
    assert by_name(red["hens"]) == by_name([RED_THEN[0], {**RED_THEN[1], "name": "charles"}])


def test_down_earlier(farm, flock):
    walked = farm.data("/farm/graph", DOWN, {"id": flock.farm["id"], "at": flock.earlier})["getById"]
    assert [coop["name"] for coop in walked["coops"]] == ["yellow", "red"]
    yellow, red = walked["coops"]
    assert yellow["hens"] == [{"name": "euck", "eggs": 1, "layReports": [report("AFTERNOON", 2)]}]
    assert red["hens"] == RED_THEN


def test_down_before_everything(farm, flock):
    assert farm.data("/farm/graph", DOWN, {"id": flock.farm["id"], "at": 1}) == {"getById": None}


def test_up_now(farm, flock):
    walked = farm.data("/lay_report/graph", UP, {"id": flock.reports[0]["id"]})["getById"]
    assert walked == {"eggs": 3, "hen": {"name": "charles", "coop": {"name": "red", "farm": {"name": "Emerdale"}}}}
    assert farm.data("/lay_report/graph", UP, {"id": flock.reports[3]["id"]}) == {"getById": None}


def test_up_earlier(farm, flock):
    walked = farm.data("/lay_report/graph", UP, {"id": flock.reports[0]["id"], "at": flock.earlier})["getById"]
    assert walked["hen"]["name"] == "chuck"
    walked = farm.data("/lay_report/graph", UP, {"id": flock.reports[3]["id"], "at": flock.earlier})["getById"]
    assert walked == {"eggs": 2, "hen": {"name": "euck", "coop": {"name": "yellow", "farm": {"name": "Emerdale"}}}}


def test_the_nested_path_from_the_coop(farm, flock):
    query = "query ($at: Float) { getByName(name: \"red\", at: $at) { farm { name } hens { name layReports { eggs } } } }"
    now = farm.data("/coop/graph", query)["getByName"]
    assert now["farm"] == {"name": "Emerdale"}
    assert by_name(now["hens"]) == [
        {"name": "charles", "layReports": [{"eggs": 1}, {"eggs": 3}]},
        {"name": "duck", "layReports": [{"eggs": 0}]},
    ]
    then = farm.data("/coop/graph", query, {"at": flock.earlier})["getByName"]
    assert [hen["name"] for hen in then["hens"]] == ["duck", "chuck"]


def test_down_and_up_again(farm, flock):
    query = "query ($id: ID!) { getById(id: $id) { name coop { name farm { name } } layReports { eggs } } }"
    walked = farm.data("/hen/graph", query, {"id": flock.hens[1]["id"]})["getById"]
    assert walked == {"name": "duck", "coop": {"name": "red", "farm": {"name": "Emerdale"}}, "layReports": [{"eggs": 0}]}


def test_a_template_with_a_number_and_a_condition_of_its_own(farm, flock):
    names = lambda eggs: sorted(hen["name"] for hen in farm.data("/hen/graph", f"{{ getLaying(eggs: {eggs}) {{ name }} }}")["getLaying"])
    assert names(0) == ["charles", "duck", "euck"]
    assert names(1) == ["charles", "euck"]
    assert names(2) == ["charles"]
    retired = farm.create("/hen/api", {"name": "gone", "eggs": 9, "retired": True})
    assert "gone" not in names(0)
    assert farm.request("DELETE", f"/hen/api/{retired['id']}").status == 200


def test_a_derived_query_beside_templates(farm, flock):
    assert [one["name"] for one in farm.data("/farm/graph", "{ getAll { name } }")["getAll"]] == ["Empty", "Emerdale"]
    assert farm.data("/farm/graph", "{ getAll(limit: 1, offset: 1) { name } }") == {"getAll": [{"name": "Emerdale"}]}


def test_a_hen_without_a_coop(farm):
    hen = farm.create("/hen/api", {"name": "stray"})
    assert farm.data("/hen/graph", f'{{ getById(id: "{hen["id"]}") {{ coop {{ name }} layReports {{ eggs }} }} }}') == {
        "getById": {"coop": None, "layReports": []}
    }
