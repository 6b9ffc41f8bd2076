#include "graphql/execution/engine.hpp"

#include <atomic>

#include "graphql/execution/answer.hpp"
#include "graphql/execution/preparer.hpp"
#include "graphql/execution/run.hpp"
#include "graphql/type/coercion.hpp"

namespace millrace::graphql {
namespace {

EngineResponse refuse(const std::vector<GraphqlError>& errors, EngineResponse::Outcome outcome = EngineResponse::Outcome::request_error) {
  std::string entries;
  for (const GraphqlError& error : errors) append_error(entries, error.message, error.locations, {}, error.code);
  return {outcome, "{\"errors\":[" + entries + "]}"};
}

/// 6.1.1 GetOperation; the words are graphql-js's.
std::expected<const OperationDefinition*, GraphqlError> find_operation(const Document& document, std::optional<std::string_view> name) {
  const OperationDefinition* found = nullptr;
  for (const OperationDefinition& operation : document.operations) {
    if (!name) {
      if (found != nullptr) return std::unexpected(GraphqlError{"Must provide operation name if query contains multiple operations."});
      found = &operation;
    } else if (operation.name && operation.name->text == *name) {
      return &operation;
    }
  }
  if (found != nullptr) return found;
  if (!name) return std::unexpected(GraphqlError{"Must provide an operation."});
  return std::unexpected(GraphqlError{fmt::format("Unknown operation named \"{}\".", *name)});
}

}  // namespace

struct Engine::State {
  const std::shared_ptr<const Schema> schema;
  const Bindings bindings;
  const EngineOptions options;
  Preparer preparer;
  std::atomic<std::size_t> running = 0;

  State(std::shared_ptr<const Schema> schema_in, Bindings bindings_in, EngineOptions options_in)
      : schema(std::move(schema_in)),
        bindings(std::move(bindings_in)),
        options(std::move(options_in)),
        preparer(*schema, bindings, options) {}

  EngineResponse too_large(std::size_t bytes) const {
    return refuse(
        {{fmt::format("The query is {} bytes long; the limit is {}. Split it into several requests.", bytes, options.query_bytes_max),
          {},
          "graphql.bytes"}});
  }
  EngineResponse timed_out(OperationType operation) const {
    std::string_view hint =
        operation == OperationType::mutation ? "What it has begun to write may still be written." : "Ask for less, or for fewer rows.";
    return refuse(
        {{fmt::format("The request took longer than {} ms, the limit. {}", options.timeout.count(), hint), {}, "graphql.timed_out"}},
        EngineResponse::Outcome::timed_out);
  }
};

Engine::Engine(std::shared_ptr<const Schema> schema, Bindings bindings, EngineOptions options)
    : state_(std::make_unique<State>(std::move(schema), std::move(bindings), std::move(options))) {}
Engine::~Engine() = default;

const Schema& Engine::schema() const {
  return *state_->schema;
}
const Bindings& Engine::bindings() const {
  return state_->bindings;
}

std::size_t Engine::running() const {
  return state_->running;
}

namespace {

std::string response_body(Answer answer) {
  std::string body;
  body.reserve(answer.data.size() + answer.errors.size() + 32);
  body += '{';
  if (!answer.errors.empty()) body.append("\"errors\":[").append(answer.errors).append("],");
  return body.append("\"data\":").append(answer.data).append(1, '}');
}

}  // namespace

Task<EngineResponse> Engine::execute(EngineRequest request) {
  if (request.query.size() > state_->options.query_bytes_max) co_return state_->too_large(request.query.size());
  auto found = state_->preparer.prepare(request.query);
  if (!found) co_return refuse(found.error());
  const std::shared_ptr<Prepared> prepared = *std::move(found);
  auto operation = find_operation(prepared->document, request.operation_name);
  if (!operation) co_return refuse({operation.error()});
  const OperationDefinition& chosen = **operation;
  if (request.queries_only && chosen.operation != OperationType::query)
    co_return refuse({{"Can only perform a mutation operation from a POST request."}}, EngineResponse::Outcome::not_a_query);
  if (chosen.operation == OperationType::subscription) co_return refuse({{"Subscriptions are not served over this transport."}});
  if (chosen.operation != OperationType::query) request.caller.arguments.clear();
  auto variables = coerce_variables(*state_->schema, chosen, request.variables, prepared->text);
  if (!variables) co_return refuse(variables.error());
  auto plan = state_->preparer.plan(*prepared, chosen, *variables);
  if (!plan) co_return refuse({plan.error()});
  auto run =
      std::make_shared<Run>(Run::Parts{*state_->schema, prepared, *std::move(plan), *std::move(variables), std::move(request.caller)},
                            state_->options, state_->running);
  auto answer = co_await Run::answer(run);
  if (!*answer) co_return state_->timed_out(chosen.operation);
  co_return EngineResponse{EngineResponse::Outcome::executed, response_body(**std::move(answer)), chosen.operation == OperationType::query};
}

}  // namespace millrace::graphql
