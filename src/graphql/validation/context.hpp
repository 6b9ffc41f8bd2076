// What the rules of one validation share.
#pragma once

#include "graphql/language/ast.hpp"
#include "graphql/type/schema.hpp"
#include "graphql/validation/error_sink.hpp"
#include "graphql/validation/fragments.hpp"
#include "graphql/validation/position.hpp"
#include "graphql/validation/variable_usages.hpp"

namespace millrace::graphql::validation {

struct Context {
  const Schema& schema;
  const Document& document;
  ErrorSink& errors;
  Fragments& fragments;
  VariableUsages& variables;
  std::size_t comparisons_max = 500'000;  // ValidationOptions
  Position position = {};                 // where the walk stands now

  /// The last definition of a directive in the document itself, which goes before the schema's; null when it has none.
  const DirectiveDefinition* document_directive(std::string_view name) const;
};

inline const DirectiveDefinition* Context::document_directive(std::string_view name) const {
  const DirectiveDefinition* found = nullptr;
  for (const DirectiveDefinition& definition : document.directives) {
    if (!definition.extension && definition.name.text == name) found = &definition;
  }
  return found;
}

}  // namespace millrace::graphql::validation
