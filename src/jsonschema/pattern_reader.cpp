// From ECMA-262's syntax to RE2's (translate_pattern of pattern.hpp).
#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <optional>
#include <utility>
#include <vector>

#include "jsonschema/pattern.hpp"

namespace millrace::jsonschema {
namespace {

using Names = std::pair<std::string_view, std::string_view>;

// General categories by the names of ECMA-262, and as RE2 calls them.
constexpr Names kCategories[] = {
    {"Other", "C"},
    {"Control", "Cc"},
    {"cntrl", "Cc"},
    {"Format", "Cf"},
    {"Private_Use", "Co"},
    {"Surrogate", "Cs"},
    {"Letter", "L"},
    {"Lowercase_Letter", "Ll"},
    {"Modifier_Letter", "Lm"},
    {"Other_Letter", "Lo"},
    {"Titlecase_Letter", "Lt"},
    {"Uppercase_Letter", "Lu"},
    {"Mark", "M"},
    {"Combining_Mark", "M"},
    {"Spacing_Mark", "Mc"},
    {"Enclosing_Mark", "Me"},
    {"Nonspacing_Mark", "Mn"},
    {"Number", "N"},
    {"Decimal_Number", "Nd"},
    {"digit", "Nd"},
    {"Letter_Number", "Nl"},
    {"Other_Number", "No"},
    {"Punctuation", "P"},
    {"punct", "P"},
    {"Connector_Punctuation", "Pc"},
    {"Dash_Punctuation", "Pd"},
    {"Close_Punctuation", "Pe"},
    {"Final_Punctuation", "Pf"},
    {"Initial_Punctuation", "Pi"},
    {"Other_Punctuation", "Po"},
    {"Open_Punctuation", "Ps"},
    {"Symbol", "S"},
    {"Currency_Symbol", "Sc"},
    {"Modifier_Symbol", "Sk"},
    {"Math_Symbol", "Sm"},
    {"Other_Symbol", "So"},
    {"Separator", "Z"},
    {"Line_Separator", "Zl"},
    {"Paragraph_Separator", "Zp"},
    {"Space_Separator", "Zs"},
};

// WhiteSpace and LineTerminator, and all that is neither; both to stand inside brackets.
constexpr std::string_view kSpaces = R"(\x{9}-\x{d}\x{20}\x{a0}\x{1680}\x{2000}-\x{200a}\x{2028}\x{2029}\x{202f}\x{205f}\x{3000}\x{feff})";
constexpr std::string_view kNotSpaces =
    R"(\x{0}-\x{8}\x{e}-\x{1f}\x{21}-\x{9f}\x{a1}-\x{167f}\x{1681}-\x{1fff}\x{200b}-\x{2027}\x{202a}-\x{202e}\x{2030}-\x{205e})"
    R"(\x{2060}-\x{2fff}\x{3001}-\x{fefe}\x{ff00}-\x{10ffff})";
constexpr std::string_view kLineEnds = R"(\n\r\x{2028}\x{2029})";
constexpr std::string_view kEverything = R"(\x{0}-\x{10ffff})";

constexpr bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

constexpr bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

constexpr std::optional<unsigned> hex_digit(char c) {
  if (is_digit(c)) return c - '0';
  const char lower = static_cast<char>(c | 0x20);
  if (lower >= 'a' && lower <= 'f') return lower - 'a' + 10;
  return std::nullopt;
}

constexpr bool is_surrogate(std::uint32_t point) {
  return point >= 0xd800 && point <= 0xdfff;
}

/// What an escape or a character of a class means: one code point, or a set in RE2's syntax that may stand inside brackets.
struct Atom {
  std::uint32_t point = 0;
  std::string set = {};
};

/// One pass over the pattern. The first trouble of each sort is kept; after a syntax error reading stops.
class PatternReader {
 public:
  explicit PatternReader(std::string_view text) : text_(text) {}

  TranslatedPattern read() {
    while (!at_end() && result_.syntax_error.empty()) read_term();
    if (!groups_.empty()) fail("a group is not closed");
    // RE2 tries every byte, and finds no word boundary inside a character either; so it must be led from character to character.
    if (has_no_boundary_) result_.re2 = "^(?s:.)*?(?:" + result_.re2 + ")";
    return std::move(result_);
  }

 private:
  bool at_end() const { return at_ >= text_.size(); }
  bool accept(std::string_view expected) {
    if (at_end() || !text_.substr(at_).starts_with(expected)) return false;
    at_ += expected.size();
    return true;
  }
  void fail(std::string message) {
    if (result_.syntax_error.empty()) result_.syntax_error = std::move(message);
    at_ = text_.size();
  }
  void refuse(std::string message, std::string_view instead = {}) {
    if (!result_.unsupported.empty()) return;
    result_.unsupported = std::move(message);
    result_.instead = instead;
  }
  void append_point(std::uint32_t point) { fmt::format_to(std::back_inserter(result_.re2), "\\x{{{:x}}}", point); }

  void read_term();
  void read_group();
  void close_group();
  void read_quantifier();
  void read_braces();
  void append_braces(std::string_view text, std::optional<unsigned> least, std::optional<unsigned> most, bool open);
  void read_class();
  void read_class_member();
  Atom read_class_atom();
  Atom read_escape(bool in_class);
  std::optional<std::string> set_escape(char c);
  std::string read_property(bool negated);
  std::uint32_t read_unicode_escape();
  std::uint32_t read_hex(std::size_t digits);
  std::uint32_t read_point();
  std::optional<unsigned> read_number();

  std::string_view text_;
  std::size_t at_ = 0;
  bool repeatable_ = false;       // whether a quantifier may stand here
  bool has_no_boundary_ = false;  // whether there is a \B
  std::vector<bool> groups_;      // the open groups: whether each may be repeated
  TranslatedPattern result_;
};

void PatternReader::read_term() {
  const char c = text_[at_];
  switch (c) {
    case '(': return read_group();
    case ')': return close_group();
    case '[': return read_class();
    case '{': return read_braces();
    case '*':
    case '+':
    case '?': return read_quantifier();
    case '|':
    case '^':
    case '$':
      ++at_;
      result_.re2 += c;
      repeatable_ = false;
      return;
    case '.':
      ++at_;
      result_.re2.append("[^").append(kLineEnds).append("]");
      break;
    case '\\':
      ++at_;
      if (accept("b") || accept("B")) {
        result_.re2.append("\\").append(1, text_[at_ - 1]);
        has_no_boundary_ |= text_[at_ - 1] == 'B';
        repeatable_ = false;
        return;
      }
      if (Atom atom = read_escape(false); !atom.set.empty()) {
        result_.re2.append("[").append(atom.set).append("]");
      } else {
        append_point(atom.point);
      }
      break;
    default: append_point(read_point());
  }
  repeatable_ = true;
}

void PatternReader::read_group() {
  bool may_repeat = true;
  ++at_;
  if (accept("?=") || accept("?!")) {
    refuse("RE2 cannot look ahead: (?= and (?! are not supported",
           R"(write what must match as well as another pattern in "allOf", what must not as "not": {"pattern": ...})");
    may_repeat = false;
  } else if (accept("?<=") || accept("?<!")) {
    refuse("RE2 cannot look behind: (?<= and (?<! are not supported",
           R"(write what stands before into the pattern, or what must not stand there as "not": {"pattern": ...})");
    may_repeat = false;
  } else if (accept("?<")) {
    const std::size_t close = text_.find('>', at_);
    if (close == std::string_view::npos || close == at_ || is_digit(text_[at_])) return fail("the name of a group is not well formed");
    at_ = close + 1;
  } else if (accept("?") && !accept(":")) {
    return fail("(? must be followed by : = ! or <");
  }
  // Nobody reads captures, so that no group needs to be one.
  result_.re2 += "(?:";
  groups_.push_back(may_repeat);
  repeatable_ = false;
}

void PatternReader::close_group() {
  if (groups_.empty()) return fail("a ) closes no group");
  ++at_;
  result_.re2 += ')';
  repeatable_ = groups_.back();
  groups_.pop_back();
}

void PatternReader::read_quantifier() {
  if (!repeatable_) return fail(fmt::format("there is nothing that {} could repeat", text_[at_]));
  result_.re2 += text_[at_++];
  if (accept("?")) result_.re2 += '?';
  repeatable_ = false;
}

// {n}, {n,}, {n,m}; any other brace stands for itself, as browsers have it.
void PatternReader::read_braces() {
  const std::size_t start = at_++;
  const std::optional<unsigned> least = read_number();
  const bool open = accept(",");
  const std::optional<unsigned> most = open ? read_number() : least;
  if (!least || !accept("}")) {
    at_ = start + 1;
    result_.re2 += "\\{";
    repeatable_ = true;
    return;
  }
  if (!repeatable_) return fail(fmt::format("there is nothing that {} could repeat", text_.substr(start, at_ - start)));
  append_braces(text_.substr(start, at_ - start), least, most, open);
  accept("?");
  repeatable_ = false;
}

void PatternReader::append_braces(std::string_view text, std::optional<unsigned> least, std::optional<unsigned> most, bool open) {
  constexpr unsigned kMost = 1000;
  if (most && *most < *least) return fail(fmt::format("the numbers of {} are out of order", text));
  if (*least > kMost || (most && *most > kMost)) {
    refuse(fmt::format("RE2 repeats at most {} times, not {}", kMost, text), R"(bound the length with "minLength" and "maxLength")");
  } else if (open && !most) {
    fmt::format_to(std::back_inserter(result_.re2), "{{{},}}", *least);
  } else {
    fmt::format_to(std::back_inserter(result_.re2), "{{{},{}}}", *least, *most);
  }
}

void PatternReader::read_class() {
  ++at_;
  const bool negated = accept("^");
  const std::size_t start = result_.re2.size();
  while (!at_end() && text_[at_] != ']') read_class_member();
  if (!accept("]")) return fail("a [ is not closed");
  const bool empty = result_.re2.size() == start;
  // [] is no character and [^] is every one.
  if (empty) result_.re2 += kEverything;
  result_.re2.insert(start, negated != empty ? "[^" : "[");
  result_.re2 += ']';
  repeatable_ = true;
}

void PatternReader::read_class_member() {
  const Atom first = read_class_atom();
  const bool range = at_ + 1 < text_.size() && text_[at_] == '-' && text_[at_ + 1] != ']';
  if (!first.set.empty()) {
    result_.re2 += first.set;
    return;
  }
  append_point(first.point);
  if (!range) return;
  ++at_;
  const Atom last = read_class_atom();
  if (!last.set.empty()) {
    // A set ends no range: the dash stands for itself.
    append_point('-');
    result_.re2 += last.set;
    return;
  }
  if (last.point < first.point) return fail("the ends of a range in [] are out of order");
  result_.re2 += '-';
  append_point(last.point);
}

Atom PatternReader::read_class_atom() {
  if (!accept("\\")) return {read_point()};
  return read_escape(true);
}

/// After the backslash.
Atom PatternReader::read_escape(bool in_class) {
  if (at_end()) return fail("it ends in a backslash"), Atom{};
  const char c = text_[at_];
  if (auto set = set_escape(c)) return {0, *std::move(set)};
  if (c == 'u') return {read_unicode_escape()};
  if (c == 'c' && at_ + 1 < text_.size() && is_letter(text_[at_ + 1])) {
    at_ += 2;
    return {static_cast<std::uint32_t>(text_[at_ - 1] % 32)};
  }
  if ((c >= '1' && c <= '9') || c == 'k') {
    if (in_class) return fail(fmt::format("\\{} means nothing in []", c)), Atom{};
    refuse("RE2 has no backreferences", "write the cases out: (?:aa|bb) for (a|b)\\1");
  }
  if (!is_letter(c) && !is_digit(c)) return {read_point()};
  ++at_;
  switch (c) {
    case 'x': return {read_hex(2)};
    case 't': return {'\t'};
    case 'n': return {'\n'};
    case 'v': return {'\v'};
    case 'f': return {'\f'};
    case 'r': return {'\r'};
    case '0':
      if (!at_end() && is_digit(text_[at_])) break;
      return {0};
    case 'b':
      if (in_class) return {'\b'};
      break;
    default:
      if (!result_.unsupported.empty() && (is_digit(c) || c == 'k')) return {0};
  }
  fail(fmt::format("\\{} is no escape of ECMA-262", c));
  return {};
}

std::optional<std::string> PatternReader::set_escape(char c) {
  switch (c) {
    case 'd':
    case 'D':
    case 'w':
    case 'W': ++at_; return std::string("\\") + c;
    case 's': ++at_; return std::string(kSpaces);
    case 'S': ++at_; return std::string(kNotSpaces);
    case 'p':
    case 'P': ++at_; return read_property(c == 'P');
    default: return std::nullopt;
  }
}

/// After \p or \P: {Name} or {Key=Name}.
std::string PatternReader::read_property(bool negated) {
  const std::size_t close = text_.find('}', at_);
  if (!accept("{") || close == std::string_view::npos) return fail("\\p must be followed by {name}"), std::string();
  std::string_view name = text_.substr(at_, close - at_);
  at_ = close + 1;
  const auto is_name = [](char c) { return is_letter(c) || is_digit(c) || c == '_' || c == '='; };
  if (name.empty() || !std::ranges::all_of(name, is_name)) return fail("\\p must be followed by {name}"), std::string();
  if (name == "Any" && !negated) return std::string(kEverything);
  if (name == "ASCII") return negated ? R"(\x{80}-\x{10ffff})" : R"(\x{0}-\x{7f})";
  if (const std::size_t equals = name.find('='); equals != std::string_view::npos) {
    constexpr std::array<std::string_view, 4> kKeys = {"General_Category", "gc", "Script", "sc"};
    const std::string_view key = name.substr(0, equals);
    if (std::ranges::find(kKeys, key) == kKeys.end()) refuse(fmt::format("RE2 does not know the property {}", key));
    name = name.substr(equals + 1);
  }
  for (const auto& [ecma, re2] : kCategories) {
    if (name == ecma) name = re2;
  }
  return fmt::format("\\{}{{{}}}", negated ? 'P' : 'p', name);
}

/// At the u of \uXXXX, \uXXXX\uXXXX (a surrogate pair) or \u{X...}.
std::uint32_t PatternReader::read_unicode_escape() {
  ++at_;
  if (accept("{")) {
    const std::size_t close = text_.find('}', at_);
    if (close == std::string_view::npos || close == at_ || close - at_ > 6) return fail("\\u{...} is not well formed"), 0;
    const std::uint32_t point = read_hex(close - at_);
    if (point > 0x10ffff) return fail("\\u{...} is beyond Unicode"), 0;
    ++at_;
    if (is_surrogate(point)) refuse("RE2 cannot take half a surrogate pair");
    return point;
  }
  const std::uint32_t first = read_hex(4);
  if (!is_surrogate(first)) return first;
  if (first < 0xdc00 && accept("\\u")) {
    const std::uint32_t second = read_hex(4);
    if (second >= 0xdc00 && second <= 0xdfff) return 0x10000 + ((first - 0xd800) << 10) + (second - 0xdc00);
  }
  refuse("RE2 cannot take half a surrogate pair");
  return 0;
}

std::uint32_t PatternReader::read_hex(std::size_t digits) {
  std::uint32_t value = 0;
  for (; digits > 0; --digits, ++at_) {
    const auto digit = at_end() ? std::nullopt : hex_digit(text_[at_]);
    if (!digit) return fail("an escape lacks hexadecimal digits"), 0;
    value = value * 16 + *digit;
  }
  return value;
}

/// One character. Requires: valid UTF-8.
std::uint32_t PatternReader::read_point() {
  const auto lead = static_cast<unsigned char>(text_[at_++]);
  if (lead < 0x80) return lead;
  const int following = lead >= 0xf0 ? 3 : lead >= 0xe0 ? 2 : 1;
  std::uint32_t point = lead & (0x3f >> following);
  for (int i = 0; i < following && !at_end(); ++i) point = point << 6 | (static_cast<unsigned char>(text_[at_++]) & 0x3f);
  return point;
}

std::optional<unsigned> PatternReader::read_number() {
  if (at_end() || !is_digit(text_[at_])) return std::nullopt;
  unsigned value = 0;
  // What is over the limit stays over it; it need not be exact.
  constexpr unsigned kCeiling = 100'000;
  for (; !at_end() && is_digit(text_[at_]); ++at_) value = std::min(value * 10 + (text_[at_] - '0'), kCeiling);
  return value;
}

}  // namespace

TranslatedPattern translate_pattern(std::string_view ecma) {
  return PatternReader(ecma).read();
}

}  // namespace millrace::jsonschema
