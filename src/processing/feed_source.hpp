// A change feed as the pipeline's source.
#pragma once

#include <cstddef>
#include <optional>

#include "document/feed.hpp"
#include "processing/transform.hpp"

namespace millrace::processing {

/// The feed outlives it. For one loop's thread.
class FeedSource final : public Source {
 public:
  explicit FeedSource(document::Feed& feed) : feed_(feed) {}

  Task<document::Changes> read(document::Position after, std::chrono::milliseconds patience) override;
  Task<document::Documents> at(document::Position position, std::size_t limit) override;
  Task<document::Position> head() override;
  void interrupt() override;

 private:
  static constexpr std::size_t kBytes = 1u << 20;  // that at() gives

  document::Feed& feed_;
  std::optional<document::Follower> follower_;
  bool is_reading_ = false;
  bool is_interrupted_ = false;
};

}  // namespace millrace::processing
