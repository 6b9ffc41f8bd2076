#include "rest/consumer_bodies.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/json/number.hpp"
#include "base/problem.hpp"
#include "hocon/units.hpp"

namespace millrace::rest {
namespace {

using consumers::Position;
using std::chrono::milliseconds;

Failure refused(std::string path, std::string message, std::string hint = {}) {
  std::string whole = fmt::format("{} {}.", path.empty() ? "The body" : path, message);
  return Failure(Error{ErrorKind::invalid_argument, "consumer.body", std::move(whole), std::move(hint), {{path, "type", message}}});
}

/// An object with these members and no others.
Result<> expect_members(const json::Value& object, const std::string& path, const std::vector<std::string>& known) {
  if (!object.is(json::Kind::object)) return refused(path, "must be an object");
  for (json::Value key = object.first(); key != object.end(); key = key.after().after()) {
    const std::string name = key.string();
    if (std::ranges::find(known, name) != known.end()) continue;
    const std::string_view near = nearest(name, known);
    return refused(path, fmt::format("has no member \"{:.100}\"", name),
                   near.empty() ? fmt::format("It has {}.", fmt::join(known, ", ")) : fmt::format("Did you mean \"{}\"?", near));
  }
  return {};
}

Result<std::string> text_of(const json::Value& object, const char* name, bool is_required) {
  const auto value = object.find(name);
  if (!value && !is_required) return std::string();
  if (!value || !value->is(json::Kind::string)) return refused(fmt::format("/{}", name), "must be a string");
  return value->string();
}

struct Times {
  milliseconds min;
  milliseconds max;
};

Result<milliseconds> time_of(const json::Value& object, const char* name, milliseconds otherwise, Times times) {
  if (!object.find(name)) return otherwise;
  TRY(const std::string text, text_of(object, name, true));
  const auto time = hocon::parse_duration(text);
  if (time && *time >= times.min && *time <= times.max) return *time;
  return refused(fmt::format("/{}", name), fmt::format("must be a time from {} ms to {} s, such as \"30s\"", times.min.count(),
                                                       std::chrono::floor<std::chrono::seconds>(times.max).count()));
}

Result<Position> position_of(const json::Value& value, const std::string& path) {
  const auto number = value.is(json::Kind::number) ? json::integer(value.text()) : std::nullopt;
  if (!number || *number < 1) return refused(path, "must be a position, a whole number from 1");
  return static_cast<Position>(*number);
}

/// `has_others`: the positions may be told otherwise.
Result<consumers::Answered> answered_of(const json::Value& body, bool has_others) {
  consumers::Answered answered;
  TRY(answered.token, text_of(body, "token", true));
  const auto all = body.find("all");
  if (all && !all->is(json::Kind::boolean)) return refused("/all", "must be true or false");
  answered.all = all && all->boolean();
  const auto positions = body.find("positions");
  if (!positions && !answered.all && !has_others)
    return refused("", "says of no position what is meant", R"(Give "positions": [...], or "all": true.)");
  if (!positions) return answered;
  if (answered.all) return refused("/positions", "has no place beside \"all\": true");
  if (!positions->is(json::Kind::array)) return refused("/positions", "must be a list of positions");
  std::size_t index = 0;
  for (json::Value each = positions->first(); each != positions->end(); each = each.after()) {
    TRY(const Position position, position_of(each, fmt::format("/positions/{}", index++)));
    answered.positions.push_back(position);
  }
  return answered;
}

Result<std::vector<consumers::BroughtResult>> results_of(const json::Value& results) {
  if (!results.is(json::Kind::array)) return refused("/results", "must be a list");
  std::vector<consumers::BroughtResult> all;
  for (json::Value each = results.first(); each != results.end(); each = each.after()) {
    const std::string path = fmt::format("/results/{}", all.size());
    TRY_OK(expect_members(each, path, {"position", "document"}));
    const auto position = each.find("position");
    const auto document = each.find("document");
    if (!position || !document) return refused(path, "must have \"position\" and \"document\"");
    TRY(const Position at, position_of(*position, path + "/position"));
    all.push_back({.position = at, .text = document->text(), .pointer = path + "/document"});
  }
  return all;
}

/// The entity of this path, which may be named without its last "/api".
Result<const consumers::Target*> target_of(std::string_view to, std::span<const consumers::Target> targets) {
  std::vector<std::string> known;
  for (const consumers::Target& target : targets) {
    if (target.path == to || target.path == fmt::format("{}/api", to)) return &target;
    known.push_back(target.path);
  }
  const std::string_view near = nearest(to, known);
  return refused("/to", fmt::format("names no entity of this service: \"{:.100}\"", to),
                 near.empty() ? fmt::format("There are {}.", fmt::join(known, ", ")) : fmt::format("Did you mean \"{}\"?", near));
}

}  // namespace

Result<consumers::AckAsked> read_ack(const json::Value& body, std::span<const consumers::Target> targets) {
  TRY_OK(expect_members(body, "", {"token", "positions", "all", "results", "to"}));
  consumers::AckAsked asked;
  const auto results = body.find("results");
  TRY(asked.answered, answered_of(body, results.has_value()));
  TRY(const std::string to, text_of(body, "to", results && results->size() > 0));
  if (!to.empty()) {
    TRY(asked.target, target_of(to, targets));
  }
  if (results) {
    TRY(asked.results, results_of(*results));
  }
  if (!asked.results.empty() && asked.target == nullptr) return refused("/to", "must name the entity of the results");
  return asked;
}

Result<consumers::NackAsked> read_nack(const json::Value& body) {
  TRY_OK(expect_members(body, "", {"token", "positions", "all", "reason", "delay"}));
  consumers::NackAsked asked;
  TRY(asked.answered, answered_of(body, false));
  TRY(asked.reason, text_of(body, "reason", false));
  TRY(asked.delay, time_of(body, "delay", milliseconds{0}, {milliseconds{0}, kDelayMax}));
  return asked;
}

Result<Extension> read_extension(const json::Value& body) {
  TRY_OK(expect_members(body, "", {"token", "lease"}));
  Extension extension;
  TRY(extension.token, text_of(body, "token", true));
  TRY(extension.lease, time_of(body, "lease", extension.lease, {kLeaseMin, kLeaseMax}));
  return extension;
}

}  // namespace millrace::rest
