// Where the events of subscriptions come from (specification 6.2.3): the other interface between the engine and whatever stores or serves.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "base/task.hpp"
#include "graphql/execution/resolver.hpp"

namespace millrace::graphql {

/// What a stream gives when it is asked for more.
struct SourceEvent {
  enum class Kind : std::uint8_t {
    value,
    nothing,  // none came for a while; `position` may have moved on all the same
    over,     // and none will come
  };
  Kind kind = Kind::over;
  std::string_view value = {};  // of the field, canonical JSON; holds until the next event is asked for
  std::uint64_t position = 0;   // where to begin to go on after this
};

/// The events of one subscription (6.2.3.1 CreateSourceEventStream).
class SourceStream {
 public:
  virtual ~SourceStream() = default;
  /// Waits for the next one. An error ends the stream.
  virtual Task<SourceEvent> next() = 0;
  /// A next() that waits ends soon. The loop's thread.
  virtual void stop() = 0;
};

struct SourceCall {
  ArgumentValues arguments;        // views hold until the stream is open
  std::string_view begin = {};     // where to begin, in the source's own words; empty: wherever it does
  const Caller* caller = nullptr;  // of the request; null: there is none. It lives until the stream is open
};

/// What is behind a field of the Subscription type.
class Source {
 public:
  virtual ~Source() = default;
  virtual Task<std::unique_ptr<SourceStream>> open(const SourceCall& call) = 0;
};

}  // namespace millrace::graphql
