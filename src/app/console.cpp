#include "app/console.hpp"

#include <algorithm>

#include "app/start_page.hpp"
#include "app/unified_model.hpp"
#include "base/json/canonical.hpp"
#include "rest/fields.hpp"

namespace millrace::app {
namespace {

using graphql::ScalarKind;

bool is_required(const graphql::InputValue& argument) {
  return argument.is_required();
}

bool is_plain_leaf(const graphql::Field& field) {
  return field.type.named->is_leaf() && std::ranges::none_of(field.arguments, is_required);
}

/// A path below the root, as a page's relative addresses need it.
std::string relative(std::string_view path) {
  return json::quoted(path.substr(1));
}

std::string text_or_null(std::string_view text) {
  return text.empty() ? "null" : json::quoted(text);
}

std::string list_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list.append(list.empty() ? "" : ",").append(json::quoted(text));
  return "[" + list + "]";
}

/// A member of an entity's documents, as far as its schemas tell.
struct Member {
  std::string name;
  bool is_text = false;
  bool is_enumeration = false;
  bool is_instant = false;
};

/// What documents are, by the names and types of their members. A guess, which the page shows in the document's own words.
class Roles {
 public:
  explicit Roles(std::vector<Member> members) : members_(std::move(members)) {}

  std::vector<std::string> names() const {
    std::vector<std::string> found;
    for (const std::string_view wanted : {"name", "title", "label", "subject", "email", "username"})
      for (const Member& member : members_)
        if (member.is_text && (member.name == wanted || member.name.ends_with("_" + std::string(wanted)))) found.push_back(member.name);
    return found;
  }
  std::string status() const {
    for (const std::string_view wanted : {"status", "state"})
      if (has(wanted)) return std::string(wanted);
    return first([](const Member& member) { return member.is_enumeration; });
  }
  std::string time() const {
    const auto is_named_so = [](const Member& member) {
      return member.name == "timestamp" || member.name.ends_with("_timestamp") || member.name.ends_with("_at");
    };
    const std::string both = first([&](const Member& member) { return member.is_instant && is_named_so(member); });
    if (!both.empty()) return both;
    const std::string instant = first([](const Member& member) { return member.is_instant; });
    return instant.empty() ? first(is_named_so) : instant;
  }
  std::string error() const {
    for (const std::string_view wanted : {"error_message", "error"})
      if (has(wanted)) return std::string(wanted);
    return {};
  }
  std::string duration() const {
    return first([](const Member& member) { return member.name.ends_with("_ms"); });
  }

 private:
  bool has(std::string_view name) const { return std::ranges::find(members_, name, &Member::name) != members_.end(); }
  std::string first(const auto& is_wanted) const {
    const auto found = std::ranges::find_if(members_, is_wanted);
    return found == members_.end() ? std::string() : found->name;
  }
  std::vector<Member> members_;
};

/// One entity with the endpoints that the page asks: the first of each kind.
struct Shown {
  std::string name;
  const RestletteModel* restlette = nullptr;
  const GraphletteModel* graphlette = nullptr;
  const UnifiedMember* unified = nullptr;
  rest::Fields fields = {};

  bool can_filter_by(std::string_view member) const {
    return restlette != nullptr && (!fields.is_closed || fields.find(member) != nullptr);
  }
};

class Settings {
 public:
  explicit Settings(const Model& model) : model_(model), shown_(model.entities.size()) {
    for (std::size_t i = 0; i < shown_.size(); ++i) collect(i);
    for (std::size_t i = 0; i < shown_.size(); ++i) name(i);
  }

  std::string text() {
    std::string entities;
    for (const Shown& shown : shown_) entities.append(entities.empty() ? "" : ",").append(entity_text(shown));
    collect_links();
    std::string links;
    for (const Link& link : links_) links.append(links.empty() ? "" : ",").append(link_text(link));
    const std::string graphql = model_.unified ? relative(model_.unified->path) : "null";
    return fmt::format(R"({{"graphql":{},"credentials":{},"entities":[{}],"links":[{}],"resolved":[{}]}})", graphql, credentials_text(),
                       entities, links, resolved_);
  }

 private:
  std::string credentials_text() const {
    const std::optional<AuthConfig>& auth = model_.config.auth;
    if (!auth) return "null";
    return fmt::format(R"({{"tokens":{},"keys":{}}})", !auth->issuers.empty(), !auth->api_keys.empty());
  }

  /// Documents of `from` have a key that is the id of one of `to`.
  struct Link {
    std::size_t from = 0;
    std::string key;
    std::size_t to = 0;
    std::string forward;  // the field that follows it; may be empty
    std::string reverse;  // the field of `to` that lists those who have it; may be empty
    std::string unified;  // the same at the unified endpoint
  };

  void collect(std::size_t index) {
    Shown& shown = shown_[index];
    for (const RestletteModel& restlette : model_.restlettes)
      if (restlette.entity == index && shown.restlette == nullptr) shown.restlette = &restlette;
    for (const GraphletteModel& graphlette : model_.graphlettes)
      if (graphlette.entity == index && shown.graphlette == nullptr) shown.graphlette = &graphlette;
    if (shown.restlette != nullptr && shown.restlette->schema) shown.fields = rest::read_fields(shown.restlette->schema->text());
    if (model_.unified == nullptr) return;
    for (const UnifiedMember& member : model_.unified->members)
      if (&model_.graphlettes[member.graphlette] == shown.graphlette) shown.unified = &member;
  }

  void name(std::size_t index) {
    Shown& shown = shown_[index];
    const std::string& path = shown.graphlette != nullptr ? shown.graphlette->path : shown.restlette->path;
    shown.name = name_of(path);
    for (std::size_t i = 0; i < index; ++i)
      if (shown_[i].name == shown.name) shown.name = path;
  }

  static std::vector<Member> members_of(const Shown& shown) {
    std::vector<Member> members;
    if (shown.graphlette != nullptr)
      for (const graphql::Field& field : shown.graphlette->type->fields) {
        const graphql::Type& type = *field.type.named;
        const bool is_text = type.kind == graphql::TypeKind::scalar && (type.scalar == ScalarKind::string || type.scalar == ScalarKind::id);
        if (is_plain_leaf(field))
          members.push_back({field.name, is_text, type.kind == graphql::TypeKind::enumeration, type.scalar == ScalarKind::date_time});
      }
    for (const rest::Field& field : shown.fields.all)
      if (std::ranges::find(members, field.name, &Member::name) == members.end()) members.push_back({field.name, field.is_text});
    return members;
  }

  std::string entity_text(const Shown& shown) const {
    const Roles roles(members_of(shown));
    std::vector<std::string> names = roles.names();
    if (shown.restlette != nullptr) std::erase_if(names, [&](const std::string& name) { return !shown.can_filter_by(name); });
    return fmt::format(
        R"({{"name":{},"rest":{},"graphql":{},"group":{},"type":{},"one":{},"leaves":{},"names":{},"status":{},"time":{},"error":{},"duration":{}}})",
        json::quoted(shown.name), shown.restlette ? relative(shown.restlette->path) : "null",
        shown.graphlette ? relative(shown.graphlette->path) : "null", text_or_null(shown.unified ? shown.unified->field : ""),
        text_or_null(shown.graphlette ? shown.graphlette->type->name : ""), one_text(shown),
        shown.graphlette ? list_of(leaves_of(*shown.graphlette->type)) : "[]", list_of(names), text_or_null(roles.status()),
        text_or_null(roles.time()), text_or_null(roles.error()), text_or_null(roles.duration()));
  }

  /// The query that gives one document by its id: its name, its argument with its type, and the type of `at`.
  static std::string one_text(const Shown& shown) {
    if (shown.graphlette == nullptr) return "null";
    for (const QueryModel& query : shown.graphlette->queries) {
      if (!query.query.is_by_id || query.query.is_list) continue;
      const graphql::Field& field = *shown.graphlette->schema->query()->field(query.query.name);
      const graphql::InputValue* id = field.argument(query.query.parameters.front());
      const graphql::InputValue* at = field.argument("at");
      if (id == nullptr) continue;
      return fmt::format(R"({{"field":{},"argument":{},"type":{},"at":{}}})", json::quoted(field.name), json::quoted(id->name),
                         json::quoted(id->type.to_string()), text_or_null(at != nullptr ? at->type.named->name : ""));
    }
    return "null";
  }

  static std::vector<std::string> leaves_of(const graphql::Type& type) {
    std::vector<std::string> leaves;
    for (const graphql::Field& field : type.fields)
      if (is_plain_leaf(field)) leaves.push_back(field.name);
    return leaves;
  }

  void collect_links() {
    for (const Shown& shown : shown_) {
      if (shown.graphlette == nullptr) continue;
      for (const RelationModel& relation : shown.graphlette->relations)
        if (relation.type == shown.graphlette->type->name && !add_link(*shown.graphlette, relation)) add_resolved(shown, relation);
    }
    if (model_.unified == nullptr) return;
    for (const ReverseModel& reverse : model_.unified->reverses) {
      const std::size_t from = model_.graphlettes[reverse.relation.target].entity;
      const std::string& key = reverse.relation.own.parameters.front();
      for (Link& link : links_)
        if (!reverse.is_hidden && link.from == from && link.key == key) link.unified = reverse.relation.field;
    }
  }

  /// A relation that is a key, seen from either end. False: it is more than that, or the key cannot be asked for over REST.
  bool add_link(const GraphletteModel& graphlette, const RelationModel& relation) {
    if (relation.remote) return false;
    const GraphletteModel& target = model_.graphlettes[relation.target];
    const QueryModel* query = target.query(relation.query);
    if (query == nullptr || shown_[target.entity].restlette == nullptr) return false;
    if (query->query.is_by_id && !relation.is_list && relation.keys.front() != "id") {
      if (!shown_[graphlette.entity].can_filter_by(relation.keys.front())) return false;
      link(graphlette.entity, relation.keys.front(), target.entity).forward = relation.field;
      return true;
    }
    const std::string key = key_of(query->query.filter, relation.parameter);
    if (relation.keys.back() != "id" || key.empty() || !shown_[target.entity].can_filter_by(key)) return false;
    std::string& reverse = link(target.entity, key, graphlette.entity).reverse;
    if (reverse.empty()) reverse = relation.field;
    return true;
  }

  Link& link(std::size_t from, const std::string& key, std::size_t to) {
    for (Link& known : links_)
      if (known.from == from && known.key == key && known.to == to) return known;
    return links_.emplace_back(Link{from, key, to, {}, {}, {}});
  }

  /// The top-level member that a filter compares with the parameter, when that is all it asks for.
  static std::string key_of(const document::Filter& filter, std::size_t parameter) {
    if (filter.kind == document::Filter::Kind::all && filter.children.size() == 1) return key_of(filter.children.front(), parameter);
    const bool is_key = filter.kind == document::Filter::Kind::compare && filter.comparison == document::Comparison::equal &&
                        filter.operand.parameter == parameter && filter.path.root == document::FieldPath::Root::payload &&
                        filter.path.keys.size() == 1;
    constexpr std::string_view kPayload = "payload.";
    return is_key ? filter.path.to_string().substr(kPayload.size()) : std::string();
  }

  /// What only the server can follow, at the entity's own endpoint.
  void add_resolved(const Shown& shown, const RelationModel& relation) {
    const graphql::Field& field = *shown.graphlette->type->field(relation.field);
    if (std::ranges::any_of(field.arguments, is_required)) return;
    const std::vector<std::string> leaves = leaves_of(*field.type.named);
    if (leaves.empty() || field.type.named->field("edges") != nullptr) return;
    const std::size_t of = static_cast<std::size_t>(&shown - shown_.data());
    const std::string to = relation.remote ? "null" : std::to_string(model_.graphlettes[relation.target].entity);
    resolved_.append(resolved_.empty() ? "" : ",");
    resolved_ +=
        fmt::format(R"({{"of":{},"field":{},"leaves":{},"limited":{},"url":{},"to":{}}})", of, json::quoted(field.name), list_of(leaves),
                    field.argument("limit") != nullptr && relation.is_list, text_or_null(relation.remote ? relation.remote->url : ""), to);
  }

  static std::string link_text(const Link& link) {
    return fmt::format(R"({{"from":{},"key":{},"to":{},"forward":{},"reverse":{},"unified":{}}})", link.from, json::quoted(link.key),
                       link.to, text_or_null(link.forward), text_or_null(link.reverse), text_or_null(link.unified));
  }

  const Model& model_;
  std::vector<Shown> shown_;
  std::vector<Link> links_;
  std::string resolved_;
};

}  // namespace

bool has_console(const Model& model) {
  const auto is_there = [](const auto& served) { return served.path == kConsolePath; };
  return std::ranges::none_of(model.graphlettes, is_there) && std::ranges::none_of(model.restlettes, is_there) &&
         (model.unified == nullptr || !is_there(*model.unified));
}

std::string console_settings(const Model& model) {
  return Settings(model).text();
}

}  // namespace millrace::app
