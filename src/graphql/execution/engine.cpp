#include "graphql/execution/engine.hpp"

#include "graphql/execution/answer.hpp"
#include "graphql/execution/fetch.hpp"
#include "graphql/execution/introspection.hpp"
#include "graphql/execution/plan.hpp"
#include "graphql/execution/prepared.hpp"
#include "graphql/type/coercion.hpp"

namespace millrace::graphql {
namespace {

EngineResponse refuse(const std::vector<GraphqlError>& errors, EngineResponse::Outcome outcome = EngineResponse::Outcome::request_error) {
  std::string entries;
  for (const GraphqlError& error : errors) append_error(entries, error.message, error.locations, {}, {});
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
  std::shared_ptr<const Schema> schema;
  Bindings bindings;
  EngineOptions options;
  Introspection introspection;
  PreparedCache cache;

  State(std::shared_ptr<const Schema> schema_in, Bindings bindings_in, EngineOptions options_in)
      : schema(std::move(schema_in)),
        bindings(std::move(bindings_in)),
        options(std::move(options_in)),
        introspection(*schema),
        cache(options.cache_bytes_max) {}

  std::shared_ptr<Prepared> prepare(std::string_view text) {
    if (auto known = cache.find(text)) return known;
    auto prepared = std::make_shared<Prepared>();
    prepared->text = text;
    auto document = parse(prepared->text, options.parse);
    if (!document) {
      prepared->errors.push_back(std::move(document).error());
      return prepared;  // not kept: what does not parse is not asked again by well-meaning clients
    }
    prepared->document = *std::move(document);
    prepared->errors = validate(*schema, prepared->document, options.validation);
    return prepared->errors.empty() ? cache.add(std::move(prepared)) : prepared;
  }

  const Plan& plan_for(Prepared& prepared, const OperationDefinition& operation, const Variables& variables) {
    std::lock_guard lock(prepared.mutex);
    auto [entry, is_new] = prepared.operations.try_emplace(&operation);
    if (is_new) entry->second.conditions = condition_variables(prepared.document, operation);
    std::string choice;
    for (std::string_view name : entry->second.conditions) {
      auto value = variables.find(name);
      choice += value == variables.end() ? 'n' : value->second.front();  // true, false, null
    }
    auto& plan = entry->second.plans[choice];
    if (!plan)
      plan = make_plan({*schema, prepared.document, operation, bindings, introspection.bindings(), variables, options.inherited_arguments});
    return *plan;
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

namespace {

/// 6.2: the root's fields at once for a query, one after the other with all that is below them for a mutation; after one that makes the
/// whole answer null no more mutations run.
Task<Answer> run_operation(const Plan& plan, const AnswerContext& context) {
  ObjectTree tree;
  ObjectSet& root = tree.sets.emplace_back();
  root.selection = plan.root;
  root.texts.push_back("{}");
  project(root);
  const bool is_serial = plan.operation == OperationType::mutation;
  if (!is_serial) {
    auto fetched = co_await fetch(tree, root, context.variables, 0, plan.root->fetches.size());
    CHECK(fetched.has_value());
  }
  AnswerWriter writer(root, context);
  for (const PlannedField& field : plan.root->fields) {
    if (is_serial && field.fetches()) {
      auto fetched = co_await fetch(tree, root, context.variables, field.fetch, field.fetch + 1);
      CHECK(fetched.has_value());
    }
    if (!writer.write(field)) break;
  }
  co_return writer.take();
}

std::string response_body(Answer answer) {
  std::string body;
  body.reserve(answer.data.size() + answer.errors.size() + 32);
  body += '{';
  if (!answer.errors.empty()) body.append("\"errors\":[").append(answer.errors).append("],");
  return body.append("\"data\":").append(answer.data).append(1, '}');
}

}  // namespace

Task<EngineResponse> Engine::execute(EngineRequest request) {
  if (request.query.size() > state_->options.query_bytes_max)
    co_return refuse(
        {{fmt::format("The query is {} bytes long; the limit is {}.", request.query.size(), state_->options.query_bytes_max)}});
  auto prepared = state_->prepare(request.query);
  if (!prepared->errors.empty()) co_return refuse(prepared->errors);
  auto operation = find_operation(prepared->document, request.operation_name);
  if (!operation) co_return refuse({operation.error()});
  const OperationDefinition& chosen = **operation;
  if (request.queries_only && chosen.operation != OperationType::query)
    co_return refuse({{"Can only perform a mutation operation from a POST request."}}, EngineResponse::Outcome::not_a_query);
  if (chosen.operation == OperationType::subscription) co_return refuse({{"Subscriptions are not served over this transport."}});
  auto variables = coerce_variables(*state_->schema, chosen, request.variables, prepared->text);
  if (!variables) co_return refuse(variables.error());
  const Plan& plan = state_->plan_for(*prepared, chosen, *variables);
  const AnswerContext context{*state_->schema, *variables, prepared->text};
  auto answer = co_await run_operation(plan, context);
  co_return EngineResponse{EngineResponse::Outcome::executed, response_body(*std::move(answer))};
}

}  // namespace millrace::graphql
