#include "consumers/progress.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/json/number.hpp"

namespace millrace::consumers {
namespace {

constexpr int kLayout = 1;

std::uint64_t count(const auto& holders) {
  std::uint64_t size = 0;
  for (const auto& holder : holders) size += holder.held.size();
  return size;
}

std::string list_of(const auto& all, const auto& text_of) {
  std::string text = "[";
  for (const auto& each : all) {
    if (text.size() > 1) text += ',';
    text += text_of(each);
  }
  return text + ']';
}

/// Reads what to_text() wrote; what is not there as it should be makes it broken.
class Reader {
 public:
  std::uint64_t number(std::optional<json::Value> value) {
    if (!check(value && value->is(json::Kind::number))) return 0;
    const auto number = json::integer(value->text());
    return check(number && *number >= 0) ? static_cast<std::uint64_t>(*number) : 0;
  }
  std::string text(std::optional<json::Value> value) {
    return check(value && value->is(json::Kind::string)) ? value->string() : std::string();
  }
  Spans spans(std::optional<json::Value> value) {
    auto spans = read_spans(text(value));
    return check(spans.has_value()) ? *std::move(spans) : Spans();
  }
  milliseconds time(std::optional<json::Value> value) { return milliseconds(number(value)); }

  void each(std::optional<json::Value> list, const auto& visit) {
    if (!check(list && list->is(json::Kind::array))) return;
    for (json::Value item = list->first(); item != list->end(); item = item.after()) visit(item);
  }

  bool is_broken() const { return is_broken_; }

 private:
  bool check(bool holds) {
    is_broken_ |= !holds;
    return holds;
  }
  bool is_broken_ = false;
};

void read_holders(Reader& reader, json::Value root, Progress& progress) {
  reader.each(root.find("leases"), [&](json::Value lease) {
    progress.leases.push_back({.number = reader.number(lease.find("number")),
                               .time = reader.time(lease.find("time")),
                               .renewals = reader.number(lease.find("renewals")),
                               .held = reader.spans(lease.find("held")),
                               .done = reader.spans(lease.find("done"))});
  });
  reader.each(root.find("delays"), [&](json::Value delay) {
    progress.delays.push_back({.number = reader.number(delay.find("number")),
                               .time = reader.time(delay.find("time")),
                               .reason = reader.text(delay.find("reason")),
                               .held = reader.spans(delay.find("held"))});
  });
  reader.each(root.find("parked"), [&](json::Value parked) {
    progress.parked.push_back({.reason = reader.text(parked.find("reason")),
                               .since = {static_cast<std::int64_t>(reader.number(parked.find("since")))},
                               .held = reader.spans(parked.find("held"))});
  });
  reader.each(root.find("finished"), [&](json::Value number) { progress.finished.push_back(reader.number(number)); });
}

Error broken() {
  return {ErrorKind::internal, "consumer.record", "What is kept of the consumer cannot be read.",
          "It was written by a later version of this program, or by something else: delete the consumer, or run that version"};
}

}  // namespace

std::uint64_t Progress::leased_count() const {
  return count(leases);
}
std::uint64_t Progress::delayed_count() const {
  return count(delays);
}
std::uint64_t Progress::parked_count() const {
  return count(parked);
}

Position Progress::first_open() const {
  Position first = cursor + 1;
  const auto look = [&first](const Spans& spans) {
    if (!spans.empty()) first = std::min(first, spans.front());
  };
  look(due);
  for (const Lease& lease : leases) look(lease.held);
  for (const Delay& delay : delays) look(delay.held);
  return first;
}

std::string to_text(const Progress& progress) {
  const auto lease_text = [](const Lease& lease) {
    return fmt::format(R"({{"number":{},"time":{},"renewals":{},"held":"{}","done":"{}"}})", lease.number, lease.time.count(),
                       lease.renewals, to_text(lease.held), to_text(lease.done));
  };
  const auto delay_text = [](const Delay& delay) {
    return fmt::format(R"({{"number":{},"time":{},"reason":{},"held":"{}"}})", delay.number, delay.time.count(), json::quoted(delay.reason),
                       to_text(delay.held));
  };
  const auto parked_text = [](const Parked& parked) {
    return fmt::format(R"({{"reason":{},"since":{},"held":"{}"}})", json::quoted(parked.reason), parked.since.microseconds,
                       to_text(parked.held));
  };
  return fmt::format(
      R"({{"layout":{},"incarnation":{},"filter":{},"cursor":{},"numbers":{},"attempts_max":{},"acknowledged":{},"due":"{}",)"
      R"("leases":{},"delays":{},"parked":{},"finished":{}}})",
      kLayout, json::quoted(progress.incarnation), json::quoted(progress.filter), progress.cursor, progress.numbers, progress.attempts_max,
      progress.acknowledged, to_text(progress.due), list_of(progress.leases, lease_text), list_of(progress.delays, delay_text),
      list_of(progress.parked, parked_text), list_of(progress.finished, [](std::uint64_t number) { return std::to_string(number); }));
}

Result<Progress> read_progress(std::string_view text) {
  const auto parsed = json::parse(text);
  if (!parsed || !parsed->root().is(json::Kind::object)) return Failure(broken());
  const json::Value root = parsed->root();
  Reader reader;
  if (reader.number(root.find("layout")) != kLayout) return Failure(broken());
  Progress progress{.incarnation = reader.text(root.find("incarnation")),
                    .filter = reader.text(root.find("filter")),
                    .cursor = reader.number(root.find("cursor")),
                    .numbers = reader.number(root.find("numbers")),
                    .attempts_max = reader.number(root.find("attempts_max")),
                    .acknowledged = reader.number(root.find("acknowledged")),
                    .due = reader.spans(root.find("due"))};
  read_holders(reader, root, progress);
  if (reader.is_broken()) return Failure(broken());
  return progress;
}

std::string cut_reason(std::string_view reason) {
  if (reason.size() <= kReasonBytesMax) return std::string(reason);
  std::size_t end = kReasonBytesMax;
  while (end > 0 && (static_cast<unsigned char>(reason[end]) & 0xC0) == 0x80) --end;
  return std::string(reason.substr(0, end));
}

void give_back(Progress& progress, const Return& returned) {
  Spans again;
  Spans parked;
  for (const Span& span : returned.spans) (span.attempts >= progress.attempts_max ? parked : again).add(span);
  if (!parked.empty()) progress.parked.push_back({.reason = cut_reason(returned.reason), .since = now(), .held = std::move(parked)});
  if (again.empty()) return;
  if (returned.delay.count() == 0) return progress.due.add(again);
  progress.delays.push_back(
      {.number = ++progress.numbers, .time = returned.delay, .reason = cut_reason(returned.reason), .held = std::move(again)});
}

}  // namespace millrace::consumers
