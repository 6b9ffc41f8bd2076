// A validation rule: it hears of the nodes that it asks for while the document is walked once, and reports errors.
//
// A rule overrides the functions that it needs; the rest are never called. Inside of them the context's position is that of the node.
// Nodes come in the order of graphql-js's visitor, and the rules at one node in the order in which they were added.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <span>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/result.hpp"
#include "graphql/validation/context.hpp"

namespace millrace::graphql::validation {

/// A node of the type system that can have directives.
struct TypeSystemNode {
  enum class Kind : std::uint8_t { schema, type, directive, part };
  Kind kind = Kind::part;  // part: a field, argument, enum value or input field
  std::string_view name;   // of a type or directive, whose extensions count as the same place
  const NodeList<Directive>& directives;
};

class Rule {
 public:
  explicit Rule(Context& context) : context_(context) {}
  virtual ~Rule() = default;
  Rule(const Rule&) = delete;
  Rule& operator=(const Rule&) = delete;

  virtual void enter_document() {}
  virtual void leave_document() {}
  virtual void enter_operation(const OperationDefinition&) {}
  virtual void leave_operation(const OperationDefinition&) {}
  virtual void enter_fragment(const FragmentDefinition&) {}
  virtual void enter_variable_definition(const VariableDefinition&) {}
  /// Of an operation, field or fragment definition; that of an inline fragment belongs to the one around it.
  virtual void enter_selection_set(const SelectionSet&) {}
  virtual void enter_field(const Selection&) {}
  virtual void leave_field(const Selection&) {}
  virtual void enter_fragment_spread(const Selection&) {}
  virtual void enter_inline_fragment(const Selection&) {}
  virtual void enter_directive(const Directive&) {}
  virtual void leave_directive(const Directive&) {}
  virtual void enter_argument(const Argument&) {}
  /// A whole value, of an argument or a default; what is in it is the rule's to look at.
  virtual void enter_value(const Value&) {}
  /// A name that refers to a type.
  virtual void enter_named_type(const Name&) {}
  virtual void enter_type_system_node(const TypeSystemNode&) {}

 protected:
  Context& context_;
};

enum class Hook : std::uint8_t {
  enter_document,
  leave_document,
  enter_operation,
  leave_operation,
  enter_fragment,
  enter_variable_definition,
  enter_selection_set,
  enter_field,
  leave_field,
  enter_fragment_spread,
  enter_inline_fragment,
  enter_directive,
  leave_directive,
  enter_argument,
  enter_value,
  enter_named_type,
  enter_type_system_node,
  count,
};

/// The rules of one validation. Knows for each hook which rules override it.
class RuleSet {
 public:
  explicit RuleSet(Context& context) : context_(context) { rules_.reserve(32); }

  template <class R>
  void add() {
    rules_.push_back(std::make_unique<R>(context_));
    Rule* rule = rules_.back().get();
    listen<&R::enter_document, &Rule::enter_document>(Hook::enter_document, rule);
    listen<&R::leave_document, &Rule::leave_document>(Hook::leave_document, rule);
    listen<&R::enter_operation, &Rule::enter_operation>(Hook::enter_operation, rule);
    listen<&R::leave_operation, &Rule::leave_operation>(Hook::leave_operation, rule);
    listen<&R::enter_fragment, &Rule::enter_fragment>(Hook::enter_fragment, rule);
    listen<&R::enter_variable_definition, &Rule::enter_variable_definition>(Hook::enter_variable_definition, rule);
    listen<&R::enter_selection_set, &Rule::enter_selection_set>(Hook::enter_selection_set, rule);
    listen<&R::enter_field, &Rule::enter_field>(Hook::enter_field, rule);
    listen<&R::leave_field, &Rule::leave_field>(Hook::leave_field, rule);
    listen<&R::enter_fragment_spread, &Rule::enter_fragment_spread>(Hook::enter_fragment_spread, rule);
    listen<&R::enter_inline_fragment, &Rule::enter_inline_fragment>(Hook::enter_inline_fragment, rule);
    listen<&R::enter_directive, &Rule::enter_directive>(Hook::enter_directive, rule);
    listen<&R::leave_directive, &Rule::leave_directive>(Hook::leave_directive, rule);
    listen<&R::enter_argument, &Rule::enter_argument>(Hook::enter_argument, rule);
    listen<&R::enter_value, &Rule::enter_value>(Hook::enter_value, rule);
    listen<&R::enter_named_type, &Rule::enter_named_type>(Hook::enter_named_type, rule);
    listen<&R::enter_type_system_node, &Rule::enter_type_system_node>(Hook::enter_type_system_node, rule);
  }

  std::span<Rule* const> at(Hook hook) const {
    const Listeners& listeners = listeners_[static_cast<std::size_t>(hook)];
    return {listeners.rules.data(), listeners.count};
  }

 private:
  struct Listeners {
    std::array<Rule*, 16> rules = {};
    std::size_t count = 0;
  };

  template <auto Own, auto Default>
  void listen(Hook hook, Rule* rule) {
    if constexpr (!std::is_same_v<decltype(Own), decltype(Default)>) {
      Listeners& listeners = listeners_[static_cast<std::size_t>(hook)];
      CHECK(listeners.count < listeners.rules.size());
      listeners.rules[listeners.count++] = rule;
    }
  }

  Context& context_;
  std::vector<std::unique_ptr<Rule>> rules_;
  std::array<Listeners, static_cast<std::size_t>(Hook::count)> listeners_ = {};
};

}  // namespace millrace::graphql::validation
