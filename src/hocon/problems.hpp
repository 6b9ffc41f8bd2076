// Collects the problems of a document: one for each place, up to a number that a person would read.
#pragma once

#include <string>
#include <utility>
#include <vector>

#include "base/problem.hpp"
#include "hocon/tree.hpp"

namespace millrace::hocon {

class Problems {
 public:
  void add(const Place& place, std::string message, std::string hint = {}) {
    ++count_;
    if (list_.size() < kProblemsMax && !is_last(place)) list_.push_back({place, std::move(message), std::move(hint)});
  }
  void add(const Spot& spot, std::string message, std::string hint = {}) { add(spot.place(), std::move(message), std::move(hint)); }

  bool empty() const { return count_ == 0; }
  /// How many were added, kept or not.
  std::size_t count() const { return count_; }
  std::vector<Problem> take() { return std::move(list_); }

 private:
  bool is_last(const Place& place) const {
    if (list_.empty()) return false;
    const Place& last = list_.back().place;
    return last.line == place.line && last.column == place.column && last.line != 0 && last.file == place.file;
  }

  static constexpr std::size_t kProblemsMax = 100;
  std::vector<Problem> list_;
  std::size_t count_ = 0;
};

}  // namespace millrace::hocon
