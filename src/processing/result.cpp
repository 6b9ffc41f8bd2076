#include "processing/result.hpp"

#include <fmt/format.h>

#include "base/json/members.hpp"
#include "base/json/slices.hpp"

namespace millrace::processing {
namespace {

constexpr std::string_view kStatusNames[] = {"SUCCESS", "PARTIAL", "FAILED"};
constexpr std::string_view kOwn[] = {"raw_event_id", "processed_timestamp", "processing_time_ms", "id"};

std::optional<Status> status_named(std::string_view name) {
  for (std::size_t i = 0; i < std::size(kStatusNames); ++i)
    if (kStatusNames[i] == name) return static_cast<Status>(i);
  return std::nullopt;
}

bool is_own(std::string_view name) {
  return std::ranges::find(kOwn, name) != std::end(kOwn);
}

/// What is ours, whatever the transform gives.
void write_own(json::MemberWriter& out, const Event& event, const Transformed& made, const TargetFields& fields, Instant ended) {
  if (fields.has("raw_event_id")) out.key("raw_event_id") += event.documents->quoted_id(event.index);
  if (fields.has("processed_timestamp")) json::append_string(out.key("processed_timestamp"), to_string(ended));
  if (fields.has("processing_time_ms"))
    fmt::format_to(std::back_inserter(out.key("processing_time_ms")), "{}", static_cast<double>(made.run_time.count()) / 1000);
}

/// What the transform may give; else it follows from the event.
void write_rest(json::MemberWriter& out, const Event& event, const TargetFields& fields, Status status, bool has_name, bool has_status) {
  const std::string_view name = json::member(event.text(), "\"name\"");
  if (!has_name && fields.has("name") && !name.empty()) out.key("name") += name;
  if (!has_status && fields.has("status")) json::append_string(out.key("status"), kStatusNames[static_cast<std::size_t>(status)]);
}

Outcome failure(const Event& event, const Transformed& made, const TargetFields& fields, Instant ended) {
  Outcome result{.status = Status::failed, .error = made.text};
  json::MemberWriter out(result.payload);
  write_own(out, event, made, fields, ended);
  write_rest(out, event, fields, Status::failed, false, false);
  if (fields.has("error_message")) json::append_string(out.key("error_message"), made.text);
  out.end();
  return result;
}

/// Whether the object is a result, not the data of one.
bool is_whole(json::Value object, const TargetFields& fields) {
  if (!fields.has("processed_data")) return true;
  for (const std::string_view own : {"processed_data", "enrichment_data", "status", "error_message"})
    if (object.find(own)) return true;
  return false;
}

}  // namespace

std::optional<Outcome> make_result(const Event& event, const Transformed& made, const TargetFields& fields, Instant ended,
                                   std::string& reason) {
  if (made.kind != Transformed::Kind::result) return failure(event, made, fields, ended);
  const auto parsed = json::parse(made.text);
  if (!parsed || !parsed->root().is(json::Kind::object)) {
    reason = "The transform gave no object.";
    return std::nullopt;
  }
  const json::Value object = parsed->root();
  Outcome result;
  json::MemberWriter out(result.payload);
  write_own(out, event, made, fields, ended);
  if (!is_whole(object, fields)) {
    write_rest(out, event, fields, Status::success, false, false);
    json::append_canonical(out.key("processed_data"), object);
    out.end();
    return result;
  }
  const auto status = object.find("status");
  if (status) {
    const auto named = status->is(json::Kind::string) ? status_named(status->string()) : std::nullopt;
    if (!named && fields.has("status")) {
      reason = fmt::format("The transform gave the status {:.100}, which is none of SUCCESS, PARTIAL and FAILED.", status->text());
      return std::nullopt;
    }
    result.status = named.value_or(Status::success);  // a field of the target's own may be called so by the program alone
  }
  write_rest(out, event, fields, result.status, object.find("name").has_value(), status.has_value());
  json::each_member(object, [&out, &fields](const std::string& key, json::Value value) {
    if (!is_own(key) || (key != "id" && !fields.has(key))) json::append_canonical(out.key(key), value);
  });
  out.end();
  return result;
}

Outcome make_outcome(const Event& event, const Transformed& made, const TargetFields& fields, const Refusal& refusal, Instant ended) {
  std::string reason;
  auto outcome = make_result(event, made, fields, ended, reason);
  if (outcome && made.kind == Transformed::Kind::result && refusal) {
    if (auto refused = refusal(outcome->payload)) {
      reason = *std::move(refused);
      outcome.reset();
    }
  }
  return outcome ? *std::move(outcome) : failure(event, {Transformed::Kind::failed, reason, made.run_time}, fields, ended);
}

Status status_of(std::string_view document) {
  const std::string_view status = json::member(document, "\"status\"");
  if (status.size() < 2) return Status::success;
  return status_named(status.substr(1, status.size() - 2)).value_or(Status::success);
}

}  // namespace millrace::processing
