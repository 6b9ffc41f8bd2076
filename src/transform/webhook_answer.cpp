#include "transform/webhook_answer.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "transform/retry_after.hpp"

namespace millrace::transform {
namespace {

using processing::Transformed;
using Kind = Transformed::Kind;

constexpr std::size_t kExcerptMax = 200;
constexpr std::string_view kBare = R"({"status":"SUCCESS"})";

std::vector<Transformed> all_alike(std::size_t count, Transformed made) {
  return std::vector<Transformed>(count, made);
}

/// What a server says, as far as it can stand in a message.
std::string excerpt(std::string_view body) {
  std::string text(body.substr(0, kExcerptMax));
  // A character that was cut, or no UTF-8 at all.
  const auto is_plain = [](char c) { return c >= ' ' && c <= '~'; };
  const bool is_utf8 = json::parse(json::quoted(text)).has_value();
  std::ranges::replace_if(text, [&](char c) { return !is_plain(c) && !(is_utf8 && static_cast<unsigned char>(c) >= 0x80); }, ' ');
  return text;
}

Transformed refused(const http::Response& answer, Instant now) {
  Transformed made{Kind::failed, fmt::format("The webhook answered with {}", answer.status)};
  if (!answer.body.empty()) made.text += ": " + excerpt(answer.body);
  if (!made.text.ends_with('.')) made.text += '.';
  if (answer.status != 408 && answer.status != 425 && answer.status != 429 && answer.status < 500) return made;
  made.kind = Kind::retry;
  if (const auto after = answer.header("Retry-After")) made.wait = read_retry_after(*after, now);
  return made;
}

Transformed result_of(json::Value value) {
  Transformed made;
  if (value.is(json::Kind::null)) return {Kind::result, std::string(kBare)};
  if (!value.is(json::Kind::object)) return {Kind::failed, fmt::format("The webhook's result is no object: {:.100}.", value.text())};
  json::append_canonical(made.text, value);
  return made;
}

std::vector<Transformed> read_results(std::string_view body, std::size_t count, bool is_array) {
  const auto parsed = json::parse(body);
  if (!parsed) return all_alike(count, {Kind::failed, fmt::format("The webhook's answer is no JSON: {}", parsed.error().message)});
  const json::Value root = parsed->root();
  if (!is_array) return {result_of(root)};
  if (!root.is(json::Kind::array)) {
    return all_alike(count, {Kind::failed, fmt::format("The webhook's answer is no array of {} results.", count)});
  }
  if (root.size() != count)
    return all_alike(count, {Kind::failed, fmt::format("The webhook answered {} events with {} results.", count, root.size())});
  std::vector<Transformed> made;
  for (json::Value each = root.first(); !(each == root.end()); each = each.after()) made.push_back(result_of(each));
  return made;
}

}  // namespace

std::vector<Transformed> read_webhook_answer(const Result<http::Response>& answer, std::size_t count, bool is_array, Instant now) {
  if (!answer) {
    // The same request would be answered with as much again.
    const bool is_final = answer.error().code == "http.answer_too_large";
    return all_alike(count, {is_final ? Kind::failed : Kind::retry, "The webhook has no answer: " + answer.error().message});
  }
  if (answer->status < 200 || answer->status > 299) return all_alike(count, refused(*answer, now));
  if (answer->body.empty()) return all_alike(count, {Kind::result, std::string(kBare)});
  return read_results(answer->body, count, is_array);
}

}  // namespace millrace::transform
