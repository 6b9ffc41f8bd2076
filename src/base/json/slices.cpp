#include "base/json/slices.hpp"

#include <cstring>

#include "base/json/escapes.hpp"
#include "base/json/scan.hpp"

namespace millrace::json {
namespace {

/// Just after an array or object; `at` is at its bracket.
const char* skip_container(const char* at, const char* end) {
  std::size_t depth = 0;
  while (at < end) {
    const char c = *at++;
    if (c == '"') {
      at = scan::string_end(at, end);
    } else if ((c | 0x20) == '{') {  // [ and { differ in this bit alone, as do ] and }
      ++depth;
    } else if ((c | 0x20) == '}') {
      if (--depth == 0) return at;
    }
  }
  return end;
}

bool ends_scalar(char c) {
  return c == ',' || c == '}' || c == ']';
}

}  // namespace

Kind kind_of(std::string_view value) {
  switch (value.front()) {
    case '{': return Kind::object;
    case '[': return Kind::array;
    case '"': return Kind::string;
    case 'n': return Kind::null;
    case 't':
    case 'f': return Kind::boolean;
    default: return Kind::number;
  }
}

const char* skip_value(const char* at, const char* end) {
  if (at == end) return end;
  if (*at == '"') return scan::string_end(at + 1, end);
  if (*at == '{' || *at == '[') return skip_container(at, end);
  while (at != end && !ends_scalar(*at)) ++at;
  return at;
}

bool Members::next(std::string_view& key, std::string_view& value) {
  if (at_ >= end_ || *at_ != '"') return false;  // at the closing brace
  const char* key_end = scan::string_end(at_ + 1, end_);
  if (key_end == end_) return false;
  key = {at_, key_end};
  const char* value_end = skip_value(key_end + 1, end_);
  value = {key_end + 1, value_end};
  at_ = value_end + (value_end != end_ && *value_end == ',');
  return true;
}

bool Members::next_is(std::string_view key, std::string_view& value) {
  // The key's closing quote makes it the whole key.
  if (static_cast<std::size_t>(end_ - at_) <= key.size() || std::memcmp(at_, key.data(), key.size()) != 0) return false;
  const char* const begin = at_ + key.size() + 1;
  const char* const value_end = skip_value(begin, end_);
  value = {begin, value_end};
  at_ = value_end + (value_end != end_ && *value_end == ',');
  return true;
}

bool Elements::next(std::string_view& value) {
  if (at_ >= end_ || *at_ == ']') return false;
  const char* value_end = skip_value(at_, end_);
  value = {at_, value_end};
  at_ = value_end + (value_end != end_ && *value_end == ',');
  return true;
}

std::string_view member(std::string_view object, std::string_view quoted_key) {
  if (object.empty() || object.front() != '{') return {};
  Members members(object);
  std::string_view key;
  std::string_view value;
  while (members.next(key, value)) {
    if (key == quoted_key) return value;
  }
  return {};
}

std::string decode_string(std::string_view quoted) {
  std::string out;
  out.reserve(quoted.size());
  append_unescaped(out, quoted.substr(1, quoted.size() - 2));
  return out;
}

}  // namespace millrace::json
