#include "http/server.hpp"

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "http/server_fixture_test.hpp"

namespace millrace::http {
namespace {

std::string get(std::string_view path, std::string_view headers = "") {
  return "GET " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n" + std::string(headers) + "\r\n";
}
std::string post(std::string_view path, std::string_view body) {
  return "POST " + std::string(path) + " HTTP/1.1\r\nHost: h\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" +
         std::string(body);
}

TEST_F(ServerTest, AnswersRequestAfterRequestOnAConnection) {
  serve();
  TestClient client(port());
  const Answer first = client.ask(get("/a?b=c"));
  EXPECT_EQ(first.status, 200);
  EXPECT_EQ(first.body, "GET /a?b=c ");
  EXPECT_EQ(first.header("X-Remote"), "127.0.0.1");
  EXPECT_EQ(first.header("Content-Type"), "text/plain");
  EXPECT_EQ(first.header("Date").size(), std::string_view("Sun, 06 Nov 1994 08:49:37 GMT").size());
  EXPECT_EQ(first.header("Connection"), "");
  EXPECT_EQ(client.ask(post("/b", "body")).body, "POST /b body");
  EXPECT_EQ(client.ask(get("/status/204")).head.find("Content-Length"), std::string::npos);
  EXPECT_EQ(client.ask(get("/status/418")).head.substr(0, 16), "HTTP/1.1 418 Unk");
  const Answer error = client.ask(get("/error"));
  EXPECT_EQ(error.status, 409);
  EXPECT_EQ(error.header("Content-Type"), "application/problem+json");
  EXPECT_TRUE(error.body.contains("test.conflict"));
  EXPECT_EQ(client.ask(get("/c")).status, 200);
}

TEST_F(ServerTest, AnswersPipelinedRequestsInOrder) {
  serve();
  TestClient client(port());
  std::string requests;
  for (int i = 0; i < 500; ++i) requests += i % 2 ? get("/" + std::to_string(i)) : post("/" + std::to_string(i), "x");
  client.send(requests);
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(client.answer().body, (i % 2 ? "GET /" : "POST /") + std::to_string(i) + (i % 2 ? " " : " x"));
  }
}

TEST_F(ServerTest, WhatIsAnsweredDoesNotWaitForTheHandlerOfTheNext) {
  serve();
  TestClient client(port());
  client.send(get("/1") + get("/wait") + get("/2"));
  EXPECT_EQ(client.answer().body, "GET /1 ");
  handler_.await_waiting();
  handler_.release();
  EXPECT_EQ(client.answer().body, "GET /wait ");
  EXPECT_EQ(client.answer().body, "GET /2 ");
}

TEST_F(ServerTest, GivesTheSameAnswersHoweverTheRequestsAreCut) {
  serve();
  const std::string stream = get("/a") + post("/b", "hello") +
                             "PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x\r\nde\r\n0\r\nT: u\r\n\r\n" +
                             get("/d", "Connection: close\r\n");
  for (std::size_t cut = 1; cut < stream.size(); ++cut) {
    TestClient client(port());
    client.send(stream.substr(0, cut));
    on_loop([] {});  // a turn of the loop: what was sent is most likely read by now
    client.send(stream.substr(cut));
    EXPECT_EQ(client.answer().body, "GET /a ") << cut;
    EXPECT_EQ(client.answer().body, "POST /b hello") << cut;
    EXPECT_EQ(client.answer().body, "PUT /c abcde") << cut;
    EXPECT_EQ(client.answer().body, "GET /d ") << cut;
    EXPECT_EQ(client.rest(), "") << cut;
  }
}

TEST_F(ServerTest, ClosesWhenTheClientSaysSo) {
  serve();
  {
    TestClient client(port());
    const Answer answer = client.ask(get("/a", "Connection: close\r\n"));
    EXPECT_EQ(answer.header("Connection"), "close");
    EXPECT_EQ(client.rest(), "");
  }
  {
    TestClient client(port());
    EXPECT_EQ(client.ask("GET /a HTTP/1.0\r\n\r\n").header("Connection"), "close");
    EXPECT_EQ(client.rest(), "");
  }
  TestClient client(port());
  EXPECT_EQ(client.ask("GET /a HTTP/1.0\r\nConnection: keep-alive\r\n\r\n").header("Connection"), "keep-alive");
  EXPECT_EQ(client.ask(get("/b")).body, "GET /b ");
  client.send(get("/c", "Connection: close\r\n") + get("/never"));
  EXPECT_EQ(client.answer().body, "GET /c ");
  EXPECT_EQ(client.rest(), "");
}

TEST_F(ServerTest, AnswersWhatWasAskedBeforeTheClientFinished) {
  serve();
  TestClient client(port());
  client.send(get("/a") + get("/size/1000000"));
  client.finish_sending();
  EXPECT_EQ(client.answer().body, "GET /a ");
  EXPECT_EQ(client.answer().body.size(), 1'000'000u);
  EXPECT_EQ(client.rest(), "");
  await_connections(0);
}

TEST_F(ServerTest, HeadHasTheLengthAndNotTheBody) {
  serve();
  TestClient client(port());
  client.send("HEAD /size/123456 HTTP/1.1\r\nHost: h\r\n\r\n" + get("/a"));
  EXPECT_EQ(client.answer(true).header("Content-Length"), "123456");
  EXPECT_EQ(client.answer().body, "GET /a ");
}

TEST_F(ServerTest, AsksForTheBodyThatIsExpected) {
  serve({.body_bytes_max = 100});
  TestClient client(port());
  const Answer asked = client.ask("POST /a HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\nExpect: 100-continue\r\n\r\n");
  EXPECT_EQ(asked.head, "HTTP/1.1 100 Continue\r\n\r\n");
  EXPECT_EQ(client.ask("hello").body, "POST /a hello");
  EXPECT_EQ(client.ask("POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 100-continue\r\n\r\nx").body, "POST /b x");
  EXPECT_EQ(client.ask("POST /c HTTP/1.1\r\nHost: h\r\nContent-Length: 101\r\nExpect: 100-continue\r\n\r\n").status, 413);
  client.finish_sending();
  EXPECT_EQ(client.rest(), "");
}

TEST_F(ServerTest, CarriesLargeBodiesBothWays) {
  serve({.body_bytes_max = 8 << 20});
  TestClient client(port());
  std::string body(5 << 20, '\0');
  std::mt19937 random(2);
  for (char& c : body) c = static_cast<char>(random());
  EXPECT_EQ(client.ask(post("/a", body)).body, "POST /a " + body);
  for (const std::size_t size : {32767, 32768, 65536, 10'000'000}) {
    client.send(get("/size/" + std::to_string(size)) + get("/after"));
    EXPECT_EQ(client.answer().body.size(), size);
    EXPECT_EQ(client.answer().body, "GET /after ");
  }
}

TEST_F(ServerTest, AClientThatLeavesWhileItsHandlerRunsDoesNoHarm) {
  serve();
  for (const bool at_once : {false, true}) {
    for (std::string_view more : {"", "GET /more HTTP/1.1\r\nHost: h\r\n\r\n"}) {
      auto client = std::make_unique<TestClient>(port());
      client->send(get("/wait") + std::string(more));
      handler_.await_waiting();
      if (at_once) client->reset();
      client.reset();
      handler_.release();
      await_connections(0);
    }
  }
  TestClient other(port());
  EXPECT_EQ(other.ask(get("/a")).status, 200);
}

TEST_F(ServerTest, EndsWhileAHandlerRuns) {
  serve();
  TestClient client(port());
  client.send(get("/wait"));
  handler_.await_waiting();
  on_loop([this] { server_.reset(); });
  EXPECT_EQ(client.rest(), "");
  handler_.release();
  on_loop([] {});  // its answer went nowhere
}

TEST_F(ServerTest, DrainsBeforeItEnds) {
  serve();
  TestClient idle(port());
  EXPECT_EQ(idle.ask(get("/a")).status, 200);
  TestClient fresh(port());
  TestClient busy(port());
  busy.send(get("/wait") + get("/never"));
  handler_.await_waiting();
  TestClient halfway(port());
  halfway.send("GET /half HTTP/1.1\r\n");
  await_connections(4);
  TestClient sync(port());  // after its answer the bytes of `halfway` have been read
  EXPECT_EQ(sync.ask(get("/a", "Connection: close\r\n")).status, 200);
  on_loop([this] { server_->stop_accepting(); });
  EXPECT_EQ(idle.rest(), "");
  EXPECT_EQ(fresh.rest(), "");
  await_connections(2);
  EXPECT_EQ(halfway.ask("Host: h\r\n\r\n").header("Connection"), "close");
  handler_.release();
  EXPECT_EQ(busy.answer().header("Connection"), "close");
  busy.finish_sending();
  EXPECT_EQ(busy.rest(), "");
  await_connections(0);
}

TEST_F(ServerTest, RefusesAPortThatIsInUse) {
  serve();
  io::Loop other;
  const ServerOptions same{.host = "127.0.0.1", .port = port()};
  const auto taken = Server::listen(other, handler_, same, false);
  ASSERT_FALSE(taken);
  EXPECT_EQ(taken.error().code, "http.port_in_use");
  EXPECT_EQ(taken.error().message, "Port " + std::to_string(port()) + " is in use by another program.");
  EXPECT_TRUE(Server::listen(other, handler_, same, true)) << "a second loop of this program";
}

TEST_F(ServerTest, RefusesAnAddressThatIsNotHere) {
  for (std::string_view host : {"192.0.2.1", "no such host", "999.1.1.1"}) {
    const auto refused = Server::listen(loop_, handler_, {.host = std::string(host), .port = 0}, false);
    ASSERT_FALSE(refused) << host;
    EXPECT_EQ(refused.error().code, "http.address");
  }
  EXPECT_TRUE(Server::listen(loop_, handler_, {.host = "localhost", .port = 0}, false));
}

}  // namespace
}  // namespace millrace::http
