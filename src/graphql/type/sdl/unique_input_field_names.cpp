#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {
namespace {

/// Goes as deep as the parser let values nest.
void check(SdlReport& report, const Value& value) {
  for (const Value& item : value.items) check(report, item);
  UniqueNames unique(report);
  for (const ObjectField& field : value.fields) {
    unique.add(field.name.text, field.name.begin,
               [&field] { return fmt::format("There can be only one input field named \"{}\".", field.name.text); });
    check(report, field.value);
  }
}

}  // namespace

void check_unique_input_field_names(const SdlContext& context) {
  for (const Value* value : context.parts.values) check(context.report, *value);
}

}  // namespace millrace::graphql
