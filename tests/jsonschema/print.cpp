// Reads lines of {"schema": ..., "instance": ...} and prints for each "valid", "invalid", or "problem" with what is wrong with the schema.
// An argument names a file with an object of documents by URI, for references.
#include <fmt/format.h>

#include <expected>
#include <fstream>
#include <iostream>
#include <iterator>
#include <map>
#include <optional>
#include <string>

#include "base/json/document.hpp"
#include "jsonschema/schema.hpp"

namespace {

namespace json = millrace::json;
namespace jsonschema = millrace::jsonschema;

using Documents = std::map<std::string, std::string>;

Documents read_documents(const char* path) {
  std::ifstream file(path);
  const std::string text{std::istreambuf_iterator<char>(file), {}};
  Documents documents;
  const auto parsed = json::parse(text);
  if (!parsed) return documents;
  const json::Value root = parsed->root();
  for (json::Value key = root.first(); !(key == root.end()); key = key.after().after()) {
    documents.emplace(key.string(), key.after().text());
  }
  return documents;
}

class Printer {
 public:
  explicit Printer(Documents documents) : documents_(std::move(documents)) {}

  std::string verdict(const std::string& line) {
    const auto parsed = json::parse(line);
    if (!parsed) return "problem " + parsed.error().message;
    const auto schema = parsed->root().find("schema");
    const auto instance = parsed->root().find("instance");
    if (!schema || !instance) return "problem The line has no schema or no instance.";
    compile(std::string(schema->text()));
    if (!schema_) return "problem " + problem_;
    return schema_->validate(*instance).empty() ? "valid" : "invalid";
  }

 private:
  /// Neighbouring lines often have the same schema.
  void compile(std::string text) {
    if (text == text_) return;
    text_ = std::move(text);
    const auto load = [this](const std::string& uri) -> std::expected<jsonschema::LoadedDocument, std::string> {
      const auto found = documents_.find(uri);
      if (found == documents_.end()) return std::unexpected("There is no such document.");
      return jsonschema::LoadedDocument{found->second, uri};
    };
    auto compiled = jsonschema::compile(text_, "schema", {.load = load});
    schema_.reset();
    if (compiled) {
      schema_.emplace(*std::move(compiled));
    } else {
      problem_ = millrace::to_string(compiled.error().front());
    }
  }

  Documents documents_;
  std::string text_;
  std::optional<jsonschema::Schema> schema_;
  std::string problem_;
};

}  // namespace

int main(int argc, char** argv) {
  Printer printer(argc > 1 ? read_documents(argv[1]) : Documents());
  for (std::string line; std::getline(std::cin, line);) fmt::print("{}\n", printer.verdict(line));
}
