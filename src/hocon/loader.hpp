// Finds and reads the files of a document: the first one and what it includes. Keeps the limits on how many, how deep and how large.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "hocon/include_target.hpp"
#include "hocon/parser.hpp"
#include "hocon/problems.hpp"
#include "hocon/tree.hpp"

namespace millrace::hocon {

/// Where in the whole the object of a file will stand.
struct Position {
  const Anchor* anchor = nullptr;
  KeyPath path = {};                // from the anchor
  std::vector<Target> scopes = {};  // what the file's own paths start from, innermost first: itself, the file that includes it, ...
  std::size_t depth = 0;            // of nested values
};

class Loader {
 public:
  /// All outlive the loader.
  Loader(Tree& tree, const Options& options, Problems& problems) : tree_(tree), options_(options), problems_(problems) {}

  /// The document's root, or null after reporting.
  Node* read_root_file(const std::filesystem::path& file);
  Node* read_root_text(std::string_view text, std::string name, const std::filesystem::path& folder);

  /// The object that an include statement stands for; null when there is none, be it reported or, as the specification wants, ignored.
  Node* include_fields(const IncludeTarget& target, const std::filesystem::path& folder, const Position& position);

  /// The value that `key = include file(...)` stands for; null after reporting.
  Node* include_value(const IncludeTarget& target, const std::filesystem::path& folder, const Position& position);

  Tree& tree() { return tree_; }
  const Options& options() const { return options_; }
  Problems& problems() { return problems_; }

 private:
  struct Source {
    std::string text;
    const std::string* name;
    std::filesystem::path folder;
  };

  bool is_allowed(const IncludeTarget& target);
  void report_missing(const IncludeTarget& target, const std::vector<std::string>& tried);
  std::vector<std::filesystem::path> find(const IncludeTarget& target, const std::filesystem::path& folder, bool by_base_name,
                                          std::vector<std::string>& tried) const;
  std::optional<Source> read(const std::filesystem::path& file, const Place& asked_at);
  bool is_text(const Source& source);
  Node* read_object(const std::filesystem::path& file, const IncludeTarget& target, const Position& position);
  Node* read_document(const Source& source, const Position& position);
  Node* read_root(const Source& source);

  Tree& tree_;
  const Options& options_;
  Problems& problems_;
  std::vector<std::string> open_;  // the files being read, outermost first
  std::size_t files_ = 0;
  std::size_t bytes_ = 0;
};

}  // namespace millrace::hocon
