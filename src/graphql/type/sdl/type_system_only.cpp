#include "graphql/type/sdl/sdl_rules.hpp"

namespace millrace::graphql {

/// graphql-js passes over operations and fragments in SDL; whoever put one there meant something by it.
void check_type_system_only(const SdlContext& context) {
  constexpr auto kMessage = "A schema cannot contain operations or fragments.";
  for (const OperationDefinition& operation : context.document.operations) context.report.report(operation.begin, kMessage);
  for (const FragmentDefinition& fragment : context.document.fragments) context.report.report(fragment.begin, kMessage);
}

}  // namespace millrace::graphql
