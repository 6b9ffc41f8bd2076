#include "graphql/type/literal_check.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/problem.hpp"
#include "graphql/language/parser.hpp"
#include "graphql/type/did_you_mean.hpp"
#include "graphql/type/leaf_input.hpp"
#include "graphql/type/leaf_words.hpp"

namespace millrace::graphql {
namespace {

/// Of fields with one name, which another rule forbids, the last counts.
const ObjectField* last_field(const Value& object, std::string_view name) {
  const ObjectField* found = nullptr;
  for (const ObjectField& field : object.fields) {
    if (field.name.text == name) found = &field;
  }
  return found;
}

/// In an object a variable leaves its field out; in a list it is null.
Value without_variables(const Value& value, Arena& arena) {
  if (value.kind == ValueKind::variable) return {.kind = ValueKind::null, .text = "null"};
  Value copy = {.kind = value.kind, .block = value.block, .text = value.text};
  for (const Value& item : value.items) copy.items.add(arena) = without_variables(item, arena);
  for (const ObjectField& field : value.fields) {
    if (field.value.kind == ValueKind::variable) continue;
    ObjectField& kept = copy.fields.add(arena);
    kept.name = field.name;
    kept.value = without_variables(field.value, arena);
  }
  return copy;
}

/// Goes as deep as the parser let values nest.
class LiteralCheck {
 public:
  explicit LiteralCheck(const Variables* variables) : variables_(variables) {}

  void value(const Value& literal, TypeView type) {
    if (is_full()) return;
    if (literal.kind == ValueKind::variable) return variable(literal, type);
    bool is_null = literal.kind == ValueKind::null;
    if (type.is_non_null()) {
      if (is_null) return report(literal, fmt::format("Expected value of non-null type \"{}\" not to be null.", type.to_string()));
      return value(literal, type.inner());
    }
    if (is_null) return;
    if (type.is_list()) return list(literal, type);
    if (type.named->kind == TypeKind::input_object) return object(literal, *type.named);
    leaf(literal, *type.named);
  }

  std::vector<LiteralProblem> take() { return std::move(problems_); }

 private:
  /// The value that a variable has: nothing when it has none, or when values are not looked at.
  const std::string* value_of(const Value& variable) const {
    if (variables_ == nullptr) return nullptr;
    auto found = variables_->find(variable.text);
    return found == variables_->end() ? nullptr : &found->second;
  }

  void variable(const Value& literal, TypeView type) {
    if (variables_ == nullptr || !type.is_non_null()) return;
    const std::string* value = value_of(literal);
    if (value == nullptr)
      return report(literal, fmt::format("Expected variable \"${}\" provided to type \"{}\" to provide a runtime value.", literal.text,
                                         type.to_string()));
    if (*value == "null")
      report(literal,
             fmt::format("Expected variable \"${}\" provided to non-null type \"{}\" not to be null.", literal.text, type.to_string()));
  }

  /// The message shows a list or object as if its variables had no values, as graphql-js does.
  void leaf(const Value& literal, const Type& type) {
    std::string ignored;
    static const Variables none;
    LeafResult result = append_leaf_literal(ignored, type, literal, variables_ == nullptr ? none : *variables_);
    if (result) return;
    bool may_hold_variables = literal.kind == ValueKind::list || literal.kind == ValueKind::object;
    Arena arena;
    if (may_hold_variables) result = append_leaf_literal(ignored, type, without_variables(literal, arena), {});
    report(literal, result.error());
  }

  void list(const Value& literal, TypeView type) {
    if (literal.kind != ValueKind::list) return value(literal, type.inner());
    std::size_t i = 0;
    for (const Value& item : literal.items) below(fmt::format("[{}]", i++), [&] { value(item, type.inner()); });
  }

  void object(const Value& literal, const Type& type) {
    if (literal.kind != ValueKind::object)
      return report(literal,
                    fmt::format("Expected value of type \"{}\" to be an object, found: {}.", type.name, print_for_message(literal)));
    for (const InputValue& field : type.input_fields) {
      const ObjectField* given = last_field(literal, field.name);
      if (given != nullptr) {
        member(field, given->value);
      } else if (field.is_required()) {
        report(literal, fmt::format("Expected value of type \"{}\" to include required field \"{}\", found: {}.", type.name, field.name,
                                    print_for_message(literal)));
      }
    }
    unknown_fields(literal, type);
    if (type.one_of) one_of(literal, type);
  }

  void member(const InputValue& field, const Value& given) {
    const bool is_left_out = variables_ != nullptr && given.kind == ValueKind::variable && value_of(given) == nullptr;
    if (is_left_out && !field.is_required()) return;  // as if it were not given
    below('.' + field.name, [&] { value(given, TypeView(field.type)); });
  }

  void unknown_fields(const Value& literal, const Type& type) {
    for (const ObjectField& member : literal.fields) {
      if (type.input_field(member.name.text) != nullptr) continue;
      if (is_full()) return;
      std::vector<std::string> names;
      for (const InputValue& field : type.input_fields) names.push_back(field.name);
      std::string near = did_you_mean(suggestions(member.name.text, names));
      report(member, fmt::format("Expected value of type \"{}\" not to include unknown field \"{}\"{}: {}.", type.name, member.name.text,
                                 near.empty() ? ", found" : "." + near + " Found", print_for_message(literal)));
    }
  }

  void one_of(const Value& literal, const Type& type) {
    const ObjectField* known = nullptr;
    std::size_t count = 0;
    for (const ObjectField& member : literal.fields) {
      if (type.input_field(member.name.text) == nullptr) continue;
      known = &member;
      ++count;
    }
    if (count != 1) return report(literal, one_of_message(type));
    if (known->value.kind == ValueKind::null) below(fmt::format(".{}", known->name.text), [&] { report(literal, one_of_message(type)); });
  }

  template <class Check>
  void below(const std::string& step, Check check) {
    std::size_t size = path_.size();
    path_ += step;
    check();
    path_.resize(size);
  }

  void report(const Node& node, std::string message) { problems_.push_back({path_, std::move(message), node.begin}); }
  bool is_full() const { return problems_.size() > kLiteralProblemsMax; }

  const Variables* variables_;  // null: only what is written is looked at
  std::string path_;
  std::vector<LiteralProblem> problems_;
};

}  // namespace

std::vector<LiteralProblem> literal_problems(const Value& value, TypeView type, const Variables* variables) {
  LiteralCheck check(variables);
  check.value(value, type);
  return check.take();
}

std::string at_path(const std::string& path) {
  return path.empty() ? std::string() : " at " + path;
}

std::string one_of_message(const Type& type) {
  return fmt::format(
      "Within OneOf Input Object type \"{}\", exactly one field must be specified, and the value for that field must be non-null.",
      type.name);
}

}  // namespace millrace::graphql
