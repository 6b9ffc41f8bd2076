// What the server refuses, and whom it cuts.

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <string>

#include "http/server_fixture_test.hpp"

namespace millrace::http {
namespace {

using namespace std::chrono_literals;

class ServerLimits : public ServerTest {};

TEST_F(ServerLimits, AnswersWhatIsMalformedAndCloses) {
  serve({.header_bytes_max = 1000, .body_bytes_max = 100});
  struct Case {
    std::string bytes;
    int status;
  };
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\n";
  for (const Case& test : std::initializer_list<Case>{
           {"\x16\x03\x01\x02\n", 400},
           {"GET / HTTP/1.1\nHost: h\n\n", 400},
           {head + "Content-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", 400},
           {head + "Content-Length: 1\r\nContent-Length: 2\r\n\r\nab", 400},
           {head + "Transfer-Encoding: chunked\r\n\r\nx\r\n", 400},
           {head + "Transfer-Encoding: gzip\r\n\r\n", 501},
           {head + "A: b\r\n c\r\n\r\n", 400},
           {head + "A : b\r\n\r\n", 400},
           {head + "A: b\rc\r\n\r\n", 400},
           {head + "Expect: x\r\n\r\n", 417},
           {head + "A: " + std::string(2000, 'x'), 431},
           {head + "Content-Length: 101\r\n\r\n", 413},
           {head + "Transfer-Encoding: chunked\r\n\r\n65\r\n", 413},
           {"GET / HTTP/3.0\r\n\r\n", 505},
       }) {
    TestClient client(port());
    // What follows a refused request is never taken for a request.
    const Answer answer = client.ask(test.bytes + "GET /never HTTP/1.1\r\nHost: h\r\n\r\n");
    EXPECT_EQ(answer.status, test.status) << test.bytes;
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(answer.header("Content-Type"), "application/problem+json");
    client.finish_sending();
    EXPECT_EQ(client.rest(), "") << test.bytes;
  }
}

TEST_F(ServerLimits, AClientThatSendsTooMuchGetsToSeeWhy) {
  serve({.body_bytes_max = 1000});
  const std::string body(4 << 20, 'x');
  for (std::string_view framing : {"Content-Length: 4194304\r\n\r\n", "Transfer-Encoding: chunked\r\n\r\n400000\r\n"}) {
    TestClient client(port());
    client.send("POST / HTTP/1.1\r\nHost: h\r\n" + std::string(framing) + body);
    EXPECT_EQ(client.answer().status, 413);
    client.finish_sending();
    EXPECT_EQ(client.rest(), "");
  }
}

TEST_F(ServerLimits, AClientThatNeverStopsSendingIsCut) {
  serve({.body_bytes_max = 1000, .linger_bytes_max = 1 << 20});
  TestClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n");
  const std::string block(1 << 20, 'x');
  for (int i = 0; i < 100; ++i) client.send(block);
  await_connections(0);
}

TEST_F(ServerLimits, TheBodysLimitIsTheHandlersOwn) {
  serve({.body_bytes_max = 10});
  const std::string body(500, 'x');
  const std::string rest = " HTTP/1.1\r\nHost: h\r\nContent-Length: 500\r\n\r\n" + body;
  TestClient client(port());
  EXPECT_EQ(client.ask("POST /bulk" + rest).status, 200);
  EXPECT_EQ(client.ask("POST /other" + rest).status, 413);
}

TEST_F(ServerLimits, CutsASlowHead) {
  serve({.header_timeout = 100ms});
  TestClient client(port());
  client.send("GET / HTTP/1.1\r\nHost:");
  EXPECT_EQ(client.answer().status, 408);
  EXPECT_EQ(client.rest(), "");
}

TEST_F(ServerLimits, CutsAClientThatNeverBegins) {
  serve({.header_timeout = 100ms});
  TestClient client(port());
  EXPECT_EQ(client.rest(), "");
}

TEST_F(ServerLimits, CutsASlowBody) {
  serve({.body_timeout = 100ms});
  TestClient client(port());
  client.send("POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 10\r\n\r\nhello");
  EXPECT_EQ(client.answer().status, 408);
}

TEST_F(ServerLimits, CutsAnIdleConnectionWithoutAWord) {
  serve({.idle_timeout = 100ms});
  TestClient client(port());
  EXPECT_EQ(client.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  EXPECT_EQ(client.rest(), "");
}

TEST_F(ServerLimits, CutsAClientThatDoesNotTakeItsAnswer) {
  serve({.write_timeout = 100ms});
  TestClient client(port());
  client.send("GET /size/100000000 HTTP/1.1\r\nHost: h\r\n\r\n");
  await_connections(1);
  await_connections(0);
  EXPECT_LT(client.rest().size(), 100'000'000u);
}

TEST_F(ServerLimits, CutsAClientThatAsksOnWithoutTakingItsAnswers) {
  serve({.write_timeout = 100ms});
  TestClient client(port());
  std::string requests;
  for (int i = 0; i < 1000; ++i) requests += "GET /size/30000 HTTP/1.1\r\nHost: h\r\n\r\nGET /later HTTP/1.1\r\nHost: h\r\n\r\n";
  client.send(requests);
  await_connections(1);
  await_connections(0);
}

TEST_F(ServerLimits, CutsAClientThatNeverClosesAfterItsRefusal) {
  serve({.linger_timeout = 100ms});
  TestClient client(port());
  client.send("nonsense\n");
  EXPECT_EQ(client.answer().status, 400);
  await_connections(0);
}

TEST_F(ServerLimits, ASlowHandlerIsNotCut) {
  serve({.header_timeout = 100ms, .body_timeout = 100ms, .idle_timeout = 100ms, .write_timeout = 100ms});
  TestClient slow(port());
  slow.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  handler_.await_waiting();
  TestClient idle(port());
  EXPECT_EQ(idle.rest(), "");  // that long it took
  TestClient another(port());
  EXPECT_EQ(another.rest(), "");
  handler_.release();
  EXPECT_EQ(slow.answer().status, 200);
}

TEST_F(ServerLimits, ClosesConnectionsBeyondTheirNumber) {
  serve({.load = std::make_shared<Load>(Load::Limits{.connections_max = 2})});
  TestClient first(port());
  EXPECT_EQ(first.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  {
    TestClient second(port());
    EXPECT_EQ(second.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
    TestClient third(port());
    const Answer answer = third.answer();
    EXPECT_EQ(answer.status, 503);
    EXPECT_EQ(answer.header("Retry-After"), "1");
    EXPECT_TRUE(answer.body.ends_with("}"));
    EXPECT_EQ(third.rest(), "");
  }
  await_connections(1);
  TestClient fourth(port());
  EXPECT_EQ(fourth.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
}

TEST_F(ServerLimits, RefusesRequestsBeyondTheirNumber) {
  serve({.load = std::make_shared<Load>(Load::Limits{.requests_max = 1})});
  TestClient slow(port());
  slow.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  handler_.await_waiting();
  TestClient another(port());
  for (int i = 0; i < 3; ++i) {
    const Answer refused = another.ask("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\n\r\nx");
    EXPECT_EQ(refused.status, 503);
    EXPECT_EQ(refused.header("Retry-After"), "1");
  }
  handler_.release();
  EXPECT_EQ(slow.answer().status, 200);
  EXPECT_EQ(another.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
}

TEST_F(ServerLimits, RefusesBodiesBeyondTheirMemory) {
  serve({.body_bytes_max = 100 << 20, .load = std::make_shared<Load>(Load::Limits{.body_bytes_max = 2 << 20})});
  const auto post = [](std::string_view path, std::size_t size) {
    return fmt::format("POST {} HTTP/1.1\r\nHost: h\r\nContent-Length: {}\r\n\r\n{}", path, size, std::string(size, 'x'));
  };
  TestClient alone(port());
  alone.send(post("/wait", 8 << 20));  // whoever is alone has all that a request may have
  handler_.await_waiting();
  for (std::string_view path : {"/a", "/count"}) {
    TestClient another(port());
    const Answer answer = another.ask(post(path, 1 << 20));
    EXPECT_EQ(answer.status, 503) << path;
    EXPECT_TRUE(answer.body.contains("overloaded.memory")) << answer.body;
    EXPECT_EQ(answer.header("Retry-After"), "1");
  }
  TestClient small(port());
  EXPECT_EQ(small.ask(post("/count", 10'000)).status, 200);
  handler_.release();
  EXPECT_EQ(alone.answer().status, 200);
  TestClient later(port());  // what was held is given back
  EXPECT_EQ(later.ask(post("/a", 4 << 20)).status, 200);
}

TEST_F(ServerLimits, AnswersThatNobodyReadsTakeTheirMemory) {
  serve({.load = std::make_shared<Load>(Load::Limits{.body_bytes_max = 2 << 20})});
  TestClient alone(port());
  alone.send("GET /size/100000000 HTTP/1.1\r\nHost: h\r\n\r\n");
  TestClient another(port());
  Answer answer;
  do {
    answer = another.ask("GET /size/3000000 HTTP/1.1\r\nHost: h\r\n\r\n");
  } while (answer.status == 200);  // until the first has got its own
  EXPECT_EQ(answer.status, 503);
  EXPECT_TRUE(answer.body.contains("overloaded.memory")) << answer.body;
  // What was written must be told.
  EXPECT_EQ(another.ask("POST /size/3000000 HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n").status, 200);
  alone.reset();
  await_connections(1);
  EXPECT_EQ(another.ask("GET /size/3000000 HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
}

TEST_F(ServerLimits, IdleUploadsShutNobodyOut) {
  serve({.load = std::make_shared<Load>(Load::Limits{.body_bytes_max = 1 << 20})});
  std::vector<std::unique_ptr<TestClient>> idle;
  for (int i = 0; i < 100; ++i) {
    idle.push_back(std::make_unique<TestClient>(port()));
    idle.back()->send(fmt::format("POST /count HTTP/1.1\r\nHost: h\r\n{}\r\n\r\n3\r\nabc\r\n",
                                  i % 2 ? "Transfer-Encoding: chunked" : "Content-Length: 1000000"));
  }
  await_connections(100);
  TestClient another(port());
  EXPECT_EQ(another.ask("POST /count HTTP/1.1\r\nHost: h\r\nContent-Length: 300000\r\n\r\n" + std::string(300'000, 'x')).status, 200);
  idle.clear();
  another.reset();
  await_connections(0);
}

TEST_F(ServerLimits, EveryAnswerHasTheHeadersOfAll) {
  serve({.headers = "X-All: 1\r\n", .load = std::make_shared<Load>(Load::Limits{.connections_max = 1, .requests_max = 1})});
  TestClient slow(port());
  EXPECT_EQ(slow.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").header("X-All"), "1");
  slow.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\nnonsense\r\n\r\n");
  handler_.await_waiting();
  TestClient one_more(port());
  const Answer refused = one_more.answer();
  EXPECT_EQ(refused.status, 503);
  EXPECT_EQ(refused.header("X-All"), "1");
  EXPECT_TRUE(refused.body.starts_with(R"({"type":"about:blank","title":"Service Unavailable","status":503)")) << refused.body;
  handler_.release();
  EXPECT_EQ(slow.answer().header("X-All"), "1");
  const Answer malformed = slow.answer();
  EXPECT_EQ(malformed.status, 400);
  EXPECT_EQ(malformed.header("X-All"), "1");
}

TEST_F(ServerLimits, SomeRequestsAreAnsweredUnderOverload) {
  serve({.load = std::make_shared<Load>(Load::Limits{.requests_max = 1})});
  TestClient slow(port());
  slow.send("GET /wait HTTP/1.1\r\nHost: h\r\n\r\n");
  handler_.await_waiting();
  TestClient another(port());
  EXPECT_EQ(another.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 503);
  EXPECT_EQ(another.ask("GET /vital HTTP/1.1\r\nHost: h\r\n\r\n").status, 200);
  EXPECT_EQ(another.ask("GET /a HTTP/1.1\r\nHost: h\r\n\r\n").status, 503);
  handler_.release();
  EXPECT_EQ(slow.answer().status, 200);
}

TEST_F(ServerLimits, RefusesTooManyHeaders) {
  serve({.headers_max = 3});
  TestClient client(port());
  EXPECT_EQ(client.ask("GET /a HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\n\r\n").status, 200);
  EXPECT_EQ(client.ask("GET /a HTTP/1.1\r\nHost: h\r\nA: b\r\nC: d\r\nE: f\r\n\r\n").status, 431);
}

}  // namespace
}  // namespace millrace::http
