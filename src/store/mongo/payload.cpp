#include "store/mongo/payload.hpp"

#include <fmt/format.h>

#include <charconv>
#include <cmath>

#include "base/json/canonical.hpp"
#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "store/mongo/json_text.hpp"

namespace millrace::store::mongo {
namespace {

int size_of(std::string_view text) {
  return static_cast<int>(text.size());
}

bool append_integer(bson_t& out, std::string_view key, std::int64_t value) {
  if (value >= INT32_MIN && value <= INT32_MAX) return bson_append_int32(&out, key.data(), size_of(key), static_cast<std::int32_t>(value));
  return bson_append_int64(&out, key.data(), size_of(key), value);
}

bool append_decimal(bson_t& out, std::string_view key, const std::string& text) {
  // Decimals end at 1e6145; of longer exponents libbson would read some other number.
  const std::size_t exponent = text.find_first_of("eE");
  if (exponent != std::string::npos && text.size() - exponent > 7) return false;
  bson_decimal128_t decimal;
  return bson_decimal128_from_string(text.c_str(), &decimal) && bson_append_decimal128(&out, key.data(), size_of(key), &decimal);
}

bool append_number(bson_t& out, std::string_view key, std::string_view text) {
  std::int64_t integer = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), integer);
  const bool is_whole = end == text.data() + text.size();
  if (is_whole && error == std::errc()) {
    append_integer(out, key, integer);
    return text != "-0";
  }
  const std::string terminated(text);
  const double number = json::to_double(text);
  const bool is_beyond = is_whole || !std::isfinite(number);
  if (is_beyond && append_decimal(out, key, terminated)) return false;
  bson_append_double(&out, key.data(), size_of(key), number);
  return std::isfinite(number) && fmt::format("{}", number) == text;
}

bool append_object(bson_t& out, std::string_view object) {
  bool exact = true;
  json::Members members(object);
  for (std::string_view key, value; members.next(key, value);) {
    const bool plain = key.find('\\') == std::string_view::npos;
    exact &= plain ? append_value(out, key.substr(1, key.size() - 2), value) : append_value(out, json::decode_string(key), value);
  }
  return exact;
}

bool append_array(bson_t& out, std::string_view array) {
  bool exact = true;
  std::uint32_t index = 0;
  json::Elements elements(array);
  for (std::string_view value; elements.next(value); ++index) {
    char buffer[16];
    const char* key = nullptr;
    const std::size_t size = bson_uint32_to_string(index, &key, buffer, sizeof(buffer));
    exact &= append_value(out, {key, size}, value);
  }
  return exact;
}

bool append_container(bson_t& out, std::string_view key, std::string_view value) {
  bson_t child;
  if (value.front() == '{') {
    bson_append_document_begin(&out, key.data(), size_of(key), &child);
    const bool exact = append_object(child, value);
    bson_append_document_end(&out, &child);
    return exact;
  }
  bson_append_array_begin(&out, key.data(), size_of(key), &child);
  const bool exact = append_array(child, value);
  bson_append_array_end(&out, &child);
  return exact;
}

Error unstorable(std::string pointer, std::string message) {
  Error error{ErrorKind::unprocessable, "store.unstorable", std::move(message)};
  error.details.push_back({.path = std::move(pointer), .keyword = "store.unstorable", .message = error.message});
  return error;
}

std::string escaped(std::string_view key) {
  std::string out;
  for (const char c : key) {
    if (c == '~') out += "~0";
    if (c == '/') out += "~1";
    if (c != '~' && c != '/') out += c;
  }
  return out;
}

/// Whether MongoDB can hold the value: keys without U+0000, and not too deep.
Result<> check(std::string_view value, const std::string& pointer, std::size_t depth) {
  if (value.front() != '{' && value.front() != '[') return {};
  if (depth > kDepthMax) return Failure(unstorable(pointer, fmt::format("MongoDB holds documents of at most {} levels.", kDepthMax)));
  if (value.front() == '[') {
    std::size_t index = 0;
    json::Elements elements(value);
    for (std::string_view element; elements.next(element);) TRY_OK(check(element, fmt::format("{}/{}", pointer, index++), depth + 1));
    return {};
  }
  json::Members members(value);
  for (std::string_view key, member; members.next(key, member);) {
    const std::string place = pointer + '/' + escaped(json::decode_string(key));
    if (key.find("\\u0000") != std::string_view::npos && json::decode_string(key).find('\0') != std::string::npos)
      return Failure(unstorable(place, "MongoDB holds no names with the character U+0000."));
    TRY_OK(check(member, place, depth + 1));
  }
  return {};
}

/// Whether check() could find anything: it is rare, and building pointers is not for nothing.
bool needs_check(std::string_view payload) {
  std::size_t depth = 0;
  for (const char c : payload) depth += c == '{' || c == '[';
  return depth > kDepthMax || payload.find("\\u0000") != std::string_view::npos;
}

}  // namespace

bool append_value(bson_t& out, std::string_view key, std::string_view value) {
  switch (value.front()) {
    case '{':
    case '[': return append_container(out, key, value);
    case 'n': return bson_append_null(&out, key.data(), size_of(key));
    case 't':
    case 'f': return bson_append_bool(&out, key.data(), size_of(key), value.front() == 't');
    case '"': break;
    default: return append_number(out, key, value);
  }
  if (value.find('\\') == std::string_view::npos) {
    const std::string_view text = value.substr(1, value.size() - 2);
    return bson_append_utf8(&out, key.data(), size_of(key), text.data(), size_of(text));
  }
  const std::string text = json::decode_string(value);
  return bson_append_utf8(&out, key.data(), size_of(key), text.data(), size_of(text));
}

Result<Encoded> encode_payload(std::string_view payload) {
  if (needs_check(payload)) TRY_OK(check(payload, "", 1));
  Encoded encoded;
  encoded.exact = append_object(*encoded.document.get(), payload);
  const std::size_t bytes = encoded.document.get()->len + (encoded.exact ? 0 : payload.size());
  if (bytes > kBytesMax)
    return Failure(Error{ErrorKind::unprocessable, "store.too_large", "The document is larger than MongoDB can hold (16 MiB)."});
  return encoded;
}

std::string decode_payload(const bson_t& document) {
  // What encode_payload() made has a form in any case.
  return json_text(document).value_or("{}");
}

}  // namespace millrace::store::mongo
