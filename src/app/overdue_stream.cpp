#include "app/overdue_stream.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "io/loop.hpp"
#include "processing/loop_scheduler.hpp"

namespace millrace::app {
namespace {

using processing::Duration;

// How long nothing is looked for where no event is waiting to be due.
constexpr Duration kPause{500};

class OverdueStream final : public http::BodyStream {
 public:
  OverdueStream(Processors& processors, std::size_t processor, OverdueAsked asked)
      : processors_(processors), processor_(processor), asked_(asked), scheduler_(*io::Loop::current()), changed_(scheduler_) {}

  Task<std::string_view> next() override {
    piece_.clear();
    while (piece_.empty() && !is_over_) {
      CO_TRY(const processing::OverdueEvents found, co_await processors_.overdue(processor_, asked_.after));
      for (const processing::OverdueEvent& event : found.events) write(event.position, processing::to_json(event));
      asked_.after = found.until;
      if (!found.has_more && (!asked_.follows || is_stopped_)) {
        is_over_ = true;
        write_position();
      } else if (piece_.empty() && !found.has_more) {
        co_await changed_.wait_for(pause(found));
        if (scheduler_.now() >= written_ + asked_.heartbeat) write_position();
      }
    }
    written_ = scheduler_.now();
    co_return piece_;
  }

  void stop() override {
    is_stopped_ = true;
    changed_.notify();
  }

 private:
  Duration pause(const processing::OverdueEvents& found) const {
    const Duration until = std::max(written_ + asked_.heartbeat - scheduler_.now(), Duration{0});
    if (!found.next) return std::min(until, kPause);
    const auto due = std::chrono::microseconds(found.next->microseconds - scheduler_.clock().microseconds);
    return std::clamp(std::chrono::ceil<Duration>(due), Duration{0}, until);
  }

  void write(document::Position position, std::string_view line) {
    if (asked_.is_sse) fmt::format_to(std::back_inserter(piece_), "id: {}\ndata: ", position);
    piece_.append(line).append(asked_.is_sse ? "\n\n" : "\n");
  }

  void write_position() {
    if (asked_.is_sse) piece_ += "event: position\n";
    write(asked_.after, fmt::format(R"({{"position":{}}})", asked_.after));
  }

  Processors& processors_;
  const std::size_t processor_;
  OverdueAsked asked_;
  processing::LoopScheduler scheduler_;
  processing::Signal changed_;
  Duration written_ = scheduler_.now();
  bool is_stopped_ = false;
  bool is_over_ = false;
  std::string piece_;
};

}  // namespace

std::unique_ptr<http::BodyStream> make_overdue_stream(Processors& processors, std::size_t processor, OverdueAsked asked) {
  return std::make_unique<OverdueStream>(processors, processor, asked);
}

}  // namespace millrace::app
