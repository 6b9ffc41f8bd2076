#include "base/json/document.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <deque>
#include <limits>

#include "base/json/escapes.hpp"
#include "base/json/scan.hpp"

namespace millrace::json {
namespace {

constexpr std::uint32_t kNone = std::numeric_limits<std::uint32_t>::max();

bool is_digit(char c) {
  return c >= '0' && c <= '9';
}

bool is_space(char c) {
  return c == ' ' || c == '\n' || c == '\r' || c == '\t';
}

bool is_between(char c, unsigned char low, unsigned char high) {
  const auto byte = static_cast<unsigned char>(c);
  return byte >= low && byte <= high;
}

/// The length of the well-formed UTF-8 sequence of more than one byte at `at` (Unicode, table 3-7), or 0.
std::size_t utf8_length(const char* at, const char* end) {
  const auto lead = static_cast<unsigned char>(*at);
  const auto left = static_cast<std::size_t>(end - at);
  if (lead < 0xC2 || lead > 0xF4) return 0;
  const std::size_t length = lead < 0xE0 ? 2 : lead < 0xF0 ? 3 : 4;
  if (left < length) return 0;
  // Only the second byte's range depends on the lead: no overlong forms, no surrogates, nothing over U+10FFFF.
  const unsigned char low = lead == 0xE0 ? 0xA0 : lead == 0xF0 ? 0x90 : 0x80;
  const unsigned char high = lead == 0xED ? 0x9F : lead == 0xF4 ? 0x8F : 0xBF;
  if (!is_between(at[1], low, high)) return 0;
  for (std::size_t i = 2; i < length; ++i) {
    if (!is_between(at[i], 0x80, 0xBF)) return 0;
  }
  return length;
}

/// What stands at a place, for a message.
std::string found_at(const char* at, const char* end) {
  if (at == end) return "the end of the text";
  const auto byte = static_cast<unsigned char>(*at);
  if (byte > 0x20 && byte < 0x7F) return fmt::format("'{}'", *at);
  return fmt::format("byte 0x{:02X}", byte);
}

/// A key as it compares: its characters, and where in the nodes it stands.
struct Key {
  std::string_view characters;
  std::uint32_t index;
};

bool is_before(const Key& a, const Key& b) {
  if (a.characters.size() != b.characters.size()) return a.characters.size() < b.characters.size();
  const int order = a.characters.compare(b.characters);
  return order != 0 ? order < 0 : a.index < b.index;
}

/// The first key, in the order of the text, that stands before it already. Sorting, not hashing: nobody can make it slow.
std::uint32_t repeated_key(std::vector<Key> keys) {
  std::sort(keys.begin(), keys.end(), is_before);
  std::uint32_t result = kNone;
  for (std::size_t i = 1; i < keys.size(); ++i) {
    if (keys[i].characters == keys[i - 1].characters) result = std::min(result, keys[i].index);
  }
  return result;
}

/// Compares each key with all before it: the fastest way for the few keys that objects have.
std::uint32_t repeated_key_among_few(const Key* keys, std::size_t count) {
  for (std::size_t i = 1; i < count; ++i) {
    const std::string_view key = keys[i].characters;
    for (std::size_t j = 0; j < i; ++j) {
      const std::string_view other = keys[j].characters;
      if (key.size() == other.size() && std::memcmp(key.data(), other.data(), key.size()) == 0) return keys[i].index;
    }
  }
  return kNone;
}

}  // namespace

/// value = object | array | string | number | true | false | null
///
/// One loop over two steps: `value` reads a scalar whole or opens a container; `after_value` reads what may follow: a separator, or the
/// ends of containers. While a container is open its node holds, where its `next` and `end` will be, the container around it and the
/// number of blemishes before it; so there is no stack to grow.
///
/// The steps return whether to go on and leave the reason in error_, because a Result<void> for each of them costs a third of the speed.
class Parser {
 public:
  Parser(std::string_view text, Limits limits)
      : begin_(text.data()), at_(begin_), end_(begin_ + text.size()), limits_(limits), depth_left_(limits.depth) {
    document_.text_ = text;
    document_.nodes_.reserve(text.size() / 8 + 8);
  }

  Result<Document> parse() {
    skip_space();
    while (value() && after_value()) {
      if (done_) return std::move(document_);
    }
    return Failure(std::move(error_));
  }

 private:
  bool value();
  bool after_value();
  bool literal(std::string_view name, Kind kind);
  bool number();
  bool digits();
  bool string();
  bool string_from(const char* at);
  bool escape(const char*& at);
  bool unicode_escape(const char*& at);
  bool open(Kind kind);
  bool key();
  bool close(Node& node);
  bool keys_differ(std::uint32_t object);
  bool keys_differ_slowly(std::uint32_t object);
  bool refuse_key(const Node& key);
  bool end_of_text();
  bool fail(std::string_view code, const char* at, std::string message);
  bool expected(std::string_view what, const char* at);

  void skip_space() {
    if (at_ == end_ || static_cast<unsigned char>(*at_) > ' ') return;
    const char* start = at_;
    while (at_ != end_ && is_space(*at_)) ++at_;
    blemishes_ += at_ != start;
  }
  Node& add(Kind kind, const char* begin, const char* end) {
    std::vector<Node>& nodes = document_.nodes_;
    const auto next = static_cast<std::uint32_t>(nodes.size() + 1);
    return nodes.emplace_back(Node{.begin = offset(begin), .end = offset(end), .next = next, .kind = kind});
  }
  std::uint32_t offset(const char* at) const { return static_cast<std::uint32_t>(at - begin_); }
  Node& node(std::uint32_t index) { return document_.nodes_[index]; }

  const char* begin_;
  const char* at_;
  const char* end_;
  const Limits limits_;
  std::size_t depth_left_;
  std::uint32_t open_ = kNone;   // the innermost open container
  std::uint32_t blemishes_ = 0;  // white space and escapes so far: what is not canonical
  bool done_ = false;
  Document document_;
  Error error_;
};

/// Requires: no white space at at_. Leaves at_ after a scalar or an empty container, or else at the first value of an open container.
bool Parser::value() {
  for (;;) {
    if (at_ == end_) return expected("a value", at_);
    switch (*at_) {
      case '"': return string();
      case 't': return literal("true", Kind::boolean);
      case 'f': return literal("false", Kind::boolean);
      case 'n': return literal("null", Kind::null);
      case '{':
        if (!open(Kind::object)) return false;
        if (at_ != end_ && *at_ == '}') return true;
        if (!key()) return false;
        break;
      case '[':
        if (!open(Kind::array)) return false;
        if (at_ != end_ && *at_ == ']') return true;
        node(open_).count = 1;
        break;
      default: return number();
    }
  }
}

/// Leaves at_ at the next value, or sets done_.
bool Parser::after_value() {
  for (;;) {
    skip_space();
    if (open_ == kNone) return end_of_text();
    Node& in = node(open_);
    const bool object = in.kind == Kind::object;
    if (at_ != end_ && *at_ == ',') {
      ++at_;
      skip_space();
      if (object) return key();
      ++in.count;
      return true;
    }
    if (at_ == end_ || *at_ != (object ? '}' : ']')) return expected(object ? "',' or '}'" : "',' or ']'", at_);
    ++at_;
    if (!close(in)) return false;
  }
}

bool Parser::end_of_text() {
  done_ = true;
  return at_ == end_ || expected("the end of the text", at_);
}

bool Parser::open(Kind kind) {
  if (depth_left_ == 0) return fail("json.depth", at_, fmt::format("arrays and objects are nested more than {} deep", limits_.depth));
  --depth_left_;
  const auto index = static_cast<std::uint32_t>(document_.nodes_.size());
  Node& container = add(kind, at_, at_);
  container.next = open_;
  container.end = blemishes_;
  open_ = index;
  ++at_;
  skip_space();
  return true;
}

bool Parser::close(Node& container) {
  const std::uint32_t index = open_;
  open_ = container.next;
  container.canonical = container.end == blemishes_;
  container.end = offset(at_);
  container.next = static_cast<std::uint32_t>(document_.nodes_.size());
  ++depth_left_;
  return container.kind != Kind::object || container.count < 2 || keys_differ(index);
}

bool Parser::key() {
  if (at_ == end_ || *at_ != '"') return expected("a key in double quotes", at_);
  ++node(open_).count;
  if (!string()) return false;
  skip_space();
  if (at_ == end_ || *at_ != ':') return expected("':'", at_);
  ++at_;
  skip_space();
  return true;
}

bool Parser::keys_differ(std::uint32_t object) {
  constexpr std::size_t kFew = 24;
  const std::size_t count = node(object).count;
  if (count > kFew) return keys_differ_slowly(object);
  std::array<Key, kFew> keys;
  std::uint32_t index = object + 1;
  for (std::size_t i = 0; i < count; ++i) {
    const Node& key = node(index);
    if (key.escaped) return keys_differ_slowly(object);
    keys[i] = {{begin_ + key.begin + 1, key.end - key.begin - 2}, index};
    index = node(index + 1).next;
  }
  const std::uint32_t repeated = repeated_key_among_few(keys.data(), count);
  return repeated == kNone || refuse_key(node(repeated));
}

bool Parser::refuse_key(const Node& key) {
  constexpr std::size_t kShownMax = 60;
  const std::string_view text(begin_ + key.begin, key.end - key.begin);
  const std::string shown = text.size() > kShownMax ? "the key" : fmt::format("the key {}", text);
  return fail("json.duplicate_key", begin_ + key.begin, shown + " stands in this object already");
}

bool Parser::keys_differ_slowly(std::uint32_t object) {
  const std::uint32_t end = node(object).next;
  std::vector<Key> keys;
  keys.reserve(node(object).count);
  std::deque<std::string> decoded;  // never moves the strings that the keys point to
  for (std::uint32_t index = object + 1; index < end; index = node(index + 1).next) {
    const Node& key = node(index);
    std::string_view characters(begin_ + key.begin + 1, key.end - key.begin - 2);
    if (key.escaped) {
      append_unescaped(decoded.emplace_back(), characters);
      characters = decoded.back();
    }
    keys.push_back({characters, index});
  }
  const std::uint32_t repeated = repeated_key(std::move(keys));
  return repeated == kNone || refuse_key(node(repeated));
}

bool Parser::literal(std::string_view name, Kind kind) {
  if (!std::string_view(at_, end_).starts_with(name)) return expected("a value", at_);
  add(kind, at_, at_ + name.size());
  at_ += name.size();
  return true;
}

/// number = [ "-" ] ( "0" | digit1-9 *digit ) [ "." 1*digit ] [ ("e" | "E") [ "+" | "-" ] 1*digit ]
bool Parser::number() {
  const char* start = at_;
  bool integral = true;
  const bool negative = *at_ == '-';
  if (!negative && !is_digit(*at_)) return expected("a value", at_);
  at_ += negative;
  const char* whole = at_;
  if (!digits()) return false;
  if (*whole == '0' && at_ - whole > 1) return fail("json.syntax", whole, "a number does not start with a needless 0");
  if (at_ != end_ && *at_ == '.') {
    integral = false;
    ++at_;
    if (!digits()) return false;
  }
  if (at_ != end_ && (*at_ | 0x20) == 'e') {
    integral = false;
    ++at_;
    if (at_ != end_ && (*at_ == '+' || *at_ == '-')) ++at_;
    if (!digits()) return false;
  }
  add(Kind::number, start, at_).integral = integral;
  return true;
}

bool Parser::digits() {
  const char* start = at_;
  while (at_ != end_ && is_digit(*at_)) ++at_;
  return at_ != start || expected("a digit", at_);
}

/// Requires: at_ is at the opening quote. The usual string is one run of plain characters.
bool Parser::string() {
  const char* start = at_;
  const char* stop = scan::plain_end(at_ + 1, end_);
  if (stop == end_ || *stop != '"') return string_from(stop);
  at_ = stop + 1;
  add(Kind::string, start, at_);
  return true;
}

/// The same, from the first character that is not plain; at_ still at the opening quote.
bool Parser::string_from(const char* at) {
  bool escaped = false;
  while (at != end_ && *at != '"') {
    if (*at == '\\') {
      escaped = true;
      if (!escape(at)) return false;
    } else if (static_cast<unsigned char>(*at) < 0x20) {
      return fail("json.syntax", at, fmt::format("{} must be escaped in a string", found_at(at, end_)));
    } else {
      const std::size_t length = utf8_length(at, end_);
      if (length == 0) return fail("json.utf8", at, fmt::format("{} is not valid UTF-8 here", found_at(at, end_)));
      at += length;
    }
    at = scan::plain_end(at, end_);
  }
  if (at == end_) return expected("'\"' at the end of a string", at);
  Node& string = add(Kind::string, at_, at + 1);
  string.escaped = escaped;
  string.canonical = !escaped;
  blemishes_ += escaped;
  at_ = at + 1;
  return true;
}

/// Moves `at` over the escape that starts there.
bool Parser::escape(const char*& at) {
  if (end_ - at < 2) return expected("a character after '\\'", end_);
  constexpr std::string_view short_escapes = "\"\\/bfnrt";
  if (short_escapes.contains(at[1])) {
    at += 2;
    return true;
  }
  if (at[1] != 'u') return expected("one of \"\\/bfnrtu after '\\'", at + 1);
  return unicode_escape(at);
}

bool Parser::unicode_escape(const char*& at) {
  const auto unit_at = [&](const char* place) { return end_ - place >= 6 && place[0] == '\\' && place[1] == 'u' ? hex4(place + 2) : -1; };
  const int first = unit_at(at);
  if (first < 0) return fail("json.syntax", at, "expected four hex digits after \\u");
  const bool high = first >= 0xD800 && first < 0xDC00;
  if (first >= 0xDC00 && first < 0xE000) return fail("json.surrogate", at, "a low surrogate without a high one before it");
  if (!high) {
    at += 6;
    return true;
  }
  const int second = unit_at(at + 6);
  if (second < 0xDC00 || second > 0xDFFF) return fail("json.surrogate", at, "a high surrogate without a low one after it");
  at += 12;
  return true;
}

bool Parser::expected(std::string_view what, const char* at) {
  return fail("json.syntax", at, fmt::format("expected {} and found {}", what, found_at(at, end_)));
}

bool Parser::fail(std::string_view code, const char* at, std::string message) {
  const std::string_view before(begin_, at);
  const auto lines = static_cast<std::size_t>(std::count(before.begin(), before.end(), '\n'));
  const std::size_t line_start = before.rfind('\n') + 1;  // 0 when there is none
  const std::size_t column = before.size() - line_start + (lines == 0 ? limits_.column : 1);
  error_ = {.kind = ErrorKind::invalid_argument,
            .code = code,
            .message = fmt::format("JSON, line {}, column {}: {}.", limits_.line + lines, column, message)};
  return false;
}

Result<Document> parse(std::string_view text, Limits limits) {
  const std::size_t most = std::min<std::size_t>(limits.bytes, kNone - 1);
  if (text.size() > most) {
    return Failure(Error{.kind = ErrorKind::too_large,
                         .code = "json.too_large",
                         .message = fmt::format("The JSON text has {} bytes; at most {} are taken.", text.size(), most)});
  }
  return Parser(text, limits).parse();
}

std::string Value::string() const {
  std::string out;
  append_unescaped(out, raw_string());
  return out;
}

bool Value::is_string(std::string_view characters) const {
  if (kind() != Kind::string) return false;
  return node().escaped ? string() == characters : raw_string() == characters;
}

std::optional<Value> Value::find(std::string_view key) const {
  if (kind() != Kind::object) return std::nullopt;
  for (Value at = first(); at != end();) {
    const Value member = at.after();
    if (at.is_string(key)) return member;
    at = member.after();
  }
  return std::nullopt;
}

}  // namespace millrace::json
