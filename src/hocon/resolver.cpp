#include "hocon/resolver.hpp"

#include <unordered_set>
#include <utility>

namespace millrace::hocon {

Node* Resolver::resolve(Node& root) {
  const std::size_t problems_before = problems_.count();
  const Resolved resolved = resolve_value(root);
  if (resolved.outcome == Outcome::cycle) problems_.add(root.spot, "The document refers to itself as a whole.");
  return problems_.count() == problems_before ? resolved.node : nullptr;
}

/// Once for the whole document.
void Resolver::give_up(const Spot& spot, std::string message) {
  if (!has_given_up_) problems_.add(spot, std::move(message));
  has_given_up_ = true;
}

/// What a small text can ask for has an end: every step counts, also those that bring nothing.
bool Resolver::spend() {
  constexpr std::size_t kStepsPerValue = 20;
  if (++steps_ > kStepsPerValue * options_.values_max && !trail_.empty())
    give_up(trail_.front()->spot, fmt::format("This substitution asks for more than {} values.", options_.values_max));
  return !has_given_up_;
}

Resolver::Resolved Resolver::resolve_value(Node& node) {
  if (node.is_pure) return {Outcome::value, &node};
  if (!spend()) return {Outcome::failed};
  if (node.kind == NodeKind::array) return resolve_array(node);
  if (node.kind == NodeKind::object) return merge({&node});
  const Entry alone = {.node = &node};
  Resolved resolved = node.kind == NodeKind::substitution ? resolve_substitution(alone) : resolve_concatenation(alone);
  if (resolved.outcome == Outcome::busy) {
    cycle_ = trail_;
    resolved.outcome = Outcome::cycle;
  }
  return resolved;
}

/// Goes on after a failure, so that all are reported.
Resolver::Resolved Resolver::resolve_array(Node& array) {
  const Deeper deeper(*this, array);
  Node* result = tree_.make(NodeKind::array, array.spot);
  bool has_failed = false;
  for (Node* item : array.items) {
    const Resolved resolved = resolve_value(*item);
    if (resolved.outcome == Outcome::cycle) return resolved;
    if (resolved.outcome == Outcome::failed) has_failed = true;
    if (resolved.outcome == Outcome::value) result->items.push_back(resolved.node);
  }
  result->is_pure = true;
  return has_failed ? Resolved{Outcome::failed} : Resolved{Outcome::value, result};
}

Resolver::Resolved Resolver::resolve_entries(const Entries& entries) {
  const View view = collect(entries, Mode::resolve);
  if (view.outcome != Outcome::value) return {view.outcome};
  return view.leaf != nullptr ? resolve_value(*view.leaf) : merge(view.layers);
}

/// Goes on after a failure, so that all are reported. Requires: at least one layer.
Resolver::Resolved Resolver::merge(const std::vector<Node*>& layers) {
  if (layers.size() == 1 && layers.front()->is_pure) return {Outcome::value, layers.front()};
  const Deeper deeper(*this, *layers.front());
  Node* result = tree_.make(NodeKind::object, layers.back()->spot);
  std::unordered_set<std::string_view> keys;
  bool has_failed = false;
  for (std::size_t i = layers.size(); i-- > 0;) {
    for (const Field& field : layers[i]->fields) {
      if (!spend()) return {Outcome::failed};
      if (!keys.insert(field.key).second) continue;
      const Outcome outcome = resolve_field(layers, field, *result);
      if (outcome == Outcome::cycle) return {outcome};
      has_failed = has_failed || outcome == Outcome::failed;
    }
  }
  result->is_pure = true;
  return has_failed ? Resolved{Outcome::failed} : Resolved{Outcome::value, result};
}

Resolver::Outcome Resolver::resolve_field(const std::vector<Node*>& layers, const Field& field, Node& result) {
  const Located located = compose(layers, field.key);
  if (located.outcome != Outcome::value) return located.outcome;
  const Resolved resolved = resolve_entries(located.entries);
  if (resolved.outcome != Outcome::value) return resolved.outcome;
  Field& merged = field_of(result, field.key, field.spot);
  merged.stack.push_back(resolved.node);
  merged.is_referenced = located.is_referenced;
  return Outcome::value;
}

/// What can be seen of the stacks of a key, one on top of the other as their objects are. On the way back to the own field nothing counts
/// that was put on top of it.
Resolver::Located Resolver::compose(const std::vector<Node*>& layers, const std::string& key, bool is_own_key) {
  Located located;
  bool is_hidden = false;
  for (std::size_t i = layers.size(); i-- > 0;) {
    const Field* field = std::as_const(*layers[i]).find(key);
    if (field == nullptr) continue;
    located.is_referenced = located.is_referenced || field->is_referenced;
    const auto limit = visible_.find(field);
    const std::size_t visible = limit == visible_.end() ? field->stack.size() : limit->second;
    is_hidden = is_hidden || visible < field->stack.size();
    for (std::size_t index = 0; index < visible; ++index) located.entries.push_back({field, index, field->stack[index]});
    if (is_own_key && visible < field->stack.size()) break;
  }
  if (!located.entries.empty()) {
    located.outcome = Outcome::value;
  } else if (is_hidden) {
    located.outcome = Outcome::cycle;
    cycle_ = trail_;
  }
  return located;
}

Resolver::View Resolver::collect(const Entries& entries, Mode mode) {
  View view;
  bool has_looked_back = false;
  for (std::size_t i = entries.size(); i-- > 0;) {
    if (!spend()) return {Outcome::failed};
    View part = view_of(entries[i], mode);
    if (part.outcome == Outcome::busy) {
      // Only what is below this entry counts now.
      view.layers.clear();
      has_looked_back = true;
    } else if (part.outcome == Outcome::cycle || part.outcome == Outcome::failed) {
      return part;
    } else if (part.leaf != nullptr) {
      if (view.layers.empty()) return part;
      break;
    } else {
      view.layers.insert(view.layers.end(), part.layers.begin(), part.layers.end());
    }
  }
  if (!view.layers.empty()) view.outcome = Outcome::value;
  if (view.layers.empty() && has_looked_back) {
    view.outcome = Outcome::cycle;
    cycle_ = trail_;
  }
  return view;
}

Resolver::View Resolver::view_of(const Entry& entry, Mode mode) {
  const bool is_substitution = entry.node->kind == NodeKind::substitution;
  const bool is_concatenation = entry.node->kind == NodeKind::concatenation;
  if (mode == Mode::see && is_substitution) return see(entry);
  if (mode == Mode::see && is_concatenation) return see_concatenation(entry);
  if (is_substitution) return view_of(resolve_substitution(entry));
  if (!is_concatenation) return view_of({Outcome::value, entry.node});
  resolve_earlier_appends(entry);
  return view_of(resolve_concatenation(entry));
}

Resolver::View Resolver::view_of(const Resolved& resolved) {
  if (resolved.outcome != Outcome::value) return {resolved.outcome};
  if (resolved.node->kind != NodeKind::object) return {Outcome::value, resolved.node};
  return {Outcome::value, nullptr, {resolved.node}};
}

}  // namespace millrace::hocon
