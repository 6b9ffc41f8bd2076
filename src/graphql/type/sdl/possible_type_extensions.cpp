#include <fmt/format.h>

#include "graphql/type/did_you_mean.hpp"
#include "graphql/type/sdl/sdl_rules.hpp"

namespace millrace::graphql {
namespace {

std::string_view kind_words(TypeKind kind) {
  switch (kind) {
    case TypeKind::scalar: return "scalar";
    case TypeKind::object: return "object";
    case TypeKind::interface: return "interface";
    case TypeKind::union_: return "union";
    case TypeKind::enumeration: return "enum";
    case TypeKind::input_object: return "input object";
  }
  return {};
}

}  // namespace

/// What is extended must be defined in the same SDL, as the same kind.
void check_possible_type_extensions(const SdlContext& context) {
  std::vector<std::string> known(context.definitions.type_names().begin(), context.definitions.type_names().end());
  for (const TypeDefinition& type : context.document.types) {
    if (!type.extension) continue;
    const TypeParts* extended = context.definitions.type(type.name.text);
    if (extended == nullptr || extended->built_in) {
      context.report.report(type.name.begin, fmt::format("Cannot extend type \"{}\" because it is not defined.{}", type.name.text,
                                                         did_you_mean(suggestions(type.name.text, known))));
    } else if (extended->definition().kind != type.kind) {
      context.report.report(type.begin, fmt::format("Cannot extend non-{} type \"{}\".", kind_words(type.kind), type.name.text));
    }
  }
}

}  // namespace millrace::graphql
