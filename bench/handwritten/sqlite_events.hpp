// The events in an SQLite file of their own (WAL, synchronous=FULL): reads on the loops, one thread that writes.
#pragma once

#include <memory>
#include <string>

#include "bench/handwritten/events.hpp"

namespace millrace::handwritten {

/// Makes the file, and copies the newest versions out of two files of Millrace's, which may be in use.
void import_sqlite(const std::string& file, const std::string& raw_file, const std::string& processed_file);

/// An open file. Outlives its events, and the loops.
class SqliteFile {
 public:
  /// Starts a thread.
  explicit SqliteFile(std::string file);
  ~SqliteFile();
  /// For this loop, which does not run yet.
  std::shared_ptr<Events> events(io::Loop& loop);

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace millrace::handwritten
