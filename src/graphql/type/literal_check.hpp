// Why a literal does not fit a type, in graphql-js's words: for default values, and for validation's "values of correct type".
#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "graphql/language/ast.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/schema.hpp"
#include "graphql/type/type_view.hpp"

namespace millrace::graphql {

struct LiteralProblem {
  std::string path;  // below the literal: "", ".a[0].b"
  std::string message;
  std::uint32_t begin = 0;  // the node that is wrong
};

/// Every problem; none when the literal fits. Without values for variables (null) one fits anywhere: other rules look at its type. With
/// over kLiteralProblemsMax problems it stops looking, since each may show the whole literal.
inline constexpr std::size_t kLiteralProblemsMax = 100;
std::vector<LiteralProblem> literal_problems(const Value& value, TypeView type, const Variables* variables = nullptr);

/// ` at .items[2].name`, as messages end that name a problem's path; nothing for the value itself.
std::string at_path(const std::string& path);

/// The message for a oneOf input object that has not just one field with a value.
std::string one_of_message(const Type& type);

}  // namespace millrace::graphql
