// Numbers as graphql-js, being JavaScript, reads and prints them: what clients compare and what messages show.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::graphql {

/// A double as JavaScript prints it: "0.1", "1e+21", "Infinity", "0" for a negative zero. Requires: not NaN.
std::string ecmascript_text(double number);

/// The same for the text of a JSON number.
std::string ecmascript_text(std::string_view number);

/// What Number(text) gives in JavaScript: blanks around it, "0x1F", ".5", "+5", "Infinity" and "" (which is 0) are numbers; nothing where
/// it is NaN.
std::optional<double> ecmascript_number(std::string_view text);

}  // namespace millrace::graphql
