// The top-level fields of an entity's documents, as far as their JSON Schema names them: what lists are filtered by.
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace millrace::rest {

struct Field {
  std::string name;
  // The scalars that it may hold, its own or those in an array; all where the schema does not say, none where it holds objects alone.
  bool is_text = true;
  bool is_number = true;
  bool is_boolean = true;
  bool is_null = true;

  bool is_object() const { return !is_text && !is_number && !is_boolean && !is_null; }
  bool is_any() const { return is_text && is_number && is_boolean && is_null; }
};

struct Fields {
  std::vector<Field> all;
  bool is_closed = false;  // documents have no others

  const Field* find(std::string_view name) const;
};

/// Reads a schema's text, which is known to be a JSON Schema. Empty text: no fields are known. What stands behind a $ref is not looked at.
Fields read_fields(std::string_view schema);

}  // namespace millrace::rest
