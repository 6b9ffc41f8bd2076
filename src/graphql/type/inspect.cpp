#include "graphql/type/inspect.hpp"

#include <fmt/format.h>

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"
#include "graphql/type/ecmascript_number.hpp"

namespace millrace::graphql {
namespace {

constexpr std::size_t kDepthMax = 2;
constexpr std::size_t kItemsMax = 10;
// There may be a message for each part of a large value, so none shows all of it.
constexpr std::size_t kBytesMax = 4096;

void append(std::string& out, std::string_view value, std::size_t depth);

void append_array(std::string& out, std::string_view array, std::size_t depth) {
  if (array == "[]") {
    out += array;
    return;
  }
  if (depth >= kDepthMax) {
    out += "[Array]";
    return;
  }
  out += '[';
  std::size_t count = 0;
  json::Elements elements(array);
  for (std::string_view element; elements.next(element); ++count) {
    if (count >= kItemsMax) continue;
    if (count > 0) out += ", ";
    append(out, element, depth + 1);
  }
  if (count == kItemsMax + 1) out += ", ... 1 more item";
  if (count > kItemsMax + 1) out += fmt::format(", ... {} more items", count - kItemsMax);
  out += ']';
}

void append_object(std::string& out, std::string_view object, std::size_t depth) {
  if (object == "{}") {
    out += object;
    return;
  }
  if (depth >= kDepthMax) {
    out += "[Object]";
    return;
  }
  out += "{ ";
  json::Members members(object);
  bool is_first = true;
  for (std::string_view key, value; out.size() <= kBytesMax && members.next(key, value); is_first = false) {
    if (!is_first) out += ", ";
    out.append(json::decode_string(key)).append(": ");
    append(out, value, depth + 1);
  }
  out += " }";
}

/// `depth`: how many arrays and objects are around the value.
void append(std::string& out, std::string_view value, std::size_t depth) {
  switch (json::kind_of(value)) {
    case json::Kind::array: return append_array(out, value, depth);
    case json::Kind::object: return append_object(out, value, depth);
    case json::Kind::number: out += ecmascript_text(value); return;
    default: out += value.substr(0, kBytesMax + 1);
  }
}

}  // namespace

std::string inspect(std::string_view canonical) {
  std::string out;
  append(out, canonical, 0);
  return brief(out);
}

std::string brief(std::string_view text) {
  if (text.size() <= kBytesMax) return std::string(text);
  std::size_t end = kBytesMax;
  while ((static_cast<unsigned char>(text[end]) & 0xc0) == 0x80) --end;
  return std::string(text.substr(0, end)) + "...";
}

std::string inspect(const json::Value& value) {
  std::string canonical;
  json::append_canonical(canonical, value);
  return inspect(std::string_view(canonical));
}

}  // namespace millrace::graphql
