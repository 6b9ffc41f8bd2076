// An HTTP/1.1 client for one server: one connection at a time, kept alive between requests.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "base/task.hpp"
#include "http/message.hpp"
#include "io/loop.hpp"

namespace millrace::http {

/// An absolute http URL, split.
struct Url {
  std::string host;
  std::string port = "80";
  std::string path;  // with query; may be empty
};

/// Nothing for anything but http://host[:port][/path].
std::optional<Url> parse_url(std::string_view text);

struct ClientOptions {
  std::chrono::milliseconds timeout{30'000};  // of a request as a whole, connecting included
  std::size_t response_bytes_max = 256u << 20;
};

struct ClientRequest {
  Method method = Method::get;
  std::string target;        // path and query
  std::string content_type;  // empty: none
  std::string body;
};

class Client {
 public:
  /// The loop must outlive the client; every call is made on its thread.
  Client(io::Loop& loop, std::string host, std::string port, ClientOptions options = {});
  ~Client();

  /// Sends and gives the whole response. A kept connection that the server has closed is opened anew. Errors: "http.unreachable"
  /// (unavailable), "http.timed_out". One request at a time. Whether a failed request has been carried out is not known.
  Task<Response> send(ClientRequest request);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::http
