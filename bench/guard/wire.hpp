// A connection without its socket: the bytes of requests in, the bytes of their answers out.
#pragma once

#include <algorithm>
#include <cstring>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "http/content_coding.hpp"
#include "http/cors.hpp"
#include "http/request_reader.hpp"
#include "http/response_head.hpp"
#include "http/traffic.hpp"

namespace millrace::bench {

/// What a task gives that waits for nothing.
template <class T>
T at_once(Task<T> task) {
  std::optional<Result<T>> result;
  start(std::move(task), [&result](Result<T> ended) { result.emplace(std::move(ended)); });
  CHECK(result && result->has_value());
  return **std::move(result);
}

class Wire {
 public:
  /// Reads one whole request. It holds until finish().
  const http::Request& read(std::string_view bytes) {
    using Step = http::RequestReader::Step;
    while (true) {
      const Step step = reader_.step();
      if (step == Step::request) return reader_.request();
      if (step == Step::head) continue;
      CHECK(step == Step::need_more && !bytes.empty());
      const std::span<char> space = reader_.space();
      const std::size_t count = std::min(space.size(), bytes.size());
      std::memcpy(space.data(), bytes.data(), count);
      reader_.received(count);
      bytes.remove_prefix(count);
    }
  }
  void finish() { reader_.finish(); }

  /// Writes a response. The view holds until the next one.
  std::string_view write(http::Response response) {
    out_.clear();
    http::encode(response, reader_.framing().accept_encoding);
    http::append_response_head(out_, response, {.date = "Mon, 01 Jan 2024 12:00:00 GMT", .headers = cors_});
    out_ += response.body;
    return out_;
  }

  /// As a connection does it, with all that it tells of it.
  std::string_view exchange(http::Handler& handler, http::Traffic& traffic, std::string_view bytes) {
    begin(traffic, bytes);
    traffic.received(bytes.size());
    const auto begun = http::Traffic::Clock::now();
    http::Response response = handled(handler);
    traffic.answered(reader_.request(), *route_, response.status, http::Traffic::Clock::now() - begun);
    traffic.sent(response.body.size());
    return end(std::move(response));
  }
  /// The same, and nothing is counted.
  std::string_view exchange_uncounted(http::Handler& handler, http::Traffic& traffic, std::string_view bytes) {
    begin(traffic, bytes);
    return end(handled(handler));
  }

 private:
  void begin(http::Traffic& traffic, std::string_view bytes) {
    read(bytes);
    route_ = nullptr;
    reader_.request().route = &route_;
    reader_.request().trace = traffic.begin(reader_.framing().traceparent);
  }
  http::Response handled(http::Handler& handler) {
    http::Response response = at_once(handler.handle(reader_.request()));
    CHECK(response.status < 300 && route_ != nullptr);
    return response;
  }
  std::string_view end(http::Response response) {
    write(std::move(response));
    finish();
    return out_;
  }

  http::RequestReader reader_{64 * 1024};
  http::Route* route_ = nullptr;
  const std::string cors_ = http::cors_headers({});
  std::string out_;
};

}  // namespace millrace::bench
