// Our reader beside Beast's: whatever ours takes, Beast reads the same way, and both agree on where the message ends.

#include <gtest/gtest.h>

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>
#include <optional>
#include <random>
#include <string>

#include "http/request_reader.hpp"

namespace millrace::http {
namespace {

namespace beast = boost::beast;
using ErrorCode = boost::system::error_code;

struct Message {
  std::string text;  // target, fields, body
  std::size_t size = 0;
  bool operator==(const Message&) const = default;
};

class BeastReader : public beast::http::basic_parser<true> {
 public:
  std::string target;
  std::string fields;
  std::string body;

 private:
  using Text = beast::string_view;
  void on_request_impl(beast::http::verb, Text, Text text, int, ErrorCode&) override { target = text; }
  void on_response_impl(int, Text, int, ErrorCode&) override {}
  void on_field_impl(beast::http::field, Text name, Text value, ErrorCode&) override {
    if (!is_header_done() && body.empty()) fields.append(name).append("=").append(value).append("\n");
  }
  void on_header_impl(ErrorCode&) override {}
  void on_body_init_impl(const boost::optional<std::uint64_t>&, ErrorCode&) override {}
  std::size_t on_body_impl(Text data, ErrorCode&) override { return body.append(data), data.size(); }
  void on_chunk_header_impl(std::uint64_t, Text, ErrorCode&) override {}
  std::size_t on_chunk_body_impl(std::uint64_t, Text data, ErrorCode&) override { return body.append(data), data.size(); }
  void on_finish_impl(ErrorCode&) override {}
};

/// The first message of the stream, when it is whole and well-formed.
std::optional<Message> read_with_beast(std::string_view stream, ErrorCode& error) {
  BeastReader reader;
  reader.eager(true);
  reader.body_limit(boost::none);
  const std::size_t size = reader.put(boost::asio::buffer(stream), error);
  if (error || !reader.is_done()) return std::nullopt;
  return Message{reader.target + "\n" + reader.fields + reader.body, size};
}

std::optional<Message> read_with_ours(std::string_view stream) {
  RequestReader reader(4000);
  std::ranges::copy(stream, reader.space().begin());
  reader.received(stream.size());
  if (reader.step() != RequestReader::Step::head) return std::nullopt;
  if (reader.step() != RequestReader::Step::request) return std::nullopt;
  const Request& request = reader.request();
  Message message{std::string(request.target) + "\n", 0};
  for (const auto& [name, value] : request.headers) message.text.append(name).append("=").append(value).append("\n");
  message.text += request.body;
  reader.finish();
  message.size = stream.size() - reader.rest_size();
  return message;
}

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

/// Whether Beast takes the head alone: then what it refuses stands in the body.
bool is_refused_after_head(std::string_view stream) {
  const std::size_t head = stream.find("\r\n\r\n") + 4;
  BeastReader reader;
  reader.body_limit(boost::none);
  ErrorCode error;
  reader.put(boost::asio::buffer(stream.substr(0, head)), error);
  return !error;
}

/// Where Beast asks for more than the standard: the grammar of Connection and of chunk extensions, no Content-Length among trailers (they
/// are to be ignored), and no HTTP/1.5.
bool is_beast_stricter(const ErrorCode& code, std::string_view stream) {
  using beast::http::error;
  if (code == error::bad_value) return stream.contains("Connection:");
  if (code == error::bad_content_length || code == error::bad_transfer_encoding) return is_refused_after_head(stream);
  return code == error::bad_chunk_extension || code == error::bad_version;
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
    ErrorCode error;
    const auto theirs = read_with_beast(rest, error);
    if (!theirs && is_beast_stricter(error, rest)) continue;
    ASSERT_TRUE(theirs) << error.message() << "\n" << testing::PrintToString(stream);
    ASSERT_EQ(*ours, *theirs) << testing::PrintToString(stream);
    ++agreed;
  }
  EXPECT_GT(agreed, 20'000);
}

}  // namespace
}  // namespace millrace::http
