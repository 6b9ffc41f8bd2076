#include "graphql/validation/variable_usages.hpp"

namespace millrace::graphql::validation {
namespace {

/// Walks one definition and notes every variable but the declared ones.
class UsageWalk {
 public:
  UsageWalk(const Schema& schema, std::vector<VariableUsage>& usages) : schema_(schema), usages_(usages) {}

  void walk(const OperationDefinition& operation) {
    at_.enter_operation(schema_, operation);
    directives(operation.directives);
    selection_set(operation.selection_set);
  }

  void walk(const FragmentDefinition& fragment) {
    at_.enter_fragment(schema_, &fragment.type_condition);
    directives(fragment.directives);
    selection_set(fragment.selection_set);
  }

 private:
  void selection_set(const SelectionSet& set) {
    const Kept<OutputPosition> outside(at_);
    at_.enter_selection_set();
    for (const Selection& one : set.selections) selection(one);
  }

  void selection(const Selection& selection) {
    const Kept<OutputPosition> outside(at_);
    if (selection.kind == Selection::Kind::field) at_.enter_field(schema_, selection);
    if (selection.kind == Selection::Kind::inline_fragment) {
      at_.enter_fragment(schema_, selection.type_condition ? &*selection.type_condition : nullptr);
    }
    arguments(selection.arguments);
    directives(selection.directives);
    if (selection.selection_set) selection_set(*selection.selection_set);
  }

  void directives(const NodeList<Directive>& directives) {
    for (const Directive& directive : directives) {
      at_.enter_directive(schema_, directive);
      arguments(directive.arguments);
      at_.directive = nullptr;
    }
  }

  void arguments(const NodeList<Argument>& arguments) {
    for (const Argument& argument : arguments) {
      const Kept<InputPosition> outside(at_);
      at_.enter_argument(argument);
      value(argument.value);
    }
  }

  void value(const Value& value) {
    switch (value.kind) {
      case ValueKind::variable: usages_.push_back({&value, at_.input, at_.input_parent, at_.input_has_default}); break;
      case ValueKind::list: list(value); break;
      case ValueKind::object: object(value); break;
      default: break;
    }
  }

  void list(const Value& list) {
    const Kept<InputPosition> outside(at_);
    at_.enter_list();
    for (const Value& item : list.items) value(item);
  }

  void object(const Value& object) {
    for (const ObjectField& field : object.fields) {
      const Kept<InputPosition> outside(at_);
      at_.enter_object_field(field);
      value(field.value);
    }
  }

  const Schema& schema_;
  std::vector<VariableUsage>& usages_;
  Position at_;
};

}  // namespace

const std::vector<const VariableUsage*>& VariableUsages::of(const OperationDefinition& operation) {
  const auto [entry, is_new] = of_operation_.try_emplace(&operation);
  if (!is_new) return entry->second;
  const OperationDefinition* one[] = {&operation};
  const UsageList& of_fragments = within(fragments_.reached(one));
  fragments_.spend(of_fragments.size());
  if (errors_.is_stopped()) return entry->second;
  for (const VariableUsage& usage : within(operation)) entry->second.push_back(&usage);
  entry->second.insert(entry->second.end(), of_fragments.begin(), of_fragments.end());
  return entry->second;
}

const VariableUsages::UsageList& VariableUsages::within(const Fragments::Definitions& fragments) {
  const auto [entry, is_new] = of_fragments_.try_emplace(&fragments);
  if (!is_new) return entry->second;
  fragments_.spend(fragments.size());
  for (const FragmentDefinition* fragment : fragments) {
    if (errors_.is_stopped()) break;
    const Usages& local = within(*fragment);
    fragments_.spend(local.size());
    for (const VariableUsage& usage : local) entry->second.push_back(&usage);
  }
  return entry->second;
}

const VariableUsages::Usages& VariableUsages::within(const OperationDefinition& operation) {
  const auto [entry, is_new] = local_.try_emplace(&operation);
  if (is_new && has_dollar(operation)) UsageWalk(schema_, entry->second).walk(operation);
  return entry->second;
}

const VariableUsages::Usages& VariableUsages::within(const FragmentDefinition& fragment) {
  const auto [entry, is_new] = local_.try_emplace(&fragment);
  if (is_new && has_dollar(fragment)) UsageWalk(schema_, entry->second).walk(fragment);
  return entry->second;
}

/// Most documents use no variable in most definitions: looking for the sign is much cheaper than a walk.
bool VariableUsages::has_dollar(const Node& node) const {
  return document_.source.substr(node.begin, node.end - node.begin).contains('$');
}

TypeView VariableUsages::declared_type(const VariableDefinition& variable) {
  std::unique_ptr<TypeRef>& type = declared_[&variable];
  if (type == nullptr) type = std::make_unique<TypeRef>(schema_.resolve(variable.type).value_or(TypeRef{}));
  return TypeView(*type);
}

}  // namespace millrace::graphql::validation
