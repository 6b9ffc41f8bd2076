#include <fmt/format.h>

#include "graphql/validation/rules/rules.hpp"

namespace millrace::graphql::validation {
namespace {

/// 5.6.3 Input Object Field Uniqueness
class UniqueInputFieldNames final : public Rule {
 public:
  using Rule::Rule;

  void enter_value(const Value& node) override {
    for (const Value& item : node.items) enter_value(item);
    if (are_names_distinct(node.fields, [](const ObjectField& field) { return field.name.text; })) {
      for (const ObjectField& field : node.fields) enter_value(field.value);
    } else {
      enter_repeated(node.fields);
    }
  }

 private:
  void enter_repeated(const NodeList<ObjectField>& fields) {
    NameMap<const Name*> known;
    for (const ObjectField& field : fields) {
      if (!known.insert(field.name.text, &field.name)) {
        context_.errors.report(fmt::format("There can be only one input field named \"{}\".", field.name.text),
                               {*known.find(field.name.text), &field.name});
      }
      enter_value(field.value);
    }
  }
};

}  // namespace

void add_unique_input_field_names(RuleSet& rules) {
  rules.add<UniqueInputFieldNames>();
}

}  // namespace millrace::graphql::validation
