#include "processing/attempts.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <iterator>

#include "base/json/document.hpp"
#include "base/json/members.hpp"
#include "base/json/number.hpp"

namespace millrace::processing {
namespace {

std::chrono::microseconds milliseconds_of(json::Value attempt, std::string_view name) {
  const auto value = attempt.find(name);
  if (!value || !value->is(json::Kind::number)) return {};
  return std::chrono::microseconds(static_cast<std::int64_t>(json::to_double(value->text()) * 1000));
}

void write_milliseconds(std::string& out, std::chrono::microseconds time) {
  fmt::format_to(std::back_inserter(out), "{}", static_cast<double>(time.count()) / 1000);
}

void write_attempt(std::string& out, const Attempt& attempt) {
  json::MemberWriter member(out);
  json::append_string(member.key("started"), to_string(attempt.started));
  write_milliseconds(member.key("queue_time_ms"), attempt.queue_time);
  write_milliseconds(member.key("run_time_ms"), attempt.run_time);
  if (!attempt.error.empty()) json::append_string(member.key("error"), attempt.error);
  member.end();
}

}  // namespace

std::string attempts_payload(std::string_view processor, std::string_view raw_id, std::uint64_t raw_version,
                             std::span<const Attempt> attempts) {
  std::string payload;
  json::MemberWriter member(payload);
  json::append_string(member.key("processor"), processor);
  json::append_string(member.key("raw_event_id"), raw_id);
  fmt::format_to(std::back_inserter(member.key("raw_version")), "{}", raw_version);
  std::string& list = member.key("attempts") += '[';
  const std::size_t count = std::min(attempts.size(), kAttemptsMax);
  for (std::size_t i = attempts.size() - count; i < attempts.size(); ++i) {
    if (list.back() != '[') list += ',';
    write_attempt(list, attempts[i]);
  }
  list += ']';
  member.end();
  return payload;
}

std::vector<Attempt> read_attempts(std::string_view document) {
  std::vector<Attempt> attempts;
  const auto parsed = json::parse(document);
  if (!parsed) return attempts;
  const auto list = parsed->root().find("attempts");
  if (!list || !list->is(json::Kind::array)) return attempts;
  for (json::Value one = list->first(); !(one == list->end()); one = one.after()) {
    Attempt& attempt = attempts.emplace_back();
    const auto started = one.find("started");
    if (started && started->is(json::Kind::string)) attempt.started = parse_rfc3339(started->string()).value_or(Instant{});
    attempt.queue_time = milliseconds_of(one, "queue_time_ms");
    attempt.run_time = milliseconds_of(one, "run_time_ms");
    const auto error = one.find("error");
    if (error && error->is(json::Kind::string)) attempt.error = error->string();
  }
  return attempts;
}

}  // namespace millrace::processing
