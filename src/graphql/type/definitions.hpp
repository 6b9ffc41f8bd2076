// The SDL's definitions found by name: a type with its extensions, fields across all of them, the built-in ones where the SDL has none.
#pragma once

#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphql/language/ast.hpp"

namespace millrace::graphql {

/// One type as it stands in the SDL.
struct TypeParts {
  std::vector<const TypeDefinition*> parts;  // the definition, then the extensions in order
  bool built_in = false;

  const TypeDefinition& definition() const { return *parts.front(); }
};

class Definitions {
 public:
  /// The documents must outlive it. Of two definitions with one name it keeps the first.
  Definitions(const Document& sdl, const Document& built_in);

  const TypeParts* type(std::string_view name) const;
  const DirectiveDefinition* directive(std::string_view name) const;
  /// The names of the types that the SDL defines, in its order.
  const std::vector<std::string_view>& type_names() const { return type_names_; }
  /// The SDL's directives in its order, then the built-in ones that it does not define.
  const std::vector<const DirectiveDefinition*>& directives() const { return directives_; }
  bool is_built_in(const DirectiveDefinition& directive) const;

  const FieldDefinition* field(std::string_view type, std::string_view field) const;
  const InputValueDefinition* argument(std::string_view type, std::string_view field, std::string_view argument) const;
  const InputValueDefinition* input_field(std::string_view type, std::string_view field) const;

 private:
  void add_types(const Document& document, bool built_in);

  const Document& built_in_;
  std::unordered_map<std::string_view, TypeParts> types_;
  std::vector<std::string_view> type_names_;
  std::vector<const DirectiveDefinition*> directives_;
};

}  // namespace millrace::graphql
