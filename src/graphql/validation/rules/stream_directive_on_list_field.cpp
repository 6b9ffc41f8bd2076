#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// Incremental delivery (a proposal): only lists can be streamed.
class StreamDirectiveOnListField final : public Rule {
 public:
  using Rule::Rule;

  void enter_directive(const Directive& node) override {
    const Position& at = context_.position;
    if (node.name.text != "stream" || at.field == nullptr || at.parent == nullptr) return;
    if (TypeView(at.field->type).nullable().is_list()) return;
    context_.errors.report(
        fmt::format("Directive \"@stream\" cannot be used on non-list field \"{}.{}\".", at.parent->name, at.field->name), {&node});
  }
};

}  // namespace

void add_stream_directive_on_list_field(RuleSet& rules) {
  rules.add<StreamDirectiveOnListField>();
}

}  // namespace millrace::graphql::validation
