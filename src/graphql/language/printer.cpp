// Values and types as text, as graphql-js's printer writes them.
#include <fmt/format.h>

#include "graphql/language/block_string.hpp"
#include "graphql/language/parser.hpp"

namespace millrace::graphql {
namespace {

std::string_view short_escape(unsigned char c) {
  switch (c) {
    case '\b': return "\\b";
    case '\t': return "\\t";
    case '\n': return "\\n";
    case '\f': return "\\f";
    case '\r': return "\\r";
    case '"': return "\\\"";
    case '\\': return "\\\\";
    default: return {};
  }
}

/// Escapes quotes, backslashes and the control characters U+0000 to U+001F and U+007F to U+009F.
std::string print_string(std::string_view characters) {
  std::string out = "\"";
  for (std::size_t i = 0; i < characters.size(); ++i) {
    auto c = static_cast<unsigned char>(characters[i]);
    bool is_upper_control = c == 0xc2 && i + 1 < characters.size() && static_cast<unsigned char>(characters[i + 1]) < 0xa0;
    if (std::string_view escape = short_escape(c); !escape.empty()) {
      out += escape;
    } else if (c < 0x20 || c == 0x7f) {
      out += fmt::format("\\u{:04X}", c);
    } else if (is_upper_control) {
      out += fmt::format("\\u{:04X}", static_cast<unsigned char>(characters[++i]));
    } else {
      out += static_cast<char>(c);
    }
  }
  return out += '"';
}

void append(std::string& out, const Value& value);

void append_list(std::string& out, const Value& value) {
  out += '[';
  for (const Value& item : value.items) {
    if (&item != &value.items.front()) out += ", ";
    append(out, item);
  }
  out += ']';
}

void append_object(std::string& out, const Value& value) {
  out += value.fields.empty() ? "{" : "{ ";
  for (const ObjectField& field : value.fields) {
    if (&field != &value.fields.front()) out += ", ";
    out.append(field.name.text).append(": ");
    append(out, field.value);
  }
  out += value.fields.empty() ? "}" : " }";
}

void append(std::string& out, const Value& value) {
  switch (value.kind) {
    case ValueKind::list: return append_list(out, value);
    case ValueKind::object: return append_object(out, value);
    case ValueKind::variable: out.append(1, '$').append(value.text); return;
    case ValueKind::string: out += value.block ? print_block_string(string_value(value)) : print_string(string_value(value)); return;
    default: out += value.text;
  }
}

void append(std::string& out, const TypeReference& type) {
  switch (type.kind) {
    case TypeReference::Kind::named: out += type.name.text; return;
    case TypeReference::Kind::list:
      out += '[';
      append(out, *type.of);
      out += ']';
      return;
    case TypeReference::Kind::non_null: append(out, *type.of); out += '!';
  }
}

}  // namespace

std::string print(const Value& value) {
  std::string out;
  append(out, value);
  return out;
}

std::string print(const TypeReference& type) {
  std::string out;
  append(out, type);
  return out;
}

}  // namespace millrace::graphql
