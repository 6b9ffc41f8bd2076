#include "access/shown.hpp"

#include <algorithm>

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"

namespace millrace::access {

using document::Documents;
using document::Hidden;

namespace {

constexpr std::string_view kId = R"("id")";
// What tells the type of an object is part of its shape.
constexpr std::string_view kTypename = R"("__typename")";

void append_member(std::string& out, std::string_view quoted_key, std::string_view value) {
  if (out.size() > 1) out += ',';
  out.append(quoted_key).append(1, ':').append(value);
}

bool is_visible(const Rule* rule, std::string_view key) {
  return rule != nullptr && (rule->shows(key) || key == kTypename);
}

/// What may be seen and is not there, so that it is told from what is hidden.
void append_absent(std::string& out, const Rule& rule, std::string_view text) {
  if (!rule.fields) return;
  for (const std::string& key : *rule.fields)
    if (key != kId && json::member(text, key).empty()) append_member(out, key, "null");
}

}  // namespace

bool hides(const Rule& rule) {
  return rule.fields || !rule.shows(kTokensKey);
}

std::string shown_payload(const Rule* rule, std::string_view text, Hidden hidden) {
  std::string out = "{";
  json::Members members(text);
  std::string_view key, value;
  while (members.next(key, value)) {
    if (key == kId || (key == kTokensKey && rule != nullptr && !rule->shows(key))) continue;
    if (hidden == Hidden::kept || is_visible(rule, key)) {
      append_member(out, key, value);
    } else if (hidden == Hidden::renamed) {
      append_member(out, "\"#" + std::string(key.substr(1)), value);
    }
  }
  if (hidden == Hidden::renamed && rule != nullptr) append_absent(out, *rule, text);
  if (hidden == Hidden::renamed && (rule == nullptr || rule->fields)) append_member(out, R"("#hidden")", "true");
  return out + '}';
}

void add_shown(Documents& out, const Documents& in, std::size_t i, const Rule* rule, Hidden hidden) {
  if (rule == nullptr || !in.found(i)) return out.add_missing();
  if (in.envelope(i).deleted || !hides(*rule)) return out.add(in.id(i), in.payload(i), in.envelope(i));
  out.add(in.id(i), shown_payload(rule, in.text(i), hidden), in.envelope(i));
}

std::string_view hidden_member(const Rule& rule, std::string_view object) {
  json::Members members(object);
  std::string_view key, value;
  while (members.next(key, value))
    if (key != kId && !rule.shows(key)) return key;
  return {};
}

std::string with_hidden(const Rule& rule, std::string_view payload, std::string_view before) {
  std::string out(payload.substr(0, payload.size() - 1));
  json::Members members(before);
  std::string_view key, value;
  while (members.next(key, value))
    if (key != kId && !rule.shows(key) && json::member(payload, key).empty()) append_member(out, key, value);
  return out + '}';
}

std::string with_token(std::string_view payload, std::string_view subject) {
  std::string out(payload.substr(0, payload.size() - 1));
  append_member(out, kTokensKey, '[' + json::quoted(subject) + ']');
  return out + '}';
}

}  // namespace millrace::access
