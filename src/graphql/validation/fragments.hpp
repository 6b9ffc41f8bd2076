// The fragments of a document: by name, and which of them an operation reaches.
#pragma once

#include <map>
#include <span>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphql/language/ast.hpp"
#include "graphql/validation/error_sink.hpp"
#include "graphql/validation/name_map.hpp"

namespace millrace::graphql::validation {

class Fragments {
 public:
  using Definitions = std::vector<const FragmentDefinition*>;

  Fragments(const Document& document, ErrorSink& errors);

  /// The last definition of the name; null when there is none.
  const FragmentDefinition* find(std::string_view name) const;

  /// Every spread within the selection set, not following fragments. The reference stays valid.
  const std::vector<const Selection*>& spreads(const SelectionSet& set);

  /// The fragments that the operations reach, each once. Operations that spread the same names share one list, and its address.
  const Definitions& reached(std::span<const OperationDefinition* const> operations);

  /// Takes from the budget for following fragments; validation is aborted when nothing is left.
  void spend(std::size_t work);

 private:
  Definitions follow(std::vector<std::string_view> names);

  ErrorSink& errors_;
  std::size_t work_left_ = 50'000;
  NameMap<const FragmentDefinition*> by_name_;
  std::unordered_map<const SelectionSet*, std::vector<const Selection*>> spreads_;
  std::map<std::vector<std::string_view>, Definitions> reached_;
};

}  // namespace millrace::graphql::validation
