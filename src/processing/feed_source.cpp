#include "processing/feed_source.hpp"

namespace millrace::processing {

Task<document::Changes> FeedSource::read_much(document::Position after) {
  CO_TRY(document::Documents read, co_await feed_.store().changes(after, kVersions, {.bytes_max = kBytes}));
  is_behind_ = read.is_cut() || read.size() == kVersions;
  document::Changes changes{.until = after + read.size()};
  if (!read.empty()) changes.documents = std::make_shared<const document::Documents>(std::move(read));
  co_return changes;
}

Task<document::Changes> FeedSource::read(document::Position after, std::chrono::milliseconds patience) {
  if (is_behind_) {
    CO_TRY(const document::Changes changes, co_await read_much(after));
    if (!changes.empty()) co_return changes;
  }
  if (!follower_ || follower_->position() != after) {
    follower_.reset();
    auto follower = feed_.follow(after);
    if (!follower && follower.error().code == "feed.over") co_return document::Changes{.until = after, .is_over = true};
    if (!follower) co_return Failure(std::move(follower).error());
    follower_ = *std::move(follower);
  }
  is_reading_ = true;
  is_interrupted_ = false;
  auto changes = co_await follower_->next(patience);
  is_reading_ = false;
  is_behind_ = changes && !changes->empty() && changes->documents->is_cut();
  if (!is_interrupted_) co_return changes;
  // A follower that was stopped gives nothing any more; the feed goes on.
  follower_.reset();
  if (changes) changes->is_over = false;
  co_return changes;
}

Task<document::Documents> FeedSource::at(document::Position position, std::size_t limit) {
  return feed_.store().changes(position - 1, limit, {.bytes_max = kBytes});
}

Task<document::Position> FeedSource::head() {
  return feed_.store().last_position();
}

void FeedSource::interrupt() {
  if (!is_reading_) return;
  is_interrupted_ = true;
  follower_->stop();
}

}  // namespace millrace::processing
