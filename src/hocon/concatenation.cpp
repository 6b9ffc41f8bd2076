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

void report_mixture(const Node& left, const Node& right, Spot spot, Problems& problems) {
  problems.add(spot, fmt::format("This joins {} and {}, which do not go together.", kind_name(left), kind_name(right)),
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
    report_mixture(left, right, right.spot, problems);
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

Joint joint_of(const std::vector<Part>& parts, Problems& problems) {
  Joint joint = Joint::string;
  const Node* left = nullptr;  // the last part but for blanks
  for (const Part& part : parts) {
    const Node& node = *part.node;
    if (node.is_blank) continue;
    const Joint own = node.kind == NodeKind::array ? Joint::array : node.kind == NodeKind::object ? Joint::object : Joint::string;
    const bool turns_to_array = left != nullptr && own == Joint::array && joint == Joint::object && can_be_array(*left);
    const bool is_numbered = own == Joint::object && joint == Joint::array && can_be_array(node);
    if (left != nullptr && own != joint && !turns_to_array && !is_numbered) {
      report_mixture(*left, node, part.spot, problems);
      return Joint::none;
    }
    if (left == nullptr || turns_to_array) joint = own;
    left = &node;
  }
  return joint;
}

Node* joined_string(Tree& tree, Spot spot, const std::vector<Part>& parts) {
  std::string text;
  for (const Part& part : parts) text += part.node->text;
  return tree.make_string(spot, std::move(text));
}

Node* joined_array(Tree& tree, Spot spot, const std::vector<Part>& parts) {
  Node* array = tree.make(NodeKind::array, spot);
  for (const Part& part : parts) {
    const std::vector<Node*> items = part.node->kind == NodeKind::object ? numbered_items(*part.node) : part.node->items;
    array->items.insert(array->items.end(), items.begin(), items.end());
  }
  array->is_pure = true;
  return array;
}

}  // namespace millrace::hocon
