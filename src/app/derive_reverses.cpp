#include "app/derive_reverses.hpp"

#include <algorithm>

#include "app/derive_arguments.hpp"
#include "app/member_types.hpp"

namespace millrace::app {
namespace {

using graphql::InputValue;
using graphql::ScalarKind;
using graphql::Type;
using graphql::TypeKind;
using graphql::TypeRef;

/// Stands for a type by its name, which is all that is printed.
const Type& named(std::string_view name) {
  static const std::deque<Type> types = [] {
    std::deque<Type> made;
    for (const std::string_view each : {"Int", "String", "JSON"}) made.emplace_back().name = each;
    return made;
  }();
  return *std::ranges::find(types, name, &Type::name);
}

std::string camel_case(std::string name) {
  if (!name.empty() && name[0] >= 'A' && name[0] <= 'Z') name[0] = static_cast<char>(name[0] - 'A' + 'a');
  return name;
}

std::string pascal_case(std::string_view name) {
  std::string pascal;
  bool starts_word = true;
  for (const char c : name) {
    if (c != '_') pascal += starts_word && c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c;
    starts_word = c == '_';
  }
  return pascal;
}

/// The arguments that a list of the entity can have: a condition for each comparison that a member of a type knows, and those of pages.
class ListArguments {
 public:
  ListArguments(const Type& entity, std::string_view key, bool has_json) : entity_(entity) {
    for (const graphql::Field& field : entity.fields)
      if (field.name != key && !is_reserved(field.name)) add_conditions(field);
    if (has_json && !is_member(entity, "where")) add("where", {&named("JSON")});
    add("orderBy", {&named("String")});
    add("limit", {&named("Int")});
    add("offset", {&named("Int")});
  }

  std::vector<InputValue> take() { return std::move(arguments_); }

 private:
  /// What means something else on every list.
  static bool is_reserved(std::string_view name) {
    return name == "id" || name == "at" || name == "orderBy" || name == "limit" || name == "offset";
  }

  void add_conditions(const graphql::Field& field) {
    const Type& type = *field.type.named;
    if (!type.is_leaf() || field.type.nullable().is_list() || (type.kind == TypeKind::scalar && type.scalar == ScalarKind::any)) return;
    const TypeRef one{&type};
    add(field.name, one);
    add_suffixed(field, "_ne", one);
    add_suffixed(field, "_in", {&type, {TypeRef::Wrapper::list}});
    if (type.kind == TypeKind::enumeration || type.scalar == ScalarKind::boolean || type.scalar == ScalarKind::id) return;
    for (const std::string_view order : {"_lt", "_lte", "_gt", "_gte"}) add_suffixed(field, order, one);
    if (type.scalar == ScalarKind::string) add_suffixed(field, "_prefix", one);
  }

  /// A member may itself be called so; then equality with that one is meant.
  void add_suffixed(const graphql::Field& field, std::string_view suffix, TypeRef type) {
    if (!is_member(entity_, field.name + std::string(suffix))) add(field.name + std::string(suffix), std::move(type));
  }

  void add(std::string_view name, TypeRef type) {
    InputValue& argument = arguments_.emplace_back();
    argument.name = name;
    argument.type = std::move(type);
  }

  const Type& entity_;
  std::vector<InputValue> arguments_;
};

ReverseModel make_reverse(const Model& model, std::size_t graphlette, const RelationModel& forward) {
  ReverseModel reverse;
  reverse.forward = forward.type + '.' + forward.field;
  RelationModel& relation = reverse.relation;
  relation.type = model.graphlettes[forward.target].type->name;
  relation.field = camel_case(plural(forward.type));
  relation.keys = {"id"};
  relation.target = graphlette;
  relation.is_list = true;
  relation.own.parameters = {forward.keys.front()};
  relation.own.filter =
      document::Filter::compare(member_path(forward.keys.front()), document::Comparison::equal, document::Operand::argument(0));
  return reverse;
}

bool is_first_to_its_type(const UnifiedModel& unified, const RelationModel& relation) {
  return std::ranges::none_of(unified.reverses, [&](const ReverseModel& other) {
    return other.relation.type == relation.type && other.relation.target == relation.target;
  });
}

bool is_member_of(const UnifiedModel& unified, std::size_t graphlette) {
  return std::ranges::find(unified.members, graphlette, &UnifiedMember::graphlette) != unified.members.end();
}

}  // namespace

bool is_foreign_key(const Model& model, const GraphletteModel& graphlette, const RelationModel& relation) {
  if (relation.remote || relation.type != graphlette.type->name || relation.is_list || relation.keys.size() != 1 ||
      relation.keys.front() == "id")
    return false;
  const QueryModel* query = model.graphlettes[relation.target].query(relation.query);
  return query != nullptr && query->query.is_by_id;
}

void add_reverse_fields(const Model& model, UnifiedModel& unified, std::deque<Type>& types) {
  const auto json = std::ranges::find(types, "JSON", &Type::name);
  const bool has_json = json == types.end() || json->kind == TypeKind::scalar;
  for (const UnifiedMember& member : unified.members) {
    const GraphletteModel& graphlette = model.graphlettes[member.graphlette];
    for (const RelationModel& forward : graphlette.relations) {
      if (!is_foreign_key(model, graphlette, forward) || !is_member_of(unified, forward.target)) continue;
      ReverseModel reverse = make_reverse(model, member.graphlette, forward);
      if (!is_first_to_its_type(unified, reverse.relation)) reverse.relation.field += "By" + pascal_case(forward.field);
      Type& type = *std::ranges::find(types, reverse.relation.type, &Type::name);
      reverse.is_hidden = std::ranges::find(type.fields, reverse.relation.field, &graphql::Field::name) != type.fields.end();
      if (!reverse.is_hidden) {
        graphql::Field& field = type.fields.emplace_back();
        field.name = reverse.relation.field;
        field.description = fmt::format("Those whose `{}` is the id of this one.", forward.keys.front());
        field.type = {graphlette.type, {TypeRef::Wrapper::non_null, TypeRef::Wrapper::list, TypeRef::Wrapper::non_null}};
        field.arguments = ListArguments(*graphlette.type, forward.keys.front(), has_json).take();
      }
      unified.reverses.push_back(std::move(reverse));
    }
  }
}

void derive_reverses(Model& model, UnifiedModel& unified, std::vector<Problem>& problems) {
  static const std::string kFile = "the unified schema";
  for (ReverseModel& reverse : unified.reverses) {
    if (reverse.is_hidden) continue;
    RelationModel& relation = reverse.relation;
    const GraphletteModel& target = model.graphlettes[relation.target];
    federation::EntityQuery& own = relation.own;
    own.name = relation.type + '.' + relation.field;
    own.is_list = true;
    const FieldContext context{*unified.schema, kFile, *target.type, problems};
    const graphql::Field& field = *unified.schema->type(relation.type)->field(relation.field);
    const document::FieldPath key = own.filter.path;
    derive_reserved(context, field, own);
    derive_conditions(context, field, own);
    auto& indexes = model.entities[target.entity].indexes;
    if (std::ranges::find(indexes, key) == indexes.end()) indexes.push_back(key);
  }
}

}  // namespace millrace::app
