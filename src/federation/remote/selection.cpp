#include "federation/remote/selection.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <deque>
#include <utility>

#include "base/json/slices.hpp"
#include "graphql/execution/plan.hpp"
#include "graphql/execution/wire.hpp"

namespace millrace::federation {
namespace {

using graphql::PlannedField;
using graphql::PlannedSelection;
using graphql::TypeRef;

class Writer {
 public:
  Writer(const graphql::FieldCall& call, const PassingOptions& options) : call_(call), options_(options) {}

  PassedField write() {
    write_own_arguments();
    write_below(*call_.planned);
    passed_.selection = std::move(text_);
    return std::move(passed_);
  }

 private:
  /// The key's argument comes before them.
  void write_own_arguments() {
    for (const auto& [name, value] : call_.arguments.all()) {
      if (name == "at" && (!options_.passes_at || value == "null")) continue;
      const graphql::InputValue* definition = call_.field.argument(name);
      text_ += ',';
      write_argument(name, value, definition != nullptr ? &definition->type : nullptr);
    }
    passed_.arguments = std::exchange(text_, {});
  }

  void write_argument(std::string_view name, std::string_view value, const TypeRef* type) {
    text_.append(name).append(1, ':');
    passed_.tokens += 2;
    const std::size_t start = text_.size();
    if (append_literal(text_, value, type, passed_.tokens)) return;
    text_.resize(start);
    const std::string variable = fmt::format("{}{}", options_.variable_prefix, passed_.variables.size());
    passed_.variables.push_back({variable, type != nullptr ? type->to_string() : "JSON", std::string(value)});
    text_.append(1, '$').append(variable);
    passed_.tokens += 8;  // its declaration too
  }

  void write_below(const PlannedField& field) {
    if (!field.field->type.named->is_composite()) return;
    text_ += '{';
    passed_.tokens += 2;
    if (field.field->type.named->is_abstract()) {
      write_types(field);
    } else {
      if (!write_fields(*field.selections.front())) write_name("__typename");  // there must be something
    }
    text_ += '}';
  }

  /// Of an interface or union: what each type of its objects is asked for.
  void write_types(const PlannedField& field) {
    write_name("__typename");
    for (const PlannedSelection* selection : field.selections) {
      const std::size_t start = text_.size();
      text_.append(" ...on ").append(selection->type->name).append(1, '{');
      passed_.tokens += 5;
      if (write_fields(*selection)) {
        text_ += '}';
      } else {
        text_.resize(start);
      }
    }
  }

  /// Whether there are any.
  bool write_fields(const PlannedSelection& selection) {
    std::vector<std::string_view> members;
    bool is_any = false;
    for (const PlannedField& field : selection.fields) {
      if (is_too_large()) return true;
      if (field.is_typename) continue;  // known here
      is_any |= field.resolver != nullptr ? write_members(*selection.type, field, members) : write_field(field);
    }
    return is_any;
  }

  /// What a field that is resolved here follows. Whether there is anything.
  bool write_members(const graphql::Type& type, const PlannedField& field, std::vector<std::string_view>& members) {
    bool is_any = false;
    for (const std::string& quoted : field.resolver->parent_keys()) {
      const std::string member = json::decode_string(quoted);
      if (!graphql::has_wire_member(type, member)) continue;
      is_any = true;
      if (std::ranges::find(members, quoted) != members.end()) continue;
      members.push_back(quoted);
      write_alias(graphql::wire_member(type, member), member);
    }
    return is_any;
  }

  /// One whose arguments do not fit is left out: that is reported here.
  bool write_field(const PlannedField& field) {
    auto values = graphql::argument_values(field, *call_.variables, storage_);
    if (!values) return false;
    const std::string key = graphql::wire_key(field.response_key);
    if (key == field.field->name) {
      write_name(key);
    } else {
      write_alias(key, field.field->name);
    }
    std::string_view before = "(";
    for (const graphql::InputValue& definition : field.field->arguments) {
      const std::string_view value = values->find(definition.name);
      if (value.empty()) continue;
      text_ += std::exchange(before, ",");
      write_argument(definition.name, value, &definition.type);
    }
    if (before == ",") text_ += ')';
    write_below(field);
    return true;
  }

  void write_name(std::string_view name) {
    if (text_.back() != '{') text_ += ' ';
    text_ += name;
    ++passed_.tokens;
  }
  void write_alias(std::string_view alias, std::string_view name) {
    write_name(alias);
    text_.append(1, ':').append(name);
    passed_.tokens += 2;
    ++passed_.aliases;
  }

  bool is_too_large() {
    passed_.is_too_large |= text_.size() > kPassedBytesMax;
    return passed_.is_too_large;
  }

  const graphql::FieldCall& call_;
  const PassingOptions& options_;
  std::string text_;
  std::deque<std::string> storage_;
  PassedField passed_;
};

}  // namespace

PassedField pass_on(const graphql::FieldCall& call, const PassingOptions& options) {
  return Writer(call, options).write();
}

}  // namespace millrace::federation
