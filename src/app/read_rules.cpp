#include "app/read_rules.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"

namespace millrace::app {
namespace {

struct Named {
  std::string name;
  Place place;
};

/// A name, or a list of names.
std::vector<Named> read_names(ObjectReader& reader, std::string_view key) {
  std::vector<Named> names;
  const hocon::Value* value = reader.any(key);
  if (value == nullptr) return names;
  const auto list = hocon::as_list(*value);
  for (const hocon::Value* one : list ? *list : std::vector<const hocon::Value*>{value}) {
    if (one->kind == hocon::Kind::string && !one->text.empty()) {
      names.push_back({one->text, one->place});
    } else {
      reader.problem(one->place, fmt::format("{} has something that is no name.", reader.where(key)),
                     fmt::format("Write {0} = a, or {0} = [a, b].", key));
    }
  }
  if (names.empty() && list && list->empty() && key != "fields")
    reader.problem(value->place, fmt::format("{} is empty: nothing could ever fit.", reader.where(key)), "Take the rule out.");
  return names;
}

std::uint32_t read_rights(ObjectReader& reader) {
  std::uint32_t rights = 0;
  for (const Named& named : read_names(reader, "may")) {
    const auto known = std::ranges::find(access::kRightNames, named.name);
    if (named.name == "*") {
      rights = (1u << access::kRights) - 1;
    } else if (known != std::ranges::end(access::kRightNames)) {
      rights |= 1u << (known - std::ranges::begin(access::kRightNames));
    } else {
      const std::vector<std::string> all(std::ranges::begin(access::kRightNames), std::ranges::end(access::kRightNames));
      const std::string_view near = nearest(named.name, all);
      reader.problem(named.place, fmt::format("There is no right \"{}\".", named.name),
                     near.empty() ? fmt::format("One of {}, or \"*\".", fmt::join(all, ", ")) : fmt::format("Did you mean \"{}\"?", near));
    }
  }
  return rights;
}

std::vector<std::string> read_roles(ObjectReader& reader) {
  std::vector<std::string> roles;
  if (reader.any("roles") == nullptr) return {"*"};
  for (const Named& named : read_names(reader, "roles")) {
    check_role(reader, named.name, named.place);
    roles.push_back(named.name);
  }
  return roles;
}

/// Keys of the payload; the id, which is no secret to who has it, is always shown.
std::optional<std::vector<std::string>> read_fields(ObjectReader& reader) {
  if (reader.any("fields") == nullptr) return std::nullopt;
  std::vector<std::string> keys;
  for (const Named& named : read_names(reader, "fields")) {
    if (named.name != "id") keys.push_back(json::quoted(named.name));
  }
  return keys;
}

void read_condition(ObjectReader& reader, RuleConfig& config) {
  const hocon::Value* value = reader.any("where");
  if (value == nullptr) return;
  const bool is_object = value->kind == hocon::Kind::object;
  const std::string text = is_object ? hocon::to_json(*value) : value->text;
  if (!is_object && (value->kind != hocon::Kind::string || !json::parse(text)))
    return reader.problem(value->place, fmt::format("{} is no filter.", reader.where("where")),
                          R"(Write where = { "payload.source": "${claims.team}" }.)");
  auto rule = access::with_condition(config.rule, text, value->place);
  if (rule) {
    config.rule = *std::move(rule);
  } else {
    for (Problem& problem : rule.error()) reader.problem(problem.place, std::move(problem.message), std::move(problem.hint));
  }
}

RuleConfig read_rule(ObjectReader& reader) {
  RuleConfig config{.place = reader.place(), .where_place = reader.place("where"), .fields_place = reader.place("fields")};
  config.rule.roles = read_roles(reader);
  config.rule.rights = read_rights(reader);
  config.rule.fields = read_fields(reader);
  read_condition(reader, config);
  return config;
}

std::vector<RuleConfig> read_list(ObjectReader& reader, const hocon::Value& list, const std::string& where) {
  std::vector<RuleConfig> rules;
  for (ObjectReader& rule : reader.objects_in(list, kRuleSection, where)) rules.push_back(read_rule(rule));
  return rules;
}

}  // namespace

void check_role(ObjectReader& reader, std::string_view role, const Place& place) {
  if (!role.contains(',')) return;
  std::string all;
  for (const char c : role) {
    const bool is_between = c == ' ' && (all.empty() || all.ends_with(' '));
    if (!is_between) all += c;
    if (c == ',') all += ' ';
  }
  reader.problem(place, fmt::format("{} has the role \"{}\": a comma is no part of one.", reader.where("roles"), role),
                 fmt::format("Write roles = [{}].", all));
}

RulesConfig read_rules(ObjectReader& reader) {
  RulesConfig config{.has_tokens = reader.flag("tokens"), .is_audited = reader.flag("audit")};
  const hocon::Value* list = reader.any("rules");
  if (list == nullptr) return config;
  config.place = list->place;
  config.rules = read_list(reader, *list, reader.where("rules"));
  return config;
}

std::vector<RulesConfig> read_rules_by_entity(ObjectReader& reader) {
  std::vector<RulesConfig> all;
  const hocon::Value* rules = reader.any("rules");
  if (rules == nullptr) return all;
  if (rules->kind != hocon::Kind::object)
    reader.problem(rules->place, fmt::format("{} must be an object.", reader.where("rules")),
                   R"(Write rules { "/raw-events" = [ { roles = [analyst], may = [read] } ] }.)");
  for (const hocon::Member& member : rules->members)
    all.push_back({.place = member.place, .entity = member.key, .rules = read_list(reader, member.value, "rules." + member.key)});
  return all;
}

}  // namespace millrace::app
