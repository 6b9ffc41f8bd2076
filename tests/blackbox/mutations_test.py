"""Mutations of examples/farm: the same rules, errors and documents as over REST."""

import concurrent.futures

import pytest

pytestmark = pytest.mark.every_storage

GRAPH = "/hen/graph"
FIELDS = "id name eggs retired coop_id coop { name }"
CREATE = f"mutation ($input: HenInput!) {{ createHen(input: $input) {{ {FIELDS} }} }}"
CREATE_MANY = "mutation ($inputs: [HenInput!]!) { createHens(inputs: $inputs) { id name } }"
UPDATE = f"mutation ($id: ID!, $input: HenChanges!, $version: Int) {{ updateHen(id: $id, input: $input, expectedVersion: $version) {{ {FIELDS} }} }}"
DELETE = f"mutation ($id: ID!, $version: Int) {{ deleteHen(id: $id, expectedVersion: $version) {{ {FIELDS} }} }}"


def create(farm, **hen):
    return farm.data(GRAPH, CREATE, {"input": hen})["createHen"]


def refused(farm, text, variables, field):
    """The one error of a mutation that must fail."""
    answer = farm.query(GRAPH, text, variables)
    assert len(answer["errors"]) == 1, answer
    error = answer["errors"][0]
    assert error["path"] == [field]
    assert error["locations"]
    assert (answer["data"] or {field: None}) == {field: None}
    return error


def rest(farm, hen):
    return farm.get(f"/hen/api/{hen}").json()


def test_what_is_created_is_read_at_once_with_its_relations(farm):
    coop = farm.create("/coop/api", {"name": "red", "farm_id": "none"})
    hen = create(farm, name="chuck", eggs=2, coop_id=coop["id"])
    assert hen == {"id": hen["id"], "name": "chuck", "eggs": 2, "retired": None, "coop_id": coop["id"], "coop": {"name": "red"}}
    assert rest(farm, hen["id"]) == {"id": hen["id"], "name": "chuck", "eggs": 2, "coop_id": coop["id"]}


def test_a_client_may_give_the_id_and_no_one_else_has_it_then(farm):
    assert create(farm, id="my own", name="x")["id"] == "my own"
    error = refused(farm, CREATE, {"input": {"id": "my own", "name": "y"}}, "createHen")
    assert error["extensions"]["code"] == "document.exists"
    assert error["extensions"]["errors"][0]["path"] == "/input/id"


def test_violations_name_the_input_fields_as_rest_names_the_members(farm):
    error = refused(farm, CREATE, {"input": {"name": "", "eggs": -1}}, "createHen")
    assert error["extensions"]["code"] == "schema.violation"
    problems = error["extensions"]["errors"]
    assert sorted(problem["path"] for problem in problems) == ["/input/eggs", "/input/name"]
    over_rest = farm.request("POST", "/hen/api", {"name": "", "eggs": -1})
    assert over_rest.status == 422
    expected = [{**problem, "path": "/input" + problem["path"]} for problem in over_rest.json()["errors"]]
    assert sorted(problems, key=str) == sorted(expected, key=str)


@pytest.mark.parametrize("name", ["bulk", "..", "", "a\tb"])
def test_ids_have_the_same_rules(farm, name):
    error = refused(farm, CREATE, {"input": {"id": name, "name": "x"}}, "createHen")
    assert error["extensions"]["errors"][0]["path"] == "/input/id"


def test_many_are_created_whole_or_not_at_all(farm):
    before = farm.data(GRAPH, "{ hens { totalCount } }")["hens"]["totalCount"]
    hens = farm.data(GRAPH, CREATE_MANY, {"inputs": [{"name": f"many {i}"} for i in range(50)]})["createHens"]
    assert [hen["name"] for hen in hens] == [f"many {i}" for i in range(50)]
    assert len({hen["id"] for hen in hens}) == 50
    error = refused(farm, CREATE_MANY, {"inputs": [{"name": "good"}, {"name": ""}, {"name": "x", "eggs": -1}]}, "createHens")
    assert [problem["path"] for problem in error["extensions"]["errors"]] == ["/inputs/1/name", "/inputs/2/eggs"]
    error = refused(farm, CREATE_MANY, {"inputs": [{"name": "good"}, {"id": hens[0]["id"], "name": "taken"}]}, "createHens")
    assert error["extensions"]["code"] == "document.exists"
    assert error["extensions"]["errors"][0]["path"] == "/inputs/1/id"
    assert farm.data(GRAPH, CREATE_MANY, {"inputs": []}) == {"createHens": []}
    assert farm.data(GRAPH, "{ hens { totalCount } }")["hens"]["totalCount"] == before + 50


def test_an_update_leaves_what_it_does_not_mention_and_takes_out_what_is_null(farm):
    hen = create(farm, name="chuck", eggs=2, retired=False)["id"]
    updated = farm.data(GRAPH, UPDATE, {"id": hen, "input": {"name": "charles", "eggs": None}})["updateHen"]
    assert (updated["name"], updated["eggs"], updated["retired"]) == ("charles", None, False)
    assert rest(farm, hen) == {"id": hen, "name": "charles", "retired": False}
    error = refused(farm, UPDATE, {"id": hen, "input": {"name": None}}, "updateHen")
    assert error["extensions"]["code"] == "schema.violation"
    assert farm.get(f"/hen/api/{hen}").headers["ETag"] == '"2"'


def test_versions(farm):
    hen = create(farm, name="v1")["id"]
    assert farm.data(GRAPH, UPDATE, {"id": hen, "input": {"name": "v2"}, "version": 1})["updateHen"]["name"] == "v2"
    for version in (1, 3, 0, -1):
        error = refused(farm, UPDATE, {"id": hen, "input": {"name": "no"}, "version": version}, "updateHen")
        assert error["extensions"]["code"] == "document.version"
        error = refused(farm, DELETE, {"id": hen, "version": version}, "deleteHen")
        assert error["extensions"]["code"] == "document.version"
    assert farm.data(GRAPH, DELETE, {"id": hen, "version": 2})["deleteHen"]["name"] == "v2"


def test_a_deleted_document_is_given_back_as_it_was_and_is_gone(farm):
    coop = farm.create("/coop/api", {"name": "blue", "farm_id": "none"})
    hen = create(farm, name="gone", coop_id=coop["id"])
    assert farm.data(GRAPH, DELETE, {"id": hen["id"]})["deleteHen"] == hen
    assert farm.get(f"/hen/api/{hen['id']}").status == 404
    for text, variables, field in ((DELETE, {}, "deleteHen"), (UPDATE, {"input": {"name": "x"}}, "updateHen")):
        error = refused(farm, text, {"id": hen["id"], **variables}, field)
        assert error["extensions"]["code"] == "document.not_found"


def test_mutations_of_one_request_run_one_after_the_other(farm):
    hen = create(farm, name="start")["id"]
    data = farm.data(
        GRAPH,
        f'mutation {{ a: updateHen(id: "{hen}", input: {{name: "a"}}, expectedVersion: 1) {{ name }}'
        f' b: updateHen(id: "{hen}", input: {{name: "b"}}, expectedVersion: 2) {{ name }}'
        f' c: deleteHen(id: "{hen}", expectedVersion: 3) {{ name }} }}',
    )
    assert data == {"a": {"name": "a"}, "b": {"name": "b"}, "c": {"name": "b"}}


def test_updates_that_race_are_all_there(farm):
    hen = create(farm, name="race")["id"]

    def put(member):
        return farm.query(GRAPH, UPDATE, {"id": hen, "input": member})

    with concurrent.futures.ThreadPoolExecutor(3) as pool:
        answers = list(pool.map(put, [{"eggs": 7}, {"retired": True}, {"hatched": "2024-05-01"}] * 3))
    assert all("errors" not in answer for answer in answers), answers
    assert rest(farm, hen) == {"id": hen, "name": "race", "eggs": 7, "retired": True, "hatched": "2024-05-01"}


def test_get_never_writes(farm):
    response = farm.get(GRAPH + "?query=mutation%20%7B%20deleteHen(id%3A%20%22x%22)%20%7B%20id%20%7D%20%7D")
    assert response.status == 405
