// Our reader beside Beast's: whatever ours takes, Beast reads the same way, and both agree on where the message ends.

#include <gtest/gtest.h>

#include <random>
#include <string>

#include "http/beast_reader_test.hpp"

namespace millrace::http {
namespace {

constexpr std::string_view kSeeds[] = {
    "GET /a?b HTTP/1.1\r\nHost: h\r\nAccept: */*\r\n\r\n",
    "POST /b HTTP/1.1\r\nHost: h\r\nContent-Length: 5\r\n\r\nhelloGET / HTTP/1.1\r\nHost: h\r\n\r\n",
    "PUT /c HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n1;a=b\r\nx\r\n0\r\nT: u\r\n\r\nGET / HTTP/1.1\r\n",
    "POST /d HTTP/1.0\r\nConnection: keep-alive\r\nContent-Length: 3\r\n\r\nabc",
};
constexpr std::string_view kFragments[] = {
    "\r\n",
    "\r",
    "\n",
    " ",
    "\t",
    ":",
    "0",
    "1",
    "5",
    "a",
    ",",
    ";",
    "\"",
    "=",
    "%",
    "\x80",
    "\x7F",
    "Content-Length: 5\r\n",
    "Content-Length: 4\r\n",
    "Transfer-Encoding: chunked\r\n",
    "Transfer-Encoding: identity\r\n",
    "Host: h\r\n",
    "\r\n\r\n",
    "HTTP/1.1",
    "chunked",
    "0\r\n\r\n",
    "\r\n x",
};

std::string mutated(std::mt19937& random) {
  std::string text(kSeeds[random() % std::size(kSeeds)]);
  for (unsigned edits = random() % 4; edits > 0; --edits) {
    const std::size_t at = random() % (text.size() + 1);
    switch (random() % 3) {
      case 0: text.insert(at, kFragments[random() % std::size(kFragments)]); break;
      case 1: text.erase(at, 1 + random() % 3); break;
      default: text.replace(at, 1, kFragments[random() % std::size(kFragments)]); break;
    }
  }
  return text;
}

TEST(RequestReader, TakesNothingThatBeastReadsAnotherWay) {
  std::mt19937 random(1);
  int agreed = 0;
  for (int round = 0; round < 100'000; ++round) {
    const std::string stream = mutated(random);
    std::string_view rest = stream;
    while (rest.starts_with("\r\n")) rest.remove_prefix(2);  // Beast's caller is expected to
    const auto ours = read_with_ours(rest);
    if (!ours) continue;
    const BeastReading theirs = read_with_beast(rest);
    if (theirs.is_stricter) continue;
    ASSERT_TRUE(theirs.message) << theirs.error << "\n" << testing::PrintToString(stream);
    ASSERT_EQ(*ours, *theirs.message) << testing::PrintToString(stream);
    ++agreed;
  }
  EXPECT_GT(agreed, 20'000);
}

}  // namespace
}  // namespace millrace::http
