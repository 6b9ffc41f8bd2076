// Block strings (specification 2.9.4): what they stand for, and how a text is written as one.
#pragma once

#include <string>
#include <string_view>

namespace millrace::graphql {

/// BlockStringValue(): the text between the triple quotes without its common indentation and its blank first and last lines.
std::string block_string_value(std::string_view raw);

/// The text as a block string, quotes included, laid out as graphql-js does.
std::string print_block_string(std::string_view value);

}  // namespace millrace::graphql
