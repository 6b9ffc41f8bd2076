// What is passed on of a field: its arguments and all that is selected below it, as GraphQL text for another server.
//
// It is written from the plan, so fragments are flattened (but for the types of interfaces and unions), @skip and @include are decided, and
// fields that are resolved here are left out; what these follow is asked for instead, under names of their own
// (graphql/execution/wire.hpp). Values stand in the text as literals, printed by the types that they have here: the other server may call
// these types something else.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/execution/resolver.hpp"

namespace millrace::federation {

/// A value that has no literal form, such as JSON with keys that are no names: it goes as a variable.
struct PassedVariable {
  std::string name;  // without $
  std::string type;
  std::string value;  // canonical JSON
};

/// One call, but for its key.
struct PassedField {
  std::string arguments;  // `,limit:2`: what follows the key's argument; may be empty
  std::string selection;  // `{id name}`
  std::vector<PassedVariable> variables;
  // What other servers count and limit.
  std::size_t tokens = 0;
  std::size_t aliases = 0;
  /// It would be more than kPassedBytesMax: types of interfaces within each other multiply. What is there is not whole.
  bool is_too_large = false;
};
inline constexpr std::size_t kPassedBytesMax = 128 * 1024;

struct PassingOptions {
  bool passes_at = true;
  std::string_view variable_prefix = "v";  // of the names of variables; unlike that of other calls in one document
};

PassedField pass_on(const graphql::FieldCall& call, const PassingOptions& options);

/// Appends a JSON value as a literal of the type (null: not known); false when it has none, and then some of it may be there. Counts
/// tokens.
bool append_literal(std::string& out, std::string_view value, const graphql::TypeRef* type, std::size_t& tokens);

}  // namespace millrace::federation
