// The GraphQL engine: text in, response out (specification section 6 and 7).
//
// A document is parsed, validated and planned once and then found by its text. The engine does no I/O of its own; what its resolvers do is
// theirs.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/document.hpp"
#include "base/task.hpp"
#include "graphql/execution/engine_options.hpp"
#include "graphql/execution/resolver.hpp"
#include "graphql/execution/subscription.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

struct EngineRequest {
  std::string_view query;
  std::optional<std::string_view> operation_name = {};
  const json::Value* variables = nullptr;  // an object; null: none
  bool queries_only = false;               // as GraphQL over HTTP wants it for GET
  Caller caller = {};                      // for resolvers; the engine does not look at it
  std::string_view begin = {};             // of a subscription: SourceCall::begin
};

struct EngineResponse {
  enum class Outcome : std::uint8_t {
    executed,       // `body` has data, and errors where fields failed
    request_error,  // `body` has errors alone: the document, operation name or variables are wrong
    not_a_query,    // the same; a mutation where only queries are allowed
    timed_out,      // the same; it took longer than it may
  };
  Outcome outcome = Outcome::executed;
  std::string body;         // the response as JSON (7.1)
  bool only_reads = false;  // a query that was executed
};

/// A subscription, or why there is none.
struct Subscribed {
  std::unique_ptr<Subscription> subscription = {};
  EngineResponse refusal = {};
};

class Engine {
 public:
  /// The resolvers behind `bindings` must outlive the engine.
  Engine(std::shared_ptr<const Schema> schema, Bindings bindings, EngineOptions options = {});
  ~Engine();

  /// Executes a request. Any thread with a loop; the views must live until the task ends. Never fails: errors are in the response.
  Task<EngineResponse> execute(EngineRequest request);

  /// Whether it asks for a subscription, as far as that can be told: what is wrong with it, execute() and subscribe() say.
  bool subscribes(const EngineRequest& request) const;

  /// Begins a subscription (6.2.3.1). The same as of execute(); the engine must outlive the subscription.
  Task<Subscribed> subscribe(EngineRequest request);

  /// How many requests run, those included that were answered when their time was up: the engine and its resolvers must outlive them.
  std::size_t running() const;

  const Schema& schema() const;
  const Bindings& bindings() const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::graphql
