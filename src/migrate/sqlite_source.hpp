// MeshQL's tables in an SQLite file.
#pragma once

#include "migrate/source.hpp"

namespace millrace::migrate {

/// All reads are of one snapshot, which is the file at the first begin().
Result<std::unique_ptr<Source>> open_sqlite(const SourceOptions& options);

}  // namespace millrace::migrate
