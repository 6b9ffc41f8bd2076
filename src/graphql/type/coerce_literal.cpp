// Input coercion of literals, variables put in: section 3, "Input Coercion" of each kind of type, and 6.4.1.
#include <algorithm>

#include "base/json/canonical.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/leaf_input.hpp"
#include "graphql/type/type_view.hpp"

namespace millrace::graphql {
namespace {

/// Each function appends to `out` and says whether the value fits; what a failure has appended is worthless. Goes as deep as the parser
/// let values nest.
class LiteralCoercion {
 public:
  LiteralCoercion(const Variables& variables, std::string& out) : variables_(variables), out_(out) {}

  bool value(const Value& literal, TypeView type) {
    if (literal.kind == ValueKind::variable) return variable(literal, type);
    bool is_null = literal.kind == ValueKind::null;
    if (type.is_non_null()) return !is_null && value(literal, type.inner());
    if (is_null) {
      out_ += "null";
      return true;
    }
    if (type.is_list()) return list(literal, type);
    if (type.named->kind == TypeKind::input_object) return object(literal, *type.named);
    return append_leaf_literal(out_, *type.named, literal, variables_).has_value();
  }

 private:
  const std::string* find_variable(const Value& literal) const {
    auto found = variables_.find(literal.text);
    return found == variables_.end() ? nullptr : &found->second;
  }

  /// Validation has seen that the variable's type fits; one of an item's type does not fit a list.
  bool variable(const Value& literal, TypeView type) {
    const std::string* found = find_variable(literal);
    if (found == nullptr || (type.is_non_null() && *found == "null")) return false;
    out_ += *found;
    return true;
  }

  bool list(const Value& literal, TypeView type) {
    out_ += '[';
    if (literal.kind != ValueKind::list) {
      if (!value(literal, type.inner())) return false;
    } else {
      for (const Value& item : literal.items) {
        if (&item != &literal.items.front()) out_ += ',';
        if (!list_item(item, type.inner())) return false;
      }
    }
    out_ += ']';
    return true;
  }

  bool list_item(const Value& item, TypeView type) {
    bool is_missing = item.kind == ValueKind::variable && find_variable(item) == nullptr;
    if (!is_missing) return value(item, type);
    out_ += "null";
    return !type.is_non_null();
  }

  bool object(const Value& literal, const Type& type) {
    if (literal.kind != ValueKind::object) return false;
    auto is_unknown = [&type](const ObjectField& member) { return type.input_field(member.name.text) == nullptr; };
    if (std::ranges::any_of(literal.fields, is_unknown)) return false;
    out_ += '{';
    std::size_t count = 0;
    bool has_null = false;
    for (const InputValue& field : type.input_fields) {
      std::size_t before = out_.size();
      if (count > 0) out_ += ',';
      json::append_string(out_, field.name);
      out_ += ':';
      std::size_t value_begin = out_.size();
      if (!member(literal, field)) return false;
      if (out_.size() == value_begin) {
        out_.resize(before);  // no value and no default: the member is left out
      } else {
        ++count;
        has_null = has_null || std::string_view(out_).substr(value_begin) == "null";
      }
    }
    out_ += '}';
    return !type.one_of || (literal.fields.size() == 1 && count == 1 && !has_null);
  }

  /// Appends the member's value, or nothing when it has none.
  bool member(const Value& literal, const InputValue& field) {
    auto given = std::ranges::find(literal.fields, field.name, [](const ObjectField& member) { return member.name.text; });
    bool is_missing = given == literal.fields.end() || (given->value.kind == ValueKind::variable && find_variable(given->value) == nullptr);
    if (!is_missing) return value(given->value, TypeView(field.type));
    out_ += field.default_json;
    return !field.is_required();
  }

  const Variables& variables_;
  std::string& out_;
};

}  // namespace

std::optional<std::string> coerce_literal(const Value& value, const TypeRef& type, const Variables& variables) {
  std::string out;
  if (!LiteralCoercion(variables, out).value(value, TypeView(type))) return std::nullopt;
  return out;
}

}  // namespace millrace::graphql
