#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {

void check_unique_type_names(const SdlContext& context) {
  UniqueNames unique(context.report);
  for (const TypeDefinition& type : context.document.types) {
    if (type.extension) continue;
    std::string_view name = type.name.text;
    unique.add(name, type.name.begin, [name] { return fmt::format("There can be only one type named \"{}\".", name); });
  }
}

}  // namespace millrace::graphql
