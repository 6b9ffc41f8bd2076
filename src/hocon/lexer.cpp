#include "hocon/lexer.hpp"

#include "base/json/canonical.hpp"
#include "base/json/escapes.hpp"
#include "hocon/characters.hpp"

namespace millrace::hocon {
namespace {

constexpr std::string_view kQuoteHint = "Put the value in double quotes when the character belongs to it.";

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

std::size_t digits_end(std::string_view text, std::size_t at) {
  while (at < text.size() && is_digit(text[at])) ++at;
  return at;
}

/// number = [ "-" ] ( "0" / digit1-9 *digit ) [ "." 1*digit ] [ ("e" / "E") [ "+" / "-" ] 1*digit ]
bool is_json_number(std::string_view text) {
  std::size_t at = text.starts_with('-') ? 1 : 0;
  const std::size_t whole = at;
  at = digits_end(text, at);
  if (at == whole || (text[whole] == '0' && at > whole + 1)) return false;
  if (at < text.size() && text[at] == '.') {
    const std::size_t fraction = at + 1;
    at = digits_end(text, fraction);
    if (at == fraction) return false;
  }
  if (at < text.size() && (text[at] | 0x20) == 'e') {
    std::size_t exponent = at + 1;
    if (exponent < text.size() && (text[exponent] == '+' || text[exponent] == '-')) ++exponent;
    at = digits_end(text, exponent);
    if (at == exponent) return false;
  }
  return at == text.size();
}

bool starts_comment(std::string_view text) {
  return text.starts_with('#') || text.starts_with("//");
}

/// The end of the unquoted string at the start of `text`.
std::size_t unquoted_end(std::string_view text) {
  std::size_t at = 0;
  while (at < text.size()) {
    const std::string_view rest = text.substr(at);
    if (rest.front() == '\n' || is_reserved(rest.front()) || starts_comment(rest) || space_bytes(rest) != 0) break;
    at += code_point_bytes(rest);
  }
  return at;
}

/// The bytes of the escape at the start of `text`, a pair of surrogates being one; 0 when it is none.
std::size_t escape_bytes(std::string_view text) {
  constexpr std::string_view kShort = R"("\/bfnrt)";
  constexpr std::size_t kUnit = 6;
  const auto unit = [&](std::size_t at) {
    return text.size() >= at + kUnit && text.substr(at, 2) == "\\u" ? json::hex4(text.data() + at + 2) : -1;
  };
  if (text.size() > 1 && kShort.find(text[1]) != std::string_view::npos) return 2;
  const int first = unit(0);
  if (first < 0 || (first >= 0xDC00 && first < 0xE000)) return 0;
  if (first < 0xD800 || first >= 0xE000) return kUnit;
  const int second = unit(kUnit);
  return second >= 0xDC00 && second < 0xE000 ? 2 * kUnit : 0;
}

struct Symbol {
  std::string_view text;
  TokenKind kind;
};

constexpr std::array kSymbols = {
    Symbol{"\n", TokenKind::newline},
    Symbol{",", TokenKind::comma},
    Symbol{":", TokenKind::colon},
    Symbol{"=", TokenKind::equals},
    Symbol{"+=", TokenKind::plus_equals},
    Symbol{"{", TokenKind::open_curly},
    Symbol{"}", TokenKind::close_curly},
    Symbol{"[", TokenKind::open_square},
    Symbol{"]", TokenKind::close_square},
    Symbol{"${?", TokenKind::open_optional_substitution},
    Symbol{"${", TokenKind::open_substitution},
};

struct Keyword {
  std::string_view text;
  TokenKind kind;
};

constexpr std::array kKeywords = {
    Keyword{"true", TokenKind::boolean},
    Keyword{"false", TokenKind::boolean},
    Keyword{"null", TokenKind::null},
};

/// As much of a text as a message needs.
std::string_view beginning(std::string_view text) {
  constexpr std::size_t kBytesMax = 60;
  std::size_t size = std::min(text.size(), kBytesMax);
  while (size < text.size() && (static_cast<unsigned char>(text[size]) & 0xC0) == 0x80) --size;
  return text.substr(0, size);
}

}  // namespace

std::string description(const Token& token) {
  if (token.kind == TokenKind::end) return "the end of the file";
  if (token.kind == TokenKind::newline) return "the end of the line";
  if (token.is_simple()) return json::quoted(beginning(token.text));
  const auto* symbol = std::ranges::find(kSymbols, token.kind, &Symbol::kind);
  return symbol == kSymbols.end() ? "this character" : std::string(symbol->text);
}

void Lexer::start_line() {
  ++line_;
  line_start_ = at_;
}

std::string_view Lexer::skip_blank() {
  const std::size_t start = at_;
  while (const std::size_t size = space_bytes(rest())) at_ += size;
  return text_.substr(start, at_ - start);
}

void Lexer::skip_blank_lines() {
  for (;;) {
    skip_blank();
    if (starts_comment(rest())) at_ = std::min(text_.find('\n', at_), text_.size());
    if (!rest().starts_with('\n')) return;
    ++at_;
    start_line();
  }
}

bool Lexer::is_symbol(Token& token) {
  const auto* symbol = std::ranges::find_if(kSymbols, [&](const Symbol& known) { return rest().starts_with(known.text); });
  if (symbol == kSymbols.end()) return false;
  token.kind = symbol->kind;
  at_ += symbol->text.size();
  if (token.kind == TokenKind::newline) start_line();
  return true;
}

Token Lexer::next() {
  Token token;
  token.blank = skip_blank();
  if (starts_comment(rest())) at_ = std::min(text_.find('\n', at_), text_.size());
  token.spot = spot();
  if (at_ == text_.size() || is_symbol(token)) return token;
  const char first = text_[at_];
  if (first == '"') {
    auto text = read_quoted();
    token.kind = text ? TokenKind::quoted : TokenKind::invalid;
    token.text = std::move(text).value_or("");
  } else if (is_digit(first) || first == '-') {
    read_number(token);
  } else if (is_reserved(first)) {
    problems_.add(token.spot, fmt::format("The character {} has no meaning here.", first), std::string(kQuoteHint));
    token.kind = TokenKind::invalid;
    ++at_;
  } else {
    read_unquoted(token);
  }
  return token;
}

/// What looks like a number and is none, such as a date or "1.2.3", is text.
void Lexer::read_number(Token& token) {
  constexpr std::string_view kNumberCharacters = "0123456789eE+-.";
  const std::size_t size = std::min(rest().find_first_not_of(kNumberCharacters), rest().size());
  std::string_view text = rest().substr(0, size);
  token.kind = is_json_number(text) ? TokenKind::number : TokenKind::unquoted;
  if (token.kind == TokenKind::unquoted) text = text.substr(0, text.find('+'));
  token.text = text;
  at_ += text.size();
}

void Lexer::read_unquoted(Token& token) {
  std::string_view text = rest().substr(0, unquoted_end(rest()));
  token.kind = TokenKind::unquoted;
  for (const Keyword& keyword : kKeywords) {
    if (!text.starts_with(keyword.text)) continue;
    token.kind = keyword.kind;
    text = keyword.text;
    break;
  }
  token.text = text;
  at_ += text.size();
}

std::optional<std::string> Lexer::read_quoted() {
  if (rest().starts_with(R"(""")")) return read_triple_quoted();
  ++at_;
  const std::size_t start = at_;
  const std::size_t problems_before = problems_.count();
  const std::optional<std::size_t> end = string_end();
  if (!end) return std::nullopt;
  at_ = *end + 1;
  std::string text;
  if (problems_.count() == problems_before) json::append_unescaped(text, text_.substr(start, *end - start));
  return text;
}

/// Where the closing quote is. A string that does not end on its line is reported and skipped up to there.
std::optional<std::size_t> Lexer::string_end() {
  const Spot opening = {file_, line_, static_cast<std::uint32_t>(at_ - line_start_)};
  for (std::size_t at = at_; at < text_.size() && text_[at] != '\n';) {
    const char c = text_[at];
    if (c == '"') return at;
    const Spot here = {file_, line_, static_cast<std::uint32_t>(at - line_start_ + 1)};
    const std::size_t escape = c == '\\' ? escape_bytes(text_.substr(at)) : 0;
    if (c == '\\' && escape == 0) problems_.add(here, "This is no escape of a quoted string.", R"(Write \\ for a backslash.)");
    if (static_cast<unsigned char>(c) < 0x20)
      problems_.add(here, "A quoted string may not hold control characters.", fmt::format("Write \\u{:04x}.", static_cast<int>(c)));
    at += std::max<std::size_t>(escape, 1);
  }
  at_ = std::min(text_.find('\n', at_), text_.size());
  problems_.add(opening, "This string is not closed on its line.", R"(Close it with ", or write """ ... """ for several lines.)");
  return std::nullopt;
}

/// The last three of the quotes that end it close it; those before belong to the string.
std::optional<std::string> Lexer::read_triple_quoted() {
  const Spot opening = spot();
  const std::size_t start = at_ + 3;
  std::size_t end = text_.find(R"(""")", start);
  if (end == std::string_view::npos) {
    problems_.add(opening, R"(This """ is never closed.)");
    stop();
    return std::nullopt;
  }
  while (end + 3 < text_.size() && text_[end + 3] == '"') ++end;
  std::string text(text_.substr(start, end - start));
  while (at_ < end + 3) {
    if (text_[at_++] == '\n') start_line();
  }
  return text;
}

}  // namespace millrace::hocon
