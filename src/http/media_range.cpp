#include "http/media_range.hpp"

#include <algorithm>
#include <tuple>

#include "http/characters.hpp"
#include "http/message.hpp"

namespace millrace::http {
namespace {

std::string_view trim(std::string_view text) {
  auto is_blank = [](char c) { return c == ' ' || c == '\t'; };
  while (!text.empty() && is_blank(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_blank(text.back())) text.remove_suffix(1);
  return text;
}

/// Takes the piece up to the next separator that is in no quoted string off the front of `text`.
std::string_view take(std::string_view& text, char separator) {
  bool is_quoted = false;
  std::size_t end = 0;
  for (; end < text.size() && (is_quoted || text[end] != separator); ++end) {
    if (text[end] == '"') is_quoted = !is_quoted;
    if (text[end] == '\\' && is_quoted && end + 1 < text.size()) ++end;
  }
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(std::min(text.size(), end + 1));
  return trim(piece);
}

std::string unquoted(std::string_view value) {
  if (value.size() < 2 || value.front() != '"' || value.back() != '"') return std::string(value);
  value = value.substr(1, value.size() - 2);
  std::string text;
  for (std::size_t i = 0; i < value.size(); ++i) {
    if (value[i] == '\\' && i + 1 < value.size()) ++i;
    text.push_back(value[i]);
  }
  return text;
}

/// A q-value in thousandths (RFC 9110, 12.4.2): `0`, `1`, `0.` to `0.999`, `1.000`. Nothing when it is none.
std::optional<int> quality(std::string_view text) {
  if (text.empty() || text.size() > 5 || (text[0] != '0' && text[0] != '1') || (text.size() > 1 && text[1] != '.')) return std::nullopt;
  int thousandths = (text[0] - '0') * 1000;
  int weight = 100;
  for (const char digit : text.substr(std::min<std::size_t>(text.size(), 2))) {
    if (digit < '0' || digit > '9') return std::nullopt;
    thousandths += (digit - '0') * weight;
    weight /= 10;
  }
  return thousandths <= 1000 ? std::optional(thousandths) : std::nullopt;
}

/// How exactly a range names a type: 2 the type itself, 1 `application/*`, 0 all; nothing when it does not.
std::optional<int> exactness(std::string_view range, std::string_view type) {
  if (range == type) return 2;
  if (range == "*/*") return 0;
  const bool is_partial = range.ends_with("/*") && type.starts_with(range.substr(0, range.size() - 1));
  return is_partial ? std::optional(1) : std::nullopt;
}

/// How much an offer is liked. The most exact range that fits it gives its q-value (RFC 9110, 12.5.1).
struct Liking {
  int exactness = -1;
  int quality = 0;
  int order = 0;  // of the range, counted down: earlier is more

  auto rank() const { return std::tuple(quality, exactness, order); }
};

Liking liking(std::string_view accept, std::string_view offer) {
  Liking found;
  for (int order = 0; !accept.empty(); --order) {
    const std::string_view range = take(accept, ',');
    const auto exact = exactness(media_type(range), offer);
    if (!exact || *exact <= found.exactness || !is_utf8_or_silent(range)) continue;
    const auto q = quality(media_parameter(range, "q").value_or("1"));
    if (q) found = {*exact, *q, order};
  }
  return found;
}

}  // namespace

std::optional<std::string> media_parameter(std::string_view header, std::string_view name) {
  take(header, ';');
  while (!header.empty()) {
    const std::string_view piece = take(header, ';');
    const std::size_t equals = piece.find('=');
    if (equals != std::string_view::npos && equal_ignoring_case(trim(piece.substr(0, equals)), name))
      return unquoted(trim(piece.substr(equals + 1)));
  }
  return std::nullopt;
}

bool is_utf8_or_silent(std::string_view header) {
  const auto charset = media_parameter(header, "charset");
  return !charset || equal_ignoring_case(*charset, "utf-8") || equal_ignoring_case(*charset, "utf8");
}

std::optional<std::size_t> preferred_media_type(std::string_view accept, std::initializer_list<std::string_view> offers) {
  accept = trim(accept);
  // What nearly every program sends.
  if (accept.empty() || accept == "*/*") return 0;
  if (const auto named = std::ranges::find(offers, accept); named != offers.end()) return named - offers.begin();
  std::optional<std::size_t> best;
  Liking most;
  for (std::size_t i = 0; i < offers.size(); ++i) {
    const Liking liked = liking(accept, offers.begin()[i]);
    if (liked.quality == 0 || (best && liked.rank() <= most.rank())) continue;
    best = i;
    most = liked;
  }
  return best;
}

bool accepts_coding(std::string_view accept_encoding, std::string_view coding) {
  bool is_taken = false;
  while (!accept_encoding.empty()) {
    const std::string_view piece = take(accept_encoding, ',');
    const std::string name = media_type(piece);
    if (name != coding && name != "*") continue;
    is_taken = quality(media_parameter(piece, "q").value_or("1")).value_or(0) > 0;
    if (name == coding) break;
  }
  return is_taken;
}

}  // namespace millrace::http
