// The problems of one SDL text, reported by offset and given by line and column.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "base/problem.hpp"

namespace millrace::graphql {

class SdlReport {
 public:
  /// The texts must outlive it.
  SdlReport(std::string_view source, const std::string& file) : source_(source), file_(file) {}

  void report(std::uint32_t offset, std::string message, std::string hint = {});
  /// For what stands nowhere.
  void report_whole(std::string message, std::string hint = {});

  bool empty() const { return problems_.empty(); }
  /// In the order of their places.
  std::vector<Problem> take();
  /// "line 3, column 7", for hints that name a second place.
  std::string place_words(std::uint32_t offset) const;

 private:
  struct Entry {
    std::uint32_t offset = 0;
    std::size_t sequence = 0;  // keeps the order of reports at one place
    bool has_place = true;
    Problem problem;
  };
  Place place_at(std::uint32_t offset) const;

  std::string_view source_;
  const std::string& file_;
  std::vector<Entry> problems_;
};

}  // namespace millrace::graphql
