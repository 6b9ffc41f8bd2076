#include "http/chunked.hpp"

#include <gtest/gtest.h>

#include <cstdint>
#include <optional>
#include <random>
#include <string>

namespace millrace::http {
namespace {

using Status = ChunkedDecoder::Status;

struct Decoded {
  Status status;
  std::string body;
  std::size_t consumed = 0;
};

/// Decodes `wire` as it comes in pieces of `piece` bytes.
Decoded decode(std::string_view wire, std::size_t piece = std::string_view::npos) {
  ChunkedDecoder decoder;
  Decoded decoded{Status::need_more, {}};
  while (decoded.consumed < wire.size()) {
    std::string_view part = wire.substr(decoded.consumed, piece);
    while (!part.empty()) {
      const ChunkedDecoder::Step step = decoder.next(part);
      decoded.consumed += step.consumed;
      decoded.body += step.data;
      decoded.status = step.status;
      part.remove_prefix(step.consumed);
      if (step.status == Status::done || step.status == Status::malformed) return decoded;
    }
  }
  decoded.status = Status::need_more;
  return decoded;
}

TEST(Chunked, GivesTheBodyAndStopsAtItsEnd) {
  const Decoded decoded = decode("5\r\nhello\r\n1;a=b;c=\"d\"\r\n \r\n00006\r\nworld!\r\n0\r\nTrailer: x\r\nOther:\r\n\r\nGET /");
  EXPECT_EQ(decoded.status, Status::done);
  EXPECT_EQ(decoded.body, "hello world!");
  EXPECT_EQ(decoded.consumed,
            std::string_view("5\r\nhello\r\n1;a=b;c=\"d\"\r\n \r\n00006\r\nworld!\r\n0\r\nTrailer: x\r\nOther:\r\n\r\n").size());
  EXPECT_EQ(decode("0\r\n\r\n").status, Status::done);
  EXPECT_EQ(decode("000;x\r\n\r\n").status, Status::done);
}

TEST(Chunked, RefusesWhatReadersDisagreeAbout) {
  for (std::string_view wire : std::initializer_list<std::string_view>{
           "\r\n",
           "\n",
           " 5\r\nhello\r\n",
           "5 \r\nhello\r\n",
           "5\nhello\r\n",
           "5\rhello\r\n",
           "+5\r\nhello\r\n",
           "-5\r\nhello\r\n",
           "0x5\r\nhello\r\n",
           "5x\r\nhello\r\n",
           "g\r\n",
           ";x\r\n",
           "5,\r\nhello",
           "5\r\nhelloX\r\n",
           "5\r\nhello\n",
           "5\r\nhello0\r\n\r\n",
           "5;a=\"\n\"\r\nhello\r\n",
           "5;a=\"\r\nhello\r\n",
           "5;a=\"\\\"\r\nhello\r\n",
           "5;a\x01\r\nhello\r\n",
           "5;a\rb\r\nhello\r\n",
           "FFFFFFFFFFFFFFFF\r\n",
           "10000000000000000\r\n",
           "0\r\n x\r\n\r\n",
           "0\r\n: x\r\n\r\n",
           "0\r\na b: x\r\n\r\n",
           "0\r\na\r\n\r\n",
           "0\r\na: x\n\r\n",
           "0\r\na: \x7F\r\n\r\n",
           "0\r\n\n",
           "0\r\n\rx",
           "0\n\n",
           std::string_view("\0\r\n", 3),
       }) {
    const Decoded decoded = decode(wire);
    EXPECT_TRUE(decoded.status == Status::malformed) << testing::PrintToString(std::string(wire));
  }
  EXPECT_EQ(decode(std::string_view("1\r\n\0\r\n0\r\n\r\n", 11)).status, Status::done);
}

TEST(Chunked, GivesBackWhateverWasEncodedHoweverItIsCut) {
  std::mt19937 random(3);
  for (int round = 0; round < 2000; ++round) {
    std::string body;
    std::string wire;
    for (unsigned chunks = random() % 5; chunks > 0; --chunks) {
      std::string data(1 + random() % 40, '\0');
      for (char& c : data) c = static_cast<char>(random());
      char size[32];
      std::snprintf(size, sizeof(size), random() % 2 ? "%zx" : "%04zX", data.size());
      wire.append(size).append(random() % 4 ? "" : ";ext=\"a b\"").append("\r\n").append(data).append("\r\n");
      body += data;
    }
    wire += random() % 2 ? "0\r\n\r\n" : "0\r\nA: b\r\n\r\n";
    const std::size_t size = wire.size();
    wire += "POST / HTTP/1.1\r\n";
    const Decoded decoded = decode(wire, 1 + random() % 9);
    ASSERT_EQ(decoded.status, Status::done);
    ASSERT_EQ(decoded.body, body);
    ASSERT_EQ(decoded.consumed, size);
  }
}

TEST(Chunked, SaysWhatAChunkAnnouncesBeforeItComes) {
  ChunkedDecoder decoder;
  EXPECT_EQ(decoder.next("fffff\r\n").status, Status::need_more);
  EXPECT_EQ(decoder.left_in_chunk(), 0xfffffu);
  EXPECT_EQ(decoder.next("abc").data, "abc");
  EXPECT_EQ(decoder.left_in_chunk(), 0xfffffu - 3);
}

}  // namespace
}  // namespace millrace::http
