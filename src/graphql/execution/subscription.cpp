#include "graphql/execution/subscription.hpp"

#include "base/json/canonical.hpp"
#include "graphql/execution/response.hpp"

namespace millrace::graphql {
namespace {

GraphqlError error_at(const PlannedSelection& selection, std::string_view text, std::string message) {
  GraphqlError error{std::move(message)};
  for (const PlannedField& field : selection.fields)
    for (const Selection* node : field.nodes) error.locations.push_back(location_at(text, node->begin));
  return error;
}

}  // namespace

std::expected<SourceField, GraphqlError> find_source(const Plan& plan, const Bindings& bindings, std::string_view text) {
  SourceField found;
  const PlannedSelection* selection = plan.root;
  while (true) {
    const bool is_one = selection->fields.size() == 1 && !selection->fields.front().is_typename;
    if (!is_one)
      return std::unexpected(
          error_at(*selection, text, fmt::format("A subscription must select one field of \"{}\".", selection->type->name)));
    const PlannedField& field = selection->fields.front();
    found.before.append(1, '{').append(json::quoted(field.field->name)).append(1, ':');
    found.after += '}';
    found.field = &field;
    found.source = bindings.find_source(selection->type->name, field.field->name);
    if (found.source != nullptr) return found;
    if (field.selections.size() != 1 || field.field->type.nullable().is_list())
      return std::unexpected(error_at(*selection, text, fmt::format("The field \"{}\" has no events.", field.field->name)));
    selection = field.selections.front();
  }
}

Subscription::Subscription(Run::Parts parts, SourceField field, std::unique_ptr<SourceStream> stream, const EngineOptions& options,
                           std::atomic<std::size_t>& running)
    : parts_(std::move(parts)), field_(std::move(field)), stream_(std::move(stream)), options_(options), running_(running) {}

Task<Subscription::Event> Subscription::next() {
  CO_TRY(const SourceEvent event, co_await stream_->next());
  Event response{.position = event.position, .is_over = event.kind == SourceEvent::Kind::over};
  if (event.kind != SourceEvent::Kind::value) co_return std::move(response);
  Run::Parts parts = parts_;
  parts.root = field_.before;
  parts.root.append(event.value).append(field_.after);
  auto answer = co_await Run::answer(std::make_shared<Run>(std::move(parts), options_, running_));
  const std::string position = fmt::format("{{\"position\":{}}}", event.position);
  response.body = *answer ? response_body(**std::move(answer), position) : timed_out_body(options_.timeout, OperationType::subscription);
  co_return std::move(response);
}

}  // namespace millrace::graphql
