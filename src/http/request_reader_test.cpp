#include "http/request_reader.hpp"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstring>
#include <optional>
#include <random>
#include <string>
#include <vector>

namespace millrace::http {
namespace {

using Step = RequestReader::Step;

/// What came out of a stream of bytes.
struct Seen {
  std::vector<std::string> requests;  // in text
  int refused = 0;                    // status; 0: not
  bool operator==(const Seen&) const = default;
};

std::string text_of(const Request& request) {
  std::string text = std::string(to_string(request.method)) + " " + std::string(request.target) + "\n";
  for (const auto& [name, value] : request.headers) text.append(name).append("=").append(value).append("\n");
  return text.append(request.body);
}

struct Reading {
  std::size_t header_bytes_max = 1000;
  std::size_t body_bytes_max = 100'000;
  std::vector<std::size_t> pieces = {};  // sizes of what comes in, over and over; empty: as much as there is space
  bool is_streamed = false;              // bodies are taken piece by piece
};

Seen read(std::string_view stream, const Reading& reading = {}) {
  RequestReader reader(reading.header_bytes_max);
  Seen seen;
  std::string body;  // when streamed
  for (std::size_t round = 0;; ++round) {
    while (true) {
      const Step step = reader.step();
      if (step == Step::need_more) break;
      if (step == Step::head) reader.set_body_limit(reading.body_bytes_max);
      if (step == Step::head && reading.is_streamed) reader.stream_body();
      if (step == Step::piece) {
        EXPECT_FALSE(reader.piece().empty());
        body += reader.piece();
      }
      if (step == Step::request) {
        if (reading.is_streamed) {
          EXPECT_EQ(reader.request().body, "");
          reader.request().body = body;
        }
        seen.requests.push_back(text_of(reader.request()));
        body.clear();
        reader.finish();
      }
      if (step == Step::refused) {
        seen.refused = reader.refusal().status;
        return seen;
      }
    }
    if (stream.empty()) return seen;
    const std::span<char> space = reader.space();
    EXPECT_FALSE(space.empty());
    std::size_t count = std::min(space.size(), stream.size());
    if (!reading.pieces.empty()) count = std::min(count, reading.pieces[round % reading.pieces.size()]);
    // Exactly the piece, in memory of its own: reading beyond it is an error that the address sanitizer sees.
    const std::vector<char> piece(stream.begin(), stream.begin() + static_cast<std::ptrdiff_t>(count));
    std::memcpy(space.data(), piece.data(), count);
    reader.received(count);
    stream.remove_prefix(count);
  }
}

const std::string kStream =
    "\r\nGET /a?b=c HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n"
    "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 12\r\n\r\nhello\r\nworld"
    "\r\n"
    "PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n6;x=y\r\nchunky\r\n3\r\n\r\n\r\r\n0\r\nT: u\r\n\r\n"
    "POST /d HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n"
    "POST /e HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: Chunked\r\n\r\n0\r\n\r\n"
    "DELETE /f HTTP/1.0\r\n\r\n";

const Seen kSeen{{"GET /a?b=c\nHost=h\nAccept=*/*\n", "POST /b\nHost=h\nContent-Length=12\nhello\r\nworld",
                  "PUT /c\nHost=h\nTransfer-Encoding=chunked\nchunky\r\n\r", "POST /d\nHost=h\nContent-Length=0\n",
                  "POST /e\nHost=h\nTransfer-Encoding=Chunked\n", "DELETE /f\n"}};

TEST(RequestReader, ReadsRequestsThatComeTogether) {
  EXPECT_EQ(read(kStream), kSeen);
}

TEST(RequestReader, ReadsTheSameHoweverTheStreamIsCut) {
  for (std::size_t first = 1; first < kStream.size(); ++first)
    EXPECT_EQ(read(kStream, {.pieces = {first, kStream.size()}}), kSeen) << first;
  for (std::size_t piece = 1; piece < 20; ++piece) EXPECT_EQ(read(kStream, {.pieces = {piece}}), kSeen) << piece;
  std::mt19937 random(5);
  for (int round = 0; round < 500; ++round) {
    std::vector<std::size_t> pieces(20);
    for (std::size_t& piece : pieces) piece = 1 + random() % 60;
    EXPECT_EQ(read(kStream, {.pieces = pieces}), kSeen) << testing::PrintToString(pieces);
  }
}

TEST(RequestReader, GivesTheSameBodiesInPieces) {
  EXPECT_EQ(read(kStream, {.is_streamed = true}), kSeen);
  for (std::size_t first = 1; first < kStream.size(); ++first)
    EXPECT_EQ(read(kStream, {.pieces = {first, kStream.size()}, .is_streamed = true}), kSeen) << first;
  for (std::size_t piece = 1; piece < 20; ++piece) EXPECT_EQ(read(kStream, {.pieces = {piece}, .is_streamed = true}), kSeen) << piece;
}

TEST(RequestReader, HoldsNoMoreOfAStreamedBodyThanAPiece) {
  RequestReader reader(1000);
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1000000000\r\n\r\n";
  std::ranges::copy(head, reader.space().begin());
  reader.received(head.size());
  EXPECT_EQ(reader.step(), Step::head);
  reader.stream_body();
  std::uint64_t seen = 0;
  Step step = reader.step();
  for (; step != Step::request; step = reader.step()) {
    if (step == Step::piece) {
      seen += reader.piece().size();
      continue;
    }
    const std::span<char> space = reader.space();
    ASSERT_LE(space.size(), 64u * 1024);
    reader.received(space.size());
  }
  EXPECT_EQ(seen, 1'000'000'000u);
}

TEST(RequestReader, KeepsTheHeadWhileABodyOfAnySizeComes) {
  std::mt19937 random(6);
  for (const std::size_t size : {1, 100, 4000, 4096, 5000, 16384, 20000, 70000}) {
    std::string body(size, '\0');
    for (char& c : body) c = static_cast<char>(random());
    const std::string fields = "Host: h\r\nX: " + std::string(300, 'x') + "\r\n";
    const std::string after = "GET / HTTP/1.1\r\nHost: h\r\n\r\n";
    std::string chunks;
    for (std::string_view rest = body; !rest.empty();) {
      const std::string_view data = rest.substr(0, 1 + random() % 9000);
      char head[32];
      std::snprintf(head, sizeof(head), "%zx\r\n", data.size());
      chunks.append(head).append(data).append("\r\n");
      rest.remove_prefix(data.size());
    }
    const std::string plain = "POST / HTTP/1.1\r\n" + fields + "Content-Length: " + std::to_string(size) + "\r\n\r\n" + body + after;
    const std::string chunked = "POST / HTTP/1.1\r\n" + fields + "Transfer-Encoding: chunked\r\n\r\n" + chunks + "0\r\n\r\n" + after;
    for (const std::size_t piece : {std::size_t{1000}, std::size_t{4096}, std::size_t{100'000}}) {
      for (const std::string& stream : {plain, chunked}) {
        const Seen seen = read(stream, {.pieces = {piece}});
        ASSERT_EQ(seen.requests.size(), 2u) << seen.refused;
        EXPECT_TRUE(seen.requests[0].starts_with("POST /\nHost=h\nX=xxx"));
        EXPECT_TRUE(seen.requests[0].ends_with(body));
        EXPECT_EQ(seen.requests[1], "GET /\nHost=h\n");
      }
    }
  }
}

std::string head_of_size(std::size_t size) {
  std::string head = "GET / HTTP/1.1\r\nHost: h\r\nX: ";
  return head + std::string(size - head.size() - 4, 'x') + "\r\n\r\n";
}

TEST(RequestReader, EnforcesTheHeadsLimitBeforeItIsWhole) {
  for (const std::size_t piece : {std::size_t{1}, std::size_t{77}, std::size_t{100'000}}) {
    EXPECT_EQ(read(head_of_size(1000) + head_of_size(1000), {.pieces = {piece}}).requests.size(), 2u);
    EXPECT_EQ(read(head_of_size(1001), {.pieces = {piece}}).refused, 431);
    EXPECT_EQ(read(head_of_size(1'000'000), {.pieces = {piece}}).refused, 431);
    EXPECT_EQ(read("GET /" + std::string(2000, 'x'), {.pieces = {piece}}).refused, 414);
  }
}

TEST(RequestReader, EnforcesTheBodysLimitBeforeItIsThere) {
  auto post = [](std::string_view rest) { return "POST / HTTP/1.1\r\nHost: h\r\n" + std::string(rest); };
  const Reading reading{.body_bytes_max = 10};
  EXPECT_EQ(read(post("Content-Length: 10\r\n\r\n0123456789"), reading).requests.size(), 1u);
  EXPECT_EQ(read(post("Content-Length: 11\r\n\r\n"), reading).refused, 413);
  EXPECT_EQ(read(post("Content-Length: 18446744073709551615\r\n\r\n"), reading).refused, 413);
  EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n5\r\n56789\r\n0\r\n\r\n"), reading).requests.size(), 1u);
  EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\n\r\n5\r\n01234\r\n6\r\n"), reading).refused, 413);
  EXPECT_EQ(read(post("Transfer-Encoding: chunked\r\n\r\nffffffffffffff\r\n"), reading).refused, 413);
}

TEST(RequestReader, EnforcesALimitOnWhatChunksCarryBesidesData) {
  const std::string head = "POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n";
  std::string single;
  for (int i = 0; i < 10'000; ++i) single += "1\r\nx\r\n";
  EXPECT_EQ(read(head + single + "0\r\n\r\n").requests.size(), 1u);
  EXPECT_EQ(read(head + "1;" + std::string(2000, 'x') + "\r\nx\r\n0\r\n\r\n").refused, 400);
  EXPECT_EQ(read(head + std::string(2000, '0') + "\r\n\r\n").refused, 400);
  EXPECT_EQ(read(head + "0\r\nA: " + std::string(2000, 'x') + "\r\n\r\n").refused, 400);
}

TEST(RequestReader, RefusesAndStaysRefused) {
  RequestReader reader(1000);
  std::ranges::copy(std::string_view("GET / HTTP/1.1\n"), reader.space().begin());
  reader.received(15);
  EXPECT_EQ(reader.step(), Step::refused);
  EXPECT_EQ(reader.step(), Step::refused);
  EXPECT_EQ(reader.refusal().status, 400);
}

TEST(RequestReader, KnowsWhereItStands) {
  RequestReader reader(1000);
  auto give = [&reader](std::string_view bytes) {
    std::ranges::copy(bytes, reader.space().begin());
    reader.received(bytes.size());
    return reader.step();
  };
  EXPECT_TRUE(reader.is_idle());
  EXPECT_EQ(give("\r\n"), Step::need_more);
  EXPECT_TRUE(reader.is_idle());
  EXPECT_EQ(give("POST / HTTP/1.1\r\n"), Step::need_more);
  EXPECT_FALSE(reader.is_idle());
  EXPECT_FALSE(reader.is_in_body());
  EXPECT_EQ(give("Host: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\n"), Step::head);
  EXPECT_TRUE(reader.waits_for_continue());
  EXPECT_EQ(reader.step(), Step::need_more);
  EXPECT_TRUE(reader.is_in_body());
  EXPECT_EQ(reader.space().size(), 3u);  // not a byte of the next request
  EXPECT_EQ(give("abc"), Step::request);
  EXPECT_FALSE(reader.is_idle());
  reader.finish();
  EXPECT_TRUE(reader.is_idle());
  EXPECT_EQ(give("POST / HTTP/1.1\r\nHost: h\r\nExpect: 100-continue\r\nContent-Length: 3\r\n\r\na"), Step::head);
  EXPECT_FALSE(reader.waits_for_continue());
}

}  // namespace
}  // namespace millrace::http
