#include "app/compose_types.hpp"

#include <algorithm>
#include <map>
#include <optional>

#include "app/type_agreement.hpp"

namespace millrace::app {
namespace {

const RelationModel* find_relation(const GraphletteModel& graphlette, std::string_view type, std::string_view field) {
  const auto found =
      std::ranges::find_if(graphlette.relations, [&](const RelationModel& one) { return one.type == type && one.field == field; });
  return found == graphlette.relations.end() ? nullptr : &*found;
}

bool is_root(const graphql::Schema& schema, const graphql::Type& type) {
  return &type == schema.query() || &type == schema.mutation() || &type == schema.subscription();
}

class Composer {
 public:
  Composer(const Model& model, const std::vector<UnifiedMember>& members, const PlaceInSdl& place, std::vector<Problem>& problems)
      : model_(model), members_(members), place_(place), problems_(problems) {}

  ComposedTypes run() {
    for (const UnifiedMember& member : members_) add_roots(member);
    for (const UnifiedMember& member : members_) collect(member.graphlette);
    for (const std::string& name : order_) compose(name);
    compose_directives();
    return std::move(composed_);
  }

 private:
  const GraphletteModel& graphlette(std::size_t index) const { return model_.graphlettes[index]; }

  void problem(const TypeDefinedAt& here, std::uint32_t offset, std::string message, std::string hint) {
    problems_.push_back({place_(here.graphlette, offset), std::move(message), std::move(hint)});
  }

  /// A graphlette's roots are types like others here; what refers to them follows.
  void add_roots(const UnifiedMember& member) {
    const graphql::Schema& schema = *graphlette(member.graphlette).schema;
    for (const auto& [root, name, words] : {std::tuple{schema.query(), member.query_type, "What can be asked"},
                                            std::tuple{schema.mutation(), member.mutation_type, "What can be changed"},
                                            std::tuple{schema.subscription(), member.subscription_type, "What can be followed"}}) {
      if (root == nullptr) continue;
      graphql::Type& type = composed_.types.emplace_back(*root);
      type.name = name;
      if (!type.description) type.description = fmt::format("{} at {}.", words, graphlette(member.graphlette).path);
      roots_.emplace(root, &type);
      root_names_.emplace(name, member.graphlette);
    }
  }

  void collect(std::size_t index) {
    const graphql::Schema& schema = *graphlette(index).schema;
    for (const graphql::Type& type : schema.types()) {
      if (type.name.starts_with("__") || is_root(schema, type) || is_of_specification(type)) continue;
      auto& definitions = definitions_[type.name];
      if (definitions.empty()) order_.push_back(type.name);
      definitions.push_back({index, &type});
    }
  }

  static bool is_of_specification(const graphql::Type& type) {
    return type.built_in && type.name != "JSON" && type.name != "DateTime" && type.name != "Date";
  }

  void compose(const std::string& name) {
    const std::vector<TypeDefinedAt>& definitions = definitions_[name];
    if (const auto taken = root_names_.find(name);
        name == "Query" || name == "Mutation" || name == "Subscription" || taken != root_names_.end()) {
      problem(definitions.front(), definitions.front().type->begin,
              fmt::format("The type \"{}\" is called as a type of the unified schema.", name),
              "Rename it, or say what the field of its graphlette is called there: unified = another.");
      return;
    }
    const auto owner = find_owner(name, definitions);
    if (!owner) return;
    const TypeDefinedAt& whole = definitions[owner->index];
    graphql::Type& type = composed_.types.emplace_back(*whole.type);
    bind_relations(whole, type);
    for (const TypeDefinedAt& part : definitions)
      if (&part != &whole) merge(type, whole, part, owner->is_owned);
    rename_roots(type);
  }

  struct Owner {
    std::size_t index = 0;  // among the definitions
    bool is_owned = false;  // else all must be equal
  };

  /// The one that the config names; else the graphlette whose entity it is. Nothing where two are as near to it, and differ.
  std::optional<Owner> find_owner(const std::string& name, const std::vector<TypeDefinedAt>& definitions) {
    if (const auto configured = std::ranges::find(model_.config.unified.owners, name, &TypeOwnerConfig::type);
        configured != model_.config.unified.owners.end()) {
      for (std::size_t i = 0; i < definitions.size(); ++i)
        if (graphlette(definitions[i].graphlette).path == configured->path) return Owner{i, true};
    }
    std::optional<Owner> owner;
    for (std::size_t i = 0; i < definitions.size(); ++i) {
      const GraphletteModel& own = graphlette(definitions[i].graphlette);
      if (own.type != definitions[i].type) continue;
      if (!owner) {
        owner = Owner{i, true};
      } else if (const TypeDefinedAt& first = definitions[owner->index]; graphlette(first.graphlette).entity != own.entity) {
        if (!are_alike(first, definitions[i])) return std::nullopt;
        owner->is_owned = false;
      }
    }
    return owner.value_or(Owner{});
  }

  /// Two entities may have one type where nothing tells their documents apart: no relation begins at it.
  bool are_alike(const TypeDefinedAt& first, const TypeDefinedAt& second) {
    const std::string& name = first.type->name;
    const auto has_relations = [&](const TypeDefinedAt& one) {
      return std::ranges::find(graphlette(one.graphlette).relations, name, &RelationModel::type) !=
             graphlette(one.graphlette).relations.end();
    };
    if (!has_relations(first) && !has_relations(second)) return true;
    const std::string& path = graphlette(second.graphlette).path;
    problem(
        second, second.type->begin,
        fmt::format("\"{}\" is the type of two entities: of {} here, of {} at {}; and its relations are followed in one way only.", name,
                    path, graphlette(first.graphlette).path, to_string(place_(first.graphlette, first.type->begin))),
        fmt::format("Rename one, or leave one out of the unified schema: unified = false on its graphlette; {}.", owner_hint(name, path)));
    return false;
  }

  static std::string owner_hint(std::string_view name, std::string_view path) {
    return fmt::format("or name the owner: unified.types.{} = \"{}\"", name, path);
  }

  /// Takes from the part what extends the whole, and reports where it disagrees.
  void merge(graphql::Type& type, const TypeDefinedAt& whole, const TypeDefinedAt& part, bool is_owned) {
    if (!type.description) type.description = part.type->description;
    if (!type.specified_by) type.specified_by = part.type->specified_by;
    if (is_owned) {
      take_relations(type, part);
      take_arguments(type, whole, part);
    }
    const auto disagreement = is_owned ? projection_disagreement(type, *part.type) : disagreement_of_equals(*whole.type, *part.type);
    if (!disagreement) return;
    const std::string other = to_string(place_(whole.graphlette, whole.type->begin));
    const std::string what = fmt::format("\"{}\" of {} is not as {} has it at {}: {}.", part.type->name, graphlette(part.graphlette).path,
                                         graphlette(whole.graphlette).path, other, disagreement->what);
    const std::string ways = fmt::format("rename one of them, or leave one out of the unified schema: unified = false on its graphlette");
    problem(part, disagreement->place, what,
            is_owned ? fmt::format("That one counts, since it is the owner's: declare it there, take it out here, {}.", ways)
                     : fmt::format("Make them equal, {}; {}.", ways, owner_hint(part.type->name, graphlette(whole.graphlette).path)));
  }

  /// A relation that a graphlette has on another's type belongs to it as well, where the owner has no field of that name.
  void take_relations(graphql::Type& type, const TypeDefinedAt& part) {
    const GraphletteModel& own = graphlette(part.graphlette);
    for (const graphql::Field& field : part.type->fields) {
      if (find_relation(own, type.name, field.name) == nullptr) continue;
      if (std::ranges::find(type.fields, field.name, &graphql::Field::name) != type.fields.end()) continue;
      type.fields.push_back(field);
      composed_.fields.push_back({type.name, field.name, part.graphlette, type.name});
    }
  }

  /// The owner's resolver knows the conditions that others declare on its field (derive_relations): they are arguments here too.
  void take_arguments(graphql::Type& type, const TypeDefinedAt& whole, const TypeDefinedAt& part) {
    for (graphql::Field& field : type.fields) {
      const auto other = std::ranges::find(part.type->fields, field.name, &graphql::Field::name);
      if (other == part.type->fields.end() || find_relation(graphlette(whole.graphlette), type.name, field.name) == nullptr) continue;
      for (const graphql::InputValue& argument : other->arguments)
        if (field.argument(argument.name) == nullptr && !argument.is_required()) field.arguments.push_back(argument);
    }
  }

  void bind_relations(const TypeDefinedAt& whole, const graphql::Type& type) {
    for (const graphql::Field& field : type.fields)
      if (find_relation(graphlette(whole.graphlette), type.name, field.name) != nullptr)
        composed_.fields.push_back({type.name, field.name, whole.graphlette, type.name});
  }

  void rename_roots(graphql::Type& type) {
    const auto rename = [this](const graphql::Type*& named) {
      if (const auto root = roots_.find(named); root != roots_.end()) named = root->second;
    };
    for (graphql::Field& field : type.fields) rename(field.type.named);
    for (const graphql::Type*& possible : type.possible) rename(possible);
  }

  void compose_directives() {
    std::map<std::string, std::size_t> known;
    for (const UnifiedMember& member : members_) {
      for (const graphql::DirectiveType& directive : graphlette(member.graphlette).schema->directives()) {
        if (directive.built_in) continue;
        const auto [at, is_new] = known.try_emplace(directive.name, composed_.directives.size());
        if (is_new) {
          composed_.directives.push_back(directive);
        } else if (!are_equal(composed_.directives[at->second], directive)) {
          problem({member.graphlette, nullptr}, 0,
                  fmt::format("The directive \"@{}\" of {} is defined in another way by another graphlette.", directive.name,
                              graphlette(member.graphlette).path),
                  "Make them equal, or rename one of them.");
        }
      }
    }
  }

  const Model& model_;
  const std::vector<UnifiedMember>& members_;
  const PlaceInSdl& place_;
  std::vector<Problem>& problems_;
  ComposedTypes composed_;
  std::map<std::string, std::vector<TypeDefinedAt>> definitions_;
  std::vector<std::string> order_;
  std::map<const graphql::Type*, const graphql::Type*> roots_;  // by the graphlette's own
  std::map<std::string, std::size_t> root_names_;
};

}  // namespace

ComposedTypes compose_types(const Model& model, const std::vector<UnifiedMember>& members, const PlaceInSdl& place,
                            std::vector<Problem>& problems) {
  return Composer(model, members, place, problems).run();
}

}  // namespace millrace::app
