#include "graph/endpoint.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/loop.hpp"

namespace millrace::graph {
namespace {

using http::Method;
using testing::HasSubstr;

constexpr std::string_view kResponseType = "application/graphql-response+json";

/// Gives its argument back.
class Echo : public graphql::Resolver {
 public:
  Task<std::vector<graphql::Resolved>> resolve(std::span<const graphql::FieldCall> calls) override {
    std::vector<graphql::Resolved> answers;
    for (const graphql::FieldCall& call : calls) {
      auto text = std::make_shared<std::string>(call.arguments.find("text"));
      graphql::Resolved& answer = answers.emplace_back();
      answer.give_value(answer.add_value(*text));
      answer.keep(text);
    }
    co_return std::move(answers);
  }
};

class EndpointTest : public testing::Test {
 protected:
  EndpointTest() {
    graphql::Bindings bindings;
    bindings.bind("Query", "echo", echo_);
    bindings.bind("Mutation", "echo", echo_);
    auto schema =
        graphql::build_schema("type Query { echo(text: String = \"x\"): String } type Mutation { echo(text: String): String }", "test");
    engine_ = std::make_unique<graphql::Engine>(*schema, std::move(bindings));
    endpoint_ = std::make_unique<Endpoint>(*engine_);
  }

  /// What a browser gets.
  class Page : public http::Handler {
   public:
    Task<http::Response> handle(const http::Request&) override { co_return http::Response{200, {}, "a page"}; }
  };

  http::Response ask(Method method, std::string_view query, std::string_view body, std::string_view accept = "application/json",
                     std::string_view type = "application/json") {
    http::Request request;
    request.method = method;
    request.query = query;
    request.body = body;
    request.headers = {{"accept", accept}, {"content-type", type}};
    return *loop_.block_on(endpoint_->handle(request));
  }
  http::Response post(std::string_view body, std::string_view accept = "application/json") { return ask(Method::post, {}, body, accept); }

  io::Loop loop_;
  Page page_;
  Echo echo_;
  std::unique_ptr<graphql::Engine> engine_;
  std::unique_ptr<Endpoint> endpoint_;
};

TEST_F(EndpointTest, AnswersPost) {
  http::Response response =
      post(R"({"query":"query A($t: String) { echo(text: $t) } query B { b: echo }","operationName":"A","variables":{"t":"é\n"}})");
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(response.body, "{\"data\":{\"echo\":\"é\\n\"}}");
  EXPECT_THAT(response.headers, HasSubstr("Content-Type: application/json; charset=utf-8"));
}

TEST_F(EndpointTest, AnswersGet) {
  EXPECT_EQ(ask(Method::get, "query=%7Becho%7D", {}).body, R"({"data":{"echo":"x"}})");
  http::Response response = ask(Method::get, "query=query(%24t:String)%7Becho(text:%24t)%7D&variables=%7B%22t%22:%22y%22%7D", {});
  EXPECT_EQ(response.body, R"({"data":{"echo":"y"}})");
  http::Response mutation = ask(Method::get, "query=mutation%7Becho%7D", {});
  EXPECT_EQ(mutation.status, 405);
  EXPECT_THAT(mutation.headers, HasSubstr("Allow: POST"));
}

TEST_F(EndpointTest, ChoosesTheMediaType) {
  EXPECT_THAT(post(R"({"query":"{echo}"})", kResponseType).headers, HasSubstr(kResponseType));
  EXPECT_THAT(post(R"({"query":"{echo}"})", "application/json, application/graphql-response+json").headers, HasSubstr("application/json"));
  EXPECT_EQ(post(R"({"query":"{nothing}"})").status, 200);
  EXPECT_EQ(post(R"({"query":"{nothing}"})", kResponseType).status, 400);
  EXPECT_EQ(post(R"({"query":"{"})", kResponseType).status, 400);
}

TEST_F(EndpointTest, RefusesWhatIsNoGraphqlRequest) {
  for (std::string_view body : {"{", "[]", "{}", R"({"query":5})", R"({"query":"{echo}","variables":[]})",
                                R"({"query":"{echo}","operationName":1})", R"({"query":"{echo}","extensions":1})"}) {
    http::Response response = post(body);
    EXPECT_EQ(response.status, 400) << body;
    EXPECT_THAT(response.body, HasSubstr("\"errors\":[{\"message\":")) << body;
  }
  EXPECT_EQ(ask(Method::post, {}, "{}", "application/json", "text/plain").status, 415);
  EXPECT_EQ(ask(Method::put, {}, "{}").status, 405);
  EXPECT_EQ(ask(Method::options, {}, {}).status, 204);
  EXPECT_EQ(ask(Method::get, {}, {}).status, 400);
  EXPECT_EQ(ask(Method::get, "query=%7Becho%7D&variables=%5B%5D", {}).status, 400);
}

TEST_F(EndpointTest, FollowsTheAcceptHeader) {
  EXPECT_EQ(post(R"({"query":"{echo}"})", "image/png").status, 406);
  EXPECT_EQ(post(R"({"query":"{echo}"})", "application/json;charset=latin1").status, 406);
  EXPECT_EQ(post(R"({"query":"{echo}"})", "application/json;q=0, */*;q=0.1").headers.find(kResponseType) != std::string::npos, true);
  EXPECT_EQ(ask(Method::get, "query=%7Becho%7D", {}, "text/html").status, 406);
  EndpointOptions options;
  options.page = &page_;
  endpoint_ = std::make_unique<Endpoint>(*engine_, options);
  EXPECT_EQ(ask(Method::get, {}, {}, "text/html,*/*;q=0.8").body, "a page");
  EXPECT_EQ(ask(Method::head, "query=%7Becho%7D", {}, "text/html").body, "a page");
  EXPECT_EQ(ask(Method::get, "query=%7Becho%7D", {}, "*/*").body, R"({"data":{"echo":"x"}})");
  EXPECT_EQ(post(R"({"query":"{echo}"})", "text/html").status, 406);
  EXPECT_EQ(post(R"({"query":"{echo}"})", "text/html, */*;q=0.1").body, R"({"data":{"echo":"x"}})");
}

TEST_F(EndpointTest, ReadsTheQueryStringStrictly) {
  EXPECT_EQ(ask(Method::get, "query=%7Becho%7D&query=%7Becho%7D", {}).status, 400);
  EXPECT_EQ(ask(Method::get, "query=%7Becho%7D&extensions=%7B%7D&more=1", {}).status, 200);
  EXPECT_EQ(ask(Method::get, "query=%7Becho%7D&extensions=1", {}).status, 400);
  EXPECT_EQ(ask(Method::get, "query=%7Becho%7D&variables=null&operationName=", {}).status, 200);
  EXPECT_THAT(ask(Method::get, "query=%7Becho%7D&variables=%7B", {}).body, HasSubstr("line 1, column 2"));
  EXPECT_EQ(ask(Method::get, "query=%FF", {}).status, 400);
}

TEST_F(EndpointTest, ReadsTheContentType) {
  const auto status = [&](std::string_view type) { return ask(Method::post, {}, R"({"query":"{echo}"})", "*/*", type).status; };
  EXPECT_EQ(status("Application/JSON; charset=\"UTF-8\""), 200);
  EXPECT_EQ(status("application/json; charset=utf-16"), 415);
  EXPECT_EQ(status("application/x-www-form-urlencoded"), 415);
  EXPECT_EQ(status(""), 415);
}

TEST_F(EndpointTest, NamesThePlaceInABrokenBody) {
  http::Response response = post("{\"query\":\n  \"{echo}\",}");
  EXPECT_EQ(response.status, 400);
  EXPECT_THAT(response.body, testing::AllOf(HasSubstr("line 2, column 12"), HasSubstr("json.syntax")));
  EXPECT_THAT(post(R"({"query":"{echo}","query":"{echo}"})").body, HasSubstr("json.duplicate_key"));
}

TEST_F(EndpointTest, AnswersBatchesWhereTheyAreAllowed) {
  EXPECT_THAT(post(R"([{"query":"{echo}"}])").body, HasSubstr("graphql.batch"));
  endpoint_ = std::make_unique<Endpoint>(*engine_, EndpointOptions{3});
  http::Response response =
      post(R"([{"query":"query($t:String){echo(text:$t)}","variables":{"t":"1"}},{"query":5},{"query":"mutation{echo(text:\"3\")}"}])",
           kResponseType);
  EXPECT_EQ(response.status, 200);
  EXPECT_EQ(
      response.body,
      R"([{"data":{"echo":"1"}},{"errors":[{"message":"The parameter \"query\" must be a string.","extensions":{"code":"graphql.request"}}]},)"
      R"({"data":{"echo":"3"}}])");
  EXPECT_EQ(post("[]").body, "[]");
  EXPECT_EQ(post(R"([{"query":"{echo}"},1])").status, 400);
  EXPECT_EQ(post("[{},{},{},{}]").status, 400);
  EXPECT_THAT(post("[{},{},{},{}]").body, HasSubstr("the limit is 3"));
}

TEST_F(EndpointTest, TakesNullsForAbsent) {
  EXPECT_EQ(post(R"({"query":"{echo}","variables":null,"operationName":null,"extensions":null})").body, R"({"data":{"echo":"x"}})");
}

}  // namespace
}  // namespace millrace::graph
