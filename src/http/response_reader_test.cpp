#include "http/response_reader.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <cstring>

#include "http/gzip.hpp"

namespace millrace::http {
namespace {

using Step = ResponseReader::Step;

/// Gives the reader the bytes in pieces of one size, and then perhaps the connection's end.
Step feed(ResponseReader& reader, std::string_view bytes, std::size_t piece, bool ends) {
  Step step = reader.step();
  while (step == Step::need_more && !bytes.empty()) {
    const std::span<char> space = reader.space();
    const std::size_t count = std::min({piece, bytes.size(), space.size()});
    std::memcpy(space.data(), bytes.data(), count);
    reader.received(count);
    bytes.remove_prefix(count);
    step = reader.step();
  }
  return step == Step::need_more && ends ? reader.ended() : step;
}

/// "200 body +" for a response that leaves the connection usable, "200 body -" for one that does not, else the error's code.
std::string describe(ResponseReader& reader, Step step) {
  if (step == Step::failed) return std::string(reader.error().code);
  if (step == Step::need_more) return "need_more";
  const bool stays = reader.keeps_alive();
  auto response = reader.take();
  if (!response) return std::string(response.error().code);
  return fmt::format("{} {} {}", response->status, response->body, stays ? '+' : '-');
}

struct Row {
  std::string_view bytes;
  std::string_view read;
  Method method = Method::get;
};

const Row kRows[] = {
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhello", "200 hello +"},
    {"HTTP/1.1 200\r\ncontent-length:  0 \r\n\r\n", "200  +"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nConnection: close\r\n\r\nok", "200 ok -"},
    {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\n\r\nok", "200 ok -"},
    {"HTTP/1.0 200 OK\r\nContent-Length: 2\r\nConnection: Keep-Alive\r\n\r\nok", "200 ok +"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2;x=\"y\"\r\nde\r\n0\r\nTrailer: 1\r\n\r\n", "200 abcde +"},
    {"HTTP/1.1 200 OK\r\n\r\nuntil the end", "200 until the end -"},
    {"HTTP/1.1 200 OK\r\n\r\n", "200  -"},
    {"HTTP/1.1 204 No Content\r\n\r\n", "204  +"},
    {"HTTP/1.1 304 Not Modified\r\nContent-Length: 99\r\n\r\n", "304  +"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n", "200  +", Method::head},
    {"HTTP/1.1 100 Continue\r\n\r\nHTTP/1.1 103 Early Hints\r\nLink: x\r\n\r\nHTTP/1.1 200 OK\r\nContent-Length: 1\r\n\r\nx", "200 x +"},
    {"HTTP/1.1 503 Not now\r\nContent-Length: 1\r\n\r\nx", "503 x +"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok and more", "200 ok -"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 2\r\n\r\nok", "200 ok +"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: identity\r\n\r\nok", "200 ok +"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: gzip\r\n\r\nok", "http.answer"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Encoding: br\r\n\r\nok", "http.answer"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nContent-Length: 3\r\n\r\nokk", "http.answer"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", "http.answer"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: gzip, chunked\r\n\r\n0\r\n\r\n", "http.answer"},
    {"HTTP/1.1 200 OK\r\nContent-Length: -1\r\n\r\n", "http.answer"},
    {"HTTP/1.1 200 OK\r\nno colon\r\n\r\n", "http.answer"},
    {"HTTP/1.1 200 OK\r\n: empty\r\n\r\n", "http.answer"},
    {"HTTP/1.1 200 OK\nContent-Length: 0\n\n", "http.answer"},
    {"HTTP/1.1 20 OK\r\n\r\n", "http.answer"},
    {"HTTP/1.1 2000 OK\r\n\r\n", "http.answer"},
    {"HTTP/1.1 101 Switching Protocols\r\n\r\n", "http.answer"},
    {"HTTP/2 200\r\n\r\n", "http.answer"},
    {"SSH-2.0-OpenSSH_9.2\r\n\r\n", "http.answer"},
    {"\r\n\r\n", "http.answer"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", "http.answer"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nhel", "http.answer_cut"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nab", "http.answer_cut"},
    {"HTTP/1.1 200 OK\r\nContent-", "http.answer_cut"},
    {"", "http.answer_cut"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 104857600\r\n\r\nx", "http.answer_too_large"},
    {"HTTP/1.1 200 OK\r\nContent-Length: 99999999999999999999999\r\n\r\nx", "http.answer"},
    {"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n10\r\n0123456789abcdef\r\n10\r\n0123456789abcdef\r\n1\r\nx",
     "http.answer_too_large"},
    {"HTTP/1.1 200 OK\r\n\r\n0123456789abcdef0123456789abcdef0", "http.answer_too_large"},
};

TEST(ResponseReader, ReadsWhateverTheCuts) {
  for (const Row& row : kRows) {
    for (const std::size_t piece : {std::size_t{1}, std::size_t{2}, std::size_t{7}, std::size_t{100'000}}) {
      ResponseReader reader(32);
      reader.begin(row.method);
      const Step step = feed(reader, row.bytes, piece, true);
      // Bytes beyond the response may not have come yet when it is complete.
      if (row.bytes.ends_with("and more") && piece < 100'000) continue;
      EXPECT_EQ(describe(reader, step), row.read) << row.bytes << " in pieces of " << piece;
    }
  }
}

TEST(ResponseReader, ReadsOneAfterTheOther) {
  ResponseReader reader(1'000'000);
  for (int i = 0; i < 100; ++i) {
    reader.begin(Method::post);
    EXPECT_FALSE(reader.has_begun());
    const std::string body(static_cast<std::size_t>(i) * 997, 'x');
    const Step step = feed(reader, fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{}", body.size(), body), 4096, false);
    EXPECT_EQ(describe(reader, step), fmt::format("200 {} +", body));
    EXPECT_TRUE(reader.has_begun());
  }
}

TEST(ResponseReader, UnfoldsGzipWithinTheLimit) {
  const std::string folded = gzip(std::string(1000, 'x'));
  const std::string bytes = fmt::format("HTTP/1.1 200 OK\r\nContent-Length: {}\r\nContent-Encoding: GZIP\r\n\r\n{}", folded.size(), folded);
  ResponseReader roomy(1000), tight(999);
  roomy.begin(Method::get);
  tight.begin(Method::get);
  EXPECT_EQ(describe(roomy, feed(roomy, bytes, 10, false)), fmt::format("200 {} +", std::string(1000, 'x')));
  EXPECT_EQ(describe(tight, feed(tight, bytes, 10, false)), "http.answer_too_large");
}

TEST(ResponseReader, EndsAHeadThatHasNoEnd) {
  ResponseReader reader(1000);
  reader.begin(Method::get);
  std::string bytes = "HTTP/1.1 200 OK\r\n";
  while (bytes.size() < 100'000) bytes += "X-Header: and so on\r\n";
  EXPECT_EQ(describe(reader, feed(reader, bytes, 1000, false)), "http.answer_too_large");
}

TEST(ResponseReader, KeepsHeaders) {
  ResponseReader reader(1000);
  reader.begin(Method::get);
  ASSERT_EQ(feed(reader, "HTTP/1.1 302 Found\r\nLocation: http://x/y\r\nContent-Length: 0\r\n\r\n", 5, false), Step::response);
  auto response = reader.take();
  ASSERT_TRUE(response.has_value());
  EXPECT_EQ(response->header("location").value_or(""), "http://x/y");
  EXPECT_FALSE(response->header("loc").has_value());
}

}  // namespace
}  // namespace millrace::http
