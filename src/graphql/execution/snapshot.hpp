// What the resolvers of one request share so that all of them read as of one instant.
#pragma once

#include "base/task.hpp"

namespace millrace::graphql {

/// Made for a request that reads more than once (EngineOptions::make_snapshot). Resolvers that read join it (Resolver::join), then it is
/// taken once, before the first of them is asked, and each finds in it what holds for it (FieldCall::snapshot). Whoever makes it and the
/// resolvers know what it is.
class Snapshot {
 public:
  virtual ~Snapshot() = default;
  /// Settles what is read. Never fails: where that could not be settled, whoever asks for it has the error.
  virtual Task<void> take() = 0;
};

}  // namespace millrace::graphql
