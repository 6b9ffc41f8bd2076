// The events in PostgreSQL, in tables of their own: each loop has its connections, which never block it.
#pragma once

#include <memory>
#include <string>

#include "bench/handwritten/events.hpp"

namespace millrace::handwritten {

/// Makes the tables, and copies the newest versions out of Millrace's tables in the same database.
void import_postgres(const std::string& conninfo);

/// A database that has the tables.
class PostgresDatabase {
 public:
  explicit PostgresDatabase(std::string conninfo) : conninfo_(std::move(conninfo)) {}
  /// For this loop, which does not run yet. Connects, and waits for it.
  std::shared_ptr<Events> events(io::Loop& loop) const;

 private:
  std::string conninfo_;
};

}  // namespace millrace::handwritten
