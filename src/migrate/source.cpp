#include "migrate/source.hpp"

#include <fmt/format.h>

#include "base/uri.hpp"
#include "migrate/mongo_source.hpp"
#include "migrate/postgres_source.hpp"
#include "migrate/sqlite_source.hpp"

namespace millrace::migrate {
namespace {

bool begins_with(std::string_view text, std::initializer_list<std::string_view> beginnings) {
  for (const std::string_view beginning : beginnings)
    if (text.starts_with(beginning)) return true;
  return false;
}

}  // namespace

Result<std::unique_ptr<Source>> open_source(const SourceOptions& options) {
  const std::string_view uri = options.uri;
  if (begins_with(uri, {"mongodb://", "mongodb+srv://"})) return open_mongo(options);
  if (begins_with(uri, {"postgresql://", "postgres://"})) return open_postgres(options);
  if (begins_with(uri, {"sqlite:", "file:"}) || uri.find("://") == std::string_view::npos) return open_sqlite(options);
  return Failure(Error{ErrorKind::invalid_argument, "migrate.source",
                       fmt::format("\"{}\" is no URI that can be migrated from.", without_credentials(uri)),
                       "Give mongodb://..., postgresql://..., or sqlite:FILE."});
}

}  // namespace millrace::migrate
