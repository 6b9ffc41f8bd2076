#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {

/// Fields, input fields and enum values of a type, its extensions included.
void check_unique_member_names(const SdlContext& context) {
  std::unordered_map<std::string_view, UniqueNames> by_type;
  for (const TypeDefinition& type : context.document.types) {
    UniqueNames& unique = by_type.try_emplace(type.name.text, context.report).first->second;
    auto add = [&](std::string_view what, const Name& name) {
      unique.add(name.text, name.begin,
                 [&] { return fmt::format("{} \"{}.{}\" can only be defined once.", what, type.name.text, name.text); });
    };
    for (const FieldDefinition& field : type.fields) add("Field", field.name);
    for (const InputValueDefinition& field : type.input_fields) add("Field", field.name);
    for (const EnumValueDefinition& value : type.values) add("Enum value", value.name);
  }
}

}  // namespace millrace::graphql
