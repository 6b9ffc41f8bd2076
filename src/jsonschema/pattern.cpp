#include "jsonschema/pattern.hpp"

#include <re2/re2.h>

namespace millrace::jsonschema {

std::expected<Pattern, PatternFault> Pattern::make(std::string_view ecma) {
  const TranslatedPattern translated = translate_pattern(ecma);
  if (!translated.syntax_error.empty()) return std::unexpected(PatternFault{translated.syntax_error});
  if (!translated.unsupported.empty()) return std::unexpected(PatternFault{translated.unsupported, translated.instead});
  re2::RE2::Options options;
  options.set_log_errors(false);
  options.set_never_capture(true);
  auto compiled = std::make_unique<re2::RE2>(translated.re2, options);
  if (!compiled->ok()) return std::unexpected(PatternFault{"RE2 cannot take it: " + compiled->error()});
  return Pattern(std::move(compiled));
}

Pattern::Pattern(std::unique_ptr<re2::RE2> compiled) : compiled_(std::move(compiled)) {}
Pattern::Pattern(Pattern&&) noexcept = default;
Pattern& Pattern::operator=(Pattern&&) noexcept = default;
Pattern::~Pattern() = default;

bool Pattern::matches(std::string_view text) const {
  return re2::RE2::PartialMatch(re2::StringPiece(text.data(), text.size()), *compiled_);
}

}  // namespace millrace::jsonschema
