// Replaces substitutions and merges what is still stacked.
//
// A substitution looks forward: it stands for the final value of its path. To get there only the fields along the path are looked at
// (`see`), so that an object may refer into itself. Where this leads back to a field whose value is being worked out, the search looks
// back instead: it takes what was assigned to that field before (`Outcome::busy` in `collect`). Where nothing was, the substitution is
// undefined. Each substitution is worked out once.
#pragma once

#include <optional>
#include <string>
#include <unordered_map>
#include <utility>
#include <vector>

#include "hocon/concatenation.hpp"
#include "hocon/parser.hpp"
#include "hocon/problems.hpp"
#include "hocon/tree.hpp"

namespace millrace::hocon {

class Resolver {
 public:
  /// All outlive the resolver.
  Resolver(Tree& tree, const Options& options, Problems& problems) : tree_(tree), options_(options), problems_(problems) {}

  /// The root with only pure values in it; null after reporting. Requires: mark_pure(root).
  Node* resolve(Node& root);

 private:
  enum class Outcome : std::uint8_t {
    value,
    undefined,
    busy,    // being worked out further up
    cycle,   // leads back to where the search came from, and nothing was assigned there before
    failed,  // reported
  };
  enum class Mode : std::uint8_t {
    see,      // objects as they are written: enough to find a field in them
    resolve,  // everything in them resolved
  };

  struct Resolved {
    Outcome outcome = Outcome::undefined;
    Node* node = nullptr;
  };
  /// One value of a stack. Without a field: an element of an array or a part of a concatenation.
  struct Entry {
    const Field* field = nullptr;
    std::size_t index = 0;
    Node* node = nullptr;
  };
  using Entries = std::vector<Entry>;  // oldest first
  /// What a stack amounts to: a value that is no object, or objects to be merged, newest first.
  struct View {
    Outcome outcome = Outcome::undefined;
    Node* leaf = nullptr;
    std::vector<Node*> layers = {};
  };
  struct Located {
    Outcome outcome = Outcome::undefined;
    Entries entries = {};
    bool is_referenced = false;
  };
  struct Progress {
    bool is_locating = false;   // its path is being followed, or it is being seen
    bool is_resolving = false;  // what its path leads to is being resolved
    bool is_done = false;
    Resolved result = {};
  };
  class Hiding;
  class Deeper;

  Resolved resolve_value(Node& node);
  Resolved resolve_array(Node& array);
  Resolved resolve_entries(const Entries& entries);
  Outcome resolve_field(const std::vector<Node*>& layers, const Field& field, Node& result);
  Resolved merge(const std::vector<Node*>& layers);
  Resolved resolve_substitution(const Entry& entry);
  Resolved resolve_target(const Entry& entry, const Target& target, Progress& progress);
  Resolved resolve_concatenation(const Entry& entry);
  Resolved join(Node& concatenation);
  Resolved join_resolved(Spot spot, const std::vector<Part>& parts);
  Resolved merge_parts(Spot spot, const std::vector<Part>& parts);

  View collect(const Entries& entries, Mode mode);
  View view_of(const Entry& entry, Mode mode);
  static View view_of(const Resolved& resolved);
  View see(const Entry& entry);
  Located locate(const Target& target);
  View see_concatenation(const Entry& entry);
  Located compose(const std::vector<Node*>& layers, const std::string& key, bool is_own_key = false);
  void resolve_earlier_appends(const Entry& entry);

  std::optional<std::string> environment(const std::string& name) const;
  Resolved undefined(Node& node, bool is_cycle);
  bool spend();
  void give_up(const Spot& spot, std::string message);

  Tree& tree_;
  const Options& options_;
  Problems& problems_;
  std::unordered_map<const Node*, Progress> progress_;
  std::unordered_map<const Field*, std::size_t> visible_;  // how much of a field's stack can be seen, where not all
  std::vector<Node*> trail_;                               // the substitutions being resolved, outermost first
  std::vector<Node*> cycle_;                               // the trail when the last cycle was met
  std::size_t depth_ = 0;
  std::size_t steps_ = 0;
  std::size_t size_ = 0;  // bytes and elements that were joined
  bool has_given_up_ = false;
};

/// While this lives, only what was assigned to the entry's field before it can be seen there.
class Resolver::Hiding {
 public:
  Hiding(Resolver& resolver, const Entry& entry) : resolver_(resolver), field_(entry.field) {
    if (field_ == nullptr) return;
    auto [found, is_new] = resolver_.visible_.try_emplace(field_, field_->stack.size());
    before_ = std::exchange(found->second, entry.index);
  }
  ~Hiding() {
    if (field_ != nullptr) resolver_.visible_[field_] = before_;
  }
  Hiding(const Hiding&) = delete;
  Hiding& operator=(const Hiding&) = delete;

 private:
  Resolver& resolver_;
  const Field* field_;
  std::size_t before_ = 0;
};

class Resolver::Deeper {
 public:
  Deeper(Resolver& resolver, const Node& node) : resolver_(resolver) {
    // Values and substitutions may take turns, each as deep as the limit says.
    if (++resolver_.depth_ > 2 * resolver_.options_.depth_max)
      resolver_.give_up(node.spot,
                        fmt::format("Values and substitutions lead to each other deeper than {}.", resolver_.options_.depth_max));
  }
  ~Deeper() { --resolver_.depth_; }
  Deeper(const Deeper&) = delete;
  Deeper& operator=(const Deeper&) = delete;

 private:
  Resolver& resolver_;
};

}  // namespace millrace::hocon
