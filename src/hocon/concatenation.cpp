#include "hocon/concatenation.hpp"

#include <charconv>

namespace millrace::hocon {
namespace {

bool is_known(const Node& node) {
  return node.is_simple() || node.kind == NodeKind::array || node.kind == NodeKind::object;
}

std::string_view kind_name(const Node& node) {
  if (node.kind == NodeKind::array) return "an array";
  return node.kind == NodeKind::object ? "an object" : "a string";
}

void report_mixture(const Node& left, const Node& right, Problems& problems) {
  problems.add(right.spot, fmt::format("This joins {} and {}, which do not go together.", kind_name(left), kind_name(right)),
               "Put a comma or a new line between two values.");
}

/// Makes `left` the two of them. Requires: both known.
void join_known(Node& left, const Node& right, Problems& problems) {
  if (left.is_simple() && right.is_simple()) {
    left.kind = NodeKind::string;
    left.text += right.text;
    left.is_blank = left.is_blank && right.is_blank;
  } else if (left.kind == NodeKind::object && right.kind == NodeKind::object) {
    merge_into(left, right);
  } else if (left.kind == NodeKind::array && right.kind == NodeKind::array) {
    left.items.insert(left.items.end(), right.items.begin(), right.items.end());
  } else {
    report_mixture(left, right, problems);
  }
}

/// The values of an object whose keys are numbers, in the order of those.
std::vector<Node*> numbered_items(const Node& object) {
  std::vector<std::pair<std::uint64_t, Node*>> numbered;
  for (const Field& field : object.fields) {
    std::uint64_t number = 0;
    const char* end = field.key.data() + field.key.size();
    auto [stop, error] = std::from_chars(field.key.data(), end, number);
    if (error == std::errc() && stop == end) numbered.emplace_back(number, field.stack.back());
  }
  std::ranges::sort(numbered, {}, &std::pair<std::uint64_t, Node*>::first);
  std::vector<Node*> items;
  for (const auto& [number, node] : numbered) items.push_back(node);
  return items;
}

bool can_be_array(const Node& node) {
  return node.kind == NodeKind::array || (node.kind == NodeKind::object && !numbered_items(node).empty());
}

}  // namespace

Node* concatenation_of(Tree& tree, std::vector<Node*> parts, Problems& problems) {
  std::vector<Node*> folded;
  for (Node* part : parts) {
    if (!folded.empty() && is_known(*folded.back()) && is_known(*part)) {
      join_known(*folded.back(), *part, problems);
    } else {
      folded.push_back(part);
    }
  }
  if (folded.size() == 1) return folded.front();
  Node* concatenation = tree.make(NodeKind::concatenation, folded.front()->spot);
  concatenation->items = std::move(folded);
  return concatenation;
}

Joint joint_of(const std::vector<Node*>& parts, Problems& problems) {
  const auto is_array = [](const Node* node) { return node->kind == NodeKind::array; };
  const auto is_object = [](const Node* node) { return node->kind == NodeKind::object; };
  const auto first = std::ranges::find_if(parts, [](const Node* node) { return !node->is_simple(); });
  if (first == parts.end()) return Joint::string;
  const bool has_array = std::ranges::any_of(parts, is_array);
  for (const Node* part : parts) {
    if (part->is_blank || (has_array ? can_be_array(*part) : is_object(part))) continue;
    const bool is_left = part == parts.front();
    report_mixture(is_left ? *part : **first, is_left ? **first : *part, problems);
    return Joint::none;
  }
  return has_array ? Joint::array : Joint::object;
}

Node* joined_string(Tree& tree, Spot spot, const std::vector<Node*>& parts) {
  std::string text;
  for (const Node* part : parts) text += part->text;
  return tree.make_string(spot, std::move(text));
}

Node* joined_array(Tree& tree, Spot spot, const std::vector<Node*>& parts) {
  Node* array = tree.make(NodeKind::array, spot);
  for (const Node* part : parts) {
    const std::vector<Node*> items = part->kind == NodeKind::object ? numbered_items(*part) : part->items;
    array->items.insert(array->items.end(), items.begin(), items.end());
  }
  array->is_pure = true;
  return array;
}

}  // namespace millrace::hocon
