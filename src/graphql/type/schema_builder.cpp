#include "graphql/type/schema_builder.hpp"

#include <algorithm>

#include "base/result.hpp"
#include "graphql/language/parser.hpp"
#include "graphql/type/built_in.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/type_order.hpp"

namespace millrace::graphql {
namespace {

std::optional<std::string> description_of(const OptionalNode<Value>& description) {
  if (!description) return std::nullopt;
  return string_value(*description);
}

const Directive* find_directive(const NodeList<Directive>& directives, std::string_view name) {
  auto found = std::ranges::find_if(directives, [name](const Directive& directive) { return directive.name.text == name; });
  return found == directives.end() ? nullptr : &*found;
}

/// The text given for the argument, or nothing when there is none.
std::optional<std::string> text_argument(const Directive& directive, std::string_view name) {
  for (const Argument& argument : directive.arguments)
    if (argument.name.text == name && argument.value.kind == ValueKind::string) return string_value(argument.value);
  return std::nullopt;
}

/// 3.13.3 @deprecated
std::optional<std::string> deprecation_of(const NodeList<Directive>& directives) {
  const Directive* deprecated = find_directive(directives, "deprecated");
  if (deprecated == nullptr) return std::nullopt;
  return text_argument(*deprecated, "reason").value_or(std::string(kDefaultDeprecation));
}

}  // namespace

SchemaBuilder::SchemaBuilder(std::string sdl) : schema_(new Schema()) {
  schema_->source_ = std::move(sdl);
}

void SchemaBuilder::fill(const Document& document, const Definitions& definitions) {
  declare_types(definitions);
  for (Type& type : schema_->types_) fill_type(type, *definitions.type(type.name));
  add_possible_types();
  add_directives(document, definitions);
  set_roots(document);
  add_meta_fields();
  for (const auto& [value, literal] : defaults_) default_nodes_.emplace(value, literal);
}

void SchemaBuilder::declare_types(const Definitions& definitions) {
  for (std::string_view name : type_order(definitions)) {
    Type& type = schema_->types_.emplace_back();
    const TypeParts& parts = *definitions.type(name);
    type.name = name;
    type.kind = parts.definition().kind;
    type.built_in = parts.built_in;
    type.begin = parts.built_in ? 0 : parts.definition().begin;
    if (type.kind == TypeKind::scalar) type.scalar = scalar_kind(name);
    schema_->by_name_.emplace(name, &type);
    types_.emplace(&type, &type);
  }
}

void SchemaBuilder::fill_type(Type& type, const TypeParts& parts) {
  type.description = description_of(parts.definition().description);
  std::size_t fields = 0;
  std::size_t input_fields = 0;
  for (const TypeDefinition* part : parts.parts) {
    fields += part->fields.size();
    input_fields += part->input_fields.size();
  }
  // Reserved at once: pointers to arguments and input fields are kept for their defaults.
  type.fields.reserve(fields);
  type.input_fields.reserve(input_fields);
  for (const TypeDefinition* part : parts.parts) add_part(type, *part, parts.built_in);
  index_fields(type);
}

void SchemaBuilder::add_part(Type& type, const TypeDefinition& part, bool built_in) {
  for (const FieldDefinition& field : part.fields) type.fields.push_back(make_field(field, built_in));
  add_input_values(type.input_fields, part.input_fields, built_in);
  add_interfaces_and_members(type, part);
  for (const EnumValueDefinition& value : part.values)
    type.values.push_back({std::string(value.name.text), description_of(value.description), deprecation_of(value.directives)});
  if (const Directive* specified = find_directive(part.directives, "specifiedBy"))
    type.specified_by = text_argument(*specified, "url").value_or("");
  if (find_directive(part.directives, "oneOf") != nullptr) type.one_of = true;
}

void SchemaBuilder::add_interfaces_and_members(Type& type, const TypeDefinition& part) {
  for (const Name& name : part.interfaces) type.interfaces.push_back(schema_->type(name.text));
  for (const Name& name : part.members) type.possible.push_back(schema_->type(name.text));
}

void SchemaBuilder::index_fields(Type& type) {
  for (std::size_t i = 0; i < type.fields.size(); ++i) type.field_index_.emplace(type.fields[i].name, static_cast<std::uint32_t>(i));
  for (std::size_t i = 0; i < type.input_fields.size(); ++i)
    type.field_index_.emplace(type.input_fields[i].name, static_cast<std::uint32_t>(i));
}

/// Objects are possible for each interface that they implement, in the order of the schema.
void SchemaBuilder::add_possible_types() {
  for (const Type& type : schema_->types_) {
    if (type.kind != TypeKind::object) continue;
    for (const Type* interface : type.interfaces)
      if (interface->kind == TypeKind::interface) types_.at(interface)->possible.push_back(&type);
  }
}

void SchemaBuilder::add_directives(const Document& document, const Definitions& definitions) {
  for (const DirectiveDefinition* definition : definitions.directives()) {
    DirectiveType& directive = schema_->directives_.emplace_back();
    directive.name = definition->name.text;
    directive.description = description_of(definition->description);
    directive.repeatable = definition->repeatable;
    directive.deprecation = deprecation_of(definition->directives);
    for (const DirectiveDefinition& part : document.directives)
      if (part.extension && part.name.text == directive.name && !directive.deprecation)
        directive.deprecation = deprecation_of(part.directives);
    directive.built_in = definitions.is_built_in(*definition);
    for (const Name& location : definition->locations) directive.locations.emplace_back(location.text);
    add_input_values(directive.arguments, definition->arguments, directive.built_in);
  }
}

/// 3.3.1: without a schema definition the types of these names are the roots.
void SchemaBuilder::set_roots(const Document& document) {
  bool has_definition = false;
  for (const SchemaDefinition& schema : document.schemas) {
    if (!schema.extension) {
      has_definition = true;
      schema_->description_ = description_of(schema.description);
    }
    for (const RootOperationType& root : schema.operation_types) set_root(root.operation, root.type.text);
  }
  if (has_definition) return;
  // Only the SDL's own types have these names, so that an extension may still name the others.
  for (auto [operation, name] : {std::pair<OperationType, std::string_view>{OperationType::query, "Query"},
                                 {OperationType::mutation, "Mutation"},
                                 {OperationType::subscription, "Subscription"}})
    if (schema_->type(name) != nullptr) set_root(operation, name);
}

void SchemaBuilder::set_root(OperationType operation, std::string_view name) {
  const Type*& root = operation == OperationType::query      ? schema_->query_
                      : operation == OperationType::mutation ? schema_->mutation_
                                                             : schema_->subscription_;
  root = schema_->type(name);
}

/// 4.1, 4.2
void SchemaBuilder::add_meta_fields() {
  using Wrapper = TypeRef::Wrapper;
  TypeRef text{schema_->type("String"), {Wrapper::non_null}};
  schema_->typename_ = {"__typename", "The name of the current Object type at runtime.", {}, text};
  schema_->schema_field_ = {
      "__schema", "Access the current type schema of this server.", {}, {schema_->type("__Schema"), {Wrapper::non_null}}};
  schema_->type_field_ = {"__type", "Request the type information of a single type.", {}, {schema_->type("__Type"), {}}};
  InputValue name;
  name.name = "name";
  name.type = text;
  schema_->type_field_.arguments.push_back(std::move(name));
}

Field SchemaBuilder::make_field(const FieldDefinition& definition, bool built_in) {
  Field field;
  field.name = definition.name.text;
  field.description = description_of(definition.description);
  field.type = resolve(definition.type);
  field.deprecation = deprecation_of(definition.directives);
  field.begin = built_in ? 0 : definition.begin;
  add_input_values(field.arguments, definition.arguments, built_in);
  return field;
}

void SchemaBuilder::add_input_values(std::vector<InputValue>& out, const NodeList<InputValueDefinition>& definitions, bool built_in) {
  out.reserve(out.size() + definitions.size());
  for (const InputValueDefinition& definition : definitions) {
    InputValue& value = out.emplace_back();
    value.name = definition.name.text;
    value.description = description_of(definition.description);
    value.type = resolve(definition.type);
    value.deprecation = deprecation_of(definition.directives);
    value.begin = built_in ? 0 : definition.begin;
    if (!definition.default_value) continue;
    value.default_literal = print(*definition.default_value);
    defaults_.emplace_back(&value, &*definition.default_value);
  }
}

TypeRef SchemaBuilder::resolve(const TypeReference& reference) const {
  std::optional<TypeRef> type = schema_->resolve(reference);
  CHECK(type.has_value());
  return *std::move(type);
}

void SchemaBuilder::coerce_defaults() {
  for (const auto& [value, literal] : defaults_) coerce_default(*value, *literal);
}

void SchemaBuilder::coerce_default(InputValue& value, const Value& literal) {
  if (!value.default_json.empty()) return;
  coerce_defaults_within(literal, *value.type.named);
  std::optional<std::string> coerced = coerce_literal(literal, value.type, {});
  CHECK(coerced.has_value());
  value.default_json = *std::move(coerced);
}

/// Coerces first what the literal leaves to the defaults of input fields. Ends, since no default needs itself.
void SchemaBuilder::coerce_defaults_within(const Value& literal, const Type& type) {
  for (const Value& item : literal.items) coerce_defaults_within(item, type);
  if (literal.kind != ValueKind::object || type.kind != TypeKind::input_object) return;
  for (InputValue& field : types_.at(&type)->input_fields) {
    auto given = std::ranges::find(literal.fields, field.name, [](const ObjectField& member) { return member.name.text; });
    if (given != literal.fields.end()) {
      coerce_defaults_within(given->value, *field.type.named);
    } else if (auto node = default_nodes_.find(&field); node != default_nodes_.end()) {
      coerce_default(field, *node->second);
    }
  }
}

}  // namespace millrace::graphql
