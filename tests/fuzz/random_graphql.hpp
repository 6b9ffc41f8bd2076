// A random schema, and random documents and data for it. What a field may be is written in its name, so that an answer can be judged
// without looking anything up: "x3_LN" is of type x3, wrapped: L a list, N non-null, outermost first.
#pragma once

#include <fmt/format.h>

#include <string>

#include "graphql/type/schema.hpp"
#include "tests/fuzz/byte_source.hpp"

namespace millrace::graphql {

/// "N" as the first letter after the last "_" of a response key: it is never null. "LN" or "NLN": nor is what the list holds.
inline std::string_view wrappers_of(std::string_view key) {
  const std::size_t at = key.rfind('_');
  return at == std::string_view::npos ? std::string_view() : key.substr(at + 1);
}

class RandomSchema {
 public:
  explicit RandomSchema(ByteSource& bytes) : bytes_(bytes) {}

  std::string sdl() {
    objects_ = 1 + bytes_.below(3);
    std::string text = "scalar JSON enum E { A B } interface I { id: ID shared_N: String! }";
    std::string members;
    for (unsigned i = 0; i < objects_; ++i) {
      text += fmt::format(" type T{} implements I {{ id: ID shared_N: String! {}}}", i, fields());
      members += fmt::format("{}T{}", i > 0 ? " | " : "", i);
    }
    text += " union U = " + members;
    const std::string roots = fields();
    return text + " type Query { any_: I " + roots + "} type Mutation { any_: I " + roots + "}";
  }

 private:
  std::string fields() {
    std::string text;
    for (unsigned i = 0, count = 1 + bytes_.below(5); i < count; ++i) {
      const std::string_view wrapping = bytes_.one_of({"", "N", "L", "LN", "NL", "NLN", "LL", "NLLN"});
      text += fmt::format("f{}_{}{}: {} ", i, wrapping, bytes_.once_in(3) ? "(limit: Int = 3, v: [Int!])" : "", wrapped(type(), wrapping));
    }
    return text;
  }
  std::string type() {
    const unsigned choice = bytes_.below(10 + 3);
    if (choice >= 10) return fmt::format("T{}", bytes_.below(objects_));
    constexpr std::string_view kTypes[] = {"String", "Int", "Float", "Boolean", "ID", "E", "JSON", "I", "U", "I"};
    return std::string(kTypes[choice]);
  }
  static std::string wrapped(std::string type, std::string_view wrapping) {
    for (auto letter = wrapping.rbegin(); letter != wrapping.rend(); ++letter) type = *letter == 'L' ? '[' + type + ']' : type + '!';
    return type;
  }

  ByteSource& bytes_;
  unsigned objects_ = 1;
};

class RandomDocument {
 public:
  RandomDocument(ByteSource& bytes, const Schema& schema) : bytes_(bytes), schema_(schema) {}

  std::string text() {
    const bool is_mutation = bytes_.once_in(4);
    const Type& root = is_mutation ? *schema_.mutation() : *schema_.query();
    std::string text = fmt::format("{} Q($yes: Boolean! = true, $n: Int, $v: [Int!]) ", is_mutation ? "mutation" : "query");
    text += selection_set(root, 0);
    for (unsigned i = 0; i < fragments_; ++i) {
      const Type& on = bytes_.once_in(2) ? *schema_.type("I") : *schema_.type("T0");
      text += fmt::format(" fragment F{} on {} {}", i, on.name, selection_set(on, 3));
    }
    return text;
  }

 private:
  std::string selection_set(const Type& type, unsigned depth) {
    std::string text = "{ __typename ";
    for (unsigned count = 1 + bytes_.below(4); count > 0 && !bytes_.empty(); --count) text += selection(type, depth);
    return text + "} ";
  }
  std::string selection(const Type& type, unsigned depth) {
    const unsigned choice = bytes_.below(8);
    if (choice == 7 && depth > 0) return fmt::format("...F{} {}", fragments_ > 3 ? 0 : fragments_++, directives());
    if (choice == 6 && depth < 6) {
      const Type* on = bytes_.once_in(3)    ? schema_.type("I")
                       : type.is_abstract() ? type.possible[bytes_.below(1) % type.possible.size()]
                                            : &type;
      return fmt::format("... {}{}{}", depth == 0 ? "" : "on " + on->name + " ", directives(),
                         selection_set(depth == 0 ? type : *on, depth + 1));
    }
    return field(type, depth);
  }
  std::string field(const Type& type, unsigned depth) {
    if (type.fields.empty()) return "__typename ";
    const Field& field = type.fields[bytes_.below(16) % type.fields.size()];
    const bool is_composite = field.type.named->is_composite();
    if (is_composite && depth > 5) return "__typename ";
    std::string text;
    if (bytes_.once_in(4)) text += fmt::format("a{}_{}: ", bytes_.below(3), wrappers_of(field.name));
    text += field.name;
    if (!field.arguments.empty()) text += bytes_.one_of({"", "(limit: 2)", "(limit: $n)", "(v: [1, $n])", "(v: $v, limit: null)"});
    text += ' ';
    text += directives();
    if (is_composite) text += selection_set(*field.type.named, depth + 1);
    return text;
  }
  std::string_view directives() {
    return bytes_.one_of({"", "", "", "@include(if: $yes) ", "@skip(if: $yes) ", "@include(if: false) ", "@skip(if: false) "});
  }

  ByteSource& bytes_;
  const Schema& schema_;
  unsigned fragments_ = 0;
};

/// Values for fields: mostly what the type asks for, sometimes something else.
class RandomValue {
 public:
  explicit RandomValue(ByteSource& bytes) : bytes_(bytes) {}

  std::string of(const TypeRef& type, unsigned depth) {
    if (bytes_.once_in(12)) return std::string(wild());
    if (type.is_non_null()) return of(type.inner(), depth);
    if (bytes_.once_in(8)) return "null";
    if (type.is_list()) return list(type.inner(), depth);
    return type.named->is_composite() ? object(*type.named, depth) : std::string(leaf(type.named->name));
  }

 private:
  std::string list(const TypeRef& type, unsigned depth) {
    std::string text = "[";
    for (unsigned count = bytes_.below(4); count > 0; --count) text += (text.size() > 1 ? "," : "") + of(type, depth + 1);
    return text + "]";
  }
  std::string object(const Type& type, unsigned depth) {
    const Type& runtime = type.is_abstract() ? *type.possible[bytes_.below(8) % type.possible.size()] : type;
    std::string text = bytes_.once_in(8) ? "{" : fmt::format("{{\"__typename\":\"{}\"", runtime.name);
    for (const Field& field : runtime.fields) {
      if (depth > 4 || bytes_.empty()) break;
      text += fmt::format("{}\"{}\":{}", text.size() > 1 ? "," : "", field.name, of(field.type, depth + 1));
    }
    return text + "}";
  }
  std::string_view leaf(std::string_view type) {
    if (type == "Int") return bytes_.one_of({"1", "-5", "2147483647", "2147483648"});
    if (type == "Float") return bytes_.one_of({"1.5", "0", "-1e3", "1e400"});
    if (type == "Boolean") return bytes_.one_of({"true", "false"});
    if (type == "E") return bytes_.one_of({"\"A\"", "\"B\"", "\"C\""});
    return bytes_.one_of({"\"\"", "\"a\\\"b\\\\\"", "\"\\u0000\"", "\"\xc3\xa9\""});
  }
  std::string_view wild() {
    return bytes_.one_of({"null", "[]", "{}", "[[null]]", "{\"__typename\":\"Nobody\"}", "3", "\"x\"", "true", "[1,{}]"});
  }

  ByteSource& bytes_;
};

}  // namespace millrace::graphql
