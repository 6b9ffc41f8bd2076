// Where variables stand, and what type each place expects.
#pragma once

#include <memory>
#include <unordered_map>
#include <vector>

#include "graphql/validation/fragments.hpp"
#include "graphql/validation/position.hpp"

namespace millrace::graphql::validation {

struct VariableUsage {
  const Value* node = nullptr;
  TypeView type;         // that the place expects; none when unknown
  TypeView parent_type;  // around that: the input object whose field it is, say
  bool has_default = false;
};

class VariableUsages {
 public:
  VariableUsages(const Schema& schema, const Document& document, Fragments& fragments, ErrorSink& errors)
      : schema_(schema), document_(document), fragments_(fragments), errors_(errors) {}

  /// Those in the operation, then those in the fragments that it reaches. The reference stays valid.
  const std::vector<const VariableUsage*>& of(const OperationDefinition& operation);

  /// The type that a variable is declared with; none when it does not exist. The view stays valid.
  TypeView declared_type(const VariableDefinition& variable);

 private:
  using Usages = std::vector<VariableUsage>;
  using UsageList = std::vector<const VariableUsage*>;

  const Usages& within(const OperationDefinition& operation);
  const Usages& within(const FragmentDefinition& fragment);
  const UsageList& within(const Fragments::Definitions& fragments);
  bool has_dollar(const Node& node) const;

  const Schema& schema_;
  const Document& document_;
  Fragments& fragments_;
  ErrorSink& errors_;
  std::unordered_map<const Node*, Usages> local_;
  std::unordered_map<const Fragments::Definitions*, UsageList> of_fragments_;
  std::unordered_map<const OperationDefinition*, UsageList> of_operation_;
  std::unordered_map<const VariableDefinition*, std::unique_ptr<TypeRef>> declared_;
};

}  // namespace millrace::graphql::validation
