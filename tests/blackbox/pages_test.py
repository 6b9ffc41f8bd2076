"""What a person opens: the start page, GraphiQL and Swagger UI, in Chromium (tests/web) and as plain files; no other host is ever asked."""

import gzip
import json
import re
import subprocess

import pytest

import service as services

from prefix_proxy import below
from service import ROOT

NODE = ROOT / ".venv/bin/node"
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8"
PAGES = ["/", "/raw-events/graph", "/processed-events/graph", "/raw-events/api/api-docs", "/processed-events/api/api-docs/"]


def in_chromium(script, *arguments):
    done = subprocess.run([NODE, ROOT / "tests/web" / script, *arguments], capture_output=True, text=True, timeout=120)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def stored(events):
    """A raw event and what became of it."""
    raw = events.create("/raw-events/api", {"name": "user_login", "data": {"user_id": "user123"}, "source": "auth_service"})
    return raw, events.create("/processed-events/api", {"name": "user_login", "raw_event_id": raw["id"], "status": "SUCCESS"})


def page(service, path, **headers):
    response = service.get(path, Accept=BROWSER, **headers)
    assert response.status == 200, response
    return response


def test_graphiql_in_a_browser(events, stored):
    in_chromium("graphiql.mjs", events.url, "/raw-events/graph", "List,ById", "user_login")
    in_chromium("graphiql.mjs", events.url, "/processed-events/graph", "List,ById,WithRelation", "SUCCESS")


def test_swagger_ui_in_a_browser(events):
    in_chromium("swagger.mjs", events.url, "/raw-events/api/api-docs")
    in_chromium("swagger.mjs", events.url, "/processed-events/api/api-docs/")


def test_the_start_page_in_a_browser(events):
    in_chromium("start.mjs", events.url)


def test_all_of_them_below_a_prefix_of_a_proxy(events, stored):
    with below("/some/shop", events.port) as base:
        in_chromium("start.mjs", base)
        in_chromium("graphiql.mjs", base, "/processed-events/graph", "List,ById,WithRelation", "SUCCESS")
        in_chromium("swagger.mjs", base, "/raw-events/api/api-docs")


@pytest.mark.parametrize("example", ["events", "farm"])
def test_the_examples_of_every_graphiql_run_as_they_stand(example, request):
    service = request.getfixturevalue(example)
    offered = service.get("/").json()
    for entity in offered["services"]:
        (graphlette,) = entity["graphql"]
        asked = run_examples(service, graphlette["path"])
        assert asked in (["List", "ById"], ["List", "ById", "WithRelation"]), asked
    asked = run_examples(service, offered["graphql"]["path"])
    assert len(asked) == len(offered["services"]) and {"RawEventsById", "FarmWithRelation"} & set(asked), asked


def run_examples(service, path):
    """Their names."""
    settings = json.loads(re.search(r'id="settings">(.*?)</script>', page(service, path).text)[1])
    for example in settings["examples"]:
        assert service.get("/" + example["list"]).status == 200
        variables = {variable["name"]: variable["value"] for variable in example["variables"]}
        assert service.data(path, example["query"], variables) is not None
    return [example["query"].split()[1].partition("(")[0] for example in settings["examples"]]


@pytest.mark.parametrize("example", ["events", "farm"])
def test_every_command_of_the_start_page_works_as_it_is_pasted(example, request):
    service = request.getfixturevalue(example)
    offered = service.get("/").json()
    assert offered["url"] == service.url
    assert [entity["name"] for entity in offered["services"]] == (
        ["raw-events", "processed-events"] if example == "events" else ["farm", "coop", "hen", "lay_report"]
    )
    for entity in offered["services"]:
        assert [command["title"] for command in entity["commands"]] == ["Create a document", "List the newest", "Ask in GraphQL"]
        for command in entity["commands"]:
            done = subprocess.run(["bash", "-euc", command["curl"]], capture_output=True, text=True, timeout=60)
            assert done.returncode == 0, done
            assert "error" not in done.stdout.replace("error_message", ""), command["curl"] + done.stdout
            assert done.stdout not in ("", "[]"), command["curl"]


def test_every_address_of_the_start_page_answers(events):
    offered = events.get("/").json()
    addresses = [offered["health"], offered["ready"], offered["graphql"]["url"] + "?query={__typename}"]
    for entity in offered["services"]:
        addresses += [rest[key] for rest in entity["rest"] for key in ("url", "docs", "openapi")]
        addresses += [graphlette["url"] + "?query={__typename}" for graphlette in entity["graphql"]]
    for address in addresses:
        assert events.get(address.removeprefix(events.url)).status == 200, address


def test_the_addresses_are_those_that_the_client_reached(events):
    assert events.get("/", Host="shop.example:81").json()["url"] == "http://shop.example:81"
    assert events.get("/", Host="shop.example", X_Forwarded_Proto="https").json()["url"] == "https://shop.example"
    assert events.get("/", Host="a'b").status in (200, 400)
    assert "a'b" not in events.get("/", Host="a'b").text


@pytest.mark.parametrize("path", PAGES)
def test_pages_load_files_of_this_program_alone(events, path):
    response = page(events, path)
    assert response.headers["Content-Type"] == "text/html; charset=utf-8"
    assert "default-src 'none'; script-src 'self'; style-src 'self'" in response.headers["Content-Security-Policy"]
    if not path.startswith("/raw-events/api") and not path.startswith("/processed-events/api"):
        assert "Accept" in response.headers["Vary"], "programs get something else here"
    assert not re.findall(r"(?:src|href)=\"(?!\.)", response.text), "every address is relative"
    assert "{{" not in response.text
    files = re.findall(r"(?:src|href)=\"((?:\.\./|\./)+)(-/pages/[^\"]+)\"", response.text)
    assert {name.rpartition(".")[2] for _, name in files} >= {"js", "css", "svg"}
    depth = path.count("/") - 1
    for root, name in files:
        assert root == ("../" * depth or "./")
        assert events.get("/" + name).status == 200


def test_pages_are_looked_up_again_and_their_files_are_not(events):
    response = page(events, "/raw-events/graph")
    assert response.headers["Cache-Control"] == "no-cache"
    again = events.get("/raw-events/graph", Accept=BROWSER, If_None_Match=response.headers["ETag"])
    assert (again.status, again.body) == (304, b"")
    script = "/" + re.search(r"-/pages/graphiql-\w+\.js", response.text)[0]
    plain = events.get(script)
    packed = events.get(script, Accept_Encoding="br, gzip")
    assert "immutable" in plain.headers["Cache-Control"]
    assert (plain.headers["Content-Encoding"], packed.headers["Content-Encoding"]) == (None, "gzip")
    assert gzip.decompress(packed.body) == plain.body
    assert len(packed.body) < 400_000
    assert events.get(script, If_None_Match=plain.headers["ETag"]).status == 304
    head = events.request("HEAD", script)
    assert (head.status, head.body, head.headers["Content-Length"]) == (200, b"", str(len(plain.body)))


def test_what_is_no_file(events):
    for name in ("nothing.js", "graphiql.html", "../health", "%2e%2e/health", ""):
        assert events.get("/-/pages/" + name).status == 404, name
    assert events.request("POST", "/", {}).status == 405
    assert events.request("DELETE", "/-/pages/nothing.js").status == 405
    assert events.get("/", Accept="image/png").status == 406


def test_programs_get_no_pages(events):
    assert events.get("/").json()["name"] == "Millrace"
    assert events.get("/raw-events/graph?query={__typename}", Accept="*/*").json() == {"data": {"__typename": "Query"}}
    assert events.get("/raw-events/graph").status == 400


def test_the_licences_of_what_is_served_are_served(events):
    link = re.search(r"href=\"\./(-/pages/licences-\w+\.txt)\"", page(events, "/").text)[1]
    text = events.get("/" + link).text
    for package in ("graphiql", "react", "swagger-ui-dist", "codemirror"):
        assert re.search(rf"^{package} \d", text, re.MULTILINE), package


def test_the_addresses_are_printed_at_the_start(events):
    printed = events.printed()
    for path in ("/\n", "/raw-events/graph", "/raw-events/api", "/processed-events/api/api-docs"):
        assert f"http://localhost:{events.port}{path}" in printed, printed


def test_commands_name_the_public_address(tmp_path):
    folder = services.copy_example("events", tmp_path)
    config = folder / "config/config.conf"
    config.write_text(config.read_text().replace("{", '{ url = "https://shop.example/base",', 1))
    service = services.Service(folder).start()
    offered = service.get("/", Host="inner:81").json()
    assert (offered["url"], offered["public"]) == ("https://shop.example/base", True)
    assert all("https://shop.example/base/" in command["curl"] for entity in offered["services"] for command in entity["commands"])
    service.stop()


@pytest.mark.parametrize("path", ["/", "/raw-events/api/api-docs", "/raw-events/api/api-docs/swagger.json"])
def test_pages_say_what_can_be_asked_of_them(events, path):
    answer = events.request("OPTIONS", path)
    assert (answer.status, answer.headers["Allow"]) == (204, "GET, HEAD, OPTIONS")
    refused = events.request("PUT", path, {})
    assert (refused.status, refused.headers["Allow"]) == (405, "GET, HEAD, OPTIONS")
