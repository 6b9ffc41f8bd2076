#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.7.3 Directives Are Unique per Location
class UniqueDirectivesPerLocation final : public Rule {
 public:
  using Rule::Rule;

  void enter_operation(const OperationDefinition& node) override { check(node.directives); }
  void enter_fragment(const FragmentDefinition& node) override { check(node.directives); }
  void enter_variable_definition(const VariableDefinition& node) override { check(node.directives); }
  void enter_field(const Selection& node) override { check(node.directives); }
  void enter_fragment_spread(const Selection& node) override { check(node.directives); }
  void enter_inline_fragment(const Selection& node) override { check(node.directives); }

  void enter_type_system_node(const TypeSystemNode& node) override {
    switch (node.kind) {
      case TypeSystemNode::Kind::schema: return check(node.directives, of_schema_);
      case TypeSystemNode::Kind::type: return check(node.directives, of_type_[node.name]);
      case TypeSystemNode::Kind::directive: return check(node.directives, of_directive_[node.name]);
      case TypeSystemNode::Kind::part: return check(node.directives);
    }
  }

 private:
  using Seen = NameMap<const Directive*>;

  void check(const NodeList<Directive>& directives) {
    if (directives.size() < 2) return;
    Seen seen;
    check(directives, seen);
  }

  void check(const NodeList<Directive>& directives, Seen& seen) {
    for (const Directive& directive : directives) {
      const std::string_view name = directive.name.text;
      if (!is_unique(name) || seen.insert(name, &directive)) continue;
      context_.errors.report(fmt::format("The directive \"@{}\" can only be used once at this location.", name),
                             {*seen.find(name), &directive});
    }
  }

  bool is_unique(std::string_view name) const {
    if (const DirectiveDefinition* definition = context_.document_directive(name)) return !definition->repeatable;
    const DirectiveType* type = context_.schema.directive(name);
    return type != nullptr && !type->repeatable;
  }

  Seen of_schema_;
  NameMap<Seen> of_type_;
  NameMap<Seen> of_directive_;
};

}  // namespace

void add_unique_directives_per_location(RuleSet& rules) {
  rules.add<UniqueDirectivesPerLocation>();
}

}  // namespace millrace::graphql::validation
