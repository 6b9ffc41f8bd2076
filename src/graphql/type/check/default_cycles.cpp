// 3.10.3 InputObjectDefaultValueHasCycle: no default value of an input field may need itself.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "graphql/type/check/schema_checks.hpp"

namespace millrace::graphql {
namespace {

class DefaultCycles {
 public:
  explicit DefaultCycles(const SchemaContext& context) : context_(context) {}

  /// What a value with no member given leaves to the defaults of its fields.
  void run(const Type& type) {
    for (const InputValue& field : type.input_fields) visit_default(type, field);
  }

 private:
  struct Step {
    std::string name;
    std::uint32_t begin;
  };

  void visit_literal(const Type& type, const Value& literal) {
    for (const Value& item : literal.items) visit_literal(type, item);
    if (literal.kind != ValueKind::object) return;
    for (const InputValue& field : type.input_fields) {
      auto given = std::ranges::find(literal.fields, field.name, [](const ObjectField& member) { return member.name.text; });
      if (given == literal.fields.end()) {
        visit_default(type, field);
      } else if (field.type.named->kind == TypeKind::input_object) {
        visit_literal(*field.type.named, given->value);
      }
    }
  }

  void visit_default(const Type& owner, const InputValue& field) {
    auto node = context_.default_nodes.find(&field);
    if (node == context_.default_nodes.end() || field.type.named->kind != TypeKind::input_object) return;
    if (auto at = index_on_path_.find(&field); at != index_on_path_.end()) return report(at->second);
    if (!visited_.insert(&field).second) return;
    index_on_path_[&field] = path_.size();
    path_.push_back({fmt::format("{}.{}", owner.name, field.name), node->second->begin});
    visit_literal(*field.type.named, *node->second);
    path_.pop_back();
    index_on_path_.erase(&field);
  }

  void report(std::size_t from) {
    std::string via;
    for (std::size_t i = from + 1; i < path_.size(); ++i) via += (via.empty() ? "" : ", ") + path_[i].name;
    context_.report.report(path_[from].begin,
                           fmt::format("Invalid circular reference. The default value of Input Object field {} references itself{}{}.",
                                       path_[from].name, via.empty() ? "" : " via the default values of: ", via));
  }

  const SchemaContext& context_;
  std::unordered_set<const InputValue*> visited_;
  std::unordered_map<const InputValue*, std::size_t> index_on_path_;
  std::vector<Step> path_;
};

}  // namespace

void check_default_cycles(const SchemaContext& context) {
  DefaultCycles cycles(context);
  for (const Type& type : context.schema.types())
    if (type.kind == TypeKind::input_object) cycles.run(type);
}

}  // namespace millrace::graphql
