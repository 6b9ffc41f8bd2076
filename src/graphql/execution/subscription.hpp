// A subscription under way: each event of its source becomes a response (specification 6.2.3.2 MapSourceToResponseEvent).
#pragma once

#include <atomic>
#include <expected>
#include <memory>
#include <string>

#include "base/task.hpp"
#include "graphql/execution/engine_options.hpp"
#include "graphql/execution/run.hpp"
#include "graphql/execution/source.hpp"
#include "graphql/language/source.hpp"

namespace millrace::graphql {

/// The field whose events a subscription is about: the operation's only one, or the only one of the groups that lead to it.
struct SourceField {
  Source* source = nullptr;
  const PlannedField* field = nullptr;
  std::string before, after;  // what makes the operation's root of an event's value
};

/// The error is for the client: the operation selects another number of fields, or one without events.
std::expected<SourceField, GraphqlError> find_source(const Plan& plan, const Bindings& bindings, std::string_view text);

class Subscription {
 public:
  struct Event {
    std::string body = {};       // a response; empty: nothing happened for a while
    std::uint64_t position = 0;  // everything up to here has been given
    bool is_over = false;
  };

  /// Options and counter must outlive it.
  Subscription(Run::Parts parts, SourceField field, std::unique_ptr<SourceStream> stream, const EngineOptions& options,
               std::atomic<std::size_t>& running);

  /// Waits for the next event and gives its response, with the position in its `extensions`. An error is the source's: it ends here.
  Task<Event> next();
  /// A next() that waits ends soon. The loop's thread.
  void stop() { stream_->stop(); }

 private:
  const Run::Parts parts_;
  const SourceField field_;
  const std::unique_ptr<SourceStream> stream_;
  const EngineOptions& options_;
  std::atomic<std::size_t>& running_;
};

}  // namespace millrace::graphql
