// 3.10.1, 3.10.3: an input object must be able to end. One whose required fields lead back to it never does; neither does a oneOf
// object each of whose fields leads back.
#include <fmt/format.h>

#include <algorithm>
#include <unordered_map>
#include <unordered_set>

#include "graphql/type/check/schema_checks.hpp"

namespace millrace::graphql {
namespace {

struct Step {
  const Type* owner;
  const InputValue* field;
};

class FiniteInputs {
 public:
  explicit FiniteInputs(const SchemaContext& context) : context_(context) {}

  void run() {
    for (const Type& type : context_.schema.types())
      if (type.kind == TypeKind::input_object) inputs_.push_back(&type);
    find_finite();
    for (const Type* type : inputs_)
      if (!is_finite(*type)) report_cycles(*type);
  }

 private:
  /// The input object that the field cannot do without; null when it can end here.
  static const Type* needed(const Type& owner, const InputValue& field) {
    if (field.type.named->kind != TypeKind::input_object) return nullptr;
    bool needs = owner.one_of ? field.type.is_named() : field.type.is_non_null() && field.type.wrappers.size() == 1;
    return needs ? field.type.named : nullptr;
  }

  bool is_finite(const Type& type) const { return finite_.contains(&type); }

  /// Whether it ends, as far as is known of the others.
  bool can_end(const Type& type) const {
    auto ends = [&](const InputValue& field) {
      const Type* target = needed(type, field);
      return target == nullptr || is_finite(*target);
    };
    if (type.one_of) return type.input_fields.empty() || std::ranges::any_of(type.input_fields, ends);
    return std::ranges::all_of(type.input_fields, ends);
  }

  /// Until nothing is added. Quadratic at worst, in the number of input objects of one schema.
  void find_finite() {
    for (bool has_added = true; has_added;) {
      has_added = false;
      for (const Type* type : inputs_)
        if (!is_finite(*type) && can_end(*type)) has_added = finite_.insert(type).second;
    }
  }

  void report_cycles(const Type& type) {
    if (!visited_.insert(&type).second) return;
    index_on_path_[&type] = path_.size();
    for (const InputValue& field : type.input_fields) {
      const Type* target = needed(type, field);
      if (target == nullptr || is_finite(*target)) continue;
      path_.push_back({&type, &field});
      if (auto at = index_on_path_.find(target); at != index_on_path_.end()) {
        report_cycle(*target, at->second);
      } else {
        report_cycles(*target);
      }
      path_.pop_back();
    }
    index_on_path_.erase(&type);
  }

  void report_cycle(const Type& type, std::size_t from) {
    std::string fields;
    for (std::size_t i = from; i < path_.size(); ++i)
      fields += fmt::format("{}{}.{}", i == from ? "" : ", ", path_[i].owner->name, path_[i].field->name);
    context_.report.report(path_[from].field->begin,
                           fmt::format("Input Object {} cannot be provided a finite value because it references itself through fields: {}.",
                                       type.name, fields));
  }

  const SchemaContext& context_;
  std::vector<const Type*> inputs_;
  std::unordered_set<const Type*> finite_, visited_;
  std::unordered_map<const Type*, std::size_t> index_on_path_;
  std::vector<Step> path_;
};

}  // namespace

void check_finite_inputs(const SchemaContext& context) {
  FiniteInputs(context).run();
}

}  // namespace millrace::graphql
