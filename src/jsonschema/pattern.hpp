// Regular expressions as JSON Schema means them (ECMA-262 with the u flag), run by RE2 in linear time.
//
// A pattern is read by ECMA-262's grammar and written anew in RE2's, for they differ: \s knows Unicode's spaces, "." no line end, [^] is
// every character, \cX and \uXXXX are unknown to RE2. What RE2 cannot take (lookaround, backreferences, repetition beyond 1000) is
// refused, never approximated.
#pragma once

#include <expected>
#include <memory>
#include <string>
#include <string_view>

namespace re2 {
class RE2;
}

namespace millrace::jsonschema {

struct TranslatedPattern {
  std::string re2;           // the same in RE2's syntax; meaningless when one of the others is not empty
  std::string syntax_error;  // why it is no regular expression of ECMA-262
  std::string unsupported;   // what of it RE2 cannot take
  std::string instead;       // and what to write instead
};

/// Why a pattern cannot be used, and what to write instead where that is known.
struct PatternFault {
  std::string message;
  std::string hint = {};
};

/// Reads an ECMA-262 pattern. Never fails otherwise than by saying so; linear in the pattern.
TranslatedPattern translate_pattern(std::string_view ecma);

/// A compiled pattern. Any thread.
class Pattern {
 public:
  static std::expected<Pattern, PatternFault> make(std::string_view ecma);

  Pattern(Pattern&&) noexcept;
  Pattern& operator=(Pattern&&) noexcept;
  ~Pattern();

  /// Whether it matches anywhere in the text. Requires: valid UTF-8.
  bool matches(std::string_view text) const;

 private:
  explicit Pattern(std::unique_ptr<re2::RE2> compiled);
  std::unique_ptr<re2::RE2> compiled_;
};

}  // namespace millrace::jsonschema
