// A schema as programs read it that know one text and one draft: everything that it refers to, in whatever file, behind whatever $id or
// anchor, as parts beside it, in draft 2020-12. It accepts what the schema accepts.
#pragma once

#include <set>
#include <string>
#include <vector>

#include "jsonschema/schema.hpp"

namespace millrace::jsonschema {

struct BundleOptions {
  std::string reference_before = "#/$defs/";  // what stands before a part's name in references to it
  std::string name_before = {};               // begins every part's name
  std::set<std::string> taken = {};           // names that no part may have
};

struct Bundle {
  /// A schema that others refer to. Its name has the letters, digits and underscores of what it was called; its title is its name.
  struct Part {
    std::string name;
    std::string schema;
  };
  std::string root;  // without definitions; the schema behind a $ref that stands alone at the root
  std::vector<Part> parts;
};

/// What the draft of a schema does not read means nothing, and is left out where draft 2020-12 would read it. A $dynamicRef leads where it
/// leads from the root: what it leads to on several ways is a part for each of them.
Bundle make_bundle(const Schema& schema, BundleOptions options = {});

/// The bundle in one text that names its draft, parts under "$defs".
std::string bundle_text(const Schema& schema);

}  // namespace millrace::jsonschema
