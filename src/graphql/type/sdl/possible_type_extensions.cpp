#include <fmt/format.h>

#include <unordered_map>

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
  std::unordered_map<std::string_view, TypeKind> defined;  // specified types too, where the SDL has them
  for (const TypeDefinition& type : context.document.types)
    if (!type.extension) defined.insert_or_assign(type.name.text, type.kind);
  for (const TypeDefinition& type : context.document.types) {
    if (!type.extension) continue;
    auto found = defined.find(type.name.text);
    if (found == defined.end()) {
      context.report.report(type.name.begin, fmt::format("Cannot extend type \"{}\" because it is not defined.{}", type.name.text,
                                                         did_you_mean(suggestions(type.name.text, known))));
    } else if (found->second != type.kind) {
      context.report.report(type.begin, fmt::format("Cannot extend non-{} type \"{}\".", kind_words(type.kind), type.name.text));
    }
  }
}

}  // namespace millrace::graphql
