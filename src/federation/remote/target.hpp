// Another GraphQL server, asked over HTTP: its connections, its time, and what is done when it fails.
#pragma once

#include <atomic>
#include <chrono>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/task.hpp"
#include "federation/remote/breaker.hpp"
#include "graphql/execution/resolver.hpp"
#include "http/client.hpp"
#include "observe/instruments.hpp"

namespace millrace::federation {

/// The header that counts the services a request has gone through, so that services that ask each other come to an end.
inline constexpr std::string_view kHopsHeader = "Millrace-Hops";

struct TargetOptions {
  std::string url;  // as it is named to clients
  http::Url split;
  std::chrono::milliseconds connect_timeout{1'000};
  std::chrono::milliseconds timeout{10'000};  // of all tries together
  std::size_t retries = 2;
  std::chrono::milliseconds backoff{100};  // before the first retry, doubled before each further one; half of it is chance
  std::size_t connections_max = 16;        // of each thread
  std::size_t answer_bytes_max = 32u << 20;
  Breaker::Options breaker;
  std::uint32_t hops_max = 8;
  observe::Instruments* instruments = nullptr;  // told of each try; null: nobody is. Outlives the target.
};

class RemoteTarget {
 public:
  explicit RemoteTarget(TargetOptions options);
  /// Requires: nothing is under way, or its loop has ended.
  ~RemoteTarget();
  RemoteTarget(const RemoteTarget&) = delete;

  /// Posts a request that reads and may be made twice, again when it fails and there is time. The response is one of GraphQL, by its status
  /// or media type. Errors: "remote.unreachable", "remote.timed_out", "remote.open" (it failed too often just now and is not asked),
  /// "remote.status", "remote.redirect", "remote.answer", "remote.too_large", "remote.hops"; the message is the reason alone. Passes on who
  /// asks. Any thread with a loop.
  Task<std::string> post(std::string body, const graphql::Caller& caller);

  const std::string& url() const { return options_.url; }
  /// It failed several times in a row and is not asked.
  bool is_open() const { return breaker_.is_open(); }

 private:
  class Clients;
  struct Try {
    const std::string& body;
    const graphql::Caller& caller;
    Trace trace;
    std::chrono::milliseconds left;
  };
  Task<http::Response> send(Try one);
  Trace child_of(const Trace& trace) const;
  void tell(const Result<http::Response>& response, const Trace& trace, std::chrono::steady_clock::time_point begun) const;

  const TargetOptions options_;
  observe::Histogram* took_ = nullptr;
  Breaker breaker_;
  std::shared_ptr<Clients> clients_;
};

}  // namespace millrace::federation
