// A resolver over a JSON object, for tests: each root field gives the object's member of its name.
//
// Where the member is "$arguments", the field gives its coerced arguments as an object; where it is {"$error": TEXT}, it fails. Never
// suspends.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"
#include "graphql/execution/resolver.hpp"

namespace millrace::graphql {

class DataResolver : public Resolver {
 public:
  /// The data as canonical JSON.
  void set_data(std::string data) { data_ = std::move(data); }
  /// How often it was asked.
  int calls() const { return calls_; }

  /// Binds every field of the query and mutation types.
  Bindings bindings(const Schema& schema) {
    Bindings bindings;
    for (const Type* root : {schema.query(), schema.mutation()})
      for (std::size_t i = 0; root != nullptr && i < root->fields.size(); ++i) bindings.bind(root->name, root->fields[i].name, *this);
    return bindings;
  }

  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    ++calls_;
    std::vector<Resolved> answers;
    for (const FieldCall& call : calls) give(answers.emplace_back(), call);
    co_return std::move(answers);
  }

  /// What {"$error": TEXT} fails with; null when the value is none.
  static std::unique_ptr<Error> error_in(std::string_view value) {
    std::string_view text = json::member(value, "\"$error\"");
    if (text.empty()) return nullptr;
    return std::make_unique<Error>(Error{ErrorKind::unavailable, "test.failed", json::decode_string(text)});
  }

 private:
  void give(Resolved& answer, const FieldCall& call) const {
    std::string_view value = json::member(data_, json::quoted(call.field.name));
    if (value.empty() || value == "null") return answer.give_null();
    if (auto error = error_in(value)) return answer.give_error(*error);
    if (value != "\"$arguments\"") return answer.give_value(answer.add_value(value));
    auto text = std::make_shared<std::string>("{");
    for (const auto& [name, argument] : call.arguments.all())
      text->append(text->size() > 1 ? "," : "").append(json::quoted(name)).append(1, ':').append(argument);
    *text += '}';
    answer.give_value(answer.add_value(*text));
    answer.keep(text);
  }

  std::string data_;
  int calls_ = 0;
};

}  // namespace millrace::graphql
