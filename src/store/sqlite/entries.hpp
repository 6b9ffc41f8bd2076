// Keeping index entries: which keys a version has, and where they stand.
#pragma once

#include <string_view>
#include <vector>

#include "document/document.hpp"
#include "document/index_path.hpp"
#include "store/sqlite/table.hpp"

namespace millrace::store::sqlite {

/// Adds the entries of a version. `past`: it is superseded.
Result<> add_entries(Connection& connection, const Table& table, const std::vector<document::IndexedPath>& paths, std::string_view payload,
                     document::Position position, bool past);

/// Moves the entries of a version that is being superseded.
Result<> retire_entries(Connection& connection, const Table& table, const std::vector<document::IndexedPath>& paths,
                        std::string_view payload, document::Position position);

}  // namespace millrace::store::sqlite
