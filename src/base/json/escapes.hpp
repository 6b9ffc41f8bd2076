// The escapes of JSON strings (RFC 8259, section 7), and UTF-8.
#pragma once

#include <string>
#include <string_view>

namespace millrace::json {

/// Appends a code point in UTF-8. Requires: a Unicode scalar value.
void append_utf8(std::string& out, char32_t code_point);

/// Takes the escape at the start of `text` away and gives what it stands for; two \u escapes that are a surrogate pair are one.
/// Requires: a valid escape.
char32_t take_escape(std::string_view& text);

/// Appends the characters that `raw` stands for: what is between the quotes of a string. Requires: valid escapes.
void append_unescaped(std::string& out, std::string_view raw);

/// The value of four hex digits, or -1. Requires: at least four characters.
int hex4(const char* digits);

}  // namespace millrace::json
