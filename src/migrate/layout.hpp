// Which columns of a table are MeshQL's.
#pragma once

#include <string>
#include <vector>

#include "base/result.hpp"

namespace millrace::migrate {

/// The names that the table has for them; empty where it has none.
struct Layout {
  std::string created_at;
  std::string deleted;
  std::string tokens;
};

/// Error "migrate.layout" shows what the table has instead.
Result<Layout> find_layout(const std::string& table, const std::vector<std::string>& columns);

/// "id, payload, created_at, deleted": the columns that are read.
std::string column_list(const Layout& layout);

}  // namespace millrace::migrate
