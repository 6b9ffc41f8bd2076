// What was written, before anything is substituted: the tree between text and values.
//
// A key that is assigned more than once keeps its values as a stack, oldest first, as far as they can still matter: a plain value or an
// array hides what is below it, and two objects that meet are merged at once. What is left is objects over substitutions, and
// substitutions that look back at an earlier value of their own field.
//
// A Tree owns every node of a document and of its includes, and those that the resolver makes; nodes point to each other freely.
#pragma once

#include <cstdint>
#include <deque>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "base/problem.hpp"

namespace millrace::hocon {

/// A Place whose file name is shared.
struct Spot {
  const std::string* file = nullptr;  // never null in a node
  std::uint32_t line = 0;
  std::uint32_t column = 0;

  Place place() const { return {*file, line, column}; }
};

using KeyPath = std::vector<std::string>;

enum class NodeKind : std::uint8_t { null, boolean, number, string, array, object, substitution, concatenation };

struct Node;

/// What paths start from: the root, or an element of an array, for whose inside there is no path from the root. Known once it is read.
struct Anchor {
  Node* node = nullptr;
};

struct Target {
  const Anchor* anchor = nullptr;
  KeyPath path;
  /// Which of the keys is that of the very field in which the substitution stands; none when the path does not lead through it.
  std::optional<std::size_t> own_key = {};
};

struct Substitution {
  std::string name;             // as messages write it, and what the environment is asked for
  std::vector<Target> targets;  // where to look, in this order: in the included file's object, then outwards to the root
  std::size_t enclosing = 0;    // how many keys of the first target's path are those of the field that it stands in
  bool is_optional = false;
  bool is_append = false;  // made by +=: the environment is not asked
  bool is_own = false;     // refers to the very field that it stands in
};

struct Field {
  std::string key;
  Spot spot;
  std::vector<Node*> stack;  // oldest first, never empty
  bool is_referenced = false;
};

struct Node {
  NodeKind kind = NodeKind::null;
  Spot spot;
  bool flag = false;         // boolean
  bool is_blank = false;     // a string: white space between two parts of a concatenation, which nothing quoted
  bool is_pure = false;      // nothing in it is left to substitute or to merge
  std::string text;          // string, number
  std::vector<Node*> items;  // array: its elements; concatenation: its parts
  std::vector<Field> fields;
  std::unique_ptr<Substitution> substitution;
  std::unique_ptr<TextMap<std::size_t>> index;  // where each key of a large object is

  bool is_simple() const { return kind <= NodeKind::string; }
  Field* find(std::string_view key);
  const Field* find(std::string_view key) const;
};

class Tree {
 public:
  Node* make(NodeKind kind, Spot spot);
  Node* make_string(Spot spot, std::string text);
  Node* make_substitution(Spot spot, Substitution substitution);
  Anchor* make_anchor() { return &anchors_.emplace_back(); }
  const std::string* file_name(std::string name) { return &file_names_.emplace_back(std::move(name)); }

  const std::vector<Node*>& substitutions() const { return substitutions_; }

 private:
  std::deque<Node> nodes_;
  std::deque<Anchor> anchors_;
  std::deque<std::string> file_names_;
  std::vector<Node*> substitutions_;
};

/// The field of that key, new when it is not there yet; then its stack is empty until the caller fills it.
Field& field_of(Node& object, std::string_view key, Spot spot);

/// Puts a value on top of a field, dropping what it hides.
void assign(Field& field, Node* value);

/// Puts all fields of `from` on top of those of `object`.
void merge_into(Node& object, const Node& from);

/// Sets is_pure from here downwards.
void mark_pure(Node& node);

std::string to_string(const KeyPath& path);

}  // namespace millrace::hocon
