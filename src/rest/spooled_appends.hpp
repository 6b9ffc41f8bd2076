// Documents to create, in a spool: written while a request comes in, read by the store as a source, and read again for the answer.
#pragma once

#include "document/store.hpp"
#include "io/spool.hpp"

namespace millrace::rest {

class SpooledAppends : public document::AppendSource {
 public:
  /// `principal`, `author`, `trace`: whose appends they are (document::Append).
  SpooledAppends(const io::Spool::Options& options, std::shared_ptr<const Principal> principal, std::string author, const Trace& trace)
      : principal_(std::move(principal)), author_(std::move(author)), trace_(trace), spool_(options), repeats_(options), source_(spool_) {}

  Result<> add(const document::Append& append);
  io::Spool& spool() { return spool_; }
  std::uint64_t count() const { return count_; }

  Result<std::vector<document::Append>> next() override;
  void appended(std::span<const document::Receipt> receipts) override;
  const Trace* trace() const override { return &trace_; }
  /// Of the last that was appended or repeated.
  document::Position last_position() const { return last_position_; }

  /// What was created, document by document in order, once all is appended.
  class Answer {
   public:
    explicit Answer(const SpooledAppends& appends) : reader_(appends.spool_), repeats_(appends.repeats_) {}
    /// Adds documents to a JSON array's text until that has some size. Whether there are more.
    Result<bool> write(std::string& text);

   private:
    Result<> find_repeat();
    io::Spool::Reader reader_;
    io::Spool::Reader repeats_;
    std::uint64_t index_ = 0;
    std::uint64_t repeat_ = 0;  // index of the next repeat, or beyond the last
    std::string repeat_id_;
    bool has_looked_ = false;
  };

 private:
  const std::shared_ptr<const Principal> principal_;
  const std::string author_;
  const Trace trace_;
  io::Spool spool_;
  io::Spool repeats_;  // of those that were created before: index and id
  io::Spool::Reader source_;
  std::uint64_t count_ = 0;
  std::uint64_t received_ = 0;
  document::Position last_position_ = 0;
  Result<> kept_ = {};  // whether the repeats could be kept
};

}  // namespace millrace::rest
