#include "jsonschema/resources.hpp"

#include <fmt/format.h>

#include <charconv>
#include <utility>

#include "jsonschema/metaschemas.hpp"
#include "jsonschema/uri.hpp"

namespace millrace::jsonschema {
namespace {

constexpr std::string_view kDraft7 = "json-schema.org/draft-07/schema";
constexpr std::string_view kDraft2020 = "json-schema.org/draft/2020-12/schema";

/// The drafts by their URIs, with http or https, with or without an empty fragment.
std::optional<Draft> draft_named(std::string_view uri) {
  if (uri.ends_with('#')) uri.remove_suffix(1);
  const std::size_t slashes = uri.find("//");
  if (slashes == std::string_view::npos || (!uri.starts_with("http://") && !uri.starts_with("https://"))) return std::nullopt;
  uri.remove_prefix(slashes + 2);
  if (uri == kDraft7) return Draft::draft_7;
  if (uri == kDraft2020) return Draft::draft_2020_12;
  return std::nullopt;
}

/// ~1 and ~0 of a JSON Pointer decoded.
std::string decode_token(std::string_view token) {
  std::string out;
  for (std::size_t i = 0; i < token.size(); ++i) {
    const bool escape = token[i] == '~' && i + 1 < token.size() && (token[i + 1] == '0' || token[i + 1] == '1');
    out += escape ? (token[++i] == '0' ? '~' : '/') : token[i];
  }
  return out;
}

std::optional<json::Value> element(json::Value array, std::string_view token) {
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(token.data(), token.data() + token.size(), index);
  if (error != std::errc() || end != token.data() + token.size() || index >= array.size()) return std::nullopt;
  json::Value value = array.first();
  for (; index > 0; --index) value = value.after();
  return value;
}

std::optional<std::string> text_member(json::Value object, std::string_view key) {
  const auto value = object.find(key);
  if (!value || !value->is(json::Kind::string)) return std::nullopt;
  return value->string();
}

}  // namespace

std::uint32_t Resources::add_document(std::uint32_t source, const std::string& uri, Draft draft) {
  const Location root{source, 0};
  const std::uint32_t resource = add_resource({.uri = uri, .retrieved_from = uri, .root = root, .draft = draft});
  const json::Value value = sources_.value(root);
  if (value.is(json::Kind::object)) {
    // Reading the metaschema can add documents, and move what is in resources_.
    Resource read = resources_[resource];
    read_metaschema(read, value);
    resources_[resource] = std::move(read);
  }
  std::vector<Visit> open{{root, resource}};
  while (!open.empty()) {
    const Visit at = open.back();
    open.pop_back();
    visit(at, open);
  }
  return resource;
}

std::uint32_t Resources::add_resource(Resource resource) {
  const auto number = static_cast<std::uint32_t>(resources_.size());
  by_uri_.emplace(resource.uri, number);
  by_root_.insert_or_assign(resource.root, number);
  resources_.push_back(std::move(resource));
  return number;
}

void Resources::visit(Visit at, std::vector<Visit>& open) {
  const json::Value schema = sources_.value(at.location);
  if (!schema.is(json::Kind::object)) return;
  read_identifiers(at);
  const Draft draft = resources_[at.resource].draft;
  const bool only_definitions = draft == Draft::draft_7 && schema.find("$ref");
  for (json::Value key = schema.first(); !(key == schema.end()); key = key.after().after()) {
    const Keyword* keyword = find_keyword(key.string(), draft);
    if (keyword == nullptr || (only_definitions && keyword->word != Word::definitions)) continue;
    for (const json::Value& inner : schemas_in(keyword->shape, key.after())) {
      open.push_back({{at.location.source, inner.index()}, at.resource});
    }
  }
}

/// In draft 7 a $ref hides what stands beside it.
void Resources::read_identifiers(Visit& at) {
  const json::Value schema = sources_.value(at.location);
  if (resources_[at.resource].draft == Draft::draft_7 && schema.find("$ref")) return;
  if (const auto id = schema.find("$id"); id && id->is(json::Kind::string)) read_id(at, *id);
  if (resources_[at.resource].draft == Draft::draft_7) return;
  read_anchor(at, "$anchor");
  read_anchor(at, "$dynamicAnchor");
}

void Resources::read_id(Visit& at, json::Value id) {
  const std::string text = id.string();
  const auto [uri, fragment] = split_reference(text);
  if (!uri.empty()) name_resource(at, id, std::string(uri));
  if (fragment.empty()) return;
  if (resources_[at.resource].draft == Draft::draft_7) return add_anchor(at, id, decode_percent(fragment));
  problems_.add({at.location.source, id.index()}, fmt::format("The $id \"{}\" must not have a fragment.", text),
                fmt::format("\"$anchor\": \"{}\"", fragment));
}

/// A document's own $id is one more name for it; any other starts a resource.
void Resources::name_resource(Visit& at, json::Value id, const std::string& relative) {
  const Resource& outer = resources_[at.resource];
  std::string uri = resolve_uri(outer.uri, relative);
  const auto known = by_uri_.find(uri);
  if (known != by_uri_.end() && resources_[known->second].root != at.location) {
    problems_.add({at.location.source, id.index()}, fmt::format("The $id \"{}\" is the name of another schema already.", relative));
  }
  if (outer.root == at.location) {
    by_uri_.emplace(uri, at.resource);
    resources_[at.resource].uri = std::move(uri);
    return;
  }
  Resource inner{.uri = std::move(uri),
                 .retrieved_from = outer.retrieved_from,
                 .root = at.location,
                 .draft = outer.draft,
                 .validates = outer.validates};
  read_metaschema(inner, sources_.value(at.location));
  at.resource = add_resource(std::move(inner));
}

void Resources::read_anchor(const Visit& at, std::string_view keyword) {
  const auto value = sources_.value(at.location).find(keyword);
  if (!value || !value->is(json::Kind::string)) return;
  const std::string name = value->string();
  if (keyword == "$dynamicAnchor") resources_[at.resource].dynamic_anchors.emplace(name, at.location);
  add_anchor(at, *value, name);
}

void Resources::add_anchor(const Visit& at, json::Value value, std::string name) {
  const auto [place, added] = resources_[at.resource].anchors.emplace(std::move(name), at.location);
  if (added || place->second == at.location) return;
  problems_.add({at.location.source, value.index()}, fmt::format("The anchor \"{}\" is the name of another schema already.", place->first));
}

/// "$schema" is a draft, or a metaschema of the user's own that names its draft in turn.
void Resources::read_metaschema(Resource& resource, json::Value root) {
  const auto named = text_member(root, "$schema");
  if (!named) return;
  const Location place{resource.root.source, root.find("$schema")->index()};
  if (const auto draft = draft_named(*named)) {
    resource.draft = *draft;
    return;
  }
  std::expected<std::uint32_t, std::string> document = std::unexpected("");
  if (*named != resource.uri) document = find_document(std::string(split_reference(*named).uri), resource.draft);
  if (!document) {
    problems_.add(place, fmt::format("The draft \"{}\" is not known.", *named),
                  "\"http://json-schema.org/draft-07/schema#\" or \"https://json-schema.org/draft/2020-12/schema\"");
    return;
  }
  resource.draft = resources_[*document].draft;
  read_vocabulary(resource, sources_.value(resources_[*document].root), place);
}

void Resources::read_vocabulary(Resource& resource, json::Value metaschema, Location place) {
  const auto vocabulary = metaschema.find("$vocabulary");
  if (!vocabulary || !vocabulary->is(json::Kind::object)) return;
  constexpr std::string_view kVocabularies = "https://json-schema.org/draft/2020-12/vocab/";
  resource.validates = vocabulary->find(std::string(kVocabularies) + "validation").has_value();
  for (json::Value key = vocabulary->first(); !(key == vocabulary->end()); key = key.after().after()) {
    const std::string uri = key.string();
    if (uri.starts_with(kVocabularies) || key.after().text() != "true") continue;
    problems_.add(place, fmt::format("The metaschema requires the vocabulary \"{}\", which is not known.", uri));
  }
}

std::optional<std::uint32_t> Resources::rooted_at(Location location) const {
  const auto found = by_root_.find(location);
  return found == by_root_.end() ? std::nullopt : std::optional(found->second);
}

std::optional<Target> Resources::find(std::uint32_t resource, std::string_view reference, Location place) {
  const auto [relative, fragment] = split_reference(reference);
  const auto document = find_document(resource, relative);
  if (!document) {
    problems_.add(place, fmt::format("The reference \"{}\" leads to no schema that can be read.", reference), document.error());
    return std::nullopt;
  }
  const std::string name = decode_percent(fragment);
  auto target = name.empty() || name.starts_with('/') ? walk(*document, name) : find_anchor(*document, name);
  if (!target) {
    const bool pointer = name.starts_with('/');
    problems_.add(place, fmt::format("The reference \"{}\" points to nothing: there is no {} \"{}\".", reference,
                                     pointer ? "value at" : "anchor", name));
  }
  return target;
}

/// What a reference in that resource names. An $id says what a schema is called, not where it is kept: what is not at the URI that follows
/// from it may be beside the document itself.
std::expected<std::uint32_t, std::string> Resources::find_document(std::uint32_t resource, std::string_view relative) {
  if (relative.empty()) return resource;
  const Draft draft = resources_[resource].draft;
  const std::string uri = resolve_uri(resources_[resource].uri, relative);
  const std::string beside = resolve_uri(resources_[resource].retrieved_from, relative);
  auto document = find_document(uri, draft);
  if (document || beside == uri) return document;
  auto second = find_document(beside, draft);
  if (!second) return std::unexpected(second.error());
  by_uri_.emplace(uri, *second);
  return second;
}

/// The resource at an absolute URI, loaded when it is not here.
std::expected<std::uint32_t, std::string> Resources::find_document(const std::string& uri, Draft draft) {
  if (const auto known = by_uri_.find(uri); known != by_uri_.end()) return known->second;
  return load(uri, draft);
}

std::expected<std::uint32_t, std::string> Resources::load(const std::string& uri, Draft draft) {
  LoadedDocument loaded{std::string(metaschema_text(uri)), uri};
  if (loaded.text.empty()) {
    if (!options_.load) return std::unexpected(fmt::format("only local references are read, not \"{}\"", uri));
    auto found = options_.load(uri);
    if (!found) return std::unexpected(std::move(found).error());
    loaded = *std::move(found);
  }
  auto source = sources_.add(loaded.text, loaded.file);
  if (!source) {
    problems_.add(std::move(source).error());
    return std::unexpected("");
  }
  const std::uint32_t resource = add_document(*source, uri, draft);
  by_uri_.emplace(uri, resource);
  return resource;
}

std::optional<Target> Resources::find_anchor(std::uint32_t resource, const std::string& name) const {
  const auto& anchors = resources_[resource].anchors;
  const auto found = anchors.find(name);
  return found == anchors.end() ? std::nullopt : std::optional(Target{found->second, resource});
}

/// What a token of a JSON Pointer names. A large object is listed once, for many references lead into the same definitions.
std::optional<json::Value> Resources::child(Location parent, const std::string& token) {
  const json::Value value = sources_.value(parent);
  if (value.is(json::Kind::array)) return element(value, token);
  constexpr std::size_t kSmall = 16;
  if (value.size() <= kSmall) return value.find(token);
  if (!value.is(json::Kind::object)) return std::nullopt;
  TextMap<std::uint32_t>& members = members_[parent];
  if (members.empty())
    for (json::Value key = value.first(); !(key == value.end()); key = key.after().after())
      members.emplace(key.string(), key.after().index());
  const auto found = members.find(token);
  return found == members.end() ? std::nullopt : std::optional(json::Value(value.document(), found->second));
}

std::optional<Target> Resources::walk(std::uint32_t resource, std::string_view pointer) {
  Target target{resources_[resource].root, resource};
  while (!pointer.empty()) {
    pointer.remove_prefix(1);
    const std::size_t slash = pointer.find('/');
    const auto next = child(target.location, decode_token(pointer.substr(0, slash)));
    if (!next) return std::nullopt;
    target.location.node = next->index();
    if (const auto inner = rooted_at(target.location)) target.resource = *inner;
    pointer = slash == std::string_view::npos ? std::string_view() : pointer.substr(slash);
  }
  return target;
}

}  // namespace millrace::jsonschema
