// NATS JetStream as a publisher, over the library cnats. No thread of ours or its own begins before the first session.
#pragma once

#include <chrono>
#include <memory>
#include <optional>
#include <string>

#include "io/loop.hpp"
#include "sink/publisher.hpp"

namespace millrace::sink {

/// A stream that is made where there is none of that name. 0: no limit, or the server's own.
struct NatsStream {
  std::string name;
  std::chrono::milliseconds age_max{};
  std::uint64_t bytes_max = 0;
  std::uint64_t replicas = 1;
  std::chrono::milliseconds duplicates{120'000};  // how long the server knows a message's id
};

struct NatsOptions {
  std::string url;  // nats://, tls://; with user:password@ or token@; several with commas between
  std::string subject;
  std::string entity;
  std::string name;                       // of the connection, for who looks at the server
  std::optional<NatsStream> stream = {};  // none: the server must have one that takes the subject
  std::string ca = {};                    // files; empty: the system's
  std::string certificate = {};
  std::string key = {};
  std::chrono::milliseconds connect_timeout{3'000};
};

/// The loop outlives it; its thread alone. In a stream that takes this subject alone, and no messages of others, each message but a
/// session's first says which one it follows: so there is no gap in it, and no repeat, whatever the server's window for duplicates. In
/// others a message that is refused alone may come after those that follow it.
std::unique_ptr<Publisher> make_nats_publisher(io::Loop& loop, NatsOptions options);

}  // namespace millrace::sink
