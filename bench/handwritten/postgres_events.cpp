#include "bench/handwritten/postgres_events.hpp"

namespace millrace::handwritten {

void import_postgres(const std::string&) {
  fail("PostgreSQL", "not yet");
}

std::shared_ptr<Events> PostgresDatabase::events(io::Loop&) const {
  fail("PostgreSQL", "not yet");
}

}  // namespace millrace::handwritten
