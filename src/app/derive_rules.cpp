#include "app/derive_rules.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

#include "app/entity_path.hpp"
#include "base/json/slices.hpp"
#include "document/filter_text.hpp"
#include "rest/fields.hpp"

namespace millrace::app {
namespace {

void collect_members(const document::Filter& filter, std::vector<std::string>& out) {
  for (const document::Filter& child : filter.children) collect_members(child, out);
  if (filter.kind == document::Filter::Kind::compare && filter.path.root == document::FieldPath::Root::payload)
    out.push_back(json::decode_string(filter.path.keys.front()));
}

class RuleDeriver {
 public:
  RuleDeriver(Model& model, std::vector<Problem>& problems) : model_(model), problems_(problems) {}

  void add(const RulesConfig& config, std::size_t entity) {
    EntityModel& model = model_.entities[entity];
    model.is_audited |= config.is_audited;
    if (config.has_tokens) {
      if (!model.rules) model.rules.emplace();
      model.rules->has_tokens = true;
    }
    if (!config.place) return;
    if (model.rules_place)
      problems_.push_back({*config.place, fmt::format("\"{}\" has rules already: {}.", model.name, to_string(*model.rules_place)),
                           "Write all rules of an entity in one place."});
    model.rules_place = config.place;
    if (!model.rules) model.rules.emplace();
    for (const RuleConfig& rule : config.rules) {
      check(rule, entity);
      warn_of_roles(rule);
      if (is_never_asked(rule.rule, model.rules->rules))
        model_.warnings.push_back({rule.place, "This rule never decides: rules before it are for the same roles and rights.",
                                   "Put the narrower rule first, or take it out."});
      model.rules->rules.push_back(rule.rule);
    }
    if (!model_.config.auth && !std::exchange(has_warned_, true))
      model_.warnings.push_back({*config.place, "There are rules but no auth: everybody is \"anonymous\", and nobody has any other role.",
                                 "Add auth { ... } (docs/access.md)."});
  }

 private:
  static bool is_never_asked(const access::Rule& rule, const std::vector<access::Rule>& before) {
    const auto decides = [&](const std::string& role, access::Right right) {
      return std::ranges::any_of(before, [&](const access::Rule& other) { return other.may(right) && covers(other.roles, role); });
    };
    for (std::size_t i = 0; i < access::kRights; ++i) {
      const auto right = static_cast<access::Right>(i);
      if (rule.may(right) && !std::ranges::all_of(rule.roles, [&](const std::string& role) { return decides(role, right); })) return false;
    }
    return rule.rights != 0;
  }

  /// Whether whoever has the role has one of these.
  static bool covers(const std::vector<std::string>& roles, const std::string& role) {
    const auto have = [&roles](std::string_view name) { return std::ranges::find(roles, name) != roles.end(); };
    return have("*") || have(role) || (role != "anonymous" && role != "*" && have("authenticated"));
  }

  /// HOCON makes one text of words in a row: [a b] is a list of one.
  void warn_of_roles(const RuleConfig& config) {
    for (const std::string& role : config.rule.roles) {
      if (!role.contains(' ')) continue;
      model_.warnings.push_back({config.place, fmt::format("\"{}\" is one role, whose name has a space.", role),
                                 "If these are several, put commas between them."});
    }
  }

  void check(const RuleConfig& config, std::size_t entity) {
    std::vector<std::string> members;
    collect_members(config.rule.where, members);
    for (const std::string& name : members) check_name(name, "where", config.where_place, entity);
    for (const std::string& key : config.rule.fields.value_or(std::vector<std::string>()))
      check_name(json::decode_string(key), "fields", config.fields_place, entity);
  }

  /// What no document can have is a slip of the pen, and one that decides who sees what.
  void check_name(const std::string& name, std::string_view key, const Place& place, std::size_t entity) {
    for (const RestletteModel& restlette : model_.restlettes) {
      if (restlette.entity != entity || !restlette.schema) continue;
      const rest::Fields fields = rest::read_fields(restlette.schema->text());
      if (fields.find(name) != nullptr || fields.all.empty()) return;
      std::vector<std::string> known;
      for (const rest::Field& field : fields.all) known.push_back(field.name);
      const std::string_view near = nearest(name, known);
      Problem problem{place,
                      fmt::format("{} names the field \"{}\", which the schema ({}) does not have.", key, name, restlette.schema_origin),
                      near.empty() ? fmt::format("One of {}.", fmt::join(known, ", ")) : fmt::format("Did you mean \"{}\"?", near)};
      (fields.is_closed ? problems_ : model_.warnings).push_back(std::move(problem));
      return;
    }
  }

  Model& model_;
  std::vector<Problem>& problems_;
  bool has_warned_ = false;
};

std::string_view name_of(const access::Bound& bound) {
  switch (bound.source) {
    case access::Bound::Source::claim: return bound.path;
    case access::Bound::Source::subject: return "sub";
    case access::Bound::Source::roles: return "roles";
    case access::Bound::Source::tokens: return "tokens";
  }
  return "";
}

/// The records of reads: closed unless rules let somebody read them, and nobody writes them.
void derive_audit(Model& model, std::vector<Problem>& problems) {
  const RestletteModel& restlette = model.restlettes[*model.config.audit];
  model.audit = restlette.entity;
  EntityModel& entity = model.entities[restlette.entity];
  for (std::size_t i = 0; i < model.restlettes.size(); ++i)
    if (i != *model.config.audit && model.restlettes[i].entity == restlette.entity)
      problems.push_back({model.config.restlettes[*model.config.audit].place,
                          fmt::format("\"{}\", where it would be kept who read what, is an entity of the config.", entity.name),
                          "Say where else: audit { storage { ... } }."});
  if (!entity.rules) entity.rules.emplace();
  if (!entity.rules_place) entity.rules_place = model.config.restlettes[*model.config.audit].place;
  constexpr auto kWrites = 1u << static_cast<unsigned>(access::Right::create) | 1u << static_cast<unsigned>(access::Right::update) |
                           1u << static_cast<unsigned>(access::Right::remove);
  for (access::Rule& rule : entity.rules->rules) rule.rights &= ~kWrites;
  for (const std::string_view name : {"ids", "sub"}) entity.indexes.push_back(document::FieldPath::parse(fmt::format("payload.{}", name)));
}

}  // namespace

void derive_rules(Model& model, std::vector<Problem>& problems) {
  RuleDeriver deriver(model, problems);
  for (std::size_t i = 0; i < model.config.graphlettes.size(); ++i)
    deriver.add(model.config.graphlettes[i].rules, model.graphlettes[i].entity);
  for (std::size_t i = 0; i < model.config.restlettes.size(); ++i)
    deriver.add(model.config.restlettes[i].rules, model.restlettes[i].entity);
  for (const RulesConfig& config : model.config.rules)
    if (const auto entity = find_entity(model, config.entity, *config.place, "rules", problems)) deriver.add(config, *entity);
  if (model.config.audit) derive_audit(model, problems);
  for (EntityModel& entity : model.entities) {
    if (!entity.rules) continue;
    // An empty list lets nobody do anything; none at all lets everybody.
    if (!entity.rules_place) entity.rules->rules.push_back({.roles = {"*"}, .rights = (1u << access::kRights) - 1});
    *entity.rules = access::with_tokens(*std::move(entity.rules));
  }
}

std::string to_string(const access::Rule& rule) {
  std::vector<std::string_view> rights;
  for (std::size_t i = 0; i < access::kRights; ++i)
    if (rule.may(static_cast<access::Right>(i))) rights.push_back(access::kRightNames[i]);
  std::vector<std::string> names;
  for (const access::Bound& bound : rule.bound) names.emplace_back(name_of(bound));
  std::string text = fmt::format("{} may {}", fmt::join(rule.roles, ", "), fmt::join(rights, ", "));
  const bool is_narrow = rule.where.kind != document::Filter::Kind::all || !rule.where.children.empty();
  if (is_narrow) text += " where " + document::to_string(rule.where, names);
  if (!rule.fields) return text;
  text += "; fields id";
  for (const std::string& key : *rule.fields) text += ", " + json::decode_string(key);
  return text;
}

}  // namespace millrace::app
