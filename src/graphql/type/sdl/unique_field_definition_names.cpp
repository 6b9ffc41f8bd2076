#include "graphql/type/sdl/sdl_rules.hpp"
#include "graphql/type/sdl/unique_names.hpp"

namespace millrace::graphql {

/// Fields and input fields of a type, its extensions included.
void check_unique_field_definition_names(const SdlContext& context) {
  std::unordered_map<std::string_view, UniqueNames> by_type;
  for (const TypeDefinition& type : context.document.types) {
    UniqueNames& unique = by_type.try_emplace(type.name.text, context.report).first->second;
    auto add = [&](const Name& name) {
      unique.add(name.text, name.begin,
                 [&] { return fmt::format("Field \"{}.{}\" can only be defined once.", type.name.text, name.text); });
    };
    for (const FieldDefinition& field : type.fields) add(field.name);
    for (const InputValueDefinition& field : type.input_fields) add(field.name);
  }
}

}  // namespace millrace::graphql
