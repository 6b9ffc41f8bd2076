// Bodies in pieces, both ways.

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "http/chunked.hpp"
#include "http/gzip.hpp"
#include "http/server_fixture_test.hpp"

namespace millrace::http {
namespace {

using namespace std::chrono_literals;

class ServerStream : public ServerTest {};

std::string chunked(std::string_view body, std::size_t size) {
  std::string text;
  for (; !body.empty(); body.remove_prefix(std::min(size, body.size()))) {
    const std::string_view data = body.substr(0, size);
    char head[32];
    std::snprintf(head, sizeof(head), "%zx\r\n", data.size());
    text.append(head).append(data).append("\r\n");
  }
  return text + "0\r\n\r\n";
}

/// The data of a chunked body; "cut" at its end when it does not end as it must.
std::string unchunked(std::string_view text) {
  ChunkedDecoder decoder;
  std::string body;
  while (true) {
    const ChunkedDecoder::Step step = decoder.next(text);
    body += step.data;
    text.remove_prefix(step.consumed);
    if (step.status == ChunkedDecoder::Status::done && text.empty()) return body;
    if (step.status != ChunkedDecoder::Status::data) return body + "cut";
  }
}

const std::string kHead = " HTTP/1.1\r\nHost: h\r\n";

TEST_F(ServerStream, AHandlerTakesABodyInPieces) {
  serve({.body_bytes_max = 10});
  TestClient client(port());
  const std::string body(1'000'000, 'b');
  for (int round = 0; round < 3; ++round) {
    EXPECT_EQ(client.ask("POST /count" + kHead + "Content-Length: 1000000\r\n\r\n" + body).body, "1000000");
    EXPECT_EQ(client.ask("POST /count" + kHead + "Transfer-Encoding: chunked\r\n\r\n" + chunked(body, 777)).body, "1000000");
    EXPECT_EQ(client.ask("GET /a" + kHead + "\r\n").body, "GET /a ");
  }
  client.send("POST /count" + kHead + "Content-Length: 3\r\n\r\nabcPOST /count" + kHead + "Transfer-Encoding: chunked\r\n\r\n" +
              chunked("abcdefgh", 3) + "GET /b" + kHead + "\r\n");
  EXPECT_EQ(client.answer().body, "3");
  EXPECT_EQ(client.answer().body, "8");
  EXPECT_EQ(client.answer().body, "GET /b ");
}

TEST_F(ServerStream, ABodyThatIsEmptyOrNotThereIsNoStream) {
  serve();
  TestClient client(port());
  EXPECT_EQ(client.ask("POST /count" + kHead + "Content-Length: 0\r\n\r\n").body, "POST /count ");
  EXPECT_EQ(client.ask("GET /count" + kHead + "\r\n").body, "GET /count ");
  EXPECT_EQ(client.ask("POST /count" + kHead + "Transfer-Encoding: chunked\r\n\r\n0\r\n\r\n").body, "0");
}

TEST_F(ServerStream, AHandlerMayAnswerWithWhatComesWhileItComes) {
  serve();
  TestClient client(port());
  const std::string body(20'000'000, 'e');
  std::thread sender([&] {
    client.send("POST /echo" + kHead + "Connection: close\r\nContent-Length: 20000000\r\n\r\n");
    client.send(body);
  });
  const std::string rest = client.rest();
  sender.join();
  EXPECT_TRUE(unchunked(rest.substr(rest.find("\r\n\r\n") + 4)) == body);
}

TEST_F(ServerStream, AnAnswerBeforeTheBodyIsThereEndsTheConnection) {
  serve();
  TestClient client(port());
  const Answer answer = client.ask("POST /ignore" + kHead + "Content-Length: 5000000\r\n\r\n" + std::string(1'000'000, 'x'));
  EXPECT_EQ(answer.status, 200);
  EXPECT_EQ(answer.header("Connection"), "close");
  client.finish_sending();
  EXPECT_EQ(client.rest(), "");
  // What is here already ends nothing.
  TestClient another(port());
  EXPECT_EQ(another.ask("POST /ignore" + kHead + "Content-Length: 3\r\n\r\nabc").header("Connection"), "");
  EXPECT_EQ(another.ask("GET /a" + kHead + "\r\n").body, "GET /a ");
}

TEST_F(ServerStream, TheClientIsToldToContinueWhenTheHandlerAsks) {
  serve();
  TestClient client(port());
  EXPECT_EQ(client.ask("POST /ignore" + kHead + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n").status, 200);
  EXPECT_EQ(client.rest(), "");
  TestClient another(port());
  EXPECT_EQ(another.ask("POST /count" + kHead + "Expect: 100-continue\r\nContent-Length: 3\r\n\r\n").status, 100);
  EXPECT_EQ(another.ask("abc").body, "3");
}

TEST_F(ServerStream, AHandlerSeesWhyABodyBreaksOff) {
  serve({.body_timeout = 100ms});
  {
    TestClient client(port());
    client.send("POST /upload" + kHead + "Content-Length: 10\r\n\r\nabc");
    handler_.await_waiting();
    client.reset();
    handler_.release();
    EXPECT_EQ(handler_.await_end(), "http.disconnected");
  }
  TestClient slow(port());
  slow.send("POST /count" + kHead + "Content-Length: 10\r\n\r\nabc");
  EXPECT_EQ(handler_.await_end(), "http.timed_out");
  EXPECT_EQ(slow.answer().status, 408);
  TestClient malformed(port());
  EXPECT_EQ(malformed.ask("POST /count" + kHead + "Transfer-Encoding: chunked\r\n\r\n3\r\nabcd").status, 400);
  EXPECT_EQ(handler_.await_end(), "http.malformed");
  TestClient large(port());
  EXPECT_EQ(large.ask("POST /count" + kHead + "Transfer-Encoding: chunked\r\n\r\n3\r\nabc\r\nfffffff\r\n").status, 413);
  EXPECT_EQ(handler_.await_end(), "http.body_too_large");
  TestClient announced(port());
  EXPECT_EQ(announced.ask("POST /count" + kHead + "Content-Length: 1000000000\r\n\r\n").status, 413);
}

TEST_F(ServerStream, TimeStandsStillWhileTheHandlerIsBusyWithABody) {
  serve({.header_timeout = 100ms, .body_timeout = 100ms});
  TestClient slow(port());
  slow.send("POST /upload" + kHead + "Content-Length: 6\r\n\r\nabc");
  handler_.await_waiting();
  TestClient another(port());
  EXPECT_EQ(another.rest(), "");  // that long it took
  slow.send("def");
  handler_.release();
  EXPECT_EQ(slow.answer().body, "6");
}

TEST_F(ServerStream, AnAnswerInPiecesIsChunkedOrHasItsLength) {
  serve();
  TestClient client(port());
  EXPECT_EQ(client.ask("GET /known/2500" + kHead + "\r\n").body, std::string(2500, 'x'));
  client.send("GET /known/2500" + kHead + "\r\n");
  EXPECT_EQ(client.answer().header("Content-Length"), "2500");
  client.send("HEAD /known/2500" + kHead + "\r\nGET /a" + kHead + "\r\n");
  EXPECT_EQ(client.answer(true).header("Content-Length"), "2500");
  EXPECT_EQ(client.answer().body, "GET /a ");
  client.send("GET /pieces/1000000" + kHead + "\r\nGET /a" + kHead + "Connection: close\r\n\r\n");
  EXPECT_EQ(client.answer(true).header("Transfer-Encoding"), "chunked");
  const std::string rest = client.rest();
  const std::size_t second = rest.find("HTTP/1.1");
  EXPECT_EQ(unchunked(rest.substr(0, second)), std::string(1'000'000, 'x'));
  EXPECT_TRUE(rest.ends_with("GET /a ")) << rest.substr(second);
}

TEST_F(ServerStream, AnOldClientGetsPiecesUntilTheEnd) {
  serve();
  TestClient client(port());
  client.send("GET /pieces/2500 HTTP/1.0\r\nConnection: keep-alive\r\n\r\n");
  const Answer answer = client.answer(true);
  EXPECT_EQ(answer.header("Connection"), "close");
  EXPECT_EQ(answer.header("Transfer-Encoding"), "");
  EXPECT_EQ(client.rest(), std::string(2500, 'x'));
}

TEST_F(ServerStream, AnAnswerThatBreaksIsSeenToBeCut) {
  serve();
  TestClient client(port());
  client.send("GET /broken" + kHead + "\r\n");
  EXPECT_EQ(client.answer(true).status, 200);
  EXPECT_EQ(unchunked(client.rest()), "somecut");
}

TEST_F(ServerStream, ManyAnswersInPiecesOnOneConnection) {
  serve();
  TestClient client(port());
  std::string requests;
  for (int i = 0; i < 2000; ++i) requests += "GET /known/1" + kHead + "\r\n";
  std::thread sender([&] { client.send(requests); });
  for (int i = 0; i < 2000; ++i) ASSERT_EQ(client.answer().body, "x");
  sender.join();
}

TEST_F(ServerStream, AStreamIsStoppedWhenItsClientIsGone) {
  serve();
  TestClient client(port());
  client.send("GET /pieces/1000000000" + kHead + "\r\n");
  EXPECT_EQ(client.answer(true).status, 200);
  client.reset();
  EXPECT_EQ(handler_.await_end(), "stopped");
  await_connections(0);
}

TEST_F(ServerStream, AStreamWhoseClientTakesNothingIsStopped) {
  serve({.write_timeout = 100ms});
  TestClient client(port());
  client.send("GET /pieces/1000000000" + kHead + "\r\n");
  EXPECT_EQ(handler_.await_end(), "stopped");
  await_connections(0);
}

TEST_F(ServerStream, BodiesMayComeAsGzipEitherWay) {
  serve({.body_bytes_max = 100'000});
  TestClient client(port());
  auto with = [](std::string_view path, const std::string& body, std::string_view coding) {
    return "POST " + std::string(path) + kHead + "Content-Encoding: " + std::string(coding) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + body;
  };
  EXPECT_EQ(client.ask(with("/a", gzip("hello"), "gzip")).body, "POST /a hello");
  EXPECT_EQ(client.ask(with("/count", gzip(std::string(3'000'000, 'x')), "x-gzip")).body, "3000000");
  EXPECT_EQ(client.ask(with("/a", "hello", "identity")).body, "POST /a hello");
  const Answer folded = client.ask("GET /" + std::string(3000, 'a') + kHead + "Accept-Encoding: gzip\r\n\r\n");
  EXPECT_EQ(folded.header("Content-Encoding"), "gzip");
  EXPECT_EQ(*gunzip(folded.body, 10'000), "GET /" + std::string(3000, 'a') + " ");
  EXPECT_EQ(TestClient(port()).ask(with("/a", gzip(std::string(200'000, 'x')), "gzip")).status, 413);
  EXPECT_EQ(TestClient(port()).ask(with("/a", "hello", "gzip")).status, 400);
  EXPECT_EQ(TestClient(port()).ask(with("/count", "hello", "gzip")).status, 400);
  const Answer unknown = TestClient(port()).ask(with("/a", "hello", "br"));
  EXPECT_EQ(unknown.status, 415);
  EXPECT_EQ(unknown.header("Accept-Encoding"), "gzip, identity");
}

}  // namespace
}  // namespace millrace::http
