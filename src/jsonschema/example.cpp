#include "jsonschema/example.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <set>
#include <vector>

#include "base/json/canonical.hpp"
#include "jsonschema/bundle.hpp"

namespace millrace::jsonschema {
namespace {

using json::Kind;
using json::Value;

constexpr int kDepthMax = 8;  // of nested schemas: deeper examples help nobody, and a schema may refer to itself

constexpr int kPartsMax = 1000;

constexpr std::pair<std::string_view, std::string_view> kFormats[] = {
    {"date-time", "2024-01-01T12:00:00Z"},
    {"date", "2024-01-01"},
    {"time", "12:00:00Z"},
    {"duration", "PT1H"},
    {"uuid", "0190a6f2-7c3e-7b5a-9d2f-1c2b3a4d5e6f"},
    {"email", "someone@example.com"},
    {"idn-email", "someone@example.com"},
    {"hostname", "example.com"},
    {"ipv4", "192.0.2.1"},
    {"ipv6", "2001:db8::1"},
    {"uri", "https://example.com/"},
    {"iri", "https://example.com/"},
    {"uri-reference", "/example"},
    {"json-pointer", "/example"},
    {"regex", "^example$"},
};

class ExampleMaker {
 public:
  ExampleMaker(const json::Document& document, bool required_only) : document_(document), required_only_(required_only) {}

  std::string make(Value schema, int depth = 0) {
    if (schema.is(Kind::boolean) || depth > kDepthMax || ++parts_ > kPartsMax) return "\"example\"";
    for (std::string_view key : {"const", "default"})
      if (auto value = schema.find(key)) return std::string(value->text());
    for (std::string_view key : {"examples", "enum"})
      if (auto values = schema.find(key); values && values->is(Kind::array) && values->size() > 0)
        return std::string(values->first().text());
    if (auto target = referred(schema)) {
      open_.push_back(target->index());
      std::string example = make(*target, depth + 1);
      open_.pop_back();
      return example;
    }
    const std::string type = type_of(schema);
    if (type == "object") return make_object(schema, depth);
    if (type == "array") return make_array(schema, depth);
    if (type == "number" || type == "integer") return make_number(schema);
    if (type == "boolean") return "true";
    if (type == "null") return "null";
    if (type == "string") return make_string(schema);
    for (std::string_view key : {"anyOf", "oneOf"})
      if (auto branches = schema.find(key); branches && branches->size() > 0) return make(branches->first(), depth + 1);
    return R"({"key": "value"})";  // anything may stand here
  }

 private:
  /// Where a $ref leads: the schema is bundled.
  std::optional<Value> referred(Value schema) const {
    auto reference = schema.find("$ref");
    if (!reference || !reference->is(Kind::string)) return std::nullopt;
    const std::string pointer = reference->string();
    if (!pointer.starts_with('#')) return std::nullopt;
    std::optional<Value> found = document_.root();
    for (std::string_view rest = std::string_view(pointer).substr(1); found && !rest.empty();) {
      rest.remove_prefix(1);
      const std::string_view key = rest.substr(0, rest.find('/'));
      rest.remove_prefix(key.size());
      found = found->find(key);
    }
    return found;
  }

  /// Whether it refers to what is being made already.
  bool leads_back(Value schema) const {
    auto target = referred(schema);
    return target && std::ranges::find(open_, target->index()) != open_.end();
  }

  /// The first type that it allows, but for null; guessed from its keywords when it does not say.
  static std::string type_of(Value schema) {
    if (auto type = schema.find("type")) {
      if (type->is(Kind::string)) return type->string();
      for (Value one = type->first(); one != type->end(); one = one.after())
        if (!one.is_string("null")) return one.string();
      return "null";
    }
    if (schema.find("properties") || schema.find("required") || schema.find("allOf")) return "object";
    if (schema.find("items")) return "array";
    if (schema.find("minimum") || schema.find("maximum") || schema.find("multipleOf")) return "number";
    return schema.find("format") || schema.find("minLength") || schema.find("maxLength") ? "string" : "";
  }

  static bool may_be_null(Value schema) {
    auto type = schema.find("type");
    if (!type || !type->is(Kind::array)) return false;
    for (Value one = type->first(); one != type->end(); one = one.after())
      if (one.is_string("null")) return true;
    return false;
  }

  static bool is_required(Value schema, Value name) {
    auto required = schema.find("required");
    if (!required || !required->is(Kind::array)) return false;
    for (Value one = required->first(); one != required->end(); one = one.after())
      if (one.is(Kind::string) && one.string() == name.string()) return true;
    return false;
  }

  /// The members of an object as they are found; the first of a name stays.
  struct Members {
    std::string text;
    std::set<std::string> names;

    void add(const std::string& name, const std::string& value) {
      if (names.insert(name).second) text += fmt::format("{}{}: {}", text.empty() ? "" : ", ", json::quoted(name), value);
    }
  };

  std::string make_object(Value schema, int depth) {
    Members members;
    add_members(schema, depth, members);
    if (members.text.empty() && depth > 0 && !schema.find("additionalProperties")) members.add("key", "\"value\"");
    return "{" + members.text + "}";
  }

  void add_members(Value schema, int depth, Members& members) {
    if (depth > kDepthMax) return;
    auto properties = schema.find("properties");
    if (properties && properties->is(Kind::object)) {
      for (Value name = properties->first(); name != properties->end(); name = name.after().after()) {
        const bool is_left_out =
            name.is_string("id") || (required_only_ && depth == 0) || may_be_null(name.after()) || leads_back(name.after());
        if (is_left_out && !is_required(schema, name)) continue;
        const bool is_own_id = depth == 0 && name.is_string("id") && type_of(name.after()).empty();
        members.add(name.string(), is_own_id ? make_string(name.after()) : make(name.after(), depth + 1));
      }
    }
    auto branches = schema.find("allOf");
    if (branches && branches->is(Kind::array)) {
      for (Value branch = branches->first(); branch != branches->end(); branch = branch.after())
        add_members(referred(branch).value_or(branch), depth + 1, members);
    }
    auto required = schema.find("required");
    if (required && required->is(Kind::array)) {
      for (Value name = required->first(); name != required->end(); name = name.after())
        if (name.is(Kind::string)) members.add(name.string(), "\"example\"");
    }
  }

  std::string make_array(Value schema, int depth) {
    auto items = schema.find("items");
    const double count = std::min(8.0, std::max(1.0, number_of(schema, "minItems").value_or(1)));
    std::string elements;
    if (auto first = schema.find("prefixItems")) {
      for (Value one = first->first(); one != first->end(); one = one.after())
        elements += (elements.empty() ? "" : ", ") + make(one, depth + 1);
      return "[" + elements + "]";
    }
    if (!items || (leads_back(*items) && !schema.find("minItems"))) return "[]";
    for (int i = 0; i < count; ++i) elements += (i > 0 ? ", " : "") + make(*items, depth + 1);
    return "[" + elements + "]";
  }

  static std::optional<double> number_of(Value schema, std::string_view key) {
    auto value = schema.find(key);
    double number = 0;
    if (!value || !value->is(Kind::number)) return std::nullopt;
    const std::string_view text = value->text();
    return std::from_chars(text.begin(), text.end(), number).ec == std::errc() ? std::optional(number) : std::nullopt;
  }

  static std::string make_number(Value schema) {
    double number = number_of(schema, "minimum").value_or(number_of(schema, "exclusiveMinimum").value_or(0) + 1);
    if (auto most = number_of(schema, "maximum")) number = std::min(number, *most);
    if (auto most = number_of(schema, "exclusiveMaximum"); most && number >= *most) number = *most - 1;
    if (auto step = number_of(schema, "multipleOf"); step && *step != 0)
      number = *step * static_cast<double>(static_cast<long>(number / *step));
    return fmt::format("{}", number);
  }

  static std::string make_string(Value schema) {
    if (auto format = schema.find("format")) {
      for (const auto& [name, example] : kFormats)
        if (format->is_string(name)) return json::quoted(example);
    }
    std::string text = "example";
    const double least = std::min(1000.0, number_of(schema, "minLength").value_or(0));
    while (static_cast<double>(text.size()) < least) text += " example";
    if (auto most = number_of(schema, "maxLength"); most && static_cast<double>(text.size()) > *most)
      text.resize(static_cast<std::size_t>(*most));
    return json::quoted(text);
  }

  const json::Document& document_;
  bool required_only_;
  std::vector<std::uint32_t> open_;  // what references led to on the way here
  int parts_ = 0;
};

}  // namespace

std::optional<std::string> make_example(const Schema& schema) {
  const std::string text = bundle_text(schema);
  auto document = json::parse(text);
  if (!document) return std::nullopt;
  for (const bool required_only : {false, true}) {
    std::string example = ExampleMaker(*document, required_only).make(document->root());
    auto parsed = json::parse(example);
    if (parsed && parsed->root().is(Kind::object) && schema.validate(parsed->root()).empty()) return example;
  }
  return std::nullopt;
}

}  // namespace millrace::jsonschema
