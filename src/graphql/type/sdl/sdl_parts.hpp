// What the rules over SDL look at, gathered in one walk: each use of directives, each name of a type, each constant value.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "graphql/language/ast.hpp"

namespace millrace::graphql {

/// The directives written at one place.
struct DirectiveSite {
  std::string_view location;  // as directive definitions name it: FIELD_DEFINITION
  std::string owner;          // whose definition or extension it is: "schema", "Type", "@directive"; else empty
  const NodeList<Directive>* directives = nullptr;
};

struct SdlParts {
  std::vector<DirectiveSite> sites;
  std::vector<const Name*> type_names;
  std::vector<const Value*> values;
};

/// Requires: the document outlives what it gives.
SdlParts sdl_parts(const Document& document);

}  // namespace millrace::graphql
