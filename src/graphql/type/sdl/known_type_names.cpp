#include <fmt/format.h>

#include "graphql/type/built_in.hpp"
#include "graphql/type/did_you_mean.hpp"
#include "graphql/type/sdl/sdl_rules.hpp"

namespace millrace::graphql {

void check_known_type_names(const SdlContext& context) {
  std::vector<std::string> known;
  for (const TypeDefinition& type : built_in_document().types) known.emplace_back(type.name.text);
  known.insert(known.end(), context.definitions.type_names().begin(), context.definitions.type_names().end());
  for (const Name* name : context.parts.type_names)
    if (context.definitions.type(name->text) == nullptr)
      context.report.report(name->begin, fmt::format("Unknown type \"{}\".{}", name->text, did_you_mean(suggestions(name->text, known))));
}

}  // namespace millrace::graphql
