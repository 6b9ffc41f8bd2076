// Input coercion of JSON: section 3, "Input Coercion" of each kind of type.
#include <fmt/format.h>

#include "base/json/canonical.hpp"
#include "base/problem.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/did_you_mean.hpp"
#include "graphql/type/inspect.hpp"
#include "graphql/type/leaf_input.hpp"
#include "graphql/type/literal_check.hpp"
#include "graphql/type/type_view.hpp"

namespace millrace::graphql {
namespace {

/// Goes as deep as the JSON parser let the value nest. After a problem it goes on for the others; what it has written is then worthless.
class JsonCoercion {
 public:
  void value(const json::Value& given, TypeView type) {
    if (is_full()) return;
    bool is_null = given.is(json::Kind::null);
    if (type.is_non_null()) {
      if (is_null) return report(fmt::format("Expected value of non-null type \"{}\" not to be null.", type.to_string()));
      return value(given, type.inner());
    }
    if (is_null) {
      out_ += "null";
    } else if (type.is_list()) {
      list(given, type);
    } else if (type.named->kind == TypeKind::input_object) {
      object(given, *type.named);
    } else if (auto leaf = append_leaf_input(out_, *type.named, given); !leaf) {
      report(leaf.error());
    }
  }

  std::expected<std::string, std::vector<CoercionProblem>> take() {
    if (!problems_.empty()) return std::unexpected(std::move(problems_));
    return std::move(out_);
  }

 private:
  /// 3.11: what is no list is a list of itself.
  void list(const json::Value& given, TypeView type) {
    out_ += '[';
    if (!given.is(json::Kind::array)) {
      value(given, type.inner());
    } else {
      std::size_t index = 0;
      for (json::Value item = given.first(); item != given.end(); item = item.after(), ++index) {
        if (index > 0) out_ += ',';
        below(fmt::format("[{}]", index), [&] { value(item, type.inner()); });
      }
    }
    out_ += ']';
  }

  /// 3.10
  void object(const json::Value& given, const Type& type) {
    if (!given.is(json::Kind::object))
      return report(fmt::format("Expected value of type \"{}\" to be an object, found: {}.", type.name, inspect(given)));
    std::size_t begin = out_.size();
    for (const InputValue& field : type.input_fields) member(given, type, field);
    if (out_.size() == begin) out_ += '{';
    out_[begin] = '{';
    out_ += '}';
    unknown_members(given, type);
    if (type.one_of) one_of(given, type);
  }

  void member(const json::Value& given, const Type& type, const InputValue& field) {
    auto key = [&] {
      out_ += ',';  // the first is made a brace when all are written
      json::append_string(out_, field.name);
      out_ += ':';
    };
    if (auto found = given.find(field.name)) {
      key();
      below('.' + field.name, [&] { value(*found, TypeView(field.type)); });
    } else if (field.is_required() && !is_full()) {
      report(
          fmt::format("Expected value of type \"{}\" to include required field \"{}\", found: {}.", type.name, field.name, inspect(given)));
    } else if (!field.default_json.empty()) {
      key();
      out_ += field.default_json;
    }
  }

  void unknown_members(const json::Value& given, const Type& type) {
    for (json::Value key = given.first(); key != given.end(); key = key.after().after()) {
      std::string name = key.string();
      if (type.input_field(name) != nullptr || is_full()) continue;
      std::vector<std::string> names;
      for (const InputValue& field : type.input_fields) names.push_back(field.name);
      std::string near = did_you_mean(suggestions(name, names));
      report(fmt::format("Expected value of type \"{}\" not to include unknown field \"{}\"{}: {}.", type.name, name,
                         near.empty() ? ", found" : "." + near + " Found", inspect(given)));
    }
  }

  /// 3.10.1
  void one_of(const json::Value& given, const Type& type) {
    const InputValue* first = nullptr;
    std::size_t count = 0;
    bool is_null = false;
    for (json::Value key = given.first(); key != given.end(); key = key.after().after()) {
      const InputValue* field = type.input_field(key.string());
      if (field == nullptr || ++count > 1) continue;
      first = field;
      is_null = key.after().is(json::Kind::null);
    }
    if (count != 1) report(one_of_message(type));
    if (is_null) below('.' + first->name, [&] { report(one_of_message(type)); });
  }

  template <class Coerce>
  void below(const std::string& step, Coerce coerce) {
    std::size_t size = path_.size();
    path_ += step;
    coerce();
    path_.resize(size);
  }

  void report(std::string message) {
    if (!is_full()) problems_.push_back({path_, std::move(message)});
  }
  bool is_full() const { return problems_.size() >= kCoercionProblemsMax; }

  std::string out_;
  std::string path_;
  std::vector<CoercionProblem> problems_;
};

}  // namespace

std::expected<std::string, std::vector<CoercionProblem>> coerce_json(const json::Value& value, const TypeRef& type) {
  JsonCoercion coercion;
  coercion.value(value, TypeView(type));
  return coercion.take();
}

}  // namespace millrace::graphql
