// What a schema says without effect (class Compiler of compiler.hpp). All of it is valid by the standard, which lets everybody add keywords
// and formats; so it is told, and not refused.
#include <fmt/format.h>

#include <algorithm>

#include "base/json/canonical.hpp"
#include "jsonschema/compiler.hpp"

namespace millrace::jsonschema {
namespace {

// Annotations of the standard and of OpenAPI: known, and meant to assert nothing.
constexpr std::string_view kAnnotations[] = {"$comment", "title",     "description",     "default",          "deprecated",
                                             "readOnly", "writeOnly", "contentEncoding", "contentMediaType", "example",
                                             "examples", "nullable",  "discriminator",   "externalDocs",     "xml"};
constexpr std::string_view kAnnotatingFormats[] = {"int32", "int64", "float", "double", "byte", "binary", "password"};

constexpr std::string_view name_of(Draft draft) {
  return draft == Draft::draft_7 ? "draft 7" : "draft 2020-12";
}

char lower(char c) {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
}

/// Whether one is the other with a slip of the fingers. Names that are merely alike are other people's keywords.
bool is_misspelled(std::string_view name, std::string_view known) {
  const std::size_t longer = std::max(name.size(), known.size());
  const std::size_t shorter = std::min(name.size(), known.size());
  return shorter > 3 && longer - shorter <= 1 && lower(name.front()) == lower(known.front());
}

}  // namespace

void Compiler::warn_of_keyword(json::Value key) {
  constexpr std::size_t kNameMax = 100;
  const std::string name = key.string();
  if (name.empty() || name.size() > kNameMax || std::ranges::find(kAnnotations, name) != std::end(kAnnotations)) return;
  const Draft draft = resource().draft;
  const Draft other = draft == Draft::draft_7 ? Draft::draft_2020_12 : Draft::draft_7;
  if (name == "$defs") return;  // in draft 7 as good a place as any for what a $ref points to
  if (find_keyword(name, other) != nullptr)
    return warnings_.add(
        location_of(key),
        fmt::format("\"{}\" belongs to {} and says nothing in {}, which this schema is in.", name, name_of(other), name_of(draft)),
        draft == Draft::draft_7 ? R"("$schema": "https://json-schema.org/draft/2020-12/schema")" : "");
  const std::vector<std::string> known = keyword_names(draft);
  const std::string_view near = nearest(name, known);
  if (!near.empty() && is_misspelled(name, near))
    warnings_.add(location_of(key), fmt::format("There is no keyword {}; it says nothing.", json::quoted(name)),
                  fmt::format("Did you mean \"{}\"?", near));
}

void Compiler::warn_of_format(json::Value value) {
  const std::string name = value.string();
  if (std::ranges::find(kAnnotatingFormats, name) != std::end(kAnnotatingFormats)) return;
  constexpr std::size_t kNameMax = 100;
  const std::vector<std::string> known = format_names();
  const std::string_view near = name.size() > kNameMax ? std::string_view() : nearest(name, known);
  warnings_.add(location_of(value), fmt::format("The format {} is not known, and says nothing.", json::quoted(name.substr(0, kNameMax))),
                near.empty() ? fmt::format("Known are {}.", fmt::join(known, ", ")) : fmt::format("Did you mean \"{}\"?", near));
}

void Compiler::warn_beside_reference(const Keyword& keyword, json::Value key) {
  if (keyword.word == Word::id || keyword.word == Word::schema) return;
  warnings_.add(location_of(key), fmt::format("\"{}\" says nothing beside \"$ref\" in draft 7.", keyword.name),
                "Put both into \"allOf\", or write the schema in draft 2020-12.");
}

}  // namespace millrace::jsonschema
