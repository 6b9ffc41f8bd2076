#include "app/type_agreement.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string_view>

namespace millrace::app {
namespace {

using graphql::TypeRef;

template <class Item>
const Item* find_named(const std::vector<Item>& items, std::string_view name) {
  const auto found = std::ranges::find(items, name, &Item::name);
  return found == items.end() ? nullptr : &*found;
}

std::string_view kind_words(graphql::TypeKind kind) {
  switch (kind) {
    case graphql::TypeKind::scalar: return "a scalar";
    case graphql::TypeKind::object: return "an object type";
    case graphql::TypeKind::interface: return "an interface";
    case graphql::TypeKind::union_: return "a union";
    case graphql::TypeKind::enumeration: return "an enum";
    case graphql::TypeKind::input_object: return "an input type";
  }
  return "";
}

/// Lists in the same places around the same name.
bool have_one_shape(const TypeRef& one, const TypeRef& other) {
  const auto lists = [](const TypeRef& type) { return std::ranges::count(type.wrappers, TypeRef::Wrapper::list); };
  return one.named->name == other.named->name && lists(one) == lists(other);
}

class Comparison {
 public:
  /// `here`: how the part's SDL is called in words, `there`: the whole's.
  Comparison(bool is_exact, std::string_view here, std::string_view there) : is_exact_(is_exact), here_(here), there_(there) {}

  /// What `part` has beyond `whole`, or in another way.
  std::optional<Disagreement> run(const graphql::Type& whole, const graphql::Type& part) {
    if (whole.kind != part.kind)
      return Disagreement{fmt::format("it is {} {} and {} {}", kind_words(part.kind), here_, kind_words(whole.kind), there_), part.begin};
    if (auto found = compare_fields(whole, part)) return found;
    if (auto found = compare_input_values(whole.input_fields, part.input_fields, "the field")) return found;
    for (const graphql::EnumValue& value : part.values)
      if (!whole.has_value(value.name)) return Disagreement{fmt::format("it has no value {} {}", value.name, there_), part.begin};
    if (auto found = compare_names(whole.possible, part.possible, part, "no member of it")) return found;
    if (auto found = compare_names(whole.interfaces, part.interfaces, part, "none of its interfaces")) return found;
    if (whole.one_of != part.one_of) return Disagreement{"only one of them is @oneOf", part.begin};
    return std::nullopt;
  }

 private:
  bool is_same(const TypeRef& whole, const TypeRef& part) const {
    return is_exact_ ? whole.to_string() == part.to_string() : have_one_shape(whole, part);
  }

  std::optional<Disagreement> compare_fields(const graphql::Type& whole, const graphql::Type& part) {
    for (const graphql::Field& field : part.fields) {
      const graphql::Field* other = find_named(whole.fields, field.name);
      if (other == nullptr) return Disagreement{fmt::format("the field \"{}\" is not {}", field.name, there_), field.begin};
      if (!is_same(other->type, field.type))
        return Disagreement{
            fmt::format("the field \"{}\" is {} {} and {} {}", field.name, field.type.to_string(), here_, other->type.to_string(), there_),
            field.begin};
      if (auto found = compare_input_values(other->arguments, field.arguments, fmt::format("the argument of \"{}\"", field.name)))
        return found;
    }
    return std::nullopt;
  }

  /// Types of what clients give have to be the same to the last sign.
  std::optional<Disagreement> compare_input_values(const std::vector<graphql::InputValue>& whole,
                                                   const std::vector<graphql::InputValue>& part, const std::string& what) {
    for (const graphql::InputValue& value : part) {
      const graphql::InputValue* other = find_named(whole, value.name);
      if (other == nullptr) return Disagreement{fmt::format("{} \"{}\" is not {}", what, value.name, there_), value.begin};
      if (other->type.to_string() != value.type.to_string())
        return Disagreement{
            fmt::format("{} \"{}\" is {} {} and {} {}", what, value.name, value.type.to_string(), here_, other->type.to_string(), there_),
            value.begin};
      if (other->default_json != value.default_json)
        return Disagreement{fmt::format("{} \"{}\" has another default {}", what, value.name, there_), value.begin};
    }
    return std::nullopt;
  }

  std::optional<Disagreement> compare_names(const std::vector<const graphql::Type*>& whole, const std::vector<const graphql::Type*>& part,
                                            const graphql::Type& type, std::string_view what) {
    // The objects of an interface follow from what they implement.
    if (type.kind == graphql::TypeKind::interface && &part == &type.possible) return std::nullopt;
    for (const graphql::Type* one : part) {
      const bool is_there = std::ranges::any_of(whole, [&](const graphql::Type* other) { return other->name == one->name; });
      if (!is_there) return Disagreement{fmt::format("\"{}\" is {} {}", one->name, what, there_), type.begin};
    }
    return std::nullopt;
  }

  bool is_exact_;
  std::string_view here_, there_;
};

bool have_equal_arguments(const std::vector<graphql::InputValue>& one, const std::vector<graphql::InputValue>& other) {
  return std::ranges::equal(one, other, [](const graphql::InputValue& a, const graphql::InputValue& b) {
    return a.name == b.name && a.type.to_string() == b.type.to_string() && a.default_json == b.default_json;
  });
}

}  // namespace

std::optional<Disagreement> projection_disagreement(const graphql::Type& whole, const graphql::Type& projection) {
  return Comparison(false, "here", "there").run(whole, projection);
}

std::optional<Disagreement> disagreement_of_equals(const graphql::Type& one, const graphql::Type& other) {
  if (auto found = Comparison(true, "here", "there").run(one, other)) return found;
  auto found = Comparison(true, "there", "here").run(other, one);
  if (found) found->place = other.begin;
  return found;
}

bool are_equal(const graphql::DirectiveType& one, const graphql::DirectiveType& other) {
  return one.repeatable == other.repeatable && one.locations == other.locations && have_equal_arguments(one.arguments, other.arguments);
}

}  // namespace millrace::app
