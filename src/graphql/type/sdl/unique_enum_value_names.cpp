#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {

/// Values of an enum, its extensions included.
void check_unique_enum_value_names(const SdlContext& context) {
  std::unordered_map<std::string_view, UniqueNames> by_type;
  for (const TypeDefinition& type : context.document.types) {
    UniqueNames& unique = by_type.try_emplace(type.name.text, context.report).first->second;
    for (const EnumValueDefinition& value : type.values)
      unique.add(value.name.text, value.name.begin,
                 [&] { return fmt::format("Enum value \"{}.{}\" can only be defined once.", type.name.text, value.name.text); });
  }
}

}  // namespace millrace::graphql
