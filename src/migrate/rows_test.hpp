// A source for tests: rows in memory.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "migrate/source.hpp"

namespace millrace::migrate {

inline Row row(std::string id, std::string payload, std::int64_t microseconds, bool deleted = false) {
  return {.id = std::move(id), .payload = std::move(payload), .created_at = Instant{microseconds}, .deleted = deleted};
}

class Rows final : public Source {
 public:
  std::vector<Row> rows = {};
  std::size_t fails_at = SIZE_MAX;

  Result<> begin() override {
    next_ = 0;
    return {};
  }
  Result<bool> next(Row& row) override {
    if (next_ == fails_at) return Failure(Error{ErrorKind::unavailable, "test.source", "It broke."});
    if (next_ == rows.size()) return false;
    row = rows[next_];
    row.place = "row " + std::to_string(next_++);
    return true;
  }
  std::string description() const override { return "rows"; }

 private:
  std::size_t next_ = 0;
};

}  // namespace millrace::migrate
