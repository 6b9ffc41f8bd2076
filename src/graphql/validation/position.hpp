// Where a walk through a document stands: the types that the schema gives to the place. What graphql-js calls TypeInfo.
//
// A walk keeps the part of the position that a node changes, enters the node, visits what is in it, and has that part put back.
#pragma once

#include <string_view>

#include "graphql/type/type_view.hpp"

namespace millrace::graphql::validation {

/// What is selected here.
struct OutputPosition {
  const Type* parent = nullptr;        // the composite type around the selection; null when unknown
  TypeView type;                       // of the field, fragment or operation; none when unknown
  const Field* field = nullptr;        // the nearest field around or at the place
  const Type* field_parent = nullptr;  // whose field it is
};

/// What is given here.
struct InputPosition {
  const InputValue* argument = nullptr;
  TypeView input;                  // the type that a value must have
  TypeView input_parent;           // the one around that
  bool input_has_default = false;  // of the argument or input field
};

struct Position : OutputPosition, InputPosition {
  const DirectiveType* directive = nullptr;
  std::string_view directive_location;  // such as FIELD, for the directives of this node
  bool in_type_system = false;          // in a type system definition or extension

  void enter_operation(const Schema& schema, const OperationDefinition& operation);
  /// An inline fragment (null: without type condition) or a fragment definition.
  void enter_fragment(const Schema& schema, const Name* type_condition);
  void enter_selection_set();
  void enter_field(const Schema& schema, const Selection& selection);
  void enter_directive(const Schema& schema, const Directive& node);
  /// Of the directive, else of the field: an argument of an unknown directive counts as one of the field around, as with graphql-js.
  void enter_argument(const Argument& node);
  void enter_variable_definition(TypeView variable_type);
  void enter_list();
  void enter_object_field(const ObjectField& node);

 private:
  void enter_input(const InputValue* definition);
};

/// Puts a part of a position back when it goes out of scope.
template <class Part>
class Kept {
 public:
  explicit Kept(Part& part) : part_(part), copy_(part) {}
  ~Kept() { part_ = copy_; }
  Kept(const Kept&) = delete;
  Kept& operator=(const Kept&) = delete;

 private:
  Part& part_;
  const Part copy_;
};

}  // namespace millrace::graphql::validation
