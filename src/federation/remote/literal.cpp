// JSON values as GraphQL literals (append_literal of selection.hpp).
#include <algorithm>

#include "base/json/slices.hpp"
#include "federation/remote/selection.hpp"

namespace millrace::federation {
namespace {

using graphql::TypeRef;

bool is_letter(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_';
}

bool is_name(std::string_view text) {
  return !text.empty() && is_letter(text.front()) &&
         std::ranges::all_of(text, [](char c) { return is_letter(c) || (c >= '0' && c <= '9'); });
}

bool append_list(std::string& out, std::string_view value, const TypeRef* type, std::size_t& tokens) {
  const TypeRef list = type != nullptr ? type->nullable() : TypeRef{};
  const TypeRef inner = list.is_list() ? list.inner() : list;
  out += '[';
  json::Elements elements(value);
  for (std::string_view element; elements.next(element);) {
    if (out.back() != '[') out += ',';
    if (!append_literal(out, element, inner.named != nullptr ? &inner : nullptr, tokens)) return false;
  }
  out += ']';
  tokens += 2;
  return true;
}

bool append_object(std::string& out, std::string_view value, const TypeRef* type, std::size_t& tokens) {
  out += '{';
  json::Members members(value);
  for (std::string_view key, member; members.next(key, member);) {
    const std::string_view name = key.substr(1, key.size() - 2);  // a name has nothing that is escaped
    if (!is_name(name)) return false;
    const graphql::InputValue* field = type != nullptr ? type->named->input_field(name) : nullptr;
    if (out.back() != '{') out += ',';
    out.append(name).append(1, ':');
    if (!append_literal(out, member, field != nullptr ? &field->type : nullptr, tokens)) return false;
    tokens += 2;
  }
  out += '}';
  tokens += 2;
  return true;
}

}  // namespace

bool append_literal(std::string& out, std::string_view value, const TypeRef* type, std::size_t& tokens) {
  switch (json::kind_of(value)) {
    case json::Kind::array: return append_list(out, value, type, tokens);
    case json::Kind::object: return append_object(out, value, type, tokens);
    default: break;
  }
  ++tokens;
  const bool is_enum = type != nullptr && type->named->kind == graphql::TypeKind::enumeration && value.starts_with('"');
  // JSON's canonical strings and numbers are GraphQL's as they stand.
  out += is_enum ? value.substr(1, value.size() - 2) : value;
  return true;
}

}  // namespace millrace::federation
