// What an index of ours is over: a path, known by a number, and the keys that a version has there.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "document/filter.hpp"

namespace millrace::document {

struct IndexedPath {
  std::int64_t number = 0;
  FieldPath path;
};

/// Whether an index can hold the path at all: the id has its own.
bool can_index(const FieldPath& path);

/// A path as stores keep it, a JSON array of its keys, and back.
std::string path_text(const FieldPath& path);
FieldPath path_of(std::string_view text);

/// The keys (append_key) of a payload at a path, each once, in order. Null, arrays and objects have none: conditions on them are not served
/// by an index.
std::vector<std::string> keys_at(const FieldPath& path, std::string_view payload);

}  // namespace millrace::document
