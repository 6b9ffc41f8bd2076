// Lines of an import: reading them in batches, giving them ids, and counting what became of them.
#pragma once

#include <cstdint>
#include <functional>
#include <istream>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace millrace::app {

/// Lines that are sent together.
struct ImportBatch {
  std::string body;                  // NDJSON
  std::vector<std::uint64_t> lines;  // the number of each line in the file, from 1
};

struct ImportCounts {
  std::uint64_t stored = 0;
  std::uint64_t already_there = 0;
  std::uint64_t refused = 0;
};

class ImportReader {
 public:
  struct Options {
    std::string target;  // what the ids follow from, with line number and line
    bool makes_ids = true;
    std::size_t batch_lines = 500;
    std::size_t batch_bytes = 4u << 20;
  };
  ImportReader(std::istream& stream, Options options) : stream_(stream), options_(std::move(options)) {}

  /// The next lines; an empty batch at the end. Blank lines are passed over.
  ImportBatch next();
  std::uint64_t lines_read() const { return line_; }

 private:
  std::string with_id(std::string_view line) const;

  std::istream& stream_;
  Options options_;
  std::uint64_t line_ = 0;
};

/// Counts the answer to a batch (200 with a result per item) and calls `report(line, message)` for every refused one. Error "import.answer"
/// when it is no such answer.
Result<> count_results(const ImportBatch& batch, std::string_view answer, ImportCounts& counts,
                       const std::function<void(std::uint64_t, std::string_view)>& report);

}  // namespace millrace::app
