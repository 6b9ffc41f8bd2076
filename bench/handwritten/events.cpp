#include "bench/handwritten/events.hpp"

#include <fmt/core.h>

#include <algorithm>
#include <array>
#include <cstdio>
#include <cstdlib>

#include "base/id.hpp"
#include "base/instant.hpp"
#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"

namespace millrace::handwritten {
namespace {

constexpr std::array<std::string_view, 5> kRaw = {R"("id":)", R"("name":)", R"("data":)", R"("timestamp":)", R"("source":)"};
constexpr std::array<std::string_view, 5> kProcessed = {R"("id":)", R"("name":)", R"("processed_data":)", R"("status":)",
                                                        R"("processing_time_ms":)"};

constexpr std::string_view kBegin = R"({"data":{"getByName":[)";

/// Appends the members of these keys, in their order, without the closing brace. Documents mostly have them in that order as well.
void append_members(std::string& out, const std::array<std::string_view, 5>& keys, std::string_view document) {
  std::array<std::string_view, 5> values = {"null", "null", "null", "null", "null"};
  std::size_t next = 0;
  json::Members members(document);
  for (std::string_view key, value; members.next(key, value);) {
    const auto is_key = [&key](std::string_view wanted) { return wanted.substr(0, wanted.size() - 1) == key; };
    if (next == keys.size()) break;
    const std::size_t found = is_key(keys[next]) ? next : static_cast<std::size_t>(std::ranges::find_if(keys, is_key) - keys.begin());
    if (found == keys.size()) continue;
    values[found] = value;
    if (found == next) ++next;
  }
  for (std::size_t i = 0; i < keys.size(); ++i) out.append(1, i == 0 ? '{' : ',').append(keys[i]).append(values[i]);
}

Failure violation(std::string path, std::string_view keyword, std::string message) {
  std::string whole = fmt::format("The document breaks its schema: {} {}.", path.empty() ? "it" : path, message);
  return Failure(Error{
      ErrorKind::unprocessable, "schema.violation", std::move(whole), {}, {{std::move(path), std::string(keyword), std::move(message)}}});
}

/// A string of the event, of at least so many characters.
Result<> check_string(std::string_view key, json::Value value, std::size_t length_min) {
  if (!value.is(json::Kind::string)) return violation(fmt::format("/{}", key), "type", "must be a string");
  if (value.raw_string().size() < length_min) return violation(fmt::format("/{}", key), "minLength", "must not be empty");
  return {};
}

}  // namespace

void append_raw(std::string& out, std::string_view document) {
  append_members(out, kRaw, document);
  out += '}';
}

void ProcessedAnswer::add(std::string_view document, std::string_view raw) {
  constexpr std::size_t kUsual = 16 * 1024;
  if (text_.empty()) {
    text_.reserve(kUsual);
    text_ = kBegin;
  } else {
    text_ += ',';
  }
  append_members(text_, kProcessed, document);
  text_ += R"(,"rawEvent":)";
  raw.empty() ? void(text_ += "null") : append_raw(text_, raw);
  text_ += '}';
}

std::string ProcessedAnswer::take() && {
  if (text_.empty()) text_ = kBegin;
  text_ += "]}}";
  return std::move(text_);
}

Result<Event> read_event(std::string_view body) {
  TRY(const json::Document parsed, json::parse(body));
  const json::Value root = parsed.root();
  if (!root.is(json::Kind::object)) return violation("", "type", "must be an object");
  Event event;
  bool has_data = false;
  for (json::Value key = root.first(); !(key == root.end()); key = key.after().after()) {
    const std::string_view name = key.raw_string();
    const json::Value value = key.after();
    if (name == "name") {
      TRY_OK(check_string(name, value, 1));
      event.name = value.string();
    } else if (name == "data") {
      has_data = true;
    } else if (name == "timestamp") {
      TRY_OK(check_string(name, value, 0));
      if (!parse_rfc3339(value.string())) return violation("/timestamp", "format", "must be a date-time");
    } else if (name == "source" || name == "version") {
      TRY_OK(check_string(name, value, 0));
    } else if (name == "id") {
      TRY_OK(check_string(name, value, 1));
      event.id = value.string();
      if (event.id.size() > 200) return violation("/id", "maxLength", "must not be longer than 200 characters");
    } else if (name != "metadata") {
      return violation(fmt::format("/{}", name), "additionalProperties", "is not known");
    }
  }
  if (event.name.empty()) return violation("", "required", R"(must have the property "name")");
  if (!has_data) return violation("", "required", R"(must have the property "data")");
  event.has_own_id = !event.id.empty();
  if (!event.has_own_id) event.id = make_uuid7();
  event.document.reserve(body.size() + event.id.size() + 16);
  event.document = R"({"id":)";
  json::append_string(event.document, event.id);
  const std::size_t brace = event.document.size();
  json::append_canonical_without(event.document, root, "id");
  event.document[brace] = ',';
  return event;
}

void fail(std::string_view what, std::string_view why) {
  fmt::print(stderr, "{}: {}\n", what, why);
  std::exit(1);
}

}  // namespace millrace::handwritten
