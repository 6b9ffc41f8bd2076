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
  // What is read at a time by itself, as long as there is much: some storages take as long for little.
  static constexpr std::size_t kVersions = 4'000;
  static constexpr std::size_t kBytes = 4u << 20;

  Task<document::Changes> read_much(document::Position after);

  document::Feed& feed_;
  std::optional<document::Follower> follower_;
  bool is_behind_ = true;
  bool is_reading_ = false;
  bool is_interrupted_ = false;
};

}  // namespace millrace::processing
