// Whether two fields, or two @stream directives, are given the same arguments.
#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "graphql/language/ast.hpp"
#include "graphql/validation/name_map.hpp"

namespace millrace::graphql::validation {

/// A text that two values share when they are the same: fields of an object in any order, variables by name. Strings count as what they
/// stand for, "a" and """a""" as different.
std::string comparison_key(const Value& value);

class ArgumentComparison {
 public:
  using Arguments = NodeList<Argument>;

  struct Outcome {
    bool is_same = false;
    std::size_t work = 0;  // arguments looked at
  };
  /// The lists must stay as they are: what is read of them is kept.
  Outcome compare(const Arguments& a, const Arguments& b);

 private:
  const Value* find(const Arguments& arguments, std::string_view name);
  const std::string& key_of(const Value& value);

  std::unordered_map<const Arguments*, NameMap<const Value*>> by_name_;
  std::unordered_map<const Value*, std::string> keys_;
};

}  // namespace millrace::graphql::validation
