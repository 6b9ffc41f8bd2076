// Which schema a URI means: $id, $anchor and $dynamicAnchor of every document that takes part, and how a $ref finds its way to one.
//
// A resource is a schema with a URI of its own: a whole document, or a part of one with an $id. Documents that are named and not here are
// asked for: the standard's own metaschemas are built in, the rest comes from CompileOptions::load.
#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/hash.hpp"
#include "jsonschema/keywords.hpp"
#include "jsonschema/schema.hpp"
#include "jsonschema/source.hpp"

namespace millrace::jsonschema {

struct Resource {
  std::string uri;
  std::string retrieved_from;  // the URI of the whole document, whatever its $id says
  Location root;
  Draft draft = Draft::draft_7;
  bool validates = true;  // false: its metaschema leaves the validation vocabulary out
  TextMap<Location> anchors = {};
  TextMap<Location> dynamic_anchors = {};  // these are among the anchors too
};

/// A schema that a reference has found, and the resource that it is part of.
struct Target {
  Location location;
  std::uint32_t resource = 0;
  friend auto operator<=>(const Target&, const Target&) = default;
};

class Resources {
 public:
  Resources(Sources& sources, Problems& problems, const CompileOptions& options)
      : sources_(sources), problems_(problems), options_(options) {}

  /// Finds every $id and anchor in a source that is at that URI; of that draft unless its "$schema" says otherwise. Gives the number of the
  /// resource that is the whole of it.
  std::uint32_t add_document(std::uint32_t source, const std::string& uri, Draft draft);

  const Resource& operator[](std::uint32_t resource) const { return resources_[resource]; }
  std::size_t size() const { return resources_.size(); }
  const std::vector<Resource>& all() const { return resources_; }
  const std::map<Location, std::uint32_t>& by_root() const { return by_root_; }

  /// The resource whose root this is, if it is one.
  std::optional<std::uint32_t> rooted_at(Location location) const;

  /// What a reference in that resource means; where it means nothing, a problem at `place` says so.
  std::optional<Target> find(std::uint32_t resource, std::string_view reference, Location place);

 private:
  struct Visit {
    Location location;
    std::uint32_t resource;
  };

  std::uint32_t add_resource(Resource resource);
  void visit(Visit at, std::vector<Visit>& open);
  void read_identifiers(Visit& at);
  void read_id(Visit& at, json::Value id);
  void name_resource(Visit& at, json::Value id, const std::string& relative);
  void read_anchor(const Visit& at, std::string_view keyword);
  void add_anchor(const Visit& at, json::Value value, std::string name);
  void read_metaschema(Resource& resource, json::Value root);
  void read_vocabulary(Resource& resource, json::Value metaschema, Location place);

  std::expected<std::uint32_t, std::string> find_document(const std::string& uri, Draft draft);
  std::expected<std::uint32_t, std::string> find_document(std::uint32_t resource, std::string_view relative);
  std::expected<std::uint32_t, std::string> load(const std::string& uri, Draft draft);
  std::optional<Target> find_anchor(std::uint32_t resource, const std::string& name) const;
  std::optional<Target> walk(std::uint32_t resource, std::string_view pointer);
  std::optional<json::Value> child(Location parent, const std::string& token);

  Sources& sources_;
  Problems& problems_;
  const CompileOptions& options_;
  std::vector<Resource> resources_;
  TextMap<std::uint32_t> by_uri_;
  std::map<Location, std::uint32_t> by_root_;
  std::map<Location, TextMap<std::uint32_t>> members_;  // of objects that references lead into
};

}  // namespace millrace::jsonschema
