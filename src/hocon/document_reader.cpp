#include "hocon/document_reader.hpp"

#include "hocon/concatenation.hpp"
#include "hocon/include_target.hpp"

namespace millrace::hocon {
namespace {

std::string_view symbol_of(TokenKind close) {
  return close == TokenKind::close_square ? "]" : "}";
}

/// The innermost object that the keys but the last lead to, made where it is not there.
Node* object_under(Tree& tree, Node& object, const std::vector<Key>& keys) {
  Node* under = &object;
  for (std::size_t i = 0; i + 1 < keys.size(); ++i) {
    Field& field = field_of(*under, keys[i].text, keys[i].spot);
    if (field.stack.empty() || field.stack.back()->kind != NodeKind::object)
      field.stack.push_back(tree.make(NodeKind::object, keys[i + 1].spot));
    under = field.stack.back();
  }
  return under;
}

}  // namespace

DocumentReader::DocumentReader(Loader& loader, std::string_view text, const std::string* file, std::filesystem::path folder,
                               Position position)
    : loader_(loader),
      tree_(loader.tree()),
      problems_(loader.problems()),
      lexer_(text, file, loader.problems()),
      folder_(std::move(folder)),
      anchor_(position.anchor),
      path_(std::move(position.path)),
      scopes_(std::move(position.scopes)),
      depth_(position.depth) {}

void DocumentReader::report(std::string message, std::string hint) {
  if (!at(TokenKind::invalid) && !lexer_.is_stopped()) problems_.add(token_.spot, std::move(message), std::move(hint));
}

bool DocumentReader::skip_newlines() {
  const bool any = at(TokenKind::newline);
  while (at(TokenKind::newline)) advance();
  return any;
}

/// To the end of the field or element in which there was a problem.
void DocumentReader::recover() {
  std::size_t open = 0;
  while (!at(TokenKind::end)) {
    const bool closes = at(TokenKind::close_curly) || at(TokenKind::close_square);
    if (open == 0 && (closes || at(TokenKind::newline) || at(TokenKind::comma))) return;
    const bool opens = at(TokenKind::open_curly) || at(TokenKind::open_square) || at(TokenKind::open_substitution) ||
                       at(TokenKind::open_optional_substitution);
    if (opens) ++open;
    if (closes) --open;
    advance();
  }
}

/// Nothing more is read then: what is too deep would be reported once for every level.
bool DocumentReader::is_too_deep(std::size_t more) {
  const std::size_t depth_max = loader_.options().depth_max;
  if (depth_ + more <= depth_max) return false;
  report(fmt::format("Values are nested deeper than {}.", depth_max));
  lexer_.stop();
  token_.kind = TokenKind::invalid;
  return true;
}

Node* DocumentReader::read() {
  advance();
  skip_newlines();
  if (!at(TokenKind::open_curly) && !at(TokenKind::open_square)) {
    Node* root = tree_.make(NodeKind::object, token_.spot);
    read_fields(*root, TokenKind::end);
    return root;
  }
  Node* root = at(TokenKind::open_curly) ? read_object() : read_array();
  skip_newlines();
  if (!at(TokenKind::end)) report(fmt::format("Nothing may follow the end of the document, and here is {}.", description(token_)));
  return root;
}

Node* DocumentReader::read_object() {
  Node* object = tree_.make(NodeKind::object, token_.spot);
  if (is_too_deep(1)) return object;
  ++depth_;
  ++open_curlies_;
  advance();
  read_fields(*object, TokenKind::close_curly);
  --open_curlies_;
  --depth_;
  return object;
}

void DocumentReader::read_fields(Node& object, TokenKind close) {
  for (;;) {
    if (read_close(close, object.spot)) return;
    const std::size_t problems_before = problems_.count();
    if (at(TokenKind::comma)) {
      report("A comma needs a field before it.");
      advance();
      continue;
    }
    if (!at(TokenKind::invalid)) read_field(object);
    if ((problems_.count() != problems_before || at(TokenKind::invalid)) && !at_close()) recover();
    if (!read_separator(close)) recover();
  }
}

/// A comma, newlines, or both; or what closes the object or array comes next.
bool DocumentReader::read_separator(TokenKind close) {
  bool is_separated = skip_newlines();
  if (at(TokenKind::comma)) {
    advance();
    is_separated = true;
  }
  if (is_separated || at_close()) return true;
  report(fmt::format("A comma or a new line is missing before {}.", description(token_)),
         close == TokenKind::close_square ? "" : "Put the value in double quotes when this belongs to it.");
  return false;
}

/// Whether the object or array ends here, as it should or not. A bracket that closes something further out is left to that; one that
/// closes nothing is skipped.
bool DocumentReader::read_close(TokenKind close, Spot opening) {
  for (skip_newlines(); at_close(); skip_newlines()) {
    if (at(close)) {
      advance();
      return true;
    }
    if (at(TokenKind::end)) {
      report(fmt::format("The file ends before the {} that closes line {}, column {}.", symbol_of(close), opening.line, opening.column));
      return true;
    }
    if (close == TokenKind::end) {
      report(fmt::format("This {} closes nothing.", symbol_of(token_.kind)));
    } else {
      report(fmt::format("This should be the {} that closes line {}, column {}.", symbol_of(close), opening.line, opening.column));
    }
    if ((at(TokenKind::close_curly) ? open_curlies_ : open_squares_) > 0) return true;
    advance();
  }
  return false;
}

void DocumentReader::read_field(Node& object) {
  if (at(TokenKind::unquoted) && token_.text == "include") return read_include_fields(object);
  const Token first = token_;
  const std::vector<Key> keys = read_key();
  if (keys.empty()) {
    if (!first.is_simple()) {
      report(fmt::format("A key is expected here, and not {}.", description(token_)));
      if (!at_close()) advance();
    }
    return;
  }
  if (is_too_deep(keys.size() - 1)) return;
  depth_ += keys.size() - 1;
  for (const Key& key : keys) path_.push_back(key.text);
  read_assignment(object, keys);
  path_.resize(path_.size() - keys.size());
  depth_ -= keys.size() - 1;
}

std::vector<Key> DocumentReader::read_key() {
  KeyPathBuilder builder;
  for (; token_.is_simple(); advance()) builder.add(token_);
  return builder.take(problems_);
}

void DocumentReader::read_assignment(Node& object, const std::vector<Key>& keys) {
  skip_newlines();
  const Token separator = token_;
  const bool is_separator = at(TokenKind::equals) || at(TokenKind::colon) || at(TokenKind::plus_equals);
  if (!is_separator && !at(TokenKind::open_curly)) {
    report(fmt::format("After the key {} comes = or : or {{, and not {}.", to_string(texts(keys)), description(token_)));
    return;
  }
  if (is_separator) {
    advance();
    skip_newlines();
  }
  Node* value = read_value();
  if (value == nullptr) return;
  if (separator.kind == TokenKind::plus_equals) value = appended(value, separator.spot);
  Node* under = object_under(tree_, object, keys);
  assign(field_of(*under, keys.back().text, keys.back().spot), value);
}

void DocumentReader::read_include_fields(Node& object) {
  auto target = read_include_target(lexer_, problems_);
  if (target) {
    const Node* included = loader_.include_fields(*target, folder_, here());
    if (included != nullptr) merge_into(object, *included);
  }
  advance();
}

Position DocumentReader::here() const {
  return {.anchor = anchor_, .path = path_, .scopes = scopes_, .depth = depth_};
}

/// Null when there is no value, which is reported then.
Node* DocumentReader::read_value() {
  std::vector<Node*> parts;
  bool may_join_text = false;
  for (;;) {
    const bool is_substitution = at(TokenKind::open_substitution) || at(TokenKind::open_optional_substitution);
    const bool is_text = token_.is_simple() || is_substitution;
    if (!is_text && !at(TokenKind::open_curly) && !at(TokenKind::open_square)) break;
    if (is_text && may_join_text && !token_.blank.empty()) {
      parts.push_back(tree_.make_string(token_.spot, std::string(token_.blank)));
      parts.back()->is_blank = true;
    }
    Node* part = read_part();
    if (part == nullptr) return nullptr;
    parts.push_back(part);
    may_join_text = is_text;
  }
  if (at(TokenKind::invalid)) return nullptr;
  if (parts.empty()) {
    report(fmt::format("A value is expected here, and not {}.", description(token_)), "Put it in double quotes when it is a string.");
    return nullptr;
  }
  return concatenation_of(tree_, std::move(parts), problems_);
}

Node* DocumentReader::read_part() {
  if (at(TokenKind::open_curly)) return read_object();
  if (at(TokenKind::open_square)) return read_array();
  if (!token_.is_simple()) return read_substitution();
  if (at(TokenKind::unquoted) && token_.text == "include" && is_value_include(lexer_.rest())) return read_value_include();
  return read_simple();
}

Node* DocumentReader::read_simple() {
  Node* node = tree_.make_string(token_.spot, token_.text);
  if (at(TokenKind::number)) node->kind = NodeKind::number;
  if (at(TokenKind::null)) node->kind = NodeKind::null;
  if (at(TokenKind::boolean)) {
    node->kind = NodeKind::boolean;
    node->flag = token_.text == "true";
  }
  advance();
  return node;
}

Node* DocumentReader::read_array() {
  Node* array = tree_.make(NodeKind::array, token_.spot);
  if (is_too_deep(1)) return array;
  ++depth_;
  ++open_squares_;
  advance();
  for (;;) {
    if (read_close(TokenKind::close_square, array->spot)) break;
    const std::size_t problems_before = problems_.count();
    if (at(TokenKind::comma)) {
      report("A comma needs a value before it.");
      advance();
      continue;
    }
    Node* element = read_element();
    if (element != nullptr) array->items.push_back(element);
    if ((problems_.count() != problems_before || at(TokenKind::invalid)) && !at_close()) recover();
    if (!read_separator(TokenKind::close_square)) recover();
  }
  --open_squares_;
  --depth_;
  return array;
}

/// There is no path into an array, so paths inside an element start from that element.
Node* DocumentReader::read_element() {
  Anchor* element = tree_.make_anchor();
  const Anchor* outer_anchor = std::exchange(anchor_, element);
  const KeyPath outer_path = std::exchange(path_, {});
  Node* value = read_value();
  element->node = value;
  anchor_ = outer_anchor;
  path_ = outer_path;
  return value;
}

Node* DocumentReader::read_substitution() {
  const Token opening = token_;
  advance();
  std::vector<Key> keys = read_key();
  if (!at(TokenKind::close_curly)) {
    report(fmt::format("The }} that closes the substitution is expected here, and not {}.", description(token_)));
    return nullptr;
  }
  if (keys.empty()) {
    report("A substitution needs a path.");
    return nullptr;
  }
  advance();
  Substitution substitution = substitution_of(texts(keys));
  substitution.is_optional = opening.kind == TokenKind::open_optional_substitution;
  return tree_.make_substitution(opening.spot, std::move(substitution));
}

Substitution DocumentReader::substitution_of(const KeyPath& path) const {
  Substitution substitution;
  substitution.name = to_string(path);
  for (const Target& scope : scopes_) {
    Target target = scope;
    target.path.insert(target.path.end(), path.begin(), path.end());
    substitution.targets.push_back(std::move(target));
  }
  Target& nearest_target = substitution.targets.front();
  if (nearest_target.anchor == anchor_) {
    const auto [mine, its] = std::ranges::mismatch(path_, nearest_target.path);
    substitution.enclosing = static_cast<std::size_t>(mine - path_.begin());
    substitution.is_own = mine == path_.end() && its == nearest_target.path.end();
    if (mine == path_.end() && !path_.empty()) nearest_target.own_key = path_.size() - 1;
  }
  return substitution;
}

/// a += b is a = ${?a} [b].
Node* DocumentReader::appended(Node* value, Spot spot) {
  Substitution before = {.name = to_string(path_), .targets = {{anchor_, path_, path_.size() - 1}}, .enclosing = path_.size()};
  before.is_optional = true;
  before.is_append = true;
  before.is_own = true;
  Node* array = tree_.make(NodeKind::array, value->spot);
  array->items.push_back(value);
  Node* concatenation = tree_.make(NodeKind::concatenation, spot);
  concatenation->items = {tree_.make_substitution(spot, std::move(before)), array};
  return concatenation;
}

Node* DocumentReader::read_value_include() {
  auto target = read_include_target(lexer_, problems_);
  Node* value = target ? loader_.include_value(*target, folder_, here()) : nullptr;
  advance();
  return value;
}

}  // namespace millrace::hocon
