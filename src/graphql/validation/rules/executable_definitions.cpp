#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.1.1 Executable Definitions
class ExecutableDefinitions final : public Rule {
 public:
  using Rule::Rule;

  void enter_document() override {
    using Kind = DefinitionKind;
    for (const DefinitionReference& reference : context_.document.order) {
      switch (reference.kind) {
        case Kind::operation:
        case Kind::fragment: break;
        case Kind::schema: report(reference.as<SchemaDefinition>(), "schema"); break;
        case Kind::type: report_named(reference.as<TypeDefinition>()); break;
        case Kind::directive: report_named(reference.as<DirectiveDefinition>()); break;
      }
    }
  }

 private:
  template <class Definition>
  void report_named(const Definition& definition) {
    report(definition, fmt::format("\"{}\"", definition.name.text));
  }
  void report(const Node& definition, std::string_view name) {
    context_.errors.report(fmt::format("The {} definition is not executable.", name), {&definition});
  }
};

}  // namespace

void add_executable_definitions(RuleSet& rules) {
  rules.add<ExecutableDefinitions>();
}

}  // namespace millrace::graphql::validation
