#include "http/beast_reader_test.hpp"

#include <algorithm>
#include <boost/asio/buffer.hpp>
#include <boost/beast/http/basic_parser.hpp>
#include <boost/beast/http/error.hpp>

#include "http/request_reader.hpp"

namespace millrace::http {
namespace {

namespace beast = boost::beast;
using ErrorCode = boost::system::error_code;

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

/// Whether Beast takes the head alone: then what it refuses stands in the body.
bool is_refused_after_head(std::string_view stream) {
  const std::size_t head = stream.find("\r\n\r\n") + 4;
  BeastReader reader;
  reader.body_limit(boost::none);
  ErrorCode error;
  reader.put(boost::asio::buffer(stream.substr(0, head)), error);
  return !error;
}

std::string lower_case(std::string_view text) {
  std::string lower(text);
  std::ranges::transform(lower, lower.begin(), [](char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c; });
  return lower;
}

/// Where Beast asks for more than the standard: the grammar of Connection and of chunk extensions, no Content-Length among trailers (they
/// are to be ignored), and no HTTP/1.5.
bool is_beast_stricter(const ErrorCode& code, std::string_view stream) {
  using beast::http::error;
  if (code == error::bad_value) return lower_case(stream).contains("connection:");
  if (code == error::bad_content_length || code == error::bad_transfer_encoding) return is_refused_after_head(stream);
  return code == error::bad_chunk_extension || code == error::bad_version;
}

}  // namespace

BeastReading read_with_beast(std::string_view stream) {
  BeastReader reader;
  reader.eager(true);
  reader.body_limit(boost::none);
  ErrorCode error;
  const std::size_t size = reader.put(boost::asio::buffer(stream), error);
  if (error) return {.message = std::nullopt, .error = error.message(), .is_stricter = is_beast_stricter(error, stream)};
  if (!reader.is_done()) return {.message = std::nullopt, .error = "not whole"};
  return {.message = Message{reader.target + "\n" + reader.fields + reader.body, size}};
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

}  // namespace millrace::http
