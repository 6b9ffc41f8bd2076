#include <fmt/format.h>

#include <deque>

#include "graphql/language/parser.hpp"
#include "graphql/validation/directive_search.hpp"
#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// Incremental delivery (a proposal): labels are static and unique.
class DeferStreamDirectiveLabel final : public Rule {
 public:
  using Rule::Rule;

  void enter_directive(const Directive& node) override {
    if (node.name.text != "defer" && node.name.text != "stream") return;
    const Value* label = find_argument(node, "label");
    if (label == nullptr || label->kind == ValueKind::null) return;
    if (label->kind != ValueKind::string) {
      context_.errors.report(fmt::format("Argument \"@{}(label:)\" must be a static string.", node.name.text), {&node});
      return;
    }
    const std::string& text = texts_.emplace_back(string_value(*label));
    if (known_.insert(text, &node)) return;
    context_.errors.report(
        "Value for arguments \"defer(label:)\" and \"stream(label:)\" must be unique across all Defer/Stream directive usages.",
        {*known_.find(text), &node});
  }

 private:
  std::deque<std::string> texts_;  // that the map's names stand in
  NameMap<const Directive*> known_;
};

}  // namespace

void add_defer_stream_directive_label(RuleSet& rules) {
  rules.add<DeferStreamDirectiveLabel>();
}

}  // namespace millrace::graphql::validation
