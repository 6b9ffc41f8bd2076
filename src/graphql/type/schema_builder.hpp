// Makes a schema of the definitions of an SDL document. Checks nothing: the rules of sdl/ have seen the document before, and those of
// check/ look at the schema after.
#pragma once

#include <memory>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "graphql/type/definitions.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// Where the default value of an argument or input field is written.
using DefaultNodes = std::unordered_map<const InputValue*, const Value*>;

class SchemaBuilder {
 public:
  /// An empty schema that keeps the text. Parse schema()->source(), so that the tree points into it.
  explicit SchemaBuilder(std::string sdl);

  const std::shared_ptr<Schema>& schema() const { return schema_; }

  /// Fills the schema; default values stay literals. Requires: names are unique, and every type that is named is defined.
  void fill(const Document& document, const Definitions& definitions);
  /// Coerces the default values. Requires: they fit their types and none needs itself.
  void coerce_defaults();

  const DefaultNodes& default_nodes() const { return default_nodes_; }

 private:
  void declare_types(const Definitions& definitions);
  void fill_type(Type& type, const TypeParts& parts);
  void add_part(Type& type, const TypeDefinition& part, bool built_in);
  void add_interfaces_and_members(Type& type, const TypeDefinition& part);
  void index_fields(Type& type);
  void add_possible_types();
  void add_directives(const Document& document, const Definitions& definitions);
  void set_roots(const Document& document);
  void set_root(OperationType operation, std::string_view name);
  void add_meta_fields();

  Field make_field(const FieldDefinition& definition, bool built_in);
  void add_input_values(std::vector<InputValue>& out, const NodeList<InputValueDefinition>& definitions, bool built_in);
  TypeRef resolve(const TypeReference& reference) const;
  void coerce_default(InputValue& value, const Value& literal);
  void coerce_defaults_within(const Value& literal, const Type& type);

  std::shared_ptr<Schema> schema_;
  std::unordered_map<const Type*, Type*> types_;
  std::vector<std::pair<InputValue*, const Value*>> defaults_;
  DefaultNodes default_nodes_;
};

}  // namespace millrace::graphql
