#include "app/observe_config.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <charconv>

#include "base/json/canonical.hpp"
#include "base/problem.hpp"
#include "hocon/value.hpp"
#include "http/characters.hpp"

namespace millrace::app {
namespace {

/// The place of a name in a table; what is not there is a problem.
template <std::size_t N>
std::optional<std::size_t> find_name(ObjectReader& reader, const Place& place, const std::string& where, std::string_view name,
                                     const std::array<std::string_view, N>& names) {
  const auto found = std::ranges::find(names, name);
  if (found != names.end()) return static_cast<std::size_t>(found - names.begin());
  reader.problem(place, fmt::format("{} is \"{}\".", where, name), fmt::format("One of {}.", fmt::join(names, ", ")));
  return std::nullopt;
}

void read_levels(ObjectReader& reader, observe::LogOptions& logs) {
  const hocon::Value* const levels = reader.foreign_object("levels");
  if (levels == nullptr) return;
  for (const hocon::Member& member : levels->members) {
    const std::string where = fmt::format("{}.{}", reader.where("levels"), member.key);
    const auto module = find_name(reader, member.place, "A part of " + reader.where("levels"), member.key, observe::kModules);
    const auto level = find_name(reader, member.value.place, where, member.value.text, observe::kLevels);
    if (module && level) logs.levels[*module] = static_cast<observe::Level>(*level);
  }
}

observe::LogOptions read_logs(ObjectReader reader) {
  observe::LogOptions logs;
  constexpr std::array<std::string_view, 2> kFormats = {"text", "json"};
  const auto format = find_name(reader, reader.place("format"), reader.where("format"), reader.text("format"), kFormats);
  logs.is_json = format == 1;
  const auto level = find_name(reader, reader.place("level"), reader.where("level"), reader.text("level"), observe::kLevels);
  if (level) logs.levels.fill(static_cast<observe::Level>(*level));
  read_levels(reader, logs);
  logs.tells_requests = reader.flag("requests");
  logs.tells_payloads = reader.flag("payloads");
  return logs;
}

double read_share(ObjectReader& reader, std::string_view key) {
  const hocon::Value* const value = reader.any(key);
  if (value == nullptr) return 1;
  double share = -1;
  const std::string& text = value->text;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), share);
  if (error == std::errc() && end == text.data() + text.size() && share >= 0 && share <= 1) return share;
  reader.problem(value->place, fmt::format("{} is no number between 0 and 1.", reader.where(key)), "Write 0.1 for one in ten.");
  return 1;
}

std::string_view header_problem(const hocon::Member& member) {
  const auto is_control = [](unsigned char c) { return c < 0x20 || c == 0x7f; };
  if (member.key.empty() || !std::ranges::all_of(member.key, http::is_token_character))
    return "is no name of a header: those have letters, digits and dashes";
  if (member.value.kind != hocon::Kind::string && member.value.kind != hocon::Kind::number) return "is no text";
  return std::ranges::any_of(member.value.text, is_control) ? "has a control character, such as a line break" : "";
}

/// Their values are not told: they let somebody in.
std::vector<std::pair<std::string, std::string>> read_headers(ObjectReader& reader) {
  std::vector<std::pair<std::string, std::string>> headers;
  const hocon::Value* const object = reader.foreign_object("headers");
  if (object == nullptr) return headers;
  for (const hocon::Member& member : object->members) {
    const std::string_view wrong = header_problem(member);
    if (wrong.empty()) headers.emplace_back(member.key, member.value.text);
    if (!wrong.empty()) reader.problem(member.place, fmt::format("{}.{} {}.", reader.where("headers"), json::quoted(member.key), wrong));
  }
  return headers;
}

std::optional<TracesConfig> read_traces(ObjectReader& top) {
  auto reader = top.object("traces", kTracesSection);
  if (!reader) return std::nullopt;
  TracesConfig traces;
  const std::string endpoint = reader->text("endpoint");
  traces.headers = read_headers(*reader);
  traces.service = reader->text("service");
  traces.limits = {.sample = read_share(*reader, "sample"), .kept = reader->number("queue")};
  traces.batch_max = reader->number("batch");
  traces.interval = reader->duration("interval");
  traces.timeout = reader->duration("timeout");
  if (endpoint.empty()) return std::nullopt;
  auto url = http::parse_url(endpoint);
  if (!url) {
    reader->problem(reader->place("endpoint"), fmt::format("{} is no http or https URL.", reader->where("endpoint")),
                    "Write endpoint = \"http://localhost:4318/v1/traces\".");
    return std::nullopt;
  }
  traces.endpoint = *std::move(url);
  return traces;
}

}  // namespace

ObserveConfig read_observe(ObjectReader& top) {
  ObserveConfig config;
  config.has_open_metrics = top.optional_object("metrics", kMetricsSection).flag("open");
  config.logs = read_logs(top.optional_object("logs", kLogsSection));
  config.traces = read_traces(top);
  return config;
}

}  // namespace millrace::app
