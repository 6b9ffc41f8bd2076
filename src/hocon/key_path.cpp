#include "hocon/key_path.hpp"

namespace millrace::hocon {

void KeyPathBuilder::add_to_last(std::string_view text, Spot spot) {
  Element& last = elements_.back();
  if (last.key.text.empty() && !last.is_quoted) last.key.spot = spot;
  last.key.text += text;
}

void KeyPathBuilder::add(const Token& token) {
  const bool is_first = elements_.empty();
  if (is_first) elements_.push_back({.key = {"", token.spot}});
  if (!is_first) elements_.back().key.text += token.blank;
  if (token.kind == TokenKind::quoted) {
    add_to_last(token.text, token.spot);
    elements_.back().is_quoted = true;
  } else {
    add_dotted(token);
  }
}

void KeyPathBuilder::add_dotted(const Token& token) {
  std::size_t start = 0;
  for (;;) {
    const std::size_t dot = token.text.find('.', start);
    Spot spot = token.spot;
    spot.column += static_cast<std::uint32_t>(start);
    add_to_last(std::string_view(token.text).substr(start, dot - start), spot);
    if (dot == std::string::npos) return;
    spot.column = token.spot.column + static_cast<std::uint32_t>(dot) + 1;
    elements_.push_back({.key = {"", spot}});
    start = dot + 1;
  }
}

std::vector<Key> KeyPathBuilder::take(Problems& problems) {
  std::vector<Key> keys;
  for (Element& element : elements_) {
    if (element.key.text.empty() && !element.is_quoted) {
      problems.add(element.key.spot, "A path has no key here: before its first dot, after its last, or between two.",
                   R"(Write "" for an empty key.)");
      return {};
    }
    keys.push_back(std::move(element.key));
  }
  return keys;
}

KeyPath texts(const std::vector<Key>& keys) {
  KeyPath path;
  for (const Key& key : keys) path.push_back(key.text);
  return path;
}

}  // namespace millrace::hocon
