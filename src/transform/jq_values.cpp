#include "transform/jq_values.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>

#include "base/json/canonical.hpp"
#include "base/json/escapes.hpp"
#include "base/json/number.hpp"

namespace millrace::transform {
namespace {

constexpr std::size_t kDepthMax = 256;
constexpr double kExact = 9'007'199'254'740'992;  // 2^53: up to here every integer is a double
constexpr std::size_t kExactDigits = 15;          // so many digits of an integer are always fewer

/// Reads canonical text in one pass.
class Reader {
 public:
  Reader(std::string_view text, KeptNumbers& kept) : at_(text.data()), end_(text.data() + text.size()), kept_(kept) {}

  jv value() {
    switch (*at_) {
      case '{': return object();
      case '[': return array();
      case '"': return string();
      case 't': return skip(4), jv_true();
      case 'f': return skip(5), jv_false();
      case 'n': return skip(4), jv_null();
      default: return number();
    }
  }

 private:
  void skip(std::size_t count) { at_ += count; }

  jv object() {
    jv made = jv_object();
    for (++at_; *at_ != '}'; at_ += *at_ == ',' ? 1 : 0) {
      jv key = string();
      ++at_;  // the colon
      made = jv_object_set(made, key, value());
    }
    ++at_;
    return made;
  }

  jv array() {
    jv made = jv_array();
    for (++at_; *at_ != ']'; at_ += *at_ == ',' ? 1 : 0) made = jv_array_append(made, value());
    ++at_;
    return made;
  }

  jv string() {
    const char* begin = ++at_;
    bool is_escaped = false;
    for (; *at_ != '"'; ++at_) {
      if (*at_ != '\\') continue;
      is_escaped = true;
      ++at_;
    }
    const std::string_view raw(begin, static_cast<std::size_t>(at_++ - begin));
    if (!is_escaped) return jv_string_sized(raw.data(), static_cast<int>(raw.size()));
    std::string characters;
    json::append_unescaped(characters, raw);
    return jv_string_sized(characters.data(), static_cast<int>(characters.size()));
  }

  jv number() {
    const char* begin = at_;
    std::int64_t whole = 0;
    while (at_ != end_ && *at_ >= '0' && *at_ <= '9' && at_ - begin < static_cast<std::ptrdiff_t>(kExactDigits))
      whole = whole * 10 + (*at_++ - '0');
    const auto is_part = [](char c) { return (c >= '0' && c <= '9') || c == '.' || c == 'e' || c == 'E' || c == '+' || c == '-'; };
    if (at_ == end_ || !is_part(*at_)) return jv_number(static_cast<double>(whole));
    while (at_ != end_ && is_part(*at_)) ++at_;
    const std::string_view text(begin, static_cast<std::size_t>(at_ - begin));
    const double value = json::to_double(text);
    kept_.keep(value, text);
    return jv_number(value);
  }

  const char* at_;
  const char* end_;
  KeptNumbers& kept_;
};

/// Finite values alone.
void append_double(std::string& out, double value) {
  char digits[32];
  const bool is_whole = std::abs(value) < kExact && value == std::trunc(value);
  const auto end = is_whole ? std::to_chars(digits, std::end(digits), static_cast<std::int64_t>(value)).ptr
                            : std::to_chars(digits, std::end(digits), value).ptr;
  out.append(digits, end);
}

class Writer {
 public:
  Writer(std::string& out, const KeptNumbers& kept, std::size_t bytes_max) : out_(out), kept_(kept), size_max_(out.size() + bytes_max) {}

  Written result() const { return result_; }

  /// Takes the value.
  void value(jv given, std::size_t depth) {
    switch (jv_get_kind(given)) {
      case JV_KIND_OBJECT: object(given, depth); break;
      case JV_KIND_ARRAY: array(given, depth); break;
      case JV_KIND_STRING: string(given); break;
      case JV_KIND_NUMBER: number(jv_number_value(given)); break;
      case JV_KIND_TRUE: out_ += "true"; break;
      case JV_KIND_FALSE: out_ += "false"; break;
      case JV_KIND_NULL:
      case JV_KIND_INVALID: out_ += "null"; break;
    }
    jv_free(given);
    if (out_.size() > size_max_) result_ = Written::too_large;
  }

 private:
  bool is_too_deep(std::size_t depth) {
    if (depth >= kDepthMax) result_ = Written::too_deep;
    return depth >= kDepthMax;
  }

  void object(jv given, std::size_t depth) {
    if (is_too_deep(depth)) return;
    out_ += '{';
    bool is_first = true;
    for (int at = jv_object_iter(given); jv_object_iter_valid(given, at) && result_ == Written::whole;
         at = jv_object_iter_next(given, at)) {
      if (!is_first) out_ += ',';
      is_first = false;
      const jv key = jv_object_iter_key(given, at);
      string(key);
      jv_free(key);
      out_ += ':';
      value(jv_object_iter_value(given, at), depth + 1);
    }
    out_ += '}';
  }

  void array(jv given, std::size_t depth) {
    if (is_too_deep(depth)) return;
    out_ += '[';
    const int count = jv_array_length(jv_copy(given));
    for (int i = 0; i < count && result_ == Written::whole; ++i) {
      if (i > 0) out_ += ',';
      value(jv_array_get(jv_copy(given), i), depth + 1);
    }
    out_ += ']';
  }

  /// Does not take it.
  void string(jv given) {
    const auto size = static_cast<std::size_t>(jv_string_length_bytes(jv_copy(given)));
    if (out_.size() + size > size_max_) return void(result_ = Written::too_large);
    json::append_string(out_, {jv_string_value(given), size});
  }

  void number(double given) {
    if (const std::string_view digits = kept_.find(given); !digits.empty()) return void(out_ += digits);
    // As jq writes what JSON has no words for.
    if (std::isnan(given)) return void(out_ += "null");
    append_double(out_, std::clamp(given, -std::numeric_limits<double>::max(), std::numeric_limits<double>::max()));
  }

  std::string& out_;
  const KeptNumbers& kept_;
  const std::size_t size_max_;
  Written result_ = Written::whole;
};

}  // namespace

void KeptNumbers::keep(double value, std::string_view text) {
  if (!std::isinf(value)) {
    std::string printed;
    append_double(printed, value);
    if (json::compare_numbers(printed, text) == 0) return;
  }
  const auto [place, is_new] = all_.try_emplace(value, text);
  if (!is_new && !place->second.empty() && json::compare_numbers(place->second, text) != 0) place->second = {};
}

std::string_view KeptNumbers::find(double value) const {
  if (all_.empty()) return {};
  const auto place = all_.find(value);
  return place == all_.end() ? std::string_view{} : place->second;
}

jv read_value(std::string_view text, KeptNumbers& kept) {
  return Reader(text, kept).value();
}

Written write_value(std::string& out, jv value, const KeptNumbers& kept, std::size_t bytes_max) {
  Writer writer(out, kept, bytes_max);
  writer.value(value, 0);
  return writer.result();
}

}  // namespace millrace::transform
