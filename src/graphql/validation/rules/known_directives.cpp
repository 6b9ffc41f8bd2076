#include <fmt/format.h>

#include <algorithm>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.7.1 Directives Are Defined, 5.7.2 Directives Are in Valid Locations
class KnownDirectives final : public Rule {
 public:
  using Rule::Rule;

  void enter_directive(const Directive& node) override {
    const DirectiveDefinition* in_document = context_.document_directive(node.name.text);
    const DirectiveType* in_schema = context_.position.directive;
    if (in_document == nullptr && in_schema == nullptr) {
      context_.errors.report(fmt::format("Unknown directive \"@{}\".", node.name.text), {&node});
      return;
    }
    const std::string_view location = context_.position.directive_location;
    const auto is_location = [&](std::string_view allowed) { return allowed == location; };
    const bool is_valid = in_document != nullptr ? std::ranges::any_of(in_document->locations, is_location, &Name::text)
                                                 : std::ranges::any_of(in_schema->locations, is_location);
    if (is_valid) return;
    context_.errors.report(fmt::format("Directive \"@{}\" may not be used on {}.", node.name.text, location), {&node});
  }
};

}  // namespace

void add_known_directives(RuleSet& rules) {
  rules.add<KnownDirectives>();
}

}  // namespace millrace::graphql::validation
