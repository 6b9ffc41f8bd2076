// Reading JSON text that a stranger sent (RFC 8259).
//
// parse() checks everything once and leaves a flat list of nodes that point into the text; numbers and strings stay the characters they
// were, so nothing loses digits. Refused: invalid UTF-8, lone surrogates (as bytes or \u escapes), duplicate keys, depth over the limit,
// anything after the value. Never recursive.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace millrace::json {

enum class Kind : std::uint8_t { null, boolean, number, string, array, object };

struct Node {
  std::uint32_t begin = 0;  // where its text starts, quotes and brackets included
  std::uint32_t end = 0;    // just after its text
  std::uint32_t next = 0;   // the node after this one and all that is in it
  std::uint32_t count = 0;  // elements of an array, members of an object
  Kind kind = Kind::null;
  bool escaped = false;   // a string with a backslash in it
  bool integral = false;  // a number without fraction and exponent
  // Whether its text is canonical as it stands (canonical.hpp). May be false for a string whose escapes happen to be the canonical ones,
  // and for what holds one.
  bool canonical = true;
};

class Document;

/// A value inside a document, which must outlive it. Cheap to copy.
class Value {
 public:
  Value(const Document& document, std::uint32_t index) : document_(&document), index_(index) {}

  Kind kind() const { return node().kind; }
  bool is(Kind kind) const { return node().kind == kind; }
  std::size_t size() const { return node().count; }

  /// Its text as it stands: `"a\n"` with quotes, `1.50`, `{...}` with whatever white space it has.
  std::string_view text() const;
  /// Requires: a boolean.
  bool boolean() const;
  /// The characters of a string, escapes decoded to UTF-8. Requires: a string.
  std::string string() const;
  /// The characters between the quotes, escapes as they stand. Requires: a string.
  std::string_view raw_string() const;
  /// Whether it is a string with just these characters. Any kind.
  bool is_string(std::string_view characters) const;

  /// The member of an object, or nothing. Any kind.
  std::optional<Value> find(std::string_view key) const;

  /// Walks what is in an array or object: `for (Value v = first(); v != end(); v = v.after())`; in an object keys and values alternate.
  Value first() const { return {*document_, index_ + 1}; }
  Value after() const { return {*document_, node().next}; }
  Value end() const { return {*document_, node().next}; }
  friend bool operator==(Value a, Value b) { return a.index_ == b.index_; }

  const Node& node() const;
  std::uint32_t index() const { return index_; }
  const Document& document() const { return *document_; }

 private:
  const Document* document_;
  std::uint32_t index_;
};

/// Text and its nodes. Movable; values point to it, so they end when it moves.
class Document {
 public:
  Value root() const { return {*this, 0}; }
  std::string_view text() const { return text_; }
  const std::vector<Node>& nodes() const { return nodes_; }

 private:
  friend class Parser;
  std::string_view text_;
  std::vector<Node> nodes_;
};

struct Limits {
  std::size_t depth = 256;       // nested arrays and objects
  std::size_t bytes = 1u << 31;  // of text
  // Where the text starts in a larger one, for messages.
  std::size_t line = 1;
  std::size_t column = 1;
};

/// Parses one value. The text must outlive the document. Errors are of kind invalid_argument with code "json.syntax" (or "json.depth",
/// "json.duplicate_key", "json.utf8", "json.surrogate"), and their message names line and column, both counted from 1, columns in bytes.
/// Text over the limit is too_large with code "json.too_large".
Result<Document> parse(std::string_view text, Limits limits = {});

inline const Node& Value::node() const {
  return document_->nodes()[index_];
}
inline std::string_view Value::text() const {
  return document_->text().substr(node().begin, node().end - node().begin);
}
inline bool Value::boolean() const {
  return text().front() == 't';
}
inline std::string_view Value::raw_string() const {
  return text().substr(1, text().size() - 2);
}

}  // namespace millrace::json
