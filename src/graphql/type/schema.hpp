// A GraphQL schema: the types that an SDL document declares, with built-in scalars, directives and introspection (specification section 3).
//
// Built once, then immutable and shared by all threads. Types refer to each other by pointer; the schema owns them.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/problem.hpp"
#include "graphql/language/ast.hpp"

namespace millrace::graphql {

struct Type;

/// A reference to a type with its wrappers, outermost first: [T!]! is non_null, list, non_null around T.
struct TypeRef {
  enum class Wrapper : std::uint8_t { list, non_null };
  const Type* named = nullptr;
  std::vector<Wrapper> wrappers = {};

  bool is_non_null() const { return !wrappers.empty() && wrappers.front() == Wrapper::non_null; }
  bool is_list() const { return !wrappers.empty() && wrappers.front() == Wrapper::list; }
  bool is_named() const { return wrappers.empty(); }
  /// The type inside the outermost wrapper. Requires: a wrapper.
  TypeRef inner() const { return {named, {wrappers.begin() + 1, wrappers.end()}}; }
  /// Itself, or what its non-null wraps.
  TypeRef nullable() const { return is_non_null() ? inner() : *this; }
  std::string to_string() const;
  friend bool operator==(const TypeRef&, const TypeRef&) = default;
};

/// An argument or input field.
struct InputValue {
  std::string name;
  std::optional<std::string> description;
  TypeRef type;
  std::optional<std::string> default_literal;  // GraphQL syntax, as introspection shows it
  std::string default_json = {};               // coerced, canonical JSON; empty when there is no default
  std::optional<std::string> deprecation = {};
  std::uint32_t begin = 0;  // its offset in the SDL

  /// Whether a value must be given: non-null without default (3.6.1).
  bool is_required() const { return type.is_non_null() && !default_literal; }
};

struct Field {
  std::string name;
  std::optional<std::string> description;
  std::vector<InputValue> arguments;
  TypeRef type;
  std::optional<std::string> deprecation = {};
  std::uint32_t begin = 0;

  const InputValue* argument(std::string_view name) const;
};

struct EnumValue {
  std::string name;
  std::optional<std::string> description;
  std::optional<std::string> deprecation = {};
};

/// What a scalar's values are; `any` is JSON and every scalar that only the SDL knows.
enum class ScalarKind : std::uint8_t { any, integer, floating, string, boolean, id, date_time, date };

struct Type {
  TypeKind kind = TypeKind::scalar;
  ScalarKind scalar = ScalarKind::any;
  std::string name;
  std::optional<std::string> description;
  std::vector<Field> fields;                // object, interface
  std::vector<const Type*> interfaces;      // object, interface
  std::vector<const Type*> possible;        // union: its members; interface: the objects that implement it
  std::vector<EnumValue> values;            // enumeration
  std::vector<InputValue> input_fields;     // input_object
  std::optional<std::string> specified_by;  // scalar
  bool one_of = false;                      // input_object
  bool built_in = false;                    // of the specification or of Millrace, not of the SDL
  std::uint32_t begin = 0;

  const Field* field(std::string_view name) const;
  const InputValue* input_field(std::string_view name) const;
  bool has_value(std::string_view name) const;
  bool is_leaf() const { return kind == TypeKind::scalar || kind == TypeKind::enumeration; }
  bool is_composite() const { return kind == TypeKind::object || kind == TypeKind::interface || kind == TypeKind::union_; }
  bool is_abstract() const { return kind == TypeKind::interface || kind == TypeKind::union_; }
  bool is_input() const { return is_leaf() || kind == TypeKind::input_object; }
  /// Whether an object of type `object` is one of these (itself, an implementer, a member).
  bool includes(const Type& object) const;

 private:
  friend class SchemaBuilder;
  TextMap<std::uint32_t> field_index_;
};

struct DirectiveType {
  std::string name;
  std::optional<std::string> description;
  std::vector<InputValue> arguments;
  std::vector<std::string> locations;
  bool repeatable = false;
  std::optional<std::string> deprecation = {};
  bool built_in = false;

  const InputValue* argument(std::string_view name) const;
};

class Schema {
 public:
  Schema(const Schema&) = delete;
  Schema(Schema&&) = delete;

  const Type* query() const { return query_; }
  const Type* mutation() const { return mutation_; }
  const Type* subscription() const { return subscription_; }
  const Type* root(OperationType operation) const;
  const Type* type(std::string_view name) const;
  const DirectiveType* directive(std::string_view name) const;
  const std::optional<std::string>& description() const { return description_; }
  /// In the order that graphql-js's introspection lists them.
  const std::deque<Type>& types() const { return types_; }
  const std::deque<DirectiveType>& directives() const { return directives_; }
  /// The fields every composite or root type has beside its own: __typename on all, __schema and __type on the query type; else null.
  const Field* field(const Type& parent, std::string_view name) const;
  /// The type that a reference in a query document names, or nothing when it does not exist.
  std::optional<TypeRef> resolve(const TypeReference& reference) const;
  /// The SDL that it was built from.
  std::string_view source() const { return source_; }

 private:
  friend class SchemaBuilder;
  Schema() = default;
  std::string source_;
  std::optional<std::string> description_;
  std::deque<Type> types_;
  std::deque<DirectiveType> directives_;
  TextMap<const Type*> by_name_;
  Field typename_, schema_field_, type_field_;
  const Type* query_ = nullptr;
  const Type* mutation_ = nullptr;
  const Type* subscription_ = nullptr;
};

/// Reads SDL into a schema. `file` names it in problems; every problem is reported, with its place. The scalars JSON, DateTime and Date are
/// known when the SDL does not declare them itself (or declares them just as scalars).
Checked<std::shared_ptr<const Schema>> build_schema(std::string sdl, const std::string& file);

}  // namespace millrace::graphql
