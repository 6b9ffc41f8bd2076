// A plan: an operation, compiled for one schema, one set of bindings and one choice of @skip/@include.
//
// Fields are collected and merged once (specification 6.3.2 CollectFields, 6.3.3), types and resolvers are looked up once, constant
// arguments are coerced once. What is left for a request is fetching and writing.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/execution/resolver.hpp"
#include "graphql/language/ast.hpp"
#include "graphql/language/source.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {

/// Why a field fails before it is asked: an argument of it, or of a directive below it, has no fitting value.
struct Fault {
  std::string message;
  std::uint32_t begin = 0;  // of the value
};

/// An argument of a planned field: constant, or made from the request's variables.
struct PlannedArgument {
  const InputValue* definition = nullptr;
  std::optional<std::string> constant;  // canonical JSON
  const Value* node = nullptr;          // with variables in it
};

/// How a leaf is written without looking at its type again. `other` asks append_leaf.
enum class LeafShape : std::uint8_t { none, text, any, other };

struct PlannedSelection;

struct PlannedField {
  std::string_view response_key;
  std::string written_key;  // "key": as it stands in the answer
  const Field* field = nullptr;
  const Type* parent = nullptr;
  std::vector<const Selection*> nodes;
  std::vector<PlannedArgument> arguments;
  std::vector<const PlannedArgument*> inherited;  // from fields above
  Resolver* resolver = nullptr;
  LeafShape leaf = LeafShape::none;
  bool is_typename = false;
  bool has_variable_arguments = false;
  /// A member of its parent whose text, when it is there and no null, is the value as it is written: nothing is to be asked or checked but,
  /// of LeafShape::text, that it is a string.
  bool is_plain_leaf = false;
  /// Members of an object that hold, somewhere below, a field with a resolver: they are opened while fetching.
  bool opens = false;
  std::uint32_t slot = 0;                // members: where the value is among the object's slots
  std::uint32_t fetch = 0;               // with resolver, or opens: its number among the selection's fetches
  std::vector<std::uint32_t> key_slots;  // with resolver: the slots of parent_keys()
  /// One selection for an object type; one for each possible type of an abstract one.
  std::vector<const PlannedSelection*> selections;

  // How many objects it is expected to give for each parent (cost.hpp).
  double rows = 1;
  const PlannedArgument* rows_argument = nullptr;  // the number is this argument's, which a variable gives

  bool fetches() const { return resolver != nullptr || opens; }
  const PlannedSelection* selection_for(const Type& object) const;
};

/// What is selected on objects of one type.
struct PlannedSelection {
  const Type* type = nullptr;
  std::vector<PlannedField> fields;          // in response order
  std::vector<std::string> slots;            // quoted keys of the members that are needed, without repetition
  std::vector<const PlannedField*> fetches;  // the fields that are fetched or opened
  bool is_wire = false;                      // of objects that another server gave: members have the names of wire.hpp
  std::optional<Fault> fault = {};           // set: @skip or @include cannot be decided; there are no fields then
  std::uint32_t number = 0;                  // in Plan::finished
};

struct Plan {
  OperationType operation = OperationType::query;
  const PlannedSelection* root = nullptr;
  std::deque<PlannedSelection> selections;  // owns all
  std::deque<PlannedArgument> inherited;
  std::vector<const PlannedSelection*> finished;  // all, those below a selection before it
  std::optional<double> cost;                     // that of every request; nothing when variables decide
  std::vector<const Resolver*> readers;           // of a plan that reads more than once: those that read, without repetition
};

struct PlanInput {
  const Schema& schema;
  const Document& document;
  const OperationDefinition& operation;
  const Bindings& bindings;
  const Bindings& introspection;
  const Variables& variables;  // only what @skip and @include use is looked at
  const std::vector<std::string>& inherited_arguments;
  double list_rows = 10;            // what a list without `limit`, `first` or `last` is expected to hold
  std::size_t work_max = SIZE_MAX;  // how many selections are looked at, over all types that they apply to
};

/// Null when it would be more work than is allowed: fields below abstract types are planned for each combination of types that they can be
/// met in. Requires: a document that validation found right.
std::unique_ptr<Plan> make_plan(const PlanInput& input);

/// What a plan occupies in memory.
std::size_t bytes_of(const Plan& plan);

/// The variables that @skip and @include of an operation depend on, fragments included, without repetition.
std::vector<std::string_view> condition_variables(const Document& document, const OperationDefinition& operation);

/// The arguments of a planned field for these variables (6.4.1 CoerceArgumentValues). Texts made for them go to `storage`. The error is
/// that of the first argument that does not fit.
std::expected<ArgumentValues, Fault> argument_values(const PlannedField& field, const Variables& variables,
                                                     std::deque<std::string>& storage);

}  // namespace millrace::graphql
