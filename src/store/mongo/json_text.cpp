#include "store/mongo/json_text.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

#include "base/instant.hpp"
#include "base/json/canonical.hpp"
#include "base/json/pointer.hpp"

namespace millrace::store::mongo {
namespace {

/// JSON readers take no deeper ones either.
constexpr std::size_t kJsonDepthMax = 256;

constexpr std::string_view kBase64 = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

std::string base64(const std::uint8_t* bytes, std::size_t size) {
  std::string out;
  for (std::size_t i = 0; i < size; i += 3) {
    const std::size_t left = std::min<std::size_t>(3, size - i);
    std::uint32_t group = 0;
    for (std::size_t j = 0; j < 3; ++j) group = group << 8 | (j < left ? bytes[i + j] : 0u);
    for (std::size_t j = 0; j < 4; ++j) out += j <= left ? kBase64[group >> (18 - 6 * j) & 63u] : '=';
  }
  return out;
}

/// To the millisecond, as BSON has it; empty outside the years that RFC 3339 can write.
std::string date(std::int64_t milliseconds) {
  constexpr std::int64_t kFirst = -62'167'219'200'000;
  constexpr std::int64_t kLast = 253'402'300'799'999;
  if (milliseconds < kFirst || milliseconds > kLast) return {};
  std::string text = to_string(Instant{milliseconds * 1000});
  return text.replace(text.size() - 4, 3, "");
}

std::string decimal(const bson_iter_t& at) {
  bson_decimal128_t value;
  char text[BSON_DECIMAL128_STRING];
  if (!bson_iter_decimal128(&at, &value)) return {};
  bson_decimal128_to_string(&value, text);
  const std::string digits(text);
  return digits.find_first_of("aI") == std::string::npos ? digits : std::string();  // NaN, Infinity
}

std::string number(const bson_iter_t& at) {
  switch (bson_iter_type(&at)) {
    case BSON_TYPE_INT32: return fmt::format("{}", bson_iter_int32(&at));
    case BSON_TYPE_INT64: return fmt::format("{}", bson_iter_int64(&at));
    case BSON_TYPE_DOUBLE: return std::isfinite(bson_iter_double(&at)) ? fmt::format("{}", bson_iter_double(&at)) : std::string();
    case BSON_TYPE_DECIMAL128: return decimal(at);
    default: return {};
  }
}

/// What stands in quotes though it is no string.
std::string special(const bson_iter_t& at) {
  switch (bson_iter_type(&at)) {
    case BSON_TYPE_DATE_TIME: return date(bson_iter_date_time(&at));
    case BSON_TYPE_OID: {
      char hex[25];
      bson_oid_to_string(bson_iter_oid(&at), hex);
      return hex;
    }
    default: return {};
  }
}

/// Walks values; the path is only built when one has no form. Iterators go by reference: they are aligned to 128 bytes, which values handed
/// over are not.
class Writer {
 public:
  explicit Writer(std::string& out) : out_(out) {}

  bool object(bson_iter_t& at, std::size_t depth) {
    out_ += '{';
    for (bool first = true; bson_iter_next(&at); first = false) {
      const std::string_view key(bson_iter_key(&at), bson_iter_key_len(&at));
      if (!first) out_ += ',';
      json::append_string(out_, key);
      out_ += ':';
      if (!value(at, depth)) return fail_at(key);
    }
    out_ += '}';
    return true;
  }

  Error error() const {
    Error error{ErrorKind::unprocessable, "store.unstorable", fmt::format("{} has no JSON form.", path_)};
    error.details.push_back({.path = path_, .keyword = "store.unstorable", .message = error.message});
    return error;
  }

 private:
  bool fail_at(std::string_view key) {
    std::string token;
    json::append_pointer_token(token, key);
    path_.insert(0, token);
    return false;
  }

  bool array(bson_iter_t& at, std::size_t depth) {
    out_ += '[';
    for (bool first = true; bson_iter_next(&at); first = false) {
      if (!first) out_ += ',';
      if (!value(at, depth)) return fail_at(bson_iter_key(&at));
    }
    out_ += ']';
    return true;
  }

  bool container(const bson_iter_t& of, std::size_t depth) {
    bson_iter_t at;
    if (depth > kJsonDepthMax || !bson_iter_recurse(&of, &at)) return false;
    return BSON_ITER_HOLDS_ARRAY(&of) ? array(at, depth) : object(at, depth);
  }

  bool quoted(std::string_view text) {
    json::append_string(out_, text);
    return true;
  }

  bool text(const bson_iter_t& at) {
    std::uint32_t size = 0;
    const char* characters = bson_iter_utf8(&at, &size);
    return bson_utf8_validate(characters, size, true) && quoted({characters, size});
  }

  bool binary(const bson_iter_t& at) {
    bson_subtype_t type;
    std::uint32_t size = 0;
    const std::uint8_t* bytes = nullptr;
    bson_iter_binary(&at, &type, &size, &bytes);
    return quoted(base64(bytes, size));
  }

  bool value(const bson_iter_t& at, std::size_t depth) {
    switch (bson_iter_type(&at)) {
      case BSON_TYPE_UTF8: return text(at);
      case BSON_TYPE_BOOL: out_ += bson_iter_bool(&at) ? "true" : "false"; return true;
      case BSON_TYPE_NULL: out_ += "null"; return true;
      case BSON_TYPE_DOCUMENT:
      case BSON_TYPE_ARRAY: return container(at, depth + 1);
      case BSON_TYPE_BINARY: return binary(at);
      default: break;
    }
    const std::string digits = number(at);
    out_ += digits;
    if (!digits.empty()) return true;
    const std::string words = special(at);
    return !words.empty() && quoted(words);
  }

  std::string& out_;
  std::string path_;
};

}  // namespace

Result<std::string> json_text(const bson_t& document) {
  std::string out;
  Writer writer(out);
  bson_iter_t at;
  if (!bson_iter_init(&at, &document) || !writer.object(at, 1)) return Failure(writer.error());
  return out;
}

std::string plain_text(const bson_iter_t& at) {
  if (BSON_ITER_HOLDS_UTF8(&at)) {
    std::uint32_t size = 0;
    const char* characters = bson_iter_utf8(&at, &size);
    return {characters, size};
  }
  const std::string digits = number(at);
  return digits.empty() ? special(at) : digits;
}

}  // namespace millrace::store::mongo
