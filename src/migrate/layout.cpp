#include "migrate/layout.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <string_view>

namespace millrace::migrate {
namespace {

std::string first_of(const std::vector<std::string>& columns, std::initializer_list<std::string_view> names) {
  for (const std::string_view name : names)
    if (std::ranges::find(columns, name) != columns.end()) return std::string(name);
  return {};
}

}  // namespace

Result<Layout> find_layout(const std::string& table, const std::vector<std::string>& columns) {
  Layout layout{.created_at = first_of(columns, {"created_at", "created_at_ms", "createdAt"}),
                .deleted = first_of(columns, {"deleted"}),
                .tokens = first_of(columns, {"authorized_tokens", "authorizedTokens", "authorized_readers"})};
  const bool has_rest = !first_of(columns, {"id"}).empty() && !first_of(columns, {"payload"}).empty();
  if (has_rest && !layout.created_at.empty()) return layout;
  return Failure(Error{ErrorKind::invalid_argument, "migrate.layout",
                       fmt::format("\"{}\" is no table of MeshQL's: it has {}.", table, fmt::join(columns, ", ")),
                       "MeshQL's have id, payload, and created_at or created_at_ms."});
}

std::string column_list(const Layout& layout) {
  std::string list = "id, payload, " + layout.created_at;
  for (const std::string& name : {layout.deleted, layout.tokens})
    if (!name.empty()) list += ", " + name;
  return list;
}

}  // namespace millrace::migrate
