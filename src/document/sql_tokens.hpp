// The tokens of an SQL WHERE template.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "document/template_text.hpp"

namespace millrace::document {

struct SqlToken {
  enum class Kind : std::uint8_t { word, quoted_name, string, parameter, symbol, end };
  Kind kind = Kind::end;
  std::size_t begin = 0;
  std::size_t end = 0;
  std::string text = {};        // a word, symbol or the characters of a string
  std::uint32_t parameter = 0;  // of a mustache, quotes around it included
};

/// Splits a template; whatever cannot be bound safely is a problem. The last token is of kind end.
std::vector<SqlToken> sql_tokens(std::string_view text, std::vector<std::string>& parameter_names, TemplateProblems& problems);

}  // namespace millrace::document
