#include "app/derive_order.hpp"

#include <algorithm>

#include "app/member_types.hpp"

namespace millrace::app {
namespace {

using federation::Ordering;

class OrderChecker {
 public:
  OrderChecker(const FieldContext& context, const graphql::Field& field, const graphql::InputValue& argument, const Ordering& ordering)
      : context_(context), field_(field), argument_(argument), ordering_(ordering) {}

  void check() {
    const graphql::Type& type = *argument_.type.named;
    switch (type.kind) {
      case graphql::TypeKind::enumeration: return check_keys(type);
      case graphql::TypeKind::input_object: return check_object(type);
      default: break;
    }
    const bool is_text = type.scalar == graphql::ScalarKind::string || type.scalar == graphql::ScalarKind::any;
    if (!is_text)
      problem(type, fmt::format("is {}, which names no fields.", type.name), "Declare it as String, an enum, or an input object.");
  }

 private:
  /// NAME_ASC, name_desc, NAME.
  void check_keys(const graphql::Type& type) {
    for (const graphql::EnumValue& value : type.values)
      if (!ordering_.key(value.name))
        problem(type, fmt::format("has the value \"{}.{}\", which fits no field of \"{}\".", type.name, value.name, context_.entity.name),
                near(value.name));
  }

  void check_object(const graphql::Type& type) {
    const graphql::InputValue* named = type.input_field("field");
    if (named != nullptr && !is_direction(*named->type.named)) return check_pair(type, *named);
    for (const graphql::InputValue& each : type.input_fields) {
      if (!ordering_.path(each.name))
        problem(type, fmt::format("has the field \"{}.{}\", which is none of \"{}\".", type.name, each.name, context_.entity.name),
                near(each.name));
      check_direction(type, each);
    }
  }

  /// {field: ..., direction: ...}
  void check_pair(const graphql::Type& type, const graphql::InputValue& named) {
    if (named.type.named->kind == graphql::TypeKind::enumeration) {
      for (const graphql::EnumValue& value : named.type.named->values)
        if (!ordering_.path(value.name))
          problem(type,
                  fmt::format("has the value \"{}.{}\", which is no field of \"{}\".", named.type.named->name, value.name,
                              context_.entity.name),
                  near(value.name));
    }
    for (const graphql::InputValue& each : type.input_fields) {
      if (each.name == "direction") check_direction(type, each);
      if (each.name == "field" || each.name == "direction") continue;
      problem(type, fmt::format("has the field \"{}.{}\" beside \"field\".", type.name, each.name), "Name it \"direction\".");
    }
  }

  static bool is_direction(const graphql::Type& type) {
    return type.kind == graphql::TypeKind::enumeration &&
           std::ranges::all_of(type.values, [](const graphql::EnumValue& value) { return Ordering::descending(value.name).has_value(); });
  }

  void check_direction(const graphql::Type& owner, const graphql::InputValue& each) {
    const graphql::Type& type = *each.type.named;
    const bool is_text =
        type.kind == graphql::TypeKind::scalar && (type.scalar == graphql::ScalarKind::string || type.scalar == graphql::ScalarKind::any);
    if (is_text || is_direction(type)) return;
    problem(owner, fmt::format("has \"{}.{}: {}\", which is no direction.", owner.name, each.name, each.type.to_string()),
            "A direction is an enum of ASC and DESC.");
  }

  std::string near(std::string_view name) const {
    for (const std::string_view ending : {"_ASC", "_asc", "_DESC", "_desc"})
      if (name.ends_with(ending)) name.remove_suffix(ending.size());
    return context_.near_member(name, fmt::format("Fields are {}.", fmt::join(ordering_.fields(), ", ")));
  }

  void problem(const graphql::Type& type, const std::string& message, std::string hint) {
    context_.problems.push_back({context_.place(type.built_in ? argument_.begin : type.begin),
                                 fmt::format("The argument \"orderBy\" of \"{}\" {}", field_.name, message), std::move(hint)});
  }

  const FieldContext& context_;
  const graphql::Field& field_;
  const graphql::InputValue& argument_;
  const Ordering& ordering_;
};

}  // namespace

std::optional<Ordering> derive_order(const FieldContext& context, const graphql::Field& field, const graphql::InputValue& argument) {
  Ordering ordering(ordered_members(context.entity));
  OrderChecker(context, field, argument, ordering).check();
  return ordering;
}

}  // namespace millrace::app
