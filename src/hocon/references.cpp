#include "hocon/references.hpp"

namespace millrace::hocon {
namespace {

/// The objects that a value may turn out to hold, as far as they are written out in it.
void add_objects(const std::vector<Node*>& nodes, std::vector<Node*>& objects) {
  for (Node* node : nodes) {
    if (node->kind == NodeKind::object) objects.push_back(node);
    if (node->kind == NodeKind::concatenation) add_objects(node->items, objects);
  }
}

/// The fields of that key, and the objects in them for the next key.
std::vector<Field*> step(std::vector<Node*>& objects, const std::string& key) {
  std::vector<Field*> fields;
  std::vector<Node*> inside;
  for (Node* object : objects) {
    Field* field = object->find(key);
    if (field == nullptr) continue;
    fields.push_back(field);
    add_objects(field->stack, inside);
  }
  objects = std::move(inside);
  return fields;
}

std::vector<Node*> objects_at(const Anchor& anchor) {
  std::vector<Node*> objects;
  if (anchor.node != nullptr) add_objects({anchor.node}, objects);
  return objects;
}

void mark(const Substitution& substitution, const Target& target) {
  std::vector<Node*> objects = objects_at(*target.anchor);
  const bool is_nearest = &target == &substitution.targets.front();
  for (std::size_t i = 0; i < target.path.size() && !objects.empty(); ++i) {
    for (Field* field : step(objects, target.path[i])) {
      if (!is_nearest || i >= substitution.enclosing) field->is_referenced = true;
    }
  }
}

}  // namespace

void mark_references(const Tree& tree) {
  for (const Node* node : tree.substitutions()) {
    for (const Target& target : node->substitution->targets) mark(*node->substitution, target);
  }
}

std::string nearest_path(const Target& target) {
  std::vector<Node*> objects = objects_at(*target.anchor);
  KeyPath path;
  for (const std::string& key : target.path) {
    std::vector<std::string> keys;
    for (const Node* object : objects) {
      for (const Field& field : object->fields) keys.push_back(field.key);
    }
    const bool is_there = !step(objects, key).empty();
    path.push_back(is_there ? key : std::string(nearest(key, keys)));
    if (is_there) continue;
    if (path.back().empty()) return {};
    path.insert(path.end(), target.path.begin() + static_cast<std::ptrdiff_t>(path.size()), target.path.end());
    return to_string(path);
  }
  return {};
}

}  // namespace millrace::hocon
