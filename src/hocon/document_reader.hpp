// One file's text to its tree, includes read where they stand. After a problem it goes on with the next field, so that all are reported.
//
//   document = object / array / fields
//   object   = "{" fields "}"
//   fields   = [ field *( separator field ) [ separator ] ]       separator: a comma, newlines, or both
//   field    = path ( "=" / ":" / "+=" ) value / path object / include
//   value    = 1*( simple / object / array / substitution )       side by side on one line
#pragma once

#include <filesystem>
#include <string>
#include <string_view>
#include <vector>

#include "hocon/key_path.hpp"
#include "hocon/lexer.hpp"
#include "hocon/loader.hpp"

namespace millrace::hocon {

class DocumentReader {
 public:
  DocumentReader(Loader& loader, std::string_view text, const std::string* file, std::filesystem::path folder, Position position);

  /// The root, an object or an array; what could not be read is missing from it and reported.
  Node* read();

 private:
  void advance() { token_ = lexer_.next(); }
  bool at(TokenKind kind) const { return token_.kind == kind; }
  bool skip_newlines();
  bool at_close() const { return at(TokenKind::close_curly) || at(TokenKind::close_square) || at(TokenKind::end); }
  void report(std::string message, std::string hint = {});
  void recover();
  bool is_too_deep(std::size_t more);

  Node* read_object();
  void read_fields(Node& object, TokenKind close);
  bool read_separator(TokenKind close);
  bool read_close(TokenKind close, Spot opening);
  void read_field(Node& object);
  std::vector<Key> read_key();
  void read_assignment(Node& object, const std::vector<Key>& keys);
  void read_include_fields(Node& object);

  Node* read_value();
  Node* read_part();
  Node* read_simple();
  Node* read_array();
  Node* read_element();
  Node* read_substitution();
  Node* read_value_include();
  Node* appended(Node* value, Spot spot);
  Substitution substitution_of(const KeyPath& path) const;
  Position here() const;

  Loader& loader_;
  Tree& tree_;
  Problems& problems_;
  Lexer lexer_;
  std::filesystem::path folder_;
  Token token_;
  const Anchor* anchor_;
  KeyPath path_;  // of the field being read, from the anchor
  std::vector<Target> scopes_;
  std::size_t depth_;
  std::size_t open_curlies_ = 0;
  std::size_t open_squares_ = 0;
};

}  // namespace millrace::hocon
