#include "graphql/execution/plan.hpp"

#include <algorithm>
#include <unordered_set>

#include "base/hash.hpp"
#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"
#include "graphql/execution/collect.hpp"
#include "graphql/execution/cost.hpp"
#include "graphql/execution/wire.hpp"
#include "graphql/language/parser.hpp"
#include "graphql/type/literal_check.hpp"

namespace millrace::graphql {
namespace {

/// What holds for a selection because of where it stands: it decides resolvers and inherited arguments.
struct Scope {
  const Bindings* target = nullptr;  // of the resolver above; the asking side's own come first
  std::vector<const PlannedArgument*> inherited = {};
  bool is_wire = false;  // the resolver above gives selections

  friend auto operator<=>(const Scope&, const Scope&) = default;
};

bool contains(const auto& range, const auto& value) {
  return std::ranges::find(range, value) != range.end();
}

bool has_variable(const Value& value) {
  if (value.kind == ValueKind::variable) return true;
  return std::ranges::any_of(value.items, has_variable) ||
         std::ranges::any_of(value.fields, [](const ObjectField& field) { return has_variable(field.value); });
}

LeafShape leaf_shape(const Type& type) {
  if (!type.is_leaf()) return LeafShape::none;
  if (type.kind == TypeKind::enumeration) return LeafShape::other;
  if (type.name == "String" || type.name == "ID") return LeafShape::text;
  if (type.name == "Int" || type.name == "Float" || type.name == "Boolean") return LeafShape::other;
  return LeafShape::any;
}

class Planner {
 public:
  explicit Planner(const PlanInput& input)
      : input_(input), fragments_(fragments_by_name(input.document)), plan_(std::make_unique<Plan>()) {}

  std::unique_ptr<Plan> run() {
    plan_->operation = input_.operation.operation;
    plan_->root = selection(*input_.schema.root(plan_->operation), {&input_.operation.selection_set}, {});
    if (is_spent()) return nullptr;
    plan_->cost = constant_cost(*plan_);
    find_readers();
    return std::move(plan_);
  }

 private:
  using Sets = std::vector<const SelectionSet*>;

  /// Selections that look the same from the same scope are planned once, so nested abstract types cost their sum and not their product.
  const PlannedSelection* selection(const Type& type, const Sets& sets, const Scope& scope) {
    auto key = std::make_tuple(&type, sets, scope);
    if (auto known = planned_.find(key); known != planned_.end()) return known->second;
    PlannedSelection& made = plan_->selections.emplace_back();
    planned_.emplace(std::move(key), &made);
    made.type = &type;
    made.is_wire = scope.is_wire;
    auto collected = collect_fields({input_.schema, fragments_, input_.variables}, type, sets, work_);
    if (!collected) {
      made.fault = std::move(collected).error();
      return finished(made);
    }
    std::vector<FieldGroup>& groups = *collected;
    made.fields.reserve(groups.size());
    for (FieldGroup& group : groups)
      if (!is_spent()) add_field(made, std::move(group), scope);
    for (PlannedField& field : made.fields) {
      if (!field.fetches()) continue;
      field.fetch = static_cast<std::uint32_t>(made.fetches.size());
      made.fetches.push_back(&field);
    }
    return finished(made);
  }

  const PlannedSelection* finished(PlannedSelection& made) {
    made.number = static_cast<std::uint32_t>(plan_->finished.size());
    plan_->finished.push_back(&made);
    return &made;
  }

  /// One that reads once needs no snapshot: what it sees is of one instant anyhow.
  void find_readers() {
    std::vector<std::size_t> reads(plan_->finished.size());  // by selection, counted as far as 2
    for (const PlannedSelection* selection : plan_->finished) {
      std::size_t& count = reads[selection->number];
      for (const PlannedField* field : selection->fetches) {
        const Resolver* resolver = field->resolver;
        const bool is_reader = resolver != nullptr && resolver->reads();
        if (is_reader && !contains(plan_->readers, resolver)) plan_->readers.push_back(resolver);
        if (is_reader) ++count;
        for (const PlannedSelection* inner : field->selections) count += reads[inner->number];
        count = std::min<std::size_t>(count, 2);
      }
    }
    if (reads[plan_->root->number] < 2) plan_->readers.clear();
  }

  bool is_spent() const { return work_ > input_.work_max; }

  void add_field(PlannedSelection& owner, FieldGroup group, const Scope& scope) {
    const Selection& first = *group.nodes.front();
    PlannedField planned;
    planned.response_key = group.response_key;
    planned.written_key = json::quoted(group.response_key) + ':';
    planned.parent = owner.type;
    planned.field = input_.schema.field(*owner.type, first.name.text);
    if (planned.field == nullptr) return;  // validation has refused it; 6.3.3 leaves such a field out
    planned.nodes = std::move(group.nodes);
    planned.is_typename = first.name.text == "__typename";
    if (!planned.is_typename) {
      plan_arguments(planned, first);
      estimate_rows(planned, input_.list_rows);
      planned.resolver = find_resolver(*owner.type, first.name.text, scope);
      planned.leaf = leaf_shape(*planned.field->type.named);
      add_slots(owner, planned);
      add_selections(planned, scope);
      planned.is_plain_leaf = is_plain_leaf(planned);
    }
    owner.fields.push_back(std::move(planned));
  }

  static bool is_plain_leaf(const PlannedField& planned) {
    const bool is_leaf = planned.leaf == LeafShape::text || planned.leaf == LeafShape::any;
    const auto& wrappers = planned.field->type.wrappers;
    const bool is_list = std::ranges::find(wrappers, TypeRef::Wrapper::list) != wrappers.end();
    return is_leaf && !is_list && !planned.fetches() && !planned.has_variable_arguments;
  }

  void plan_arguments(PlannedField& planned, const Selection& node) {
    for (const InputValue& definition : planned.field->arguments) {
      auto given = std::ranges::find(node.arguments, definition.name, [](const Argument& argument) { return argument.name.text; });
      PlannedArgument argument{&definition, {}, nullptr};
      if (given == node.arguments.end()) {
        if (definition.default_json.empty()) continue;
        argument.constant = definition.default_json;
      } else if (has_variable(given->value)) {
        argument.node = &given->value;
        planned.has_variable_arguments = true;
      } else {
        argument.constant = coerce_literal(given->value, definition.type, {});
      }
      planned.arguments.push_back(std::move(argument));
    }
  }

  Resolver* find_resolver(const Type& type, std::string_view field, const Scope& scope) const {
    for (const Bindings* bindings : {&input_.bindings, scope.target, &input_.introspection}) {
      Resolver* found = bindings != nullptr ? bindings->find(type.name, field) : nullptr;
      if (found != nullptr && (!scope.is_wire || found->takes_selections())) return found;
    }
    return nullptr;
  }

  static std::uint32_t slot_of(PlannedSelection& owner, const std::string& quoted_key) {
    auto at = std::ranges::find(owner.slots, quoted_key);
    if (at == owner.slots.end()) at = owner.slots.insert(owner.slots.end(), quoted_key);
    return static_cast<std::uint32_t>(at - owner.slots.begin());
  }

  static void add_slots(PlannedSelection& owner, PlannedField& planned) {
    if (planned.resolver == nullptr) {
      planned.slot = slot_of(owner, json::quoted(owner.is_wire ? wire_key(planned.response_key) : planned.field->name));
      return;
    }
    for (const std::string& key : planned.resolver->parent_keys())
      planned.key_slots.push_back(slot_of(owner, owner.is_wire ? json::quoted(wire_member(*owner.type, json::decode_string(key))) : key));
  }

  void add_selections(PlannedField& planned, const Scope& scope) {
    const Type& named = *planned.field->type.named;
    Scope below = scope_below(planned, scope);
    planned.inherited = scope.inherited;
    if (!named.is_composite()) return;
    Sets sets;
    for (const Selection* node : planned.nodes)
      if (node->selection_set) sets.push_back(&*node->selection_set);
    if (named.kind == TypeKind::object) {
      planned.selections.push_back(selection(named, sets, of_type(below, planned, named)));
    } else {
      for (const Type* possible : named.possible)
        planned.selections.push_back(selection(*possible, sets, of_type(below, planned, *possible)));
    }
    planned.opens = planned.resolver == nullptr &&
                    std::ranges::any_of(planned.selections, [](const PlannedSelection* inner) { return !inner->fetches.empty(); });
  }

  /// The arguments that fields below inherit are this field's where it gives them itself.
  Scope scope_below(const PlannedField& planned, const Scope& scope) {
    Scope below = scope;
    if (planned.resolver != nullptr) below.is_wire = planned.resolver->gives_selections();
    for (const PlannedArgument& argument : planned.arguments) {
      if (!contains(input_.inherited_arguments, argument.definition->name)) continue;
      std::erase_if(below.inherited, [&](const PlannedArgument* above) { return above->definition->name == argument.definition->name; });
      below.inherited.push_back(&plan_->inherited.emplace_back(argument));
    }
    return below;
  }

  /// Objects of a type have the resolvers of where they come from.
  static Scope of_type(Scope below, const PlannedField& planned, const Type& type) {
    const Bindings* target = planned.resolver != nullptr ? planned.resolver->below(type) : nullptr;
    if (target != nullptr) below.target = target;
    return below;
  }

  const PlanInput& input_;
  const FragmentMap fragments_;
  std::unique_ptr<Plan> plan_;
  std::map<std::tuple<const Type*, Sets, Scope>, const PlannedSelection*> planned_;
  std::size_t work_ = 0;
};

/// Walks every selection of an operation, through fragments, each fragment once.
class ConditionFinder {
 public:
  explicit ConditionFinder(const Document& document) : document_(document) {}

  void visit(const SelectionSet& set) {
    for (const Selection& selection : set.selections) {
      for (const Directive& directive : selection.directives) note(directive);
      if (selection.selection_set) visit(*selection.selection_set);
      if (selection.kind == Selection::Kind::fragment_spread && visited_.insert(selection.name.text).second)
        visit_fragment(selection.name.text);
    }
  }
  std::vector<std::string_view> take() { return std::move(found_); }

 private:
  void note(const Directive& directive) {
    if (directive.name.text != "skip" && directive.name.text != "include") return;
    for (const Argument& argument : directive.arguments) {
      if (argument.value.kind != ValueKind::variable || contains(found_, argument.value.text)) continue;
      found_.push_back(argument.value.text);
    }
  }
  void visit_fragment(std::string_view name) {
    for (const FragmentDefinition& fragment : document_.fragments)
      if (fragment.name.text == name) visit(fragment.selection_set);
  }

  const Document& document_;
  std::unordered_set<std::string_view, TextHash> visited_;
  std::vector<std::string_view> found_;
};

}  // namespace

const PlannedSelection* PlannedField::selection_for(const Type& object) const {
  for (const PlannedSelection* selection : selections)
    if (selection->type == &object) return selection;
  return nullptr;
}

std::unique_ptr<Plan> make_plan(const PlanInput& input) {
  return Planner(input).run();
}

std::vector<std::string_view> condition_variables(const Document& document, const OperationDefinition& operation) {
  ConditionFinder finder(document);
  finder.visit(operation.selection_set);
  return finder.take();
}

namespace {

/// 6.4.1, steps 5.e to 5.k, for one argument; nothing when it is left out. A lone variable without value is as if it were not given.
std::expected<std::optional<std::string_view>, Fault> argument_value(const PlannedField& field, const PlannedArgument& argument,
                                                                     const Variables& variables, std::deque<std::string>& storage) {
  if (argument.constant) return *argument.constant;
  const InputValue& definition = *argument.definition;
  const bool is_lone = argument.node->kind == ValueKind::variable;
  auto found = is_lone ? variables.find(argument.node->text) : variables.end();
  if (is_lone && found == variables.end() && !definition.is_required())
    return definition.default_json.empty() ? std::nullopt : std::optional<std::string_view>(definition.default_json);
  if (is_lone && found != variables.end() && !(definition.type.is_non_null() && found->second == "null")) return found->second;
  if (!is_lone)
    if (auto coerced = coerce_literal(*argument.node, definition.type, variables)) return storage.emplace_back(*std::move(coerced));
  const auto problems = literal_problems(*argument.node, TypeView(definition.type), &variables);
  CHECK(!problems.empty());
  const std::string_view owner = field.field->name.starts_with("__") ? "<meta>" : std::string_view(field.parent->name);
  return std::unexpected(Fault{fmt::format("Argument \"{}.{}({}:)\" has invalid value{}: {}", owner, field.field->name, definition.name,
                                           at_path(problems.front().path), problems.front().message),
                               problems.front().begin});
}

}  // namespace

std::expected<ArgumentValues, Fault> argument_values(const PlannedField& field, const Variables& variables,
                                                     std::deque<std::string>& storage) {
  ArgumentValues values;
  for (const PlannedArgument& argument : field.arguments) {
    auto value = argument_value(field, argument, variables, storage);
    if (!value) return std::unexpected(std::move(value).error());
    if (*value) values.add(argument.definition->name, **value);
  }
  for (const PlannedArgument* above : field.inherited) {
    if (!values.find(above->definition->name).empty()) continue;
    auto value = argument_value(field, *above, variables, storage);
    if (value && *value) values.add(above->definition->name, **value);
  }
  return values;
}

}  // namespace millrace::graphql
