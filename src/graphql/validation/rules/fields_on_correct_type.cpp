#include <fmt/format.h>

#include <algorithm>

#include "base/problem.hpp"
#include "graphql/type/check/subtype.hpp"
#include "graphql/type/did_you_mean.hpp"
#include "graphql/validation/rules/rules.hpp"
#include "graphql/validation/type_relations.hpp"

namespace millrace::graphql::validation {
namespace {

/// A type that has the field, and for how many possible types it speaks.
struct Candidate {
  const Type* type = nullptr;
  std::size_t uses = 0;
};

/// The possible types of an abstract one that have the field, and their interfaces that have it.
std::vector<Candidate> types_with_field(const Type& abstract, std::string_view field) {
  std::vector<Candidate> found;
  const auto count = [&found](const Type* type) {
    const auto known = std::ranges::find(found, type, &Candidate::type);
    known != found.end() ? void(++known->uses) : found.push_back({type, 1});
  };
  for (const Type* possible : abstract.possible) {
    if (possible->field(field) == nullptr) continue;
    count(possible);
    for (const Type* interface : possible->interfaces) {
      if (interface->field(field) != nullptr) count(interface);
    }
  }
  return found;
}

/// Interfaces before what implements them, else the more used first, else by name.
bool goes_before(const Candidate& a, const Candidate& b) {
  if (a.uses != b.uses) return a.uses > b.uses;
  if (a.type->kind == TypeKind::interface && is_subtype(*b.type, *a.type)) return true;
  if (b.type->kind == TypeKind::interface && is_subtype(*a.type, *b.type)) return false;
  return natural_order(a.type->name, b.type->name) < 0;
}

/// 5.3.1 Field Selections
class FieldsOnCorrectType final : public Rule {
 public:
  using Rule::Rule;

  void enter_field(const Selection& node) override {
    const Type* parent = context_.position.parent;
    if (parent == nullptr || context_.position.field != nullptr) return;
    std::string hint = did_you_mean(suggested_types(*parent, node.name.text), "to use an inline fragment on");
    if (hint.empty()) hint = did_you_mean(suggestions(node.name.text, names_of(parent->fields)));
    context_.errors.report(fmt::format("Cannot query field \"{}\" on type \"{}\".{}", node.name.text, parent->name, hint), {&node});
  }

 private:
  static std::vector<std::string> suggested_types(const Type& type, std::string_view field) {
    std::vector<std::string> names;
    if (!type.is_abstract()) return names;
    // The order is not transitive, which std::sort may not be given. Insertion sort takes any.
    std::vector<Candidate> sorted;
    for (const Candidate& candidate : types_with_field(type, field)) {
      sorted.insert(std::ranges::upper_bound(sorted, candidate, goes_before), candidate);
    }
    for (const Candidate& candidate : sorted) names.push_back(candidate.type->name);
    return names;
  }
};

}  // namespace

void add_fields_on_correct_type(RuleSet& rules) {
  rules.add<FieldsOnCorrectType>();
}

}  // namespace millrace::graphql::validation
