#include "jsonschema/bundle.hpp"

#include <map>
#include <optional>
#include <utility>

#include "base/json/canonical.hpp"
#include "base/json/members.hpp"
#include "jsonschema/program.hpp"
#include "jsonschema/uri.hpp"

namespace millrace::jsonschema {
namespace {

using json::each_member;
using json::Kind;
using json::Value;
using Members = json::MemberWriter;

void write_list(std::string& out, Value list, const std::function<void(Value)>& write) {
  out += '[';
  for (Value value = list.first(); !(value == list.end()); value = value.after()) {
    if (out.back() != '[') out += ',';
    write(value);
  }
  out += ']';
}

/// Whether text that no validator reads could be taken for a reference.
bool holds_reference(Value value) {
  return value.text().find("\"$ref\"") != std::string_view::npos;
}

/// Whether a keyword only names schemas, or holds those that others refer to.
bool is_naming(Word word) {
  switch (word) {
    case Word::schema:
    case Word::id:
    case Word::anchor:
    case Word::dynamic_anchor:
    case Word::vocabulary:
    case Word::defs:
    case Word::definitions: return true;
    default: return false;
  }
}

/// The letters and digits of a text, each word with a capital.
std::string capitalized(std::string_view text) {
  std::string out;
  bool begins_word = true;
  for (const char c : text) {
    const bool is_part = std::isalnum(static_cast<unsigned char>(c)) != 0 && c > 0;
    if (is_part) out += begins_word ? static_cast<char>(std::toupper(c)) : c;
    begins_word = !is_part;
  }
  return out;
}

/// What a reference calls the schema: the last of its pointer, its anchor, or its file.
std::string called(const std::string& reference) {
  const SplitReference split = split_reference(reference);
  const std::string fragment = decode_percent(split.fragment);
  std::string name = capitalized(std::string_view(fragment).substr(fragment.rfind('/') + 1));
  if (!name.empty()) return name;
  std::string_view file = split.uri.substr(split.uri.rfind('/') + 1);
  name = capitalized(file.substr(0, file.find('.')));
  return name.empty() ? "Document" : name;
}

class Bundler {
 public:
  Bundler(const Program& program, BundleOptions options) : program_(program), options_(std::move(options)) {}

  Bundle make() {
    Bundle bundle;
    Place root = entered({}, program_.origin.resource_of.at({0, 0}));
    root.location = {0, 0};
    for (auto next = only_reference(root); next; next = only_reference(root)) root = *std::move(next);
    write(bundle.root, root);
    for (std::size_t i = 0; i < waiting_.size(); ++i) {
      const auto [place, name] = waiting_[i];  // writing it may add others
      bundle.parts.push_back({name, {}});
      write(bundle.parts.back().schema, place, name);
    }
    return bundle;
  }

 private:
  /// A schema and the way to it: the resource that it is in, and what each name of a $dynamicRef means there.
  struct Place {
    Location location;
    std::uint32_t resource = 0;
    std::map<std::string, Target> dynamic = {};
    friend auto operator<=>(const Place&, const Place&) = default;
  };

  Value value_of(const Place& place) const { return program_.sources.value(place.location); }
  const Resource& resource_of(const Place& place) const { return program_.origin.resources[place.resource]; }

  /// The outermost resource with a $dynamicAnchor decides what its name means.
  Place entered(Place from, std::uint32_t resource) const {
    from.resource = resource;
    for (const auto& [name, location] : program_.origin.resources[resource].dynamic_anchors)
      from.dynamic.emplace(name, Target{location, resource});
    return from;
  }

  /// A schema inside another.
  Place inner(const Place& outer, Value value) const {
    const Location location{outer.location.source, value.index()};
    auto resource = program_.origin.resource_of.find(location);
    Place place = resource == program_.origin.resource_of.end() ? outer : entered(outer, resource->second);
    place.location = location;
    return place;
  }

  std::optional<Place> referred(const Place& from, Value reference) const {
    auto found = program_.origin.references.find({from.location.source, reference.index()});
    if (found == program_.origin.references.end()) return std::nullopt;
    Place place = entered(from, found->second.resource);
    place.location = found->second.location;
    return place;
  }

  std::optional<Place> dynamically_referred(const Place& from, Value reference) const {
    auto place = referred(from, reference);
    if (!place) return std::nullopt;
    const std::string text = reference.string();
    const std::string name = text.substr(text.find('#') + 1);
    const auto& anchors = resource_of(*place).dynamic_anchors;
    auto anchor = anchors.find(name);
    if (anchor == anchors.end() || anchor->second != place->location) return place;  // a plain $ref
    const Target& outermost = place->dynamic.at(name);
    place->resource = outermost.resource;
    place->location = outermost.location;
    return place;
  }

  /// Where a schema leads that says nothing else.
  std::optional<Place> only_reference(const Place& place) const {
    const Value schema = value_of(place);
    auto reference = schema.is(Kind::object) ? schema.find("$ref") : std::nullopt;
    if (!reference || !reference->is(Kind::string)) return std::nullopt;
    const Draft draft = resource_of(place).draft;
    bool is_alone = true;
    each_member(schema, [&](const std::string& key, Value) {
      const Keyword* keyword = find_keyword(key, draft);
      is_alone = is_alone && (keyword == nullptr || keyword->word == Word::ref || is_naming(keyword->word));
    });
    return is_alone || draft == Draft::draft_7 ? referred(place, *reference) : std::nullopt;
  }

  /// Recursive: the parser has bounded the depth. `title` replaces the schema's own.
  void write(std::string& out, const Place& place, std::string_view title = {}) {
    const Value schema = value_of(place);
    if (!schema.is(Kind::object)) return json::append_canonical(out, schema);
    const Draft draft = resource_of(place).draft;
    const bool refers_only = draft == Draft::draft_7 && schema.find("$ref");
    std::vector<std::string> more;
    Members members(out);
    if (!title.empty()) json::append_string(members.key("title"), title);
    each_member(schema, [&](const std::string& key, Value value) {
      const Keyword* keyword = find_keyword(key, draft);
      if (keyword == nullptr && (title.empty() || key != "title")) return write_note(members, key, value);
      if (keyword == nullptr || (refers_only && keyword->word != Word::ref)) return;
      if (keyword->validation && !resource_of(place).validates) return;
      write_keyword(members, *keyword, value, place, more);
    });
    write_more(members, refers_only ? std::nullopt : schema.find("allOf"), place, more);
    members.end();
  }

  /// What validators do not read: kept for people, unless draft 2020-12 would read it.
  static void write_note(Members& members, const std::string& key, Value value) {
    if (find_keyword(key, Draft::draft_2020_12) == nullptr && !holds_reference(value)) json::append_canonical(members.key(key), value);
  }

  void write_keyword(Members& members, const Keyword& keyword, Value value, const Place& place, std::vector<std::string>& more) {
    const Value schema = value_of(place);
    const auto items = schema.find("items");
    const bool is_tuple = items && items->is(Kind::array);
    if (is_naming(keyword.word)) return;
    switch (keyword.word) {
      case Word::ref: return write_reference(members, value, referred(place, value));
      case Word::dynamic_ref: return write_dynamic(members, value, place, more);
      case Word::dependencies: return write_dependencies(members, value, place, more);
      case Word::all_of: return;  // in write_more
      case Word::content_schema: return write_note(members, "contentSchema", value);
      case Word::additional_items: return is_tuple ? write(members.key("items"), inner(place, value)) : void();
      case Word::items:
        if (is_tuple && value.size() == 0) return;  // prefixItems may not be empty
        return write_shape(members.key(is_tuple ? "prefixItems" : "items"), keyword.shape, value, place);
      default: write_shape(members.key(keyword.name), keyword.shape, value, place);
    }
  }

  void write_shape(std::string& out, Shape shape, Value value, const Place& place) {
    const bool is_list = value.is(Kind::array);
    if (shape == Shape::schema || (shape == Shape::schema_or_list && !is_list)) return write(out, inner(place, value));
    if (shape == Shape::schemas || shape == Shape::schema_or_list)
      return write_list(out, value, [&](Value each) { write(out, inner(place, each)); });
    if (shape != Shape::schema_map) return json::append_canonical(out, value);
    Members members(out);
    each_member(value, [&](const std::string& key, Value each) { write(members.key(key), inner(place, each)); });
    members.end();
  }

  /// allOf, with what has no keyword of its own beside the others.
  void write_more(Members& members, std::optional<Value> all_of, const Place& place, const std::vector<std::string>& more) {
    if (!all_of && more.empty()) return;
    std::string& out = members.key("allOf");
    if (all_of) {
      write_shape(out, Shape::schemas, *all_of, place);
      out.pop_back();
    } else {
      out += '[';
    }
    for (const std::string& each : more) out.append(out.back() == '[' ? "" : ",").append(each);
    out += ']';
  }

  void write_reference(Members& members, Value reference, std::optional<Place> to) {
    if (to) json::append_string(members.key("$ref"), options_.reference_before + name_of(*to, reference.string()));
  }

  /// Beside a $ref there is no room for another.
  void write_dynamic(Members& members, Value reference, const Place& place, std::vector<std::string>& more) {
    auto to = dynamically_referred(place, reference);
    if (!value_of(place).find("$ref")) return write_reference(members, reference, std::move(to));
    Members apart(more.emplace_back());
    write_reference(apart, reference, std::move(to));
    apart.end();
  }

  /// Draft 7's `dependencies` are two keywords now; a newer schema may have these as well.
  void write_dependencies(Members& members, Value dependencies, const Place& place, std::vector<std::string>& more) {
    std::string schemas;
    std::string names;
    Members of_schemas(schemas);
    Members of_names(names);
    each_member(dependencies, [&](const std::string& key, Value value) {
      value.is(Kind::array) ? json::append_canonical(of_names.key(key), value) : write(of_schemas.key(key), inner(place, value));
    });
    of_schemas.end();
    of_names.end();
    const auto write_both = [&](Members& to) {
      if (schemas.size() > 2) to.key("dependentSchemas") += schemas;
      if (names.size() > 2) to.key("dependentRequired") += names;
    };
    if (resource_of(place).draft == Draft::draft_7) return write_both(members);
    Members apart(more.emplace_back());
    write_both(apart);
    apart.end();
  }

  /// The part at a place; the first reference that leads to it gives it its name.
  const std::string& name_of(const Place& place, const std::string& reference) {
    const auto [known, is_new] = names_.try_emplace(place);
    if (!is_new) return known->second;
    const std::string base = options_.name_before + called(reference);
    std::string name = base;
    for (int i = 2; !options_.taken.insert(name).second; ++i) name = base + std::to_string(i);
    waiting_.emplace_back(place, name);
    return known->second = std::move(name);
  }

  const Program& program_;
  BundleOptions options_;
  std::map<Place, std::string> names_;
  std::vector<std::pair<Place, std::string>> waiting_;
};

}  // namespace

Bundle make_bundle(const Schema& schema, BundleOptions options) {
  return Bundler(*schema.program_, std::move(options)).make();
}

std::string bundle_text(const Schema& schema) {
  Bundle bundle = make_bundle(schema);
  if (bundle.root == "true" || bundle.root == "false") return std::move(bundle.root);
  std::string text = R"({"$schema":"https://json-schema.org/draft/2020-12/schema")";
  if (bundle.root != "{}") text.append(1, ',').append(bundle.root, 1, bundle.root.size() - 2);
  if (bundle.parts.empty()) return text + '}';
  Members parts(text += R"(,"$defs":)");
  for (const Bundle::Part& part : bundle.parts) parts.key(part.name) += part.schema;
  parts.end();
  return text + '}';
}

}  // namespace millrace::jsonschema
