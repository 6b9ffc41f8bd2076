// Bytes that may be too many for memory: written from front to back, then read as often as wanted. Beyond a little they stand in a file
// that has no name, so that nothing is left of them whatever happens.
//
// For one user at a time. write() is quick; flush() and reading may block for the file: use a worker where that matters.
#pragma once

#include <cstdint>
#include <filesystem>
#include <string>
#include <string_view>

#include "base/result.hpp"

namespace millrace::io {

class Spool {
 public:
  struct Options {
    std::filesystem::path folder;          // where the file goes, made when it is not there
    std::size_t memory_max = 512 * 1024;   // until then there is no file
    std::uint64_t bytes_max = 1ull << 40;  // error "spool.full" (too_large) beyond
  };
  explicit Spool(Options options) : options_(std::move(options)) {}
  ~Spool();
  Spool(const Spool&) = delete;
  Spool& operator=(const Spool&) = delete;

  /// Adds bytes in memory. Error "spool.full".
  Result<> write(std::string_view bytes);
  /// Whether flush() is due.
  bool is_ripe() const { return memory_.size() >= options_.memory_max; }
  /// Moves what is in memory to the file. Error "spool.file" (unavailable).
  Result<> flush();

  std::uint64_t size() const { return flushed_ + memory_.size(); }
  bool is_in_memory() const { return file_ < 0; }

  /// Reads from the front; the spool must not be written meanwhile, and outlives it.
  class Reader {
   public:
    explicit Reader(const Spool& spool) : spool_(spool) {}
    std::uint64_t left() const { return spool_.size() - at_; }
    /// The next bytes, exactly so many. The view holds until the next call. Requires: as many are left. Error "spool.file".
    Result<std::string_view> take(std::size_t count);

   private:
    Result<> fill(std::size_t count);
    const Spool& spool_;
    std::uint64_t at_ = 0;
    std::uint64_t block_at_ = 0;  // where in the spool the block starts
    std::string block_;
  };

 private:
  const Options options_;
  int file_ = -1;
  std::uint64_t flushed_ = 0;
  std::string memory_;  // follows what is in the file
};

}  // namespace millrace::io
