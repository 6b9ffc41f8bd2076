#include "transform/jq_exchange.hpp"

#include <fmt/format.h>
#include <sys/socket.h>

#include <algorithm>
#include <cerrno>

namespace millrace::transform {
namespace {

using Clock = std::chrono::steady_clock;

constexpr std::size_t kBlock = 64 * 1024;
constexpr std::uint32_t kDeathsMax = 2;
// To become ready, and with an event beyond its time where no processor time passes: somebody has stopped it.
constexpr std::chrono::seconds kPatience{30};
// Of processor time: then others need not wait.
constexpr std::chrono::milliseconds kLate{40};

std::string request_of(const Exchange& exchange) {
  std::size_t bytes = 0;
  for (const std::size_t i : exchange.left) bytes += sizeof(std::uint32_t) + exchange.events[i].text().size();
  std::string request;
  request.reserve(sizeof(RequestHead) + bytes);
  append_raw(request, RequestHead{static_cast<std::uint32_t>(bytes), exchange.kind, static_cast<std::uint32_t>(exchange.left.size())});
  for (const std::size_t i : exchange.left) append_text(request, exchange.events[i].text());
  return request;
}

}  // namespace

std::string set_up_request(const JqPrograms& programs, const WorkerLimits& limits) {
  std::string body;
  append_text(body, {reinterpret_cast<const char*>(&limits), sizeof limits});
  for (const std::string* program : {&programs.where, &programs.key, &programs.transform}) append_text(body, *program);
  std::string request;
  append_raw(request, RequestHead{static_cast<std::uint32_t>(body.size()), RequestKind::set_up, 0});
  return request + body;
}

Result<> JqWorker::start() {
  TRY(process_, JqProcess::start());
  descriptor_ = std::make_unique<io::Descriptor>(loop_, process_->socket());
  in_.clear();
  out_ = set_up_request(options_.programs, {options_.memory_max, options_.output_max});
  sent_ = 0;
  waits_to_write_ = false;
  is_ready_ = false;
  answered_ = 0;
  skipped_ = 0;
  seen_ = 0;
  used_then_ = {};
  seen_at_ = Clock::now();
  wait_to_read();
  write();
  return {};
}

void JqWorker::give(std::shared_ptr<Exchange> exchange) {
  // A child that has nothing to do is given time from now.
  if (under_way_.empty()) seen_at_ = Clock::now();
  out_ += request_of(*exchange);
  under_way_.push_back(std::move(exchange));
  write();
}

void JqWorker::write() {
  while (!waits_to_write_ && sent_ < out_.size()) {
    const ssize_t sent = ::send(process_->socket(), out_.data() + sent_, out_.size() - sent_, MSG_NOSIGNAL | MSG_DONTWAIT);
    if (sent >= 0) {
      sent_ += static_cast<std::size_t>(sent);
    } else if (errno == EAGAIN) {
      waits_to_write_ = true;
      descriptor_->when_writable([this] {
        waits_to_write_ = false;
        write();
      });
    } else if (errno != EINTR) {
      return;  // it has ended: reading tells
    }
  }
  if (sent_ < out_.size()) return;
  out_.clear();
  sent_ = 0;
}

void JqWorker::wait_to_read() {
  descriptor_->when_readable([this] { read(); });
}

void JqWorker::read() {
  const bool is_over = !read_some();
  take_answers();
  if (is_done_alone()) return;  // its owner has what it waited for, and ends it
  if (is_over) return end(false);
  wait_to_read();
  owner_.when_free();
}

/// What is there now; false at the end.
bool JqWorker::read_some() {
  char block[kBlock];
  while (true) {
    const ssize_t got = ::recv(process_->socket(), block, sizeof block, MSG_DONTWAIT);
    if (got > 0) in_.append(block, static_cast<std::size_t>(got));
    if (got == 0 || (got < 0 && errno != EINTR && errno != EAGAIN)) return false;
    if (got < static_cast<ssize_t>(sizeof block) && (got > 0 || errno == EAGAIN)) return true;
  }
}

void JqWorker::take_answers() {
  std::string_view left = in_;
  while (left.size() >= sizeof(AnswerHead) && !is_done_alone()) {
    const auto head = read_raw<AnswerHead>(left);
    if (left.size() < sizeof head + head.bytes) break;
    take(head, left.substr(sizeof head, head.bytes));
    left.remove_prefix(sizeof head + head.bytes);
  }
  in_.erase(0, in_.size() - left.size());
}

void JqWorker::take(const AnswerHead& head, std::string_view text) {
  if (!is_ready_) {
    is_ready_ = head.kind == AnswerKind::value;
    return;
  }
  if (skipped_ > 0) {
    --skipped_;
    return;
  }
  const auto exchange = under_way_.front();
  Answer& answer = exchange->answers[exchange->left.front()];
  answer.kind = head.kind;
  answer.text = text;
  answer.run_time = std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::nanoseconds(head.nanoseconds));
  exchange->left.pop_front();
  ++answered_;
  failures_ = 0;
  if (!exchange->left.empty()) return;
  under_way_.pop_front();
  owner_.when_done(*exchange);
}

void JqWorker::watch() {
  if (!process_ || under_way_.empty()) return;
  const auto now = Clock::now();
  const std::uint64_t begun = process_->progress().begun.load();
  const bool is_at_one = begun > process_->progress().ended.load();
  if (is_at_one && begun != seen_) {
    seen_ = begun;
    seen_at_ = now;
    used_then_ = process_->used();
    return;
  }
  const auto used = is_at_one ? process_->used() - used_then_ : std::chrono::nanoseconds{};
  is_delayed_ = is_at_one && used > kLate;
  const bool is_too_slow = is_at_one && used > options_.timeout;
  if (!is_at_one && is_ready_) seen_at_ = now;
  if (is_too_slow || now - seen_at_ > kPatience + 10 * options_.timeout) end(is_too_slow);
}

std::optional<JqWorker::At> JqWorker::at() const {
  const std::uint64_t begun = process_ ? process_->progress().begun.load() : 0;
  if (begun <= answered_ || begun == process_->progress().ended.load()) return std::nullopt;
  const std::size_t before = begun - 1 - answered_;
  std::size_t place = before;
  for (const auto& exchange : under_way_) {
    if (place < exchange->left.size()) return At{exchange, place, before};
    place -= exchange->left.size();
  }
  return std::nullopt;
}

std::optional<JqWorker::At> JqWorker::delayed() const {
  if (!is_delayed_ || is_alone_) return std::nullopt;
  auto found = at();
  const bool is_delayed = found && found->exchange->kind == RequestKind::run && found->exchange->completion != nullptr;
  return is_delayed ? found : std::nullopt;
}

std::deque<std::shared_ptr<Exchange>> JqWorker::keep_alone(const At& at, std::shared_ptr<Exchange> alone) {
  is_alone_ = true;
  // It has answers to those before, which wait with it: they are made again.
  skipped_ = at.before;
  answered_ += at.before;
  at.exchange->left.erase(at.exchange->left.begin() + static_cast<std::ptrdiff_t>(at.place));
  auto back = std::exchange(under_way_, {});
  under_way_.push_back(std::move(alone));
  return back;
}

void JqWorker::end(bool is_too_slow) {
  const int status = process_->end();
  is_delayed_ = false;
  // It may have answered before it ended: all that it sent is there.
  while (read_some()) continue;
  take_answers();
  ++failures_;
  judge(describe_end(status, options_.memory_max), is_too_slow);
  descriptor_.reset();
  process_.reset();
  owner_.when_ended(*this);
}

void JqWorker::stop() {
  descriptor_.reset();
  process_.reset();
}

/// Finds the event at which the child stood.
void JqWorker::judge(const std::string& reason, bool is_too_slow) {
  if (is_too_slow && process_->progress().begun.load() != seen_) return;  // it had gone on in the last moment
  const auto found = at();
  if (!found) return;
  failures_ = 0;
  std::deque<std::size_t>& left = found->exchange->left;
  Answer& answer = found->exchange->answers[left[found->place]];
  ++answer.deaths;
  // Who is killed from outside stands at some event or other, and memory may have been used up before: one more try tells.
  if (!is_too_slow && answer.deaths < kDeathsMax) return;
  const std::string_view program = found->exchange->kind == RequestKind::run ? "transform" : "where or key";
  answer.text = is_too_slow ? fmt::format("{} took longer than {} ms.", program, options_.timeout.count())
                            : fmt::format("{} cannot be run for this event: {}.", program, reason);
  if (is_too_slow) answer.run_time = options_.timeout;
  left.erase(left.begin() + static_cast<std::ptrdiff_t>(found->place));
}

}  // namespace millrace::transform
