#include <array>

#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {

void check_unique_operation_types(const SdlContext& context) {
  constexpr std::array<std::string_view, 3> kNames = {"query", "mutation", "subscription"};
  UniqueNames unique(context.report);
  for (const SchemaDefinition& schema : context.document.schemas)
    for (const RootOperationType& root : schema.operation_types) {
      std::string_view name = kNames[static_cast<std::size_t>(root.operation)];
      unique.add(name, root.begin, [name] { return fmt::format("There can be only one {} type in schema.", name); });
    }
}

}  // namespace millrace::graphql
