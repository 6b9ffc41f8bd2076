#include "rest/resource.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <algorithm>

#include "base/json/document.hpp"
#include "io/loop.hpp"
#include "store/memory/memory_store.hpp"

namespace millrace::rest {
namespace {

using http::Method;
using testing::HasSubstr;
using testing::Not;

constexpr std::string_view kSchema = R"({"type":"object","additionalProperties":false,"required":["name"],
  "properties":{"id":{"type":"string"},"name":{"type":"string"},"age":{"type":"number"},"ok":{"type":"boolean"},"data":{}}})";

const std::vector<std::pair<std::string_view, std::string_view>> kPatch = {{"content-type", "application/merge-patch+json"}};

class ResourceTest : public testing::Test {
 protected:
  ResourceTest() {
    store_ = store::memory::make_store({.clock = [this] { return Instant{++now_}; }});
    schema_ = std::make_unique<jsonschema::Schema>(*jsonschema::compile(kSchema, "x.json"));
    reset();
  }

  void reset(ResourceOptions options = {}) {
    options.path = "/x/api";
    options.store = store_.get();
    options.schema = schema_.get();
    options.list_limit_max = 1000;
    resource_ = std::make_unique<Resource>(std::move(options));
  }

  http::Response ask(Method method, std::string_view path, std::string_view body = {},
                     std::vector<std::pair<std::string_view, std::string_view>> headers = {{"content-type", "application/json"}}) {
    http::Request request;
    request.method = method;
    request.target = path;
    const std::size_t question = path.find('?');
    request.path = path.substr(0, question);
    if (question != std::string_view::npos) request.query = path.substr(question + 1);
    request.body = body;
    request.headers = std::move(headers);
    return *loop_.block_on(resource_->handle(request));
  }

  std::string id_of(const http::Response& response) {
    auto document = json::parse(response.body);
    return document->root().find("id")->string();
  }
  std::string create(std::string_view body) {
    http::Response response = ask(Method::post, "/x/api", body);
    EXPECT_EQ(response.status, 201) << response.body;
    return id_of(response);
  }

  std::int64_t now_ = 1'000'000;
  io::Loop loop_;
  std::unique_ptr<document::Store> store_;
  std::unique_ptr<jsonschema::Schema> schema_;
  std::unique_ptr<Resource> resource_;
};

TEST_F(ResourceTest, CreatesAndReads) {
  http::Response created = ask(Method::post, "/x/api/", R"( { "name" : "a\u0041", "age": 1.50 } )");
  EXPECT_EQ(created.status, 201);
  const std::string id = id_of(created);
  EXPECT_EQ(created.body, "{\"id\":\"" + id + R"(","name":"aA","age":1.50})");
  EXPECT_THAT(created.headers, HasSubstr("Location: /x/api/" + id + "\r\n"));
  EXPECT_THAT(created.headers, HasSubstr("ETag: \"1\"\r\n"));
  EXPECT_THAT(created.headers, HasSubstr("X-Canonical-Id: " + id + "\r\n"));
  EXPECT_THAT(created.headers, HasSubstr("X-Position: 1\r\n"));
  http::Response read = ask(Method::get, "/x/api/" + id);
  EXPECT_EQ(read.status, 200);
  EXPECT_EQ(read.body, created.body);
}

TEST_F(ResourceTest, TakesTheClientsId) {
  EXPECT_EQ(create(R"({"name":"a","id":"a/b c"})"), "a/b c");
  EXPECT_EQ(ask(Method::get, "/x/api/a%2Fb%20c").status, 200);
  http::Response again = ask(Method::post, "/x/api", R"({"name":"b","id":"a/b c"})");
  EXPECT_EQ(again.status, 409);
  EXPECT_THAT(again.body, HasSubstr("document.exists"));
}

TEST_F(ResourceTest, ReportsEveryViolation) {
  http::Response refused = ask(Method::post, "/x/api", R"({"nme":"a","age":"x"})");
  EXPECT_EQ(refused.status, 422);
  for (std::string_view part : {"\"path\":\"/nme\"", "\"path\":\"/age\"", "\"keyword\":\"required\"", "schema.violation"})
    EXPECT_THAT(refused.body, HasSubstr(part));
  EXPECT_EQ(ask(Method::get, "/x/api").body, "[]");
}

TEST_F(ResourceTest, RefusesWhatIsNoDocument) {
  EXPECT_EQ(ask(Method::post, "/x/api", "{").status, 400);
  EXPECT_EQ(ask(Method::post, "/x/api", R"({"name":"a","name":"b"})").status, 400);
  EXPECT_EQ(ask(Method::post, "/x/api", "[]").status, 422);
  EXPECT_EQ(ask(Method::post, "/x/api", "{}", {{"content-type", "text/plain"}}).status, 415);
  EXPECT_EQ(ask(Method::post, "/x/api", R"({"name":"a","id":""})").status, 422);
  EXPECT_EQ(ask(Method::get, "/x/api/%zz").status, 400);
  EXPECT_EQ(ask(Method::get, "/x/api/a/other").status, 404);
  EXPECT_EQ(ask(Method::get, "/x/api/unknown").status, 404);
}

TEST_F(ResourceTest, NamesTheMethodsThatApply) {
  EXPECT_THAT(ask(Method::put, "/x/api", "{}").headers, HasSubstr("Allow: GET, HEAD, POST, OPTIONS\r\n"));
  EXPECT_THAT(ask(Method::post, "/x/api/1", "{}").headers, HasSubstr("Allow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS\r\n"));
  EXPECT_EQ(ask(Method::patch, "/x/api/bulk", "{}").status, 405);
}

TEST_F(ResourceTest, ReplacesWithVersions) {
  const std::string id = create(R"({"name":"a"})");
  EXPECT_EQ(ask(Method::put, "/x/api/" + id, R"({"name":"b"})").status, 200);
  EXPECT_EQ(ask(Method::put, "/x/api/" + id, R"({"name":"c"})", {{"if-match", "\"1\""}}).status, 412);
  http::Response third = ask(Method::put, "/x/api/" + id, R"({"name":"c"})", {{"if-match", "\"2\""}});
  EXPECT_EQ(third.status, 200);
  EXPECT_THAT(third.headers, HasSubstr("ETag: \"3\""));
  EXPECT_EQ(ask(Method::put, "/x/api/" + id, R"({"name":"c"})", {{"if-match", "nonsense"}}).status, 412);
  EXPECT_EQ(ask(Method::put, "/x/api/nothing", R"({"name":"c"})").status, 404);
  EXPECT_EQ(ask(Method::put, "/x/api/" + id, R"({"name":"c","id":"other"})").status, 422);
  EXPECT_EQ(ask(Method::put, "/x/api/" + id, R"({"name":"c","id":")" + id + "\"}").status, 200);
}

TEST_F(ResourceTest, DeletesAndRemembers) {
  const std::string id = create(R"({"name":"a"})");
  const Instant created{now_};
  http::Response deleted = ask(Method::delete_, "/x/api/" + id);
  EXPECT_EQ(deleted.body, "{\"id\":\"" + id + R"(","status":"deleted"})");
  EXPECT_EQ(ask(Method::get, "/x/api/" + id).status, 404);
  EXPECT_EQ(ask(Method::delete_, "/x/api/" + id).status, 404);
  EXPECT_EQ(ask(Method::get, "/x/api").body, "[]");
  EXPECT_EQ(ask(Method::get, "/x/api/" + id + "?at=" + to_string(created)).status, 200);
  http::Response history = ask(Method::get, "/x/api/" + id + "/history");
  EXPECT_THAT(history.body, HasSubstr(R"("version":2)"));
  EXPECT_THAT(history.body, HasSubstr(R"("deleted":true)"));
  EXPECT_LT(history.body.find("\"version\":2"), history.body.find("\"version\":1"));
}

TEST_F(ResourceTest, AnswersNotModified) {
  const std::string id = create(R"({"name":"a"})");
  for (std::string_view tag : {"\"1\"", "W/\"1\"", "*", "\"7\", \"1\""}) {
    http::Response response = ask(Method::get, "/x/api/" + id, {}, {{"if-none-match", tag}});
    EXPECT_EQ(response.status, 304) << tag;
    EXPECT_EQ(response.body, "");
  }
  EXPECT_EQ(ask(Method::get, "/x/api/" + id, {}, {{"if-none-match", "\"2\""}}).status, 200);
}

TEST_F(ResourceTest, ListsNewestFirstPageByPage) {
  std::vector<std::string> ids;
  for (int i = 0; i < 5; ++i) ids.push_back(create(fmt::format(R"({{"name":"n{}","age":{}}})", i, i)));
  std::string path = "/x/api?limit=2&age_gte=1";
  std::string seen;
  int pages = 0;
  for (; !path.empty(); ++pages) {
    http::Response page = ask(Method::get, path);
    ASSERT_EQ(page.status, 200) << page.body;
    seen += page.body;
    const std::size_t link = page.headers.find("Link: <");
    path = link == std::string::npos ? "" : page.headers.substr(link + 7, page.headers.find('>') - link - 7);
  }
  EXPECT_EQ(pages, 2);
  std::size_t last = 0;
  for (int i = 4; i >= 1; --i) {
    const std::size_t at = seen.find(ids[static_cast<std::size_t>(i)]);
    ASSERT_NE(at, std::string::npos);
    EXPECT_GE(at, last);
    last = at;
  }
  EXPECT_THAT(seen, Not(HasSubstr(ids[0])));
}

TEST_F(ResourceTest, PagesShowADocumentThatChangesBetweenThem) {
  const std::string first = create(R"({"name":"first"})");
  for (int i = 0; i < 4; ++i) create(R"({"name":"later"})");
  http::Response page = ask(Method::get, "/x/api?limit=2");
  const std::size_t link = page.headers.find("Link: <") + 7;
  const std::string next = page.headers.substr(link, page.headers.find('>') - link);
  now_ = 4'000'000'000'000'000;  // after the first page
  ask(Method::put, "/x/api/" + first, R"({"name":"changed"})");
  http::Response rest = ask(Method::get, next.substr(0, next.find("limit=2")) + "limit=9" + next.substr(next.find("limit=2") + 7));
  EXPECT_THAT(rest.body, HasSubstr(first));
}

TEST_F(ResourceTest, LinksAreWholeUrls) {
  for (int i = 0; i < 3; ++i) create(R"({"name":"a b"})");
  http::Response page = ask(Method::get, "/x/api?name=a%20b&limit=1&_=7", {}, {{"host", "events.example:8080"}});
  EXPECT_THAT(page.headers, HasSubstr("Link: <http://events.example:8080/x/api?name=a%20b&limit=1&_=7&after="));
  EXPECT_THAT(ask(Method::get, "/x/api?limit=1&_=<>\"", {}, {{"host", "a>; rel=x"}}).headers,
              HasSubstr("Link: </x/api?limit=1&_=%3C%3E%22&after="));
}

TEST_F(ResourceTest, HistoryHasPages) {
  const std::string id = create(R"({"name":"1"})");
  for (int i = 2; i <= 5; ++i) ask(Method::put, "/x/api/" + id, fmt::format(R"({{"name":"{}"}})", i));
  std::string next = "/x/api/" + id + "/history?limit=2";
  std::vector<std::string> names;
  while (!next.empty()) {
    http::Response page = ask(Method::get, next);
    ASSERT_EQ(page.status, 200) << page.body;
    auto versions = json::parse(page.body);
    for (json::Value entry = versions->root().first(); !(entry == versions->root().end()); entry = entry.after())
      names.push_back(entry.find("document")->find("name")->string());
    const std::size_t link = page.headers.find("Link: <");
    next = link == std::string::npos ? "" : page.headers.substr(link + 7, page.headers.find('>') - link - 7);
  }
  EXPECT_THAT(names, testing::ElementsAre("5", "4", "3", "2", "1"));
}

TEST_F(ResourceTest, MergesPatches) {
  const std::string id = create(R"({"name":"a","age":1,"data":{"x":1,"y":[1,2]}})");
  const std::string path = "/x/api/" + id;
  http::Response patched = ask(Method::patch, path, R"({"age":null,"data":{"x":2.50,"z":null},"ok":true})", kPatch);
  EXPECT_EQ(patched.status, 200) << patched.body;
  EXPECT_EQ(patched.body, "{\"id\":\"" + id + R"(","name":"a","data":{"x":2.50,"y":[1,2]},"ok":true})");
  EXPECT_THAT(patched.headers, HasSubstr("ETag: \"2\""));
  EXPECT_EQ(ask(Method::get, path).body, patched.body);
  EXPECT_EQ(ask(Method::patch, path, R"({"name":null})").status, 422);
  EXPECT_EQ(ask(Method::patch, path, R"({"id":"other"})").status, 422);
  EXPECT_EQ(ask(Method::patch, path, "[]").status, 422);
  EXPECT_EQ(ask(Method::patch, path, "{").status, 400);
  EXPECT_EQ(ask(Method::patch, path, "{}", {{"content-type", "application/json-patch+json"}}).status, 415);
  EXPECT_EQ(ask(Method::patch, "/x/api/nothing", "{}").status, 404);
  EXPECT_EQ(ask(Method::patch, path, R"({"name":"b"})", {{"if-match", "\"1\""}}).status, 412);
  EXPECT_EQ(ask(Method::patch, path, R"({"name":"b"})", {{"if-match", "\"1\", \"2\""}}).status, 200);
}

TEST_F(ResourceTest, APatchCannotGrowADocumentWithoutEnd) {
  const std::string id = create(R"({"name":"a"})");
  const std::string big(700'000, 'x');
  EXPECT_EQ(ask(Method::patch, "/x/api/" + id, fmt::format(R"({{"data":{{"a":"{}"}}}})", big)).status, 200);
  EXPECT_EQ(ask(Method::patch, "/x/api/" + id, fmt::format(R"({{"data":{{"b":"{}"}}}})", big)).status, 413);
}

TEST_F(ResourceTest, PreconditionsAreThoseOfTheStandard) {
  const std::string id = create(R"({"name":"a"})");
  const std::string path = "/x/api/" + id;
  const auto put = [&](std::string_view name, std::string_view value) {
    return ask(Method::put, path, R"({"name":"b"})", {{name, value}}).status;
  };
  EXPECT_EQ(put("if-match", "*"), 200);             // 2
  EXPECT_EQ(put("if-match", "\"9\", \"2\""), 200);  // 3
  EXPECT_EQ(put("if-match", "\"1\" ,\"2\",\"x,\""), 412);
  EXPECT_EQ(put("if-match", "W/\"3\""), 412);  // a weak tag never matches strongly
  EXPECT_EQ(put("if-match", ""), 412);
  EXPECT_EQ(put("if-none-match", "*"), 412);
  EXPECT_EQ(put("if-none-match", "W/\"3\""), 412);
  EXPECT_EQ(put("if-none-match", "\"2\""), 200);  // 4
  EXPECT_EQ(ask(Method::get, path, {}, {{"if-match", "\"3\""}}).status, 412);
  EXPECT_EQ(ask(Method::delete_, path, {}, {{"if-match", "\"3\""}}).status, 412);
  EXPECT_EQ(ask(Method::delete_, path, {}, {{"if-match", "\"3\""}, {"If-Match", "\"4\""}}).status, 200);
  EXPECT_EQ(put("if-match", "*"), 404);
}

TEST_F(ResourceTest, ARepeatedCreateGetsTheFirstAnswer) {
  const auto post = [&](std::string_view key, std::string_view body) {
    return ask(Method::post, "/x/api", body, {{"idempotency-key", key}});
  };
  http::Response first = post("k", R"({"name":"a","age":1})");
  ASSERT_EQ(first.status, 201);
  const std::string id = id_of(first);
  ask(Method::put, "/x/api/" + id, R"({"name":"changed"})");
  http::Response again = post("k", R"( { "name" : "\u0061", "age":1 } )");
  EXPECT_EQ(again.status, 201);
  EXPECT_EQ(again.body, first.body);
  EXPECT_EQ(again.headers, first.headers + "Idempotent-Replayed: true\r\n");
  http::Response other = post("k", R"({"name":"b"})");
  EXPECT_EQ(other.status, 422);
  EXPECT_THAT(other.body, HasSubstr("idempotency.mismatch"));
  EXPECT_THAT(other.body, Not(HasSubstr("\"errors\"")));
  EXPECT_EQ(post("", R"({"name":"b"})").status, 400);
  EXPECT_EQ(post(std::string(256, 'k'), R"({"name":"b"})").status, 400);
  ask(Method::delete_, "/x/api/" + id);
  EXPECT_NE(id_of(post("k", R"({"name":"b"})")), id);
}

TEST_F(ResourceTest, AFieldCanBeTheIdempotencyKey) {
  reset({.creation = {.idempotency_field = "age"}});
  const std::string id = create(R"({"name":"a","age":1})");
  EXPECT_EQ(create(R"({"name":"a","age":1})"), id);
  EXPECT_NE(create(R"({"name":"a"})"), id);
  EXPECT_EQ(ask(Method::post, "/x/api", R"({"name":"b","age":1})").status, 422);
}

TEST_F(ResourceTest, RedirectsTheCreator) {
  reset({.redirects_creator = true});
  http::Response created = ask(Method::post, "/x/api", R"({"name":"a","id":"7"})");
  EXPECT_EQ(created.status, 303);
  EXPECT_THAT(created.headers, HasSubstr("Location: /x/api/7\r\n"));
  EXPECT_EQ(created.body, "");
}

TEST_F(ResourceTest, OptionsNameTheMethods) {
  http::Response response = ask(Method::options, "/x/api/1");
  EXPECT_EQ(response.status, 204);
  EXPECT_THAT(response.headers, HasSubstr("Allow: GET, HEAD, PUT, PATCH, DELETE, OPTIONS\r\n"));
  EXPECT_THAT(response.headers, HasSubstr("Accept-Patch: application/merge-patch+json"));
}

TEST_F(ResourceTest, RefusesParametersThatMeanNothing) {
  create(R"({"name":"a","id":"1"})");
  EXPECT_THAT(ask(Method::get, "/x/api/1?aat=5").body, HasSubstr("Did you mean \\\"at\\\"?"));
  EXPECT_EQ(ask(Method::put, "/x/api/1?force=1", R"({"name":"b"})").status, 400);
  EXPECT_EQ(ask(Method::get, "/x/api/1?_=99").status, 200);
  EXPECT_EQ(ask(Method::get, "/x/api?_=99").status, 200);
  EXPECT_EQ(ask(Method::get, "/x/api?limit=1&limit=2").status, 400);
}

TEST_F(ResourceTest, RefusesIdsThatUrlsCannotName) {
  for (std::string_view id : {"bulk", ".", "..", "changes", "history", "%41", "a\\u0000b", "a\\r\\nX-Evil: 1"})
    EXPECT_EQ(ask(Method::post, "/x/api", fmt::format(R"({{"name":"a","id":"{}"}})", id)).status, 422) << id;
}

TEST_F(ResourceTest, ErrorsOfOneDocumentNameNoPlaceInABatch) {
  EXPECT_THAT(ask(Method::put, "/x/api/nothing", R"({"name":"c"})").body, Not(HasSubstr("\"errors\"")));
}

TEST_F(ResourceTest, FiltersByFields) {
  create(R"({"name":"5","age":5,"ok":true})");
  create(R"({"name":"six","age":6,"ok":false})");
  create(R"({"name":"' \" & < = `"})");
  const auto count = [this](std::string_view query) {
    http::Response response = ask(Method::get, std::string("/x/api?") + std::string(query));
    auto document = json::parse(response.body);
    return response.status == 200 ? static_cast<int>(document->root().size()) : -response.status;
  };
  EXPECT_EQ(count("name=5"), 1);
  EXPECT_EQ(count("age=5"), 1);
  EXPECT_EQ(count("age_in=5,6,7"), 2);
  EXPECT_EQ(count("age_lt=6"), 1);
  EXPECT_EQ(count("ok=true"), 1);
  EXPECT_EQ(count("name_prefix=s"), 1);
  EXPECT_EQ(count("name_ne=six"), 2);
  EXPECT_EQ(count("name=%27%20%22%20%26%20%3C%20%3D%20%60"), 1);
  EXPECT_EQ(count("limit=0"), 0);
  EXPECT_EQ(count("limit=x"), -400);
  EXPECT_EQ(count("limit=1001"), -400);
  EXPECT_EQ(count("after=0"), -400);
  EXPECT_EQ(count("at=yesterday"), -400);
  EXPECT_EQ(count("nam=x"), -400);
  EXPECT_EQ(count("age=six"), -400);  // no number
  EXPECT_EQ(count("age_in=5,six"), -400);
  EXPECT_EQ(count("age=5e0"), 1);
  EXPECT_EQ(count("data=5"), 0);
  EXPECT_THAT(ask(Method::get, "/x/api?nam=x").body, HasSubstr("Did you mean \\\"name\\\"?"));
}

TEST_F(ResourceTest, BulkIsAllOrNothing) {
  http::Response stored = ask(Method::post, "/x/api/bulk", R"([{"name":"a"},{"name":"b"}])");
  EXPECT_EQ(stored.status, 201);
  EXPECT_THAT(stored.headers, HasSubstr("X-Position: 2"));
  http::Response refused = ask(Method::post, "/x/api/bulk", R"([{"name":"c"},{"nme":"d"},5])");
  EXPECT_EQ(refused.status, 422);
  EXPECT_THAT(refused.body, HasSubstr("\"path\":\"/1/nme\""));
  EXPECT_THAT(refused.body, HasSubstr("\"path\":\"/2\""));
  http::Response conflict = ask(Method::post, "/x/api/bulk", R"([{"name":"c","id":"1"},{"name":"d","id":"1"}])");
  EXPECT_EQ(conflict.status, 409);
  EXPECT_EQ(ask(Method::post, "/x/api/bulk", R"({"name":"c"})").status, 400);
  EXPECT_EQ(ask(Method::post, "/x/api/bulk", "[]").body, "[]");
  EXPECT_EQ(json::parse(ask(Method::get, "/x/api").body)->root().size(), 2u);
}

TEST_F(ResourceTest, BulkReadsLines) {
  http::Response stored =
      ask(Method::post, "/x/api/bulk", "{\"name\":\"a\"}\n\n{\"name\":\"b\"}\r\n", {{"content-type", "application/x-ndjson"}});
  EXPECT_EQ(stored.status, 201);
  EXPECT_EQ(json::parse(stored.body)->root().size(), 2u);
}

TEST_F(ResourceTest, PartialBulkAnswersPerItem) {
  http::Response response = ask(Method::post, "/x/api/bulk?partial=true", R"([{"name":"a","id":"1"},{"nme":"b"},{"name":"c","id":"1"},7])");
  EXPECT_EQ(response.status, 200);
  auto document = json::parse(response.body);
  ASSERT_EQ(document->root().size(), 4u);
  std::vector<std::string> statuses;
  for (json::Value item = document->root().first(); !(item == document->root().end()); item = item.after())
    statuses.emplace_back(item.find("status")->text());
  EXPECT_THAT(statuses, testing::ElementsAre("201", "422", "409", "422"));
}

TEST_F(ResourceTest, PartialBulkTellsARepeatFromAConflict) {
  create(R"({"name":"a","id":"1"})");
  http::Response response = ask(Method::post, "/x/api/bulk?partial=true", R"([{"id":"1", "name":"a"},{"id":"1","name":"b"}])");
  auto document = json::parse(response.body);
  std::vector<std::string> codes;
  for (json::Value item = document->root().first(); !(item == document->root().end()); item = item.after())
    codes.push_back(item.find("problem")->find("code")->string());
  EXPECT_THAT(codes, testing::ElementsAre("document.repeated", "document.exists"));
}

TEST_F(ResourceTest, BulkReadsInTheOrderAsked) {
  create(R"({"name":"a","id":"1"})");
  create(R"({"name":"b","id":"2"})");
  EXPECT_EQ(ask(Method::get, "/x/api/bulk?ids=2,9,1").body, R"([{"id":"2","name":"b"},{"id":"1","name":"a"}])");
  for (std::string_view query : {"ids=2&ids=9,1", "ids[]=2&ids%5B%5D=1"})
    EXPECT_EQ(json::parse(ask(Method::get, fmt::format("/x/api/bulk?{}", query)).body)->root().size(), 2u) << query;
  EXPECT_EQ(json::parse(ask(Method::get, "/x/api?name_in[]=a&name_in[]=b").body)->root().size(), 2u);
  EXPECT_EQ(ask(Method::get, "/x/api/bulk").status, 400);
  EXPECT_EQ(ask(Method::get, "/x/api/bulk?ids=1,,2").status, 400);
}

TEST_F(ResourceTest, ImmutableMeansNoChange) {
  reset({.immutable = true});
  const std::string id = create(R"({"name":"a"})");
  EXPECT_EQ(ask(Method::put, "/x/api/" + id, R"({"name":"b"})").status, 405);
  EXPECT_EQ(ask(Method::delete_, "/x/api/" + id).status, 405);
  EXPECT_EQ(ask(Method::get, "/x/api/" + id).status, 200);
}

/// The pieces of a body, until one fails.
std::pair<std::vector<std::string>, bool> pieces_of(io::Loop& loop, http::BodyStream& stream) {
  std::vector<std::string> pieces;
  while (true) {
    const Result<std::string_view> piece = loop.block_on(stream.next());
    if (!piece || piece->empty()) return {pieces, piece.has_value()};
    pieces.emplace_back(*piece);
  }
}

std::string joined(const std::vector<std::string>& pieces) {
  return fmt::format("{}", fmt::join(pieces, ""));
}

constexpr std::string_view kLines = "application/x-ndjson";

TEST_F(ResourceTest, StreamsAWholeListAsOfOneInstant) {
  std::string all, few;
  for (int i = 0; i < 1200; ++i) {
    const std::string line = fmt::format(R"({{"id":"{}","name":"{}","age":{}}})", i, i % 100 == 0 ? "few" : "many", i);
    create(line);
    all.insert(0, line + '\n');
    if (i % 100 == 0) few.insert(0, line + '\n');
  }
  http::Response listed = ask(Method::get, "/x/api", {}, {{"accept", kLines}});
  EXPECT_EQ(listed.status, 200);
  EXPECT_THAT(listed.headers, HasSubstr("Content-Type: application/x-ndjson\r\n"));
  EXPECT_THAT(listed.headers, HasSubstr("Vary: Accept\r\n"));
  ASSERT_TRUE(listed.stream);
  std::string first(*loop_.block_on(listed.stream->next()));
  ask(Method::put, "/x/api/3", R"({"name": "changed"})");
  ask(Method::delete_, "/x/api/4");
  create(R"({"name": "new"})");
  const auto [rest, is_whole] = pieces_of(loop_, *listed.stream);
  EXPECT_TRUE(is_whole);
  EXPECT_EQ(first + joined(rest), all);
  for (const std::string& piece : rest) EXPECT_LE(piece.size(), 64u * 1024);

  const auto lines = [this](std::string_view path) {
    http::Response response = ask(Method::get, path, {}, {{"accept", kLines}});
    return joined(pieces_of(loop_, *response.stream).first);
  };
  EXPECT_EQ(lines("/x/api?name=few"), few);
  EXPECT_EQ(lines("/x/api?name=few&limit=1"), few.substr(0, few.find('\n') + 1));
  EXPECT_EQ(std::ranges::count(lines("/x/api?limit=1100"), '\n'), 1100);
  EXPECT_EQ(lines("/x/api?limit=0"), "");
  EXPECT_EQ(lines("/x/api?name=nobody"), "");
}

TEST_F(ResourceTest, LinesAreGivenToWhoLikesThemBetter) {
  create(R"({"name": "a"})");
  for (const std::string_view accept :
       {"", "*/*", "application/json", "text/html, */*;q=0.8", "application/x-ndjson;q=0.5, application/json"}) {
    const http::Response listed = ask(Method::get, "/x/api", {}, {{"accept", accept}});
    EXPECT_FALSE(listed.stream) << accept;
    EXPECT_THAT(listed.headers, HasSubstr("Vary: Accept\r\n")) << accept;
  }
  EXPECT_TRUE(ask(Method::get, "/x/api", {}, {{"accept", "application/json;q=0.5, application/x-ndjson"}}).stream);
  EXPECT_EQ(ask(Method::get, "/x/api?limit=x", {}, {{"accept", kLines}}).status, 400);
  EXPECT_EQ(ask(Method::get, "/x/api?nobody=x", {}, {{"accept", kLines}}).status, 400);
}

TEST_F(ResourceTest, LargeDocumentsComeFewAtATime) {
  const std::string large(40'000, 'x');
  for (int i = 0; i < 40; ++i) create(fmt::format(R"({{"name":"{}"}})", large));
  http::Response listed = ask(Method::get, "/x/api", {}, {{"accept", kLines}});
  const auto [pieces, is_whole] = pieces_of(loop_, *listed.stream);
  EXPECT_TRUE(is_whole);
  EXPECT_EQ(pieces.size(), 40u);
}

/// A store that is away after so many finds.
class LeavingStore final : public document::Store {
 public:
  LeavingStore(document::Store& store, int finds) : store_(store), finds_(finds) {}
  Task<std::vector<document::Receipt>> append(std::vector<document::Append> appends) override { return store_.append(std::move(appends)); }
  Task<void> append_all(document::AppendSource& source) override { return store_.append_all(source); }
  Task<document::Documents> read(std::span<const std::string_view> ids, document::View view) override { return store_.read(ids, view); }
  Task<std::vector<document::Documents>> find(std::span<const document::Query> queries, document::View view) override {
    if (finds_-- == 0) co_return Failure(Error{ErrorKind::unavailable, "store.unavailable", "The storage is away."});
    auto found = co_await store_.find(queries, view);
    co_return found;
  }
  Task<std::vector<std::uint64_t>> count(std::span<const document::Query> queries, document::View view) override {
    return store_.count(queries, view);
  }
  Task<document::Documents> history(std::string_view id, document::View view, document::Position before, std::size_t limit) override {
    return store_.history(id, view, before, limit);
  }
  Task<document::Documents> changes(document::Position after, std::size_t limit, document::View view) override {
    return store_.changes(after, limit, view);
  }
  Task<document::Position> last_position() override { return store_.last_position(); }
  Task<Instant> latest() override { return store_.latest(); }
  document::Ledger& ledger() override { return store_.ledger(); }
  Task<void> ping() override { return store_.ping(); }

 private:
  document::Store& store_;
  int finds_;
};

TEST_F(ResourceTest, AListThatFailsInTheMiddleDoesNotEndAsAWholeOne) {
  for (int i = 0; i < 300; ++i) create(R"({"name": "a"})");
  const std::unique_ptr<document::Store> whole = std::exchange(store_, nullptr);
  store_ = std::make_unique<LeavingStore>(*whole, 2);
  reset();
  http::Response listed = ask(Method::get, "/x/api", {}, {{"accept", kLines}});
  const auto [pieces, is_whole] = pieces_of(loop_, *listed.stream);
  EXPECT_EQ(pieces.size(), 2u);
  EXPECT_FALSE(is_whole);
  listed.stream.reset();
  resource_.reset();
}

}  // namespace
}  // namespace millrace::rest
