#include "app/derive_mutations.hpp"

#include <algorithm>

#include "app/derive_arguments.hpp"
#include "app/derive_restlettes.hpp"
#include "app/member_types.hpp"
#include "base/json/document.hpp"

namespace millrace::app {
namespace {

using federation::EntityMutation;
using Kind = EntityMutation::Kind;

/// The members that a JSON Schema names.
std::vector<std::string> properties_of(const jsonschema::Schema& schema) {
  std::vector<std::string> names;
  const auto parsed = json::parse(schema.text());
  const auto properties = parsed && parsed->root().is(json::Kind::object) ? parsed->root().find("properties") : std::nullopt;
  if (!properties || !properties->is(json::Kind::object)) return names;
  for (json::Value key = properties->first(); key != properties->end(); key = key.after().after()) names.push_back(key.string());
  return names;
}

/// What a field's name asks for; nothing when it is none of the conventions.
std::optional<Kind> kind_of(std::string_view field, std::string_view type) {
  const std::string many = plural(type);
  const auto is_any = [&](std::initializer_list<std::string> names) { return std::ranges::find(names, field) != names.end(); };
  const std::string one(type);
  if (is_any({"create", "create" + one})) return Kind::create;
  if (is_any({"createMany", "createMany" + one, "createMany" + many, "create" + many, "create" + one + "s"})) return Kind::create_many;
  if (is_any({"update", "update" + one})) return Kind::update;
  if (is_any({"delete", "delete" + one})) return Kind::remove;
  return std::nullopt;
}

class MutationDeriver {
 public:
  MutationDeriver(const GraphletteModel& graphlette, bool immutable, std::vector<Problem>& problems)
      : context_{*graphlette.schema, graphlette.schema_name, *graphlette.type, problems},
        relations_(graphlette.relations),
        properties_(graphlette.documents ? properties_of(*graphlette.documents) : std::vector<std::string>()),
        immutable_(immutable) {}

  std::optional<EntityMutation> derive(const graphql::Field& field) {
    const std::string& type = context_.entity.name;
    const auto kind = kind_of(field.name, type);
    if (!kind) {
      const std::vector<std::string> known = {"create" + type, "create" + plural(type), "update" + type, "delete" + type};
      const std::string_view near = nearest(field.name, known);
      problem(field.begin, fmt::format("No mutation is derived from \"{}\".", field.name),
              near.empty() ? fmt::format("Name it {}.", fmt::join(known, ", ")) : fmt::format("Did you mean \"{}\"?", near));
      return std::nullopt;
    }
    EntityMutation mutation{.name = field.name, .kind = *kind};
    const bool changes = *kind == Kind::update || *kind == Kind::remove;
    if (changes && immutable_)
      problem(field.begin, fmt::format("\"{}\" cannot be: documents of \"{}\" are immutable.", field.name, type), "Take it out.");
    read_result(field, mutation);
    read_arguments(field, mutation);
    return mutation;
  }

 private:
  void read_result(const graphql::Field& field, EntityMutation& mutation) {
    const graphql::TypeRef result = field.type.nullable();
    const bool is_many = mutation.kind == Kind::create_many;
    const graphql::Type& named = *result.named;
    const bool is_list_right = is_many ? result.is_list() && result.inner().nullable().is_named() : result.is_named();
    if (&named == &context_.entity) {
      mutation.gives = EntityMutation::Gives::document;
    } else if (named.scalar == graphql::ScalarKind::id && named.kind == graphql::TypeKind::scalar) {
      mutation.gives = EntityMutation::Gives::id;
    } else if (named.scalar == graphql::ScalarKind::boolean && named.kind == graphql::TypeKind::scalar && !is_many) {
      mutation.gives = EntityMutation::Gives::boolean;
    } else {
      return wrong_result(field, is_many);
    }
    if (!is_list_right) wrong_result(field, is_many);
  }

  void wrong_result(const graphql::Field& field, bool is_many) {
    const std::string& type = context_.entity.name;
    problem(field.begin, fmt::format("\"{}\" gives {}, which is not what is written.", field.name, field.type.to_string()),
            is_many ? fmt::format("Let it give [{}!]! or [ID!]!.", type) : fmt::format("Let it give {}, ID or Boolean.", type));
  }

  void read_arguments(const graphql::Field& field, EntityMutation& mutation) {
    const bool changes = mutation.kind == Kind::update || mutation.kind == Kind::remove;
    for (const graphql::InputValue& argument : field.arguments) {
      const std::string& name = argument.name;
      if (changes && name == "id") {
        mutation.id = name;
        check_id(argument);
      } else if (changes && (name == "expectedVersion" || name == "expected_version")) {
        mutation.expected_version = name;
        check_version(argument);
      } else if (mutation.kind != Kind::remove && is_input(argument, mutation.kind)) {
        take_input(field, argument, mutation);
      } else if (mutation.kind == Kind::create || mutation.kind == Kind::update) {
        mutation.members.push_back(name);
        check_member(field.name, name, argument.type, argument.begin);
      } else {
        problem(argument.begin, fmt::format("\"{}\" takes no argument \"{}\".", field.name, name), expected_arguments(mutation.kind));
      }
    }
    check_complete(field, mutation);
  }

  void check_complete(const graphql::Field& field, const EntityMutation& mutation) {
    const bool has_document = !mutation.input.empty() || !mutation.members.empty();
    if (mutation.kind != Kind::remove && !has_document)
      problem(field.begin, fmt::format("\"{}\" has no argument that brings what is written.", field.name),
              expected_arguments(mutation.kind));
    if (!mutation.input.empty() && !mutation.members.empty())
      problem(field.begin,
              fmt::format("\"{}\" has the argument \"{}\" beside \"{}\".", field.name, mutation.members.front(), mutation.input),
              "Put all members into the input, or all beside each other.");
    const bool has_id = !mutation.id.empty() || (mutation.kind == Kind::update && input_has_id(field, mutation));
    if ((mutation.kind == Kind::update || mutation.kind == Kind::remove) && !has_id)
      problem(field.begin, fmt::format("\"{}\" has no argument \"id\".", field.name), expected_arguments(mutation.kind));
  }

  static bool input_has_id(const graphql::Field& field, const EntityMutation& mutation) {
    const graphql::InputValue* input = mutation.input.empty() ? nullptr : field.argument(mutation.input);
    return input != nullptr && (input->type.named->kind == graphql::TypeKind::scalar || input->type.named->input_field("id") != nullptr);
  }

  /// An input object or JSON that is named as no member.
  bool is_input(const graphql::InputValue& argument, Kind kind) const {
    const graphql::Type& type = *argument.type.named;
    const bool can_be =
        type.kind == graphql::TypeKind::input_object || (type.kind == graphql::TypeKind::scalar && type.scalar == graphql::ScalarKind::any);
    const bool is_many = argument.type.nullable().is_list();
    return can_be && is_many == (kind == Kind::create_many) && (is_many || !is_stored(argument.name));
  }

  bool is_stored(std::string_view name) const {
    return is_member(context_.entity, name) || std::ranges::find(properties_, name) != properties_.end();
  }

  void take_input(const graphql::Field& field, const graphql::InputValue& argument, EntityMutation& mutation) {
    if (!mutation.input.empty())
      return problem(argument.begin, fmt::format("\"{}\" has two inputs, \"{}\" and \"{}\".", field.name, mutation.input, argument.name),
                     "Let it have one.");
    mutation.input = argument.name;
    for (const graphql::InputValue& member : argument.type.named->input_fields)
      check_member(argument.type.named->name, member.name, member.type, member.begin);
  }

  /// Whether a document can have the member, of that type.
  void check_member(std::string_view owner, std::string_view name, const graphql::TypeRef& type, std::uint32_t begin) {
    const auto is_it = [&](const RelationModel& relation) { return relation.type == context_.entity.name && relation.field == name; };
    if (std::ranges::any_of(relations_, is_it))
      return problem(begin, fmt::format("\"{}.{}\" is a relation, which is not stored.", owner, name),
                     fmt::format("Take its key, such as \"{}_id\".", snake_case(name)));
    if (!is_stored(name))
      return problem(begin, fmt::format("\"{}.{}\" fits no field of \"{}\".", owner, name, context_.entity.name),
                     context_.near_member(name, "Name it after a field."));
    const std::string wrong = misfit_stored(type, context_.entity, name);
    if (!wrong.empty()) problem(begin, fmt::format("\"{}.{}\" is {}, but {}.", owner, name, type.to_string(), wrong), "Give it that type.");
  }

  void check_id(const graphql::InputValue& argument) {
    const graphql::Type& type = *argument.type.named;
    const bool is_text = type.scalar == graphql::ScalarKind::id || type.scalar == graphql::ScalarKind::string;
    if (argument.type.nullable().is_named() && type.kind == graphql::TypeKind::scalar && is_text) return;
    problem(argument.begin, fmt::format("An id is no {}.", argument.type.to_string()), "Declare it as ID!.");
  }

  void check_version(const graphql::InputValue& argument) {
    const graphql::Type& type = *argument.type.named;
    if (argument.type.nullable().is_named() && type.kind == graphql::TypeKind::scalar && type.scalar == graphql::ScalarKind::integer)
      return;
    problem(argument.begin, fmt::format("A version is no {}.", argument.type.to_string()), "Declare it as Int.");
  }

  std::string expected_arguments(Kind kind) const {
    const std::string& type = context_.entity.name;
    switch (kind) {
      case Kind::create: return fmt::format("Write (input: {}Input!), or an argument for each field.", type);
      case Kind::create_many: return fmt::format("Write (inputs: [{}Input!]!).", type);
      case Kind::update: return fmt::format("Write (id: ID!, input: {}Input!, expectedVersion: Int).", type);
      case Kind::remove: return "Write (id: ID!, expectedVersion: Int).";
    }
    return {};
  }

  void problem(std::uint32_t begin, std::string message, std::string hint) {
    context_.problems.push_back({context_.place(begin), std::move(message), std::move(hint)});
  }

  FieldContext context_;
  const std::vector<RelationModel>& relations_;
  std::vector<std::string> properties_;
  bool immutable_;
};

}  // namespace

void derive_mutations(Model& model, std::vector<Problem>& problems) {
  for (GraphletteModel& graphlette : model.graphlettes) {
    if (graphlette.type == nullptr || graphlette.schema->mutation() == nullptr) continue;
    DocumentRules rules = document_rules(model, graphlette, problems);
    graphlette.documents = std::move(rules.schema);
    const bool immutable = std::ranges::any_of(model.restlettes, [&](const RestletteModel& restlette) {
      return restlette.entity == graphlette.entity && restlette.behaviour.immutable;
    });
    MutationDeriver deriver(graphlette, immutable, problems);
    for (const graphql::Field& field : graphlette.schema->mutation()->fields) {
      auto mutation = deriver.derive(field);
      if (!mutation) continue;
      mutation->schema = graphlette.documents.get();
      mutation->creation = rules.creation;
      graphlette.mutations.push_back({*std::move(mutation)});
    }
  }
}

}  // namespace millrace::app
