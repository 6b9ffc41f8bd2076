#include <fmt/format.h>

#include <algorithm>

#include "base/problem.hpp"
#include "graphql/type/did_you_mean.hpp"
#include "graphql/validation/rules/rules.hpp"
#include "graphql/validation/type_relations.hpp"

namespace millrace::graphql::validation {
namespace {

/// What every schema has, whether it uses it or not.
constexpr std::string_view kStandardTypes[] = {
    "String", "Int",     "Float",        "Boolean",     "ID",         "__Schema", "__Directive", "__DirectiveLocation",
    "__Type", "__Field", "__InputValue", "__EnumValue", "__TypeKind",
};

/// 5.5.1.2 Fragment Spread Type Existence, and the same for types of variables
class KnownTypeNames final : public Rule {
 public:
  using Rule::Rule;

  void enter_named_type(const Name& node) override {
    if (context_.schema.type(node.text) != nullptr || is_defined(node.text)) return;
    const bool in_type_system = context_.position.in_type_system;
    if (in_type_system && std::ranges::find(kStandardTypes, node.text) != std::end(kStandardTypes)) return;
    const std::string hint = did_you_mean(suggestions(node.text, candidates(in_type_system)));
    context_.errors.report(fmt::format("Unknown type \"{}\".{}", node.text, hint), {&node});
  }

 private:
  /// Whether the document defines it, which it may not do.
  bool is_defined(std::string_view name) {
    if (defined_.empty()) {
      for (const TypeDefinition& type : context_.document.types) {
        if (!type.extension) defined_.insert(type.name.text, true);
      }
    }
    return defined_.contains(name);
  }

  std::vector<std::string> candidates(bool in_type_system) const {
    std::vector<std::string> names = names_of(context_.schema.types());
    for (const auto& entry : defined_) names.emplace_back(entry.name);
    if (in_type_system) names.insert(names.end(), std::begin(kStandardTypes), std::end(kStandardTypes));
    return names;
  }

  NameMap<bool> defined_;
};

}  // namespace

void add_known_type_names(RuleSet& rules) {
  rules.add<KnownTypeNames>();
}

}  // namespace millrace::graphql::validation
