// The part of the resolver that works out one substitution or concatenation.
#include <cstdlib>

#include "hocon/concatenation.hpp"
#include "hocon/references.hpp"
#include "hocon/resolver.hpp"

namespace millrace::hocon {

/// Follows the path from its anchor, seeing only what lies along it.
Resolver::Located Resolver::locate(const Target& target) {
  Located located = {Outcome::value, {{.node = target.anchor->node}}};
  for (std::size_t i = 0; i < target.path.size(); ++i) {
    const View view = collect(located.entries, Mode::see);
    if (view.outcome != Outcome::value) return {view.outcome};
    if (view.leaf != nullptr) return {Outcome::undefined};
    located = compose(view.layers, target.path[i], target.own_key == i);
    if (located.outcome != Outcome::value) return located;
  }
  return located;
}

/// What a substitution stands for with the objects as they are written, not resolved.
Resolver::View Resolver::see(const Entry& entry) {
  Progress& progress = progress_[entry.node];
  if (progress.is_done) return view_of(progress.result);
  if (progress.is_locating) return {Outcome::busy};
  const Deeper deeper(*this, *entry.node);
  View view;
  progress.is_locating = true;
  for (const Target& target : entry.node->substitution->targets) {
    Located located;
    {
      const Hiding hiding(*this, entry);
      located = locate(target);
    }
    view = located.outcome == Outcome::value ? collect(located.entries, Mode::see) : View{located.outcome};
    if (view.outcome == Outcome::value || view.outcome == Outcome::failed) break;
  }
  progress.is_locating = false;
  // The environment may still have it, and it is a problem if not.
  if (view.outcome == Outcome::undefined) return view_of(resolve_substitution(entry));
  // Seen from elsewhere it may be no cycle, so nothing is kept.
  if (view.outcome == Outcome::cycle && entry.node->substitution->is_optional) view.outcome = Outcome::undefined;
  return view;
}

/// With an object in it, it is its parts one over the other; with an array or a string, no path leads on from there.
Resolver::View Resolver::see_concatenation(const Entry& entry) {
  const Progress& progress = progress_[entry.node];
  if (progress.is_done) return view_of(progress.result);
  const Deeper deeper(*this, *entry.node);
  const Hiding hiding(*this, entry);
  View view;
  for (auto part = entry.node->items.rbegin(); part != entry.node->items.rend(); ++part) {
    if ((*part)->is_blank) continue;
    View seen = view_of({.node = *part}, Mode::see);
    if (seen.leaf != nullptr || seen.outcome == Outcome::cycle || seen.outcome == Outcome::failed) return seen;
    view.layers.insert(view.layers.end(), seen.layers.begin(), seen.layers.end());
  }
  if (!view.layers.empty()) view.outcome = Outcome::value;
  return view;
}

Resolver::Resolved Resolver::resolve_substitution(const Entry& entry) {
  Progress& progress = progress_[entry.node];
  if (progress.is_done) return progress.result;
  if (progress.is_locating || progress.is_resolving) return {Outcome::busy};
  const Deeper deeper(*this, *entry.node);
  if (!spend()) return {Outcome::failed};
  trail_.push_back(entry.node);
  Resolved resolved;
  bool is_cycle = false;
  for (const Target& target : entry.node->substitution->targets) {
    resolved = resolve_target(entry, target, progress);
    is_cycle = is_cycle || resolved.outcome == Outcome::cycle;
    if (resolved.outcome == Outcome::value || resolved.outcome == Outcome::failed) break;
  }
  if (resolved.outcome == Outcome::undefined || resolved.outcome == Outcome::cycle) resolved = undefined(*entry.node, is_cycle);
  trail_.pop_back();
  progress.is_done = true;
  progress.result = resolved;
  return resolved;
}

Resolver::Resolved Resolver::resolve_target(const Entry& entry, const Target& target, Progress& progress) {
  Located located;
  {
    const Hiding hiding(*this, entry);
    progress.is_locating = true;
    located = locate(target);
    progress.is_locating = false;
  }
  if (located.outcome != Outcome::value) return {located.outcome};
  progress.is_resolving = true;
  const Resolved resolved = resolve_entries(located.entries);
  progress.is_resolving = false;
  return resolved;
}

std::optional<std::string> Resolver::environment(const std::string& name) const {
  if (options_.environment) return options_.environment(name);
  const char* value = std::getenv(name.c_str());
  return value == nullptr ? std::nullopt : std::optional<std::string>(value);
}

/// A substitution that the document has no value for: the environment's, none, or a problem.
Resolver::Resolved Resolver::undefined(Node& node, bool is_cycle) {
  const Substitution& substitution = *node.substitution;
  if (has_given_up_) return {Outcome::failed};
  if (!substitution.is_append) {
    if (auto value = environment(substitution.name)) return {Outcome::value, tree_.make_string(node.spot, *std::move(value))};
  }
  if (substitution.is_optional) return {Outcome::undefined};
  if (is_cycle) {
    std::string chain;
    for (const Node* link : cycle_) chain += fmt::format("${{{}}} in line {}, ", link->substitution->name, link->spot.line);
    problems_.add(node.spot, fmt::format("${{{}}} leads back to itself, and there is no earlier value to take.", substitution.name),
                  fmt::format("The way is {}and back.", chain));
    return {Outcome::failed};
  }
  const std::string near = nearest_path(substitution.targets.front());
  const std::string optional = fmt::format("Write ${{?{}}} when it may be missing.", substitution.name);
  problems_.add(node.spot, fmt::format("${{{}}} is defined neither in the config nor in the environment.", substitution.name),
                near.empty() ? optional : fmt::format("Did you mean ${{{}}}?", near));
  return {Outcome::failed};
}

/// A long row of += is worked out from its oldest, or each would wait for the one before it, deeper and deeper.
void Resolver::resolve_earlier_appends(const Entry& entry) {
  const auto looks_back = [&](std::size_t index) {
    const Node& node = *entry.field->stack[index];
    const auto is_own = [](const Node* part) { return part->kind == NodeKind::substitution && part->substitution->is_own; };
    return node.kind == NodeKind::concatenation && std::ranges::any_of(node.items, is_own);
  };
  if (entry.field == nullptr || !looks_back(entry.index)) return;
  std::size_t first = entry.index;
  while (first > 0 && looks_back(first - 1) && !progress_[entry.field->stack[first - 1]].is_done) --first;
  for (std::size_t index = first; index < entry.index; ++index) resolve_concatenation({entry.field, index, entry.field->stack[index]});
}

Resolver::Resolved Resolver::resolve_concatenation(const Entry& entry) {
  Progress& progress = progress_[entry.node];
  if (progress.is_done) return progress.result;
  if (progress.is_resolving) return {Outcome::busy};
  progress.is_resolving = true;
  const Hiding hiding(*this, entry);
  const Resolved resolved = join(*entry.node);
  progress.is_resolving = false;
  progress.is_done = resolved.outcome != Outcome::cycle;
  progress.result = resolved;
  return resolved;
}

/// Goes on after a failure, so that all are reported.
Resolver::Resolved Resolver::join(Node& concatenation) {
  const Deeper deeper(*this, concatenation);
  std::vector<Part> parts;
  bool has_failed = false;
  for (Node* part : concatenation.items) {
    const Resolved resolved = resolve_value(*part);
    if (resolved.outcome == Outcome::cycle) return resolved;
    has_failed = has_failed || resolved.outcome == Outcome::failed;
    if (resolved.outcome == Outcome::value) parts.push_back({resolved.node, part->spot});
  }
  if (has_failed) return {Outcome::failed};
  if (parts.empty()) return {Outcome::undefined};
  if (parts.size() == 1) return {Outcome::value, parts.front().node};
  return join_resolved(concatenation.spot, parts);
}

Resolver::Resolved Resolver::join_resolved(Spot spot, const std::vector<Part>& parts) {
  for (const Part& part : parts) size_ += part.node->text.size() + part.node->items.size();
  if (size_ > options_.expansion_bytes_max) {
    give_up(spot, fmt::format("Substitutions and concatenations give more than {} bytes.", options_.expansion_bytes_max));
    return {Outcome::failed};
  }
  switch (joint_of(parts, problems_)) {
    case Joint::none: return {Outcome::failed};
    case Joint::string: return {Outcome::value, joined_string(tree_, spot, parts)};
    case Joint::array: return {Outcome::value, joined_array(tree_, spot, parts)};
    case Joint::object: return merge_parts(spot, parts);
  }
  return {Outcome::failed};
}

Resolver::Resolved Resolver::merge_parts(Spot spot, const std::vector<Part>& parts) {
  std::vector<Node*> layers;
  for (const Part& part : parts) {
    if (!part.node->is_blank) layers.insert(layers.begin(), part.node);
  }
  const Resolved merged = merge(layers);
  if (merged.node != nullptr && layers.size() > 1) merged.node->spot = spot;
  return merged;
}

}  // namespace millrace::hocon
