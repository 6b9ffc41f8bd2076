// Runs the official JSON-Schema-Test-Suite: drafts 7 and 2020-12, required, optional and format cases, with its remote documents.
//
//   jsonschema_suite SUITE DEVIATIONS      SUITE holds tests/ and remotes/, DEVIATIONS the cases that we mean to answer otherwise
//
// Each schema is then bundled into one text in the newer draft, which must give the same verdicts alone.
// Prints "N of N" for every draft and part; exits with 1 when a verdict is another one, or when a deviation deviates from nothing.
#include <fmt/format.h>

#include <algorithm>
#include <expected>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <string>
#include <vector>

#include "base/json/document.hpp"
#include "jsonschema/bundle.hpp"
#include "jsonschema/schema.hpp"

namespace {

namespace fs = std::filesystem;
namespace json = millrace::json;
namespace jsonschema = millrace::jsonschema;

std::string read(const fs::path& path) {
  std::ifstream file(path);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::vector<fs::path> json_files(const fs::path& folder) {
  std::vector<fs::path> files;
  for (const auto& entry : fs::directory_iterator(folder))
    if (entry.path().extension() == ".json") files.push_back(entry.path());
  std::ranges::sort(files);
  return files;
}

std::vector<json::Value> elements(json::Value array) {
  std::vector<json::Value> values;
  for (json::Value value = array.first(); !(value == array.end()); value = value.after()) values.push_back(value);
  return values;
}

/// The suite's remote documents, by the URIs that its schemas have for them.
std::map<std::string, std::string> read_remotes(const fs::path& folder) {
  std::map<std::string, std::string> remotes;
  for (const auto& entry : fs::recursive_directory_iterator(folder)) {
    if (!entry.is_regular_file()) continue;
    remotes.emplace("http://localhost:1234/" + entry.path().lexically_relative(folder).generic_string(), read(entry.path()));
  }
  return remotes;
}

/// A verdict that we mean to be another one: all cases of a file whose name holds the words.
struct Deviation {
  std::string file;
  std::string words;
  int used = 0;
};

std::vector<Deviation> read_deviations(const std::string& text) {
  std::vector<Deviation> deviations;
  const auto document = json::parse(text);
  if (!document) return deviations;
  for (const json::Value& row : elements(document->root())) deviations.push_back({row.find("file")->string(), row.find("words")->string()});
  return deviations;
}

struct Total {
  int all = 0;
  int right = 0;
  int deviating = 0;
};

class Suite {
 public:
  Suite(fs::path folder, std::vector<Deviation> deviations)
      : folder_(std::move(folder)), remotes_(read_remotes(folder_ / "remotes")), deviations_(std::move(deviations)) {}

  void run(const std::string& draft, const std::string& part) {
    Total total;
    for (const fs::path& file : json_files(folder_ / "tests" / draft / part)) run_file(file, total);
    fmt::print("{} {}: {} of {}", draft, part.empty() ? "required" : part, total.right, total.all);
    fmt::print("{}\n", total.deviating == 0 ? "" : fmt::format(", and {} wanted deviations", total.deviating));
    is_right_ = is_right_ && total.all > 0 && total.right == total.all;
  }

  bool is_right() const {
    fmt::print("bundled: {} verdicts compared\n", bundles_);
    bool right = is_right_;
    for (const Deviation& deviation : deviations_) {
      if (deviation.used > 0) continue;
      fmt::print("{}: nothing deviates as \"{}\" says.\n", deviation.file, deviation.words);
      right = false;
    }
    return right;
  }

 private:
  void run_file(const fs::path& path, Total& total) {
    const std::string name = path.lexically_relative(folder_ / "tests").generic_string();
    const std::string text = read(path);
    const auto document = json::parse(text);
    if (!document) {
      fmt::print("{}: {}\n", name, document.error().message);
      is_right_ = false;
      return;
    }
    for (const json::Value& group : elements(document->root())) run_group(name, group, total);
  }

  void run_group(const std::string& file, json::Value group, Total& total) {
    const auto load = [this](const std::string& uri) -> std::expected<jsonschema::LoadedDocument, std::string> {
      const auto found = remotes_.find(uri);
      if (found == remotes_.end()) return std::unexpected("There is no such document.");
      return jsonschema::LoadedDocument{found->second, uri};
    };
    const auto schema = jsonschema::compile(group.find("schema")->text(), "schema", {.load = load});
    for (const json::Value& test : elements(*group.find("tests"))) {
      const std::string name = group.find("description")->string() + ": " + test.find("description")->string();
      const std::string expected = test.find("valid")->boolean() ? "valid" : "invalid";
      std::string found = schema ? "invalid" : to_string(schema.error().front());
      if (schema && schema->validate(*test.find("data")).empty()) found = "valid";
      count(file, name, found, found == expected, total);
      if (schema) compare_bundle(file + ": " + name, *schema, *test.find("data"));
    }
  }

  void compare_bundle(const std::string& name, const jsonschema::Schema& schema, json::Value data) {
    const std::string text = jsonschema::bundle_text(schema);
    const auto bundled = jsonschema::compile(text, "bundle");
    ++bundles_;
    if (bundled && bundled->validate(data).empty() == schema.validate(data).empty()) return;
    fmt::print("{}: the bundle {} {}\n", name, text, bundled ? "gives another verdict." : to_string(bundled.error().front()));
    is_right_ = false;
  }

  void count(const std::string& file, const std::string& name, const std::string& found, bool right, Total& total) {
    const auto deviation = right ? deviations_.end() : std::ranges::find_if(deviations_, [&](const Deviation& known) {
      return file == known.file && name.find(known.words) != std::string::npos;
    });
    if (deviation != deviations_.end()) {
      ++deviation->used;
      ++total.deviating;
      return;
    }
    ++total.all;
    total.right += right ? 1 : 0;
    if (!right) fmt::print("{}: {}: {}\n", file, name, found);
  }

  fs::path folder_;
  std::map<std::string, std::string> remotes_;
  std::vector<Deviation> deviations_;
  int bundles_ = 0;
  bool is_right_ = true;
};

}  // namespace

int main(int argc, char** argv) {
  if (argc != 3) {
    fmt::print(stderr, "jsonschema_suite SUITE DEVIATIONS\n");
    return 2;
  }
  Suite suite(argv[1], read_deviations(read(argv[2])));
  for (const char* draft : {"draft7", "draft2020-12"})
    for (const char* part : {"", "optional", "optional/format"}) suite.run(draft, part);
  return suite.is_right() ? 0 : 1;
}
