#include "hocon/parser.hpp"

#include "hocon/loader.hpp"
#include "hocon/output.hpp"
#include "hocon/problems.hpp"
#include "hocon/references.hpp"
#include "hocon/resolver.hpp"
#include "hocon/tree.hpp"

namespace millrace::hocon {
namespace {

/// The value of what was read, or its problems: those of reading first, since without the whole text no substitution can be judged.
Checked<Value> finish(Tree& tree, Node* root, const Options& options, Problems& problems) {
  if (!problems.empty()) return std::unexpected(problems.take());
  mark_references(tree);
  mark_pure(*root);
  const Node* resolved = Resolver(tree, options, problems).resolve(*root);
  if (!problems.empty()) return std::unexpected(problems.take());
  Value value = output(*resolved, options, problems);
  if (!problems.empty()) return std::unexpected(problems.take());
  return value;
}

}  // namespace

Checked<Value> parse_file(const std::filesystem::path& file, const Options& options) {
  Tree tree;
  Problems problems;
  Node* root = Loader(tree, options, problems).read_root_file(file);
  return finish(tree, root, options, problems);
}

Checked<Value> parse_text(std::string_view text, const std::string& name, const std::filesystem::path& folder, const Options& options) {
  Tree tree;
  Problems problems;
  Node* root = Loader(tree, options, problems).read_root_text(text, name, folder);
  return finish(tree, root, options, problems);
}

}  // namespace millrace::hocon
