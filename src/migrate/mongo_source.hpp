// MeshQL's collections in MongoDB.
#pragma once

#include "migrate/source.hpp"

namespace millrace::migrate {

/// A collection has no snapshot that lasts: what is written meanwhile may be seen or not, and is for the caller to notice.
Result<std::unique_ptr<Source>> open_mongo(const SourceOptions& options);

}  // namespace millrace::migrate
