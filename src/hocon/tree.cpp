#include "hocon/tree.hpp"

#include "base/json/canonical.hpp"

namespace millrace::hocon {
namespace {

constexpr std::size_t kIndexedFieldsMin = 16;

void add_to_index(Node& object) {
  if (object.fields.size() < kIndexedFieldsMin) return;
  if (object.index == nullptr) {
    object.index = std::make_unique<TextMap<std::size_t>>();
    for (std::size_t i = 0; i < object.fields.size(); ++i) object.index->emplace(object.fields[i].key, i);
  } else {
    object.index->emplace(object.fields.back().key, object.fields.size() - 1);
  }
}

bool mark_field(Field& field) {
  bool is_pure = field.stack.size() == 1;
  for (Node* node : field.stack) {
    mark_pure(*node);
    is_pure = is_pure && node->is_pure;
  }
  return is_pure;
}

bool needs_quotes(std::string_view key) {
  const auto is_word = [](char c) { return c == '_' || c == '-' || (c >= '0' && c <= '9') || ((c | 0x20) >= 'a' && (c | 0x20) <= 'z'); };
  return key.empty() || !std::ranges::all_of(key, is_word);
}

}  // namespace

const Field* Node::find(std::string_view key) const {
  if (index != nullptr) {
    auto found = index->find(key);
    return found == index->end() ? nullptr : &fields[found->second];
  }
  auto found = std::ranges::find(fields, key, &Field::key);
  return found == fields.end() ? nullptr : &*found;
}

Field* Node::find(std::string_view key) {
  const Field* found = static_cast<const Node*>(this)->find(key);
  return found == nullptr ? nullptr : &fields[static_cast<std::size_t>(found - fields.data())];
}

Node* Tree::make(NodeKind kind, Spot spot) {
  Node& node = nodes_.emplace_back();
  node.kind = kind;
  node.spot = spot;
  return &node;
}

Node* Tree::make_string(Spot spot, std::string text) {
  Node* node = make(NodeKind::string, spot);
  node->text = std::move(text);
  node->is_pure = true;
  return node;
}

Node* Tree::make_substitution(Spot spot, Substitution substitution) {
  Node* node = make(NodeKind::substitution, spot);
  node->substitution = std::make_unique<Substitution>(std::move(substitution));
  substitutions_.push_back(node);
  return node;
}

Field& field_of(Node& object, std::string_view key, Spot spot) {
  if (Field* found = object.find(key)) return *found;
  object.fields.push_back({.key = std::string(key), .spot = spot, .stack = {}});
  add_to_index(object);
  return object.fields.back();
}

void assign(Field& field, Node* value) {
  if (value->is_simple() || value->kind == NodeKind::array) field.stack.clear();
  if (value->kind == NodeKind::object && !field.stack.empty() && field.stack.back()->kind == NodeKind::object) {
    merge_into(*field.stack.back(), *value);
  } else {
    field.stack.push_back(value);
  }
}

void merge_into(Node& object, const Node& from) {
  for (const Field& field : from.fields) {
    Field& onto = field_of(object, field.key, field.spot);
    for (Node* value : field.stack) assign(onto, value);
  }
}

void mark_pure(Node& node) {
  node.is_pure = node.kind != NodeKind::substitution && node.kind != NodeKind::concatenation;
  for (Node* item : node.items) {
    mark_pure(*item);
    node.is_pure = node.is_pure && item->is_pure;
  }
  for (Field& field : node.fields) {
    const bool is_pure = mark_field(field);
    node.is_pure = node.is_pure && is_pure;
  }
}

std::string to_string(const KeyPath& path) {
  std::string out;
  for (const std::string& key : path) {
    if (!out.empty()) out += '.';
    out += needs_quotes(key) ? json::quoted(key) : key;
  }
  return out;
}

}  // namespace millrace::hocon
