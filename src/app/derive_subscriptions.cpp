#include "app/derive_subscriptions.hpp"

#include <algorithm>

#include "app/derive_arguments.hpp"
#include "document/comparison_suffix.hpp"

namespace millrace::app {
namespace {

using federation::EntitySubscription;
using Kind = EntitySubscription::Kind;

constexpr std::pair<std::string_view, Kind> kKinds[] = {
    {"created", Kind::created}, {"updated", Kind::updated}, {"changed", Kind::changed}, {"deleted", Kind::removed}};

/// henCreated, of Hen.
std::string long_name(std::string_view type, std::string_view verb) {
  std::string name = std::string(type) + std::string(verb);
  name[0] = static_cast<char>(std::tolower(static_cast<unsigned char>(name[0])));
  name[type.size()] = static_cast<char>(std::toupper(static_cast<unsigned char>(name[type.size()])));
  return name;
}

class SubscriptionDeriver {
 public:
  SubscriptionDeriver(const GraphletteModel& graphlette, std::vector<Problem>& problems)
      : context_{*graphlette.schema, graphlette.schema_name, *graphlette.type, problems} {}

  std::optional<EntitySubscription> derive(const graphql::Field& field) {
    const auto kind = kind_of(field);
    if (!kind) return std::nullopt;
    EntitySubscription subscription{.kind = *kind};
    subscription.query.name = field.name;
    check_result(field, *kind);
    graphql::Field conditions = field;
    std::erase_if(conditions.arguments, [&](const graphql::InputValue& argument) { return !is_condition(field, argument, subscription); });
    derive_conditions(context_, conditions, subscription.query);
    return subscription;
  }

 private:
  std::optional<Kind> kind_of(const graphql::Field& field) {
    std::vector<std::string> known;
    for (const auto& [verb, kind] : kKinds) {
      const std::string name = long_name(context_.entity.name, verb);
      if (field.name == verb || field.name == name) return kind;
      known.emplace_back(verb);
      known.push_back(name);
    }
    const std::string_view near = nearest(field.name, known);
    problem(field.begin, fmt::format("No subscription is derived from \"{}\".", field.name),
            near.empty() ? "Name it created, updated, changed or deleted." : fmt::format("Did you mean \"{}\"?", near));
    return std::nullopt;
  }

  void check_result(const graphql::Field& field, Kind kind) {
    const graphql::TypeRef result = field.type.nullable();
    const bool gives_id = kind == Kind::removed;
    const bool is_id = result.named->kind == graphql::TypeKind::scalar && result.named->scalar == graphql::ScalarKind::id;
    if (result.is_named() && (gives_id ? is_id : result.named == &context_.entity)) return;
    problem(field.begin, fmt::format("\"{}\" gives {}, which is not what happens.", field.name, field.type.to_string()),
            gives_id ? "Let it give ID: nothing else is left of what is deleted." : fmt::format("Let it give {}.", context_.entity.name));
  }

  /// Whether it is a condition; what is not, is read here, or refused.
  bool is_condition(const graphql::Field& field, const graphql::InputValue& argument, EntitySubscription& subscription) {
    const std::string& name = argument.name;
    const bool is_of_id = document::split_suffix(name).first == "id";
    if (name == "after" && !is_member(name)) {
      subscription.after = name;
      check_after(field, argument);
    } else if (subscription.kind == Kind::removed && !is_of_id) {
      problem(argument.begin,
              fmt::format("\"{}\" takes no argument \"{}\": nothing but its id is left of what is deleted.", field.name, name),
              "Write (id: ID), or (id_in: [ID!]).");
    } else if (name == "where" && is_reserved_argument(field, argument, context_.entity)) {
      subscription.query.takes_where = true;
      federation::EntityQuery checked;
      graphql::Field only = field;
      only.arguments = {argument};
      derive_reserved(context_, only, checked);
    } else if (is_reserved_argument(field, argument, context_.entity)) {
      problem(argument.begin, fmt::format("\"{}\" takes no argument \"{}\": it gives what happens, as it happens.", field.name, name),
              "Take it out.");
    } else {
      return true;
    }
    return false;
  }

  bool is_member(std::string_view name) const { return context_.entity.field(name) != nullptr; }

  void check_after(const graphql::Field& field, const graphql::InputValue& argument) {
    const graphql::Type& type = *argument.type.named;
    const bool is_right = argument.type.nullable().is_named() && type.kind == graphql::TypeKind::scalar &&
                          (type.scalar == graphql::ScalarKind::id || type.scalar == graphql::ScalarKind::string);
    if (is_right) return;
    problem(argument.begin,
            fmt::format("The argument \"after\" of \"{}\" is {}, which not every position fits.", field.name, argument.type.to_string()),
            "Declare it as ID.");
  }

  void problem(std::uint32_t begin, std::string message, std::string hint) {
    context_.problems.push_back({context_.place(begin), std::move(message), std::move(hint)});
  }

  FieldContext context_;
};

}  // namespace

void derive_subscriptions(Model& model, std::vector<Problem>& problems) {
  for (GraphletteModel& graphlette : model.graphlettes) {
    if (graphlette.type == nullptr || graphlette.schema->subscription() == nullptr) continue;
    SubscriptionDeriver deriver(graphlette, problems);
    for (const graphql::Field& field : graphlette.schema->subscription()->fields)
      if (auto subscription = deriver.derive(field)) graphlette.subscriptions.push_back({*std::move(subscription)});
  }
}

}  // namespace millrace::app
