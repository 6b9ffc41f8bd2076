#include "graphql/execution/engine.hpp"

#include <atomic>
#include <deque>

#include "graphql/execution/answer.hpp"
#include "graphql/execution/preparer.hpp"
#include "graphql/execution/response.hpp"
#include "graphql/execution/run.hpp"
#include "graphql/type/coercion.hpp"

namespace millrace::graphql {
namespace {

EngineResponse refuse(const std::vector<GraphqlError>& errors, EngineResponse::Outcome outcome = EngineResponse::Outcome::request_error) {
  return {outcome, errors_body(errors)};
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

  using Told = OperationCounts::Outcome;
  void count(std::optional<OperationType> operation, Told outcome) const {
    if (options.counts) options.counts->add(operation, outcome);
  }
  EngineResponse refused(std::optional<OperationType> operation, EngineResponse response) const {
    count(operation, Told::refused);
    return response;
  }

  EngineResponse too_large(std::size_t bytes) const {
    return refuse(
        {{fmt::format("The query is {} bytes long; the limit is {}. Split it into several requests.", bytes, options.query_bytes_max),
          {},
          "graphql.bytes"}});
  }

  /// The operation that is asked for, in its document.
  struct Chosen {
    std::shared_ptr<Prepared> prepared;
    const OperationDefinition* operation;
  };
  std::expected<Chosen, EngineResponse> choose(const EngineRequest& request) {
    if (request.query.size() > options.query_bytes_max) return std::unexpected(too_large(request.query.size()));
    auto prepared = preparer.prepare(request.query);
    if (!prepared) return std::unexpected(refuse(prepared.error()));
    auto operation = find_operation((*prepared)->document, request.operation_name);
    if (!operation) return std::unexpected(refuse({operation.error()}));
    return Chosen{*std::move(prepared), *operation};
  }

  /// What runs it.
  std::expected<Run::Parts, EngineResponse> plan(Chosen chosen, EngineRequest& request) {
    auto variables = coerce_variables(*schema, *chosen.operation, request.variables, chosen.prepared->text);
    if (!variables) return std::unexpected(refuse(variables.error()));
    auto plan = preparer.plan(*chosen.prepared, *chosen.operation, *variables);
    if (!plan) return std::unexpected(refuse({plan.error()}));
    if (chosen.operation->operation != OperationType::query) request.caller.arguments.clear();
    return Run::Parts{*schema, std::move(chosen.prepared), *std::move(plan), *std::move(variables), std::move(request.caller)};
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

bool Engine::subscribes(const EngineRequest& request) const {
  auto chosen = state_->choose(request);
  return chosen && chosen->operation->operation == OperationType::subscription;
}

Task<EngineResponse> Engine::execute(EngineRequest request) {
  auto chosen = state_->choose(request);
  if (!chosen) co_return state_->refused({}, std::move(chosen).error());
  const OperationType operation = chosen->operation->operation;
  if (request.queries_only && operation != OperationType::query)
    co_return state_->refused(
        operation, refuse({{"Can only perform a mutation operation from a POST request."}}, EngineResponse::Outcome::not_a_query));
  if (operation == OperationType::subscription)
    co_return state_->refused(
        operation,
        refuse(
            {{"A subscription needs a transport that does not end: WebSocket with graphql-transport-ws, or Accept: text/event-stream."}}));
  auto parts = state_->plan(*std::move(chosen), request);
  if (!parts) co_return state_->refused(operation, std::move(parts).error());
  // Not by make_shared: what waits for its time to be up holds it weakly, and would keep its memory until then.
  std::shared_ptr<Run> run(new Run(*std::move(parts), state_->options, state_->running));
  auto answer = co_await Run::answer(run);
  if (!*answer) {
    state_->count(operation, State::Told::timed_out);
    co_return EngineResponse{EngineResponse::Outcome::timed_out, timed_out_body(state_->options.timeout, operation)};
  }
  state_->count(operation, (*answer)->errors.empty() ? State::Told::whole : State::Told::with_errors);
  co_return EngineResponse{EngineResponse::Outcome::executed, response_body(**std::move(answer)), operation == OperationType::query};
}

Task<Subscribed> Engine::subscribe(EngineRequest request) {
  auto chosen = state_->choose(request);
  if (!chosen) co_return Subscribed{{}, state_->refused({}, std::move(chosen).error())};
  constexpr OperationType kOwn = OperationType::subscription;
  if (const OperationType other = chosen->operation->operation; other != kOwn)
    co_return Subscribed{{}, state_->refused(other, refuse({{"This is no subscription."}}))};
  auto parts = state_->plan(*std::move(chosen), request);
  if (!parts) co_return Subscribed{{}, state_->refused(kOwn, std::move(parts).error())};
  const std::string_view text = parts->prepared->text;
  auto field = find_source(*parts->plan, state_->bindings, text);
  if (!field) co_return Subscribed{{}, state_->refused(kOwn, refuse({field.error()}))};
  std::deque<std::string> storage;
  auto arguments = argument_values(*field->field, parts->variables, storage);
  if (!arguments)
    co_return Subscribed{{}, state_->refused(kOwn, refuse({{arguments.error().message, {location_at(text, arguments.error().begin)}}}))};
  const SourceCall call{*std::move(arguments), request.begin, &parts->caller};
  auto stream = co_await field->source->open(call);
  if (!stream) {
    const Error& error = stream.error();
    GraphqlError told{error.hint.empty() ? error.message : error.message + ' ' + error.hint, {}, code_of(error)};
    for (const Selection* node : field->field->nodes) told.locations.push_back(location_at(text, node->begin));
    co_return Subscribed{{}, state_->refused(kOwn, refuse({std::move(told)}))};
  }
  state_->count(kOwn, State::Told::whole);
  co_return Subscribed{
      std::make_unique<Subscription>(*std::move(parts), *std::move(field), *std::move(stream), state_->options, state_->running)};
}

}  // namespace millrace::graphql
