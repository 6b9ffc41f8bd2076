// An HTTP/1.1 client for one server, by http or https: a bounded number of connections, kept alive between requests.
//
// Redirects are not followed: they are responses like any other.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/task.hpp"
#include "http/message.hpp"
#include "io/loop.hpp"

namespace millrace::http {

/// An absolute URL, split.
struct Url {
  std::string host;
  std::string port = "80";
  std::string path = {};   // with query; may be empty
  bool is_secure = false;  // https

  friend bool operator==(const Url&, const Url&) = default;
};

/// Nothing for anything but http://host[:port][/path], or the same with https.
std::optional<Url> parse_url(std::string_view text);

struct ClientOptions {
  std::chrono::milliseconds connect_timeout{10'000};
  std::chrono::milliseconds timeout{30'000};      // of a request as a whole, waiting for a connection and connecting included
  std::chrono::milliseconds idle_timeout{4'000};  // a kept connection is closed after this, before servers do it
  std::size_t connections_max = 1;
  std::size_t waiting_max = 10'000;  // requests that wait for a connection
  std::size_t response_bytes_max = 256u << 20;
};

struct ClientRequest {
  Method method = Method::get;
  std::string target;        // path and query
  std::string content_type;  // empty: none
  std::string body;
  std::vector<std::pair<std::string, std::string>> headers = {};
  std::optional<std::chrono::milliseconds> timeout = {};  // instead of the client's, when it is shorter
};

class Client {
 public:
  /// The loop must outlive the client; every call is made on its thread, but for the destructor when the loop has ended.
  Client(io::Loop& loop, Url server, ClientOptions options = {});
  /// Closes all connections. Requests that are under way end with "http.unreachable".
  ~Client();

  /// The same, while somebody may still hold it: nothing can be sent any more.
  void close();

  /// Sends and gives the whole response. A kept connection that the server has closed is opened anew. Errors, all unavailable but for the
  /// time-outs: "http.unreachable", "http.connect_timed_out" and "http.timed_out" (timed_out), "http.answer", "http.answer_cut",
  /// "http.answer_too_large", "http.waiting" (too many requests wait). Any number of requests at a time. Whether a failed request has been
  /// carried out is not known.
  Task<Response> send(ClientRequest request);

  /// Connections that are open or being opened.
  std::size_t connections() const;

 private:
  class Pool;
  std::shared_ptr<Pool> pool_;
};

}  // namespace millrace::http
