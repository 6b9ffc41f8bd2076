#include "graphql/type/literal_check.hpp"
#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.6.1 Values of Correct Type, 5.6.2 Input Object Field Names, 5.6.4 Input Object Required Fields. Variables have a rule of their own.
class ValuesOfCorrectType final : public Rule {
 public:
  using Rule::Rule;

  void enter_value(const Value& node) override {
    if (!context_.position.input) return;
    for (LiteralProblem& problem : literal_problems(node, context_.position.input)) {
      const Node place = {problem.begin, problem.begin};
      context_.errors.report(std::move(problem.message), {&place});
    }
  }
};

}  // namespace

void add_values_of_correct_type(RuleSet& rules) {
  rules.add<ValuesOfCorrectType>();
}

}  // namespace millrace::graphql::validation
