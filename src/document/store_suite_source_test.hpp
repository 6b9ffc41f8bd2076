// A source of appends for the suite that every store passes.
#pragma once

#include <span>
#include <utility>
#include <vector>

#include "document/store.hpp"

namespace millrace::document::suite {

/// Appends three at a time.
class ThreeAtATime : public AppendSource {
 public:
  explicit ThreeAtATime(std::vector<Append> appends) : appends_(std::move(appends)) {}
  Result<std::vector<Append>> next() override {
    std::vector<Append> batch;
    while (batch.size() < 3 && next_ < appends_.size()) batch.push_back(std::move(appends_[next_++]));
    return batch;
  }
  void appended(std::span<const Receipt> receipts) override { receipts_.insert(receipts_.end(), receipts.begin(), receipts.end()); }
  const std::vector<Receipt>& receipts() const { return receipts_; }

 private:
  std::vector<Append> appends_;
  std::size_t next_ = 0;
  std::vector<Receipt> receipts_;
};

}  // namespace millrace::document::suite
