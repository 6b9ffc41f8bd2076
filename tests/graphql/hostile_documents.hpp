// Documents of about 1 MB that are made to cost as much as they can: for the benchmark and the tests of the GraphQL engine.
//
// Each comes twice: as it is, which the limit of tokens refuses, and with as many tokens as that allows, filled up with a comment: then the
// rest of the engine has to do its part. Fields are those of examples/events' processed events.
#pragma once

#include <fmt/format.h>

#include <functional>
#include <string>
#include <vector>

namespace millrace::graphql {

struct HostileDocument {
  std::string name;
  std::string text;
};

/// A document by how often its part is repeated.
struct HostileFamily {
  std::string name;
  std::string before;
  std::function<std::string(std::size_t)> part;  // by number
  std::string after;
  std::size_t tokens;  // of a part
};

inline std::vector<HostileFamily> hostile_families() {
  const auto same = [](std::string text) { return [text = std::move(text)](std::size_t) { return text; }; };
  const auto numbered = [](std::string pattern) {
    return [pattern = std::move(pattern)](std::size_t i) { return fmt::format(fmt::runtime(pattern), i, i + 1, i + 2); };
  };
  return {
      {"{{{{", "", same("{"), "", 1},
      {"{a{a{a", "", same("{a"), "", 2},
      {"closed selection sets", "{", same("rawEvent{id}"), "}", 4},
      {"[[[[", "{getById(id:", same("["), "", 1},
      {"[ ] in a list", "{getById(id:[", same("[]"), "])}", 2},
      {"{a:{a:{a:", "{getById(id:", same("{a:"), "", 3},
      {"((((", "{a", same("("), "", 1},
      {"nested inline fragments", "{", same("...{"), "", 2},
      {"nested list types", "query($a:", same("["), "", 1},
      {"one field again and again", "{getById(id:1){", same("id "), "}}", 1},
      {"one field with arguments again and again", "{", same("getById(id:1){id}"), "}", 9},
      {"fields that are not there", "{", numbered("f{} "), "}", 1},
      {"aliases", "{getById(id:1){", numbered("a{}:id "), "}}", 3},
      {"aliases that conflict", "{getById(id:1){", [](std::size_t i) { return std::string(i % 2 ? "a:id " : "a:name "); }, "}}", 3},
      {"fragments", "{getById(id:1){id}}", numbered("fragment F{} on ProcessedEvent{{id}}"), "", 7},
      {"fragments in a chain", "{getById(id:1){...F0}}", numbered("fragment F{} on ProcessedEvent{{id ...F{}}}"), "", 9},
      {"fragments that double", "{getById(id:1){...F0}}", numbered("fragment F{0} on ProcessedEvent{{id ...F{1} ...F{2}}}"), "", 11},
      {"fragments in circles", "{getById(id:1){...F0}}", numbered("fragment F{0} on ProcessedEvent{{id ...F{1} ...F0}}"), "", 11},
      {"spreads of one fragment", "fragment F on ProcessedEvent{id} {getById(id:1){", same("...F "), "}}", 2},
      {"spreads of none", "{getById(id:1){", numbered("...F{} "), "}}", 2},
      {"inline fragments", "{getById(id:1){", same("...{id}"), "}}", 4},
      {"variables", "query(", numbered("$v{}:Int "), "){getById(id:1){id}}", 4},
      {"variables that are used", "query($v:Int){", numbered("a{}:getByName(name:\"\",limit:$v){{id}}"), "}", 16},
      {"directives", "{getById(id:1){id ", same("@include(if:true)"), "}}", 7},
      {"directives that are not there", "{getById(id:1){id ", numbered("@d{} "), "}}", 2},
      {"arguments", "{getById(", numbered("a{}:1 "), "){id}}", 3},
      {"arguments of one name", "{getById(", same("id:1 "), "){id}}", 3},
      {"a list of numbers", "{getById(id:[", same("1 "), "]){id}}", 1},
      {"an object of many fields", "{getById(id:{", numbered("a{}:1 "), "}){id}}", 3},
      {"operations without name", "", same("{a}"), "", 3},
      {"operations", "", numbered("query Q{}{{getById(id:1){{id}}}}"), "", 12},
      {"names with description", "", same("\"\" query{a}"), "", 5},
      {"types", "", numbered("type T{}{{a:Int}}"), "", 7},
      {"escapes", "{getById(id:\"", same("\\u{1F600}"), "\"){id}}", 0},
      {"a long string", "{getById(id:\"", same("aaaaaaaaaaaaaaaa"), "\"){id}}", 0},
      {"a block string of line breaks", "{getById(id:\"\"\"", same(" \n"), "\"\"\"){id}}", 0},
      {"a long name", "{", same("aaaaaaaaaaaaaaaa"), "}", 0},
      {"a long name that is not there", "{getById(id:1){", same("processed_"), "}}", 0},
      {"a long comment", "{a}#", same("aaaaaaaaaaaaaaaa"), "", 0},
      {"commas", "{a}", same(",,,,,,,,,,,,,,,,"), "", 0},
      {"a long number", "{getById(id:1", same("0000000000000000"), "){id}}", 0},
      {"letters of other scripts", "{getById(id:\"", same("\xd0\xb9\xe4\xb8\xad\xf0\x9f\x98\x80"), "\"){id}}", 0},
      {"a letter where none may be", "{", same("\xd0\xb9"), "}", 0},
      {"bytes that are no UTF-8", "{a}#", same("\xff"), "", 0},
      {"quotes", "{a(b:", same("\"\""), ")}", 1},
  };
}

inline std::vector<HostileDocument> hostile_documents(std::size_t bytes, std::size_t tokens_max) {
  std::vector<HostileDocument> documents;
  for (const HostileFamily& family : hostile_families()) {
    std::string whole = family.before;
    std::string few = family.before;
    for (std::size_t i = 0; whole.size() < bytes; ++i) {
      const std::string part = family.part(i);
      whole += part;
      if (family.tokens > 0 && (i + 1) * family.tokens + 30 < tokens_max) few += part;
    }
    documents.push_back({family.name, whole + family.after});
    if (family.tokens == 0) continue;
    few += family.after + "#";
    few.resize(std::max(few.size(), bytes), 'x');
    documents.push_back({family.name + ", few tokens", std::move(few)});
  }
  return documents;
}

}  // namespace millrace::graphql
