// One SQLite file within this process: its writer, and a connection for every thread that reads. Stores of several collections share it.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <mutex>
#include <vector>

#include "store/sqlite/connection.hpp"
#include "store/sqlite/writer.hpp"

namespace millrace::store::sqlite {

class Database : public std::enable_shared_from_this<Database> {
 public:
  struct Options {
    std::filesystem::path file;
    Writer::Limits limits;
    std::int64_t file_bytes_max = 0;
    Log log;
  };
  /// The database of the file, shared with those who have it open already (whose options then hold). Makes the folder and the file.
  static Result<std::shared_ptr<Database>> open(const Options& options);
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;
  ~Database() = default;

  /// This thread's connection for reading, which sees what was committed until now; asked for anew by each read. Any thread; the connection
  /// lives as long as the database.
  Result<Connection*> reader();
  Writer& writer() { return *writer_; }
  /// A connection of its own for writing, to make tables with.
  Result<std::unique_ptr<Connection>> open_for_writing() const;

 private:
  explicit Database(const Options& options);
  Result<> start();

  const Options options_;
  const std::uint64_t serial_;  // never used twice, so that a thread cannot take an old connection for a new one
  std::unique_ptr<Writer> writer_;
  std::mutex mutex_;
  std::vector<std::unique_ptr<Connection>> readers_;  // GUARDED_BY(mutex_)
};

}  // namespace millrace::store::sqlite
