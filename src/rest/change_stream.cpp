#include "rest/change_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>
#include <utility>

#include "base/instant.hpp"
#include "rest/answers.hpp"

namespace millrace::rest {
namespace {

using document::Changes;
using document::Documents;
using document::Position;
using std::chrono::milliseconds;
using Clock = std::chrono::steady_clock;

// How long a browser waits before it comes again.
constexpr std::string_view kRetry = "retry: 2000\n\n";
constexpr std::size_t kSnapshotPage = 128;
constexpr std::size_t kSnapshotBytes = 32 * 1024;

class ChangeStream final : public http::BodyStream {
 public:
  ChangeStream(document::Feed& feed, document::Follower follower, ChangesAsked asked)
      : feed_(feed), follower_(std::move(follower)), asked_(std::move(asked)), begun_(Clock::now()), left_(asked_.limit) {
    snapshot_left_ = asked_.snapshot.has_value();
  }

  Task<std::string_view> next() override {
    piece_.clear();
    if (asked_.is_sse && !std::exchange(has_begun_, true)) co_return kRetry;
    while (piece_.empty() && !is_over_) {
      Task<void> writing = snapshot_left_ ? write_snapshot() : write_changes();
      CO_TRY_OK(co_await std::move(writing));
    }
    written_ = Clock::now();
    co_return piece_;
  }

  void stop() override { follower_.stop(); }

 private:
  // --- The documents there are -----------------------------------------------------------------------------------------------------------

  Task<void> write_snapshot() {
    if (!at_) {
      CO_TRY_OK(co_await find_instant());
    }
    document::Query query{&asked_.filter, {}, {.limit = kSnapshotPage, .after = listed_until_}};
    document::View view = asked_.asker.view();
    view.at = *at_;
    view.bytes_max = kSnapshotBytes;
    CO_TRY(const auto found, co_await feed_.store().find({&query, 1}, view));
    const Documents& page = found.front();
    for (std::size_t i = 0; i < page.size(); ++i) {
      // What was committed later within the same microsecond comes with the changes.
      if (page.envelope(i).position <= *asked_.snapshot) write_version(page, i, true);
    }
    if (!page.empty()) listed_until_ = page.envelope(page.size() - 1).position;
    snapshot_left_ = page.is_cut() || page.size() == kSnapshotPage;
    if (snapshot_left_) co_return {};
    write_position(*asked_.snapshot);
    is_over_ = !asked_.follows;
    co_return {};
  }

  /// The documents as of the snapshot's position are those of the instant at which its version was recorded.
  Task<void> find_instant() {
    at_ = Instant{};
    if (*asked_.snapshot == 0) co_return {};
    CO_TRY(const Documents last, co_await feed_.store().changes(*asked_.snapshot - 1, 1, asked_.asker.view()));
    if (!last.empty()) at_ = last.envelope(0).recorded_at;
    co_return {};
  }

  // --- Changes ---------------------------------------------------------------------------------------------------------------------------

  Task<void> write_changes() {
    if (left_ == 0 || (!asked_.follows && !may_wait() && follower_.position() >= asked_.end)) {
      end();
      co_return {};
    }
    CO_TRY(const Changes changes, co_await follower_.next(patience()));
    for (std::size_t i = changes.begin; i < changes.begin + changes.size() && left_ > 0; ++i) take(*changes.documents, i);
    if (left_ > 0) read_until_ = changes.until;
    if (changes.is_over) end();
    if (!is_over_ && piece_.empty() && asked_.follows && Clock::now() >= written_ + asked_.heartbeat) write_heartbeat();
    co_return {};
  }

  void take(const Documents& documents, std::size_t i) {
    read_until_ = documents.envelope(i).position;
    if (!documents.found(i) || !matches(asked_.filter, {}, documents.text(i))) return;
    --left_;
    write_version(documents, i, false);
  }

  /// Whether something is waited for that is not there yet.
  bool may_wait() const { return left_ == asked_.limit && asked_.wait.count() > 0 && Clock::now() < begun_ + asked_.wait; }

  milliseconds patience() const {
    const auto until = asked_.follows || follower_.position() < asked_.end ? written_ + asked_.heartbeat : begun_ + asked_.wait;
    return std::max(std::chrono::ceil<milliseconds>(until - Clock::now()), milliseconds{0});
  }

  void end() {
    is_over_ = true;
    write_position(read_until_);
  }

  // --- Text ------------------------------------------------------------------------------------------------------------------------------

  void write_version(const Documents& documents, std::size_t i, bool is_of_snapshot) {
    const document::Envelope& envelope = documents.envelope(i);
    if (asked_.is_sse && !is_of_snapshot) fmt::format_to(std::back_inserter(piece_), "id: {}\n", envelope.position);
    if (asked_.is_sse) piece_ += "data: ";
    fmt::format_to(std::back_inserter(piece_),
                   R"({{"position":{},"id":{},"version":{},"recorded_at":"{}","deleted":{},"document":{}{}{}}})", envelope.position,
                   documents.quoted_id(i), envelope.version, to_string(envelope.recorded_at), envelope.deleted,
                   envelope.deleted ? std::string_view("null") : documents.text(i), author_member(documents.author(i)),
                   is_of_snapshot ? R"(,"snapshot":true)" : "");
    piece_ += asked_.is_sse ? "\n\n" : "\n";
  }

  void write_position(Position position) {
    if (asked_.is_sse) fmt::format_to(std::back_inserter(piece_), "event: position\nid: {}\ndata: ", position);
    fmt::format_to(std::back_inserter(piece_), "{{\"position\":{}}}\n{}", position, asked_.is_sse ? "\n" : "");
  }

  void write_heartbeat() {
    if (!asked_.is_sse) return write_position(read_until_);
    fmt::format_to(std::back_inserter(piece_), ":\nid: {}\n\n", read_until_);
  }

  document::Feed& feed_;
  document::Follower follower_;
  const ChangesAsked asked_;
  const Clock::time_point begun_;
  Clock::time_point written_ = begun_;  // when the last piece was
  std::size_t left_;                    // of the limit
  Position read_until_ = follower_.position();
  std::optional<Instant> at_;   // of the snapshot
  bool snapshot_left_ = false;  // there is more of it
  Position listed_until_ = 0;   // the last of it that was written
  bool has_begun_ = false;
  bool is_over_ = false;
  std::string piece_;
};

}  // namespace

std::unique_ptr<http::BodyStream> make_change_stream(document::Feed& feed, document::Follower follower, ChangesAsked asked) {
  return std::make_unique<ChangeStream>(feed, std::move(follower), std::move(asked));
}

}  // namespace millrace::rest
