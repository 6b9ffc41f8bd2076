// MeshQL's tables in PostgreSQL.
#pragma once

#include "migrate/source.hpp"

namespace millrace::migrate {

/// All reads are of one snapshot, by a cursor of the server.
Result<std::unique_ptr<Source>> open_postgres(const SourceOptions& options);

}  // namespace millrace::migrate
