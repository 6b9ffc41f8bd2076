#include "rest/consumers.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <chrono>
#include <iterator>
#include <tuple>
#include <utility>

#include "base/json/canonical.hpp"
#include "http/characters.hpp"
#include "rest/answers.hpp"
#include "rest/author.hpp"
#include "rest/body.hpp"
#include "rest/consumer_bodies.hpp"
#include "rest/list_filter.hpp"
#include "rest/parameters.hpp"

namespace millrace::rest {
namespace {

using consumers::Consumers;
using consumers::Position;
using consumers::Status;

constexpr std::size_t kFilterBytesMax = 4096;
constexpr std::size_t kLeasesShown = 100;
constexpr std::size_t kPositionMax = (1ull << 53) - 1;  // as the OpenAPI document says

Failure invalid(std::string_view code, std::string message, std::string hint = {}) {
  return Failure(Error{ErrorKind::invalid_argument, code, std::move(message), std::move(hint)});
}

void append_encoded(std::string& out, std::string_view text) {
  for (const char c : text)
    http::is_unreserved(c) ? void(out += c) : void(fmt::format_to(std::back_inserter(out), "%{:02X}", static_cast<unsigned char>(c)));
}

/// The filters among the parameters as one text, whatever their order; nothing when there are none.
Result<std::optional<std::string>> filter_text(QueryParameters parameters) {
  std::erase_if(parameters, [](const QueryParameter& parameter) { return parameter.name.starts_with('_'); });
  if (parameters.empty()) return std::nullopt;
  const auto is_before = [](const QueryParameter& a, const QueryParameter& b) {
    return std::tie(a.name, a.pieces) < std::tie(b.name, b.pieces);
  };
  std::ranges::sort(parameters, is_before);
  std::string text;
  for (const QueryParameter& parameter : parameters) {
    if (!text.empty()) text += '&';
    append_encoded(text, parameter.name);
    for (std::size_t i = 0; i < parameter.pieces.size(); ++i) {
      text += i == 0 ? '=' : ',';
      append_encoded(text, parameter.pieces[i]);
    }
  }
  if (text.size() > kFilterBytesMax) return invalid("http.parameter", "The filter of a consumer is too long.");
  return text;
}

std::optional<std::uint64_t> number_of(std::string_view text) {
  std::uint64_t number = 0;
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (text.empty() || error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

/// Where a consumer begins, as the position behind which that is; nothing: behind the last.
Result<std::optional<Position>> read_begin(std::string_view text) {
  if (text == "beginning") return Position{0};
  if (text == "now") return std::nullopt;
  const auto first = number_of(text);
  if (first && *first > 0) return *first - 1;
  return invalid("feed.position",
                 fmt::format("The parameter \"from\" is \"beginning\", \"now\" or the first position, found \"{:.100}\".", text));
}

/// Who sees the same of the feed shares consumers; those of others are as if they were not there. No client can write a tilde in a name.
std::string scoped(std::string_view name, const std::string& scope) {
  return scope.empty() ? std::string(name) : fmt::format("{}~{}", name, scope);
}

/// The scope of a consumer as it is told to those who see all: they may name another than their own.
constexpr std::string_view kNoScope = "none";

std::string_view told_scope(std::string_view name) {
  const std::string_view scope = Consumers::scope_of(name);
  return scope.empty() ? kNoScope : scope;
}

/// The name that is meant; of another scope, where the request says so and may.
Result<std::string> take_scoped(QueryParameters& parameters, std::string_view name, std::string_view own) {
  TRY(const auto scope, take_parameter(parameters, "scope"));
  if (!scope || *scope == own) return scoped(name, std::string(own));
  if (!Consumers::sees_all(own) || !Consumers::is_name(*scope))
    return Failure(Error{ErrorKind::not_found, "consumer.not_found", fmt::format("There is no consumer \"{}\".", name)});
  return scoped(name, *scope == kNoScope ? std::string() : *scope);
}

/// Nobody waits for longer than what lets them in holds.
std::chrono::milliseconds cut_wait(std::chrono::milliseconds wait, const Principal* principal) {
  if (principal == nullptr || principal->expires == std::chrono::system_clock::time_point::max()) return wait;
  const auto left = std::chrono::floor<std::chrono::milliseconds>(principal->expires - std::chrono::system_clock::now());
  return std::clamp(left, std::chrono::milliseconds{0}, wait);
}

Result<consumers::ClaimAsked> read_claim(QueryParameters parameters, const ConsumerRequest& request) {
  const Fields& fields = request.fields;
  consumers::ClaimAsked asked;
  TRY(asked.max, take_number(parameters, "max", {.otherwise = asked.max, .min = 1, .max = 10'000}));
  TRY(asked.lease, take_duration(parameters, "lease", {.otherwise = asked.lease, .min = kLeaseMin, .max = kLeaseMax}));
  TRY(asked.wait, take_duration(parameters, "wait", {.max = std::chrono::minutes(1)}));
  TRY(const auto attempts, take_number(parameters, "attempts", {.otherwise = 0, .min = 1, .max = 1'000}));
  if (attempts > 0) asked.attempts_max = attempts;
  TRY(const auto from, take_parameter(parameters, "from"));
  if (from) {
    TRY(asked.after, read_begin(*from));
  }
  TRY(const document::Filter filter, make_list_filter(parameters, fields));
  const document::Query query{.filter = &filter};
  TRY_OK(request.options.store->may_ask(query, request.request.principal.get(), document::Store::Asks::follows));
  TRY(asked.filter, filter_text(std::move(parameters)));
  return asked;
}

// --- Answers
// -------------------------------------------------------------------------------------------------------------------------------

std::string claim_text(const consumers::Claimed& claimed) {
  if (claimed.events.empty()) return R"({"token":null,"lease_until":null,"events":[]})";
  std::string out = fmt::format(R"({{"token":"{}","lease_until":"{}","events":[)", claimed.token, to_string(claimed.lease_until));
  for (const consumers::Delivered& event : claimed.events) {
    const document::Envelope& envelope = event.documents->envelope(event.index);
    fmt::format_to(std::back_inserter(out),
                   R"({}{{"position":{},"id":{},"version":{},"recorded_at":"{}","deleted":{},"attempt":{},"document":{}{}}})",
                   out.back() == '[' ? "" : ",", envelope.position, event.documents->quoted_id(event.index), envelope.version,
                   to_string(envelope.recorded_at), envelope.deleted, event.attempt,
                   envelope.deleted ? std::string_view("null") : event.documents->text(event.index),
                   author_member(event.documents->author(event.index)));
  }
  return out + "]}";
}

std::string ack_text(const consumers::Acked& acked) {
  std::string out = fmt::format(R"({{"acknowledged":{},"results":[)", acked.acknowledged);
  for (const consumers::WrittenResult& result : acked.results)
    fmt::format_to(std::back_inserter(out), R"({}{{"position":{},"id":"{}","created":{}}})", out.back() == '[' ? "" : ",", result.position,
                   result.id, !result.was_there);
  return out + "]}";
}

/// What stands in every answer about a consumer, without the brace at its end.
std::string status_text(const Status& status) {
  const consumers::Progress& progress = status.progress;
  std::string out = fmt::format(
      R"({{"name":"{}","filter":{},"cursor":{},"head":{},"lag":{},"acknowledged":{},"in_flight":{},"due":{},"delayed":{},"parked":{},)"
      R"("attempts":{},"oldest_open":)",
      Consumers::name_of(status.name), json::quoted(progress.filter), progress.cursor, status.head,
      status.head - std::min(progress.cursor, status.head) + progress.open_count(), progress.acknowledged, progress.leased_count(),
      progress.due.size(), progress.delayed_count(), progress.parked_count(), progress.attempts_max);
  if (!status.oldest_open) return out + R"(null,"oldest_age_seconds":0)";
  const double age = static_cast<double>(now().microseconds - status.oldest_open->microseconds) / 1e6;
  return out + fmt::format(R"("{}","oldest_age_seconds":{:.3f})", to_string(*status.oldest_open), std::max(age, 0.0));
}

void append_leases(std::string& out, const consumers::Progress& progress) {
  out += R"(,"leases":[)";
  for (std::size_t i = 0; i < std::min(progress.leases.size(), kLeasesShown); ++i) {
    const consumers::Lease& lease = progress.leases[i];
    fmt::format_to(std::back_inserter(out), R"({}{{"lease_ms":{},"positions":"{}"}})", i == 0 ? "" : ",", lease.time.count(),
                   to_text(lease.held));
  }
  out += ']';
}

void append_parked(std::string& out, const consumers::Progress& progress, Position after, std::size_t limit) {
  struct One {
    Position position;
    std::uint64_t attempts;
    const consumers::Parked* parked;
  };
  std::vector<One> all;
  for (const consumers::Parked& parked : progress.parked)
    for (const consumers::Span& span : parked.held)
      for (Position at = std::max(span.first, after + 1); at <= span.last; ++at) all.push_back({at, span.attempts, &parked});
  std::ranges::sort(all, {}, &One::position);
  if (all.size() > limit) all.resize(limit);
  out += R"(,"parked_events":[)";
  for (const One& one : all)
    fmt::format_to(std::back_inserter(out), R"({}{{"position":{},"attempts":{},"reason":{},"since":"{}"}})", out.back() == '[' ? "" : ",",
                   one.position, one.attempts, json::quoted(one.parked->reason), to_string(one.parked->since));
  out += ']';
}

// --- Operations
// ----------------------------------------------------------------------------------------------------------------------------

Result<> expect_no_parameters(const http::Request& request) {
  TRY(const auto parameters, read_parameters(request.query));
  return refuse_unknown(parameters, {});
}

Task<http::Response> claim(ConsumerRequest asked, std::string name) {
  CO_TRY(auto parameters, read_parameters(asked.request.query));
  CO_TRY(auto claim, read_claim(std::move(parameters), asked));
  claim.asker = asker_of(asked.request);
  claim.wait = cut_wait(claim.wait, asked.request.principal.get());
  CO_TRY(const auto claimed, co_await asked.consumers.claim(std::move(name), std::move(claim)));
  co_return json_answer(200, claim_text(claimed));
}

Task<http::Response> acknowledge(ConsumerRequest asked, std::string name) {
  CO_TRY(const json::Document body, json::parse(asked.request.body));
  CO_TRY(auto ack, read_ack(body.root(), asked.options.result_targets));
  const std::string author = author_of(asked.request);
  ack.view = view_of(asked.request);
  ack.author = author;
  CO_TRY(const auto acked, co_await asked.consumers.ack(std::move(name), std::move(ack)));
  co_return json_answer(200, ack_text(acked));
}

Task<http::Response> refuse_events(ConsumerRequest asked, std::string name) {
  CO_TRY(const json::Document body, json::parse(asked.request.body));
  CO_TRY(auto nack, read_nack(body.root()));
  CO_TRY(const std::uint64_t count, co_await asked.consumers.nack(std::move(name), std::move(nack)));
  co_return json_answer(200, fmt::format(R"({{"returned":{}}})", count));
}

Task<http::Response> extend(ConsumerRequest asked, std::string name) {
  CO_TRY(const json::Document body, json::parse(asked.request.body));
  CO_TRY(auto extension, read_extension(body.root()));
  CO_TRY(const Instant until, co_await asked.consumers.extend(std::move(name), std::move(extension.token), extension.lease));
  co_return json_answer(200, fmt::format(R"({{"lease_until":"{}"}})", to_string(until)));
}

Task<http::Response> release(ConsumerRequest asked, ConsumerPlace place) {
  const auto position = number_of(place.position);
  if (!position && place.position != "all")
    co_return invalid("feed.position", fmt::format("\"{:.100}\" is neither a position nor \"all\".", place.position));
  CO_TRY(const std::uint64_t count, co_await asked.consumers.release(std::move(place.name), position));
  co_return json_answer(200, fmt::format(R"({{"released":{}}})", count));
}

Task<http::Response> read_one_consumer(ConsumerRequest asked, std::string name, std::string scope) {
  CO_TRY(auto parameters, read_parameters(asked.request.query));
  CO_TRY(name, take_scoped(parameters, name, scope));
  CO_TRY(const std::size_t limit, take_number(parameters, "limit", {.otherwise = 100, .max = 10'000}));
  CO_TRY(const std::size_t after, take_number(parameters, "after", {.max = kPositionMax}));
  CO_TRY_OK(refuse_unknown(parameters, {"limit", "after", "scope"}));
  CO_TRY(const Status status, co_await asked.consumers.status(std::move(name)));
  std::string text = status_text(status);
  append_leases(text, status.progress);
  append_parked(text, status.progress, after, limit);
  co_return json_answer(200, text + '}');
}

Task<http::Response> list_consumers(ConsumerRequest asked, std::string scope) {
  const bool sees_all = Consumers::sees_all(scope);
  CO_TRY(auto all, co_await asked.consumers.list(sees_all ? std::nullopt : std::optional(scope)));
  std::string text = "[";
  for (const Status& status : all) {
    text.append(text.size() > 1 ? "," : "").append(status_text(status));
    if (Consumers::scope_of(status.name) != scope) text += fmt::format(R"(,"scope":"{}")", told_scope(status.name));
    text += '}';
  }
  co_return json_answer(200, text + ']');
}

Task<http::Response> remove(ConsumerRequest asked, std::string name, std::string scope) {
  CO_TRY(auto parameters, read_parameters(asked.request.query));
  CO_TRY(name, take_scoped(parameters, name, scope));
  CO_TRY_OK(refuse_unknown(parameters, {"scope"}));
  CO_TRY_OK(co_await asked.consumers.remove(name));
  co_return json_answer(200, fmt::format(R"({{"name":"{}","status":"deleted"}})", Consumers::name_of(name)));
}

bool has_body(OperationId operation) {
  return operation == OperationId::ack || operation == OperationId::nack || operation == OperationId::extend;
}

Result<> check(const ConsumerRequest& asked, OperationId operation, const ConsumerPlace& place) {
  using enum OperationId;
  const bool has_parameters = operation == claim || operation == consumer_read || operation == consumer_delete;
  if (!has_parameters) {
    TRY_OK(expect_no_parameters(asked.request));
  }
  if (has_body(operation)) {
    TRY_OK(expect_media_type(asked.request, {"application/json"}));
  }
  if (operation == OperationId::consumer_list || Consumers::is_name(place.name)) return {};
  return invalid("consumer.name", fmt::format("\"{:.100}\" cannot be the name of a consumer.", place.name),
                 "Use 1 to 100 letters, digits, dots, dashes and underscores, no dot in front.");
}

}  // namespace

Result<document::Filter> make_consumer_filter(std::string_view text, const Fields& fields) {
  TRY(const auto parameters, read_parameters(text));
  return make_list_filter(parameters, fields);
}

Task<http::Response> answer_consumers(ConsumerRequest asked, OperationId operation, ConsumerPlace place) {
  const auto scope = asked.options.store->feed_scope(asked.request.principal.get());
  if (!scope) return refuse(scope.error());
  if (auto checked = check(asked, operation, place); !checked) return refuse(std::move(checked).error());
  const std::string name = std::exchange(place.name, scoped(place.name, *scope));
  switch (operation) {
    case OperationId::consumer_list: return list_consumers(asked, *scope);
    case OperationId::consumer_read: return read_one_consumer(asked, name, *scope);
    case OperationId::consumer_delete: return remove(asked, name, *scope);
    case OperationId::claim: return claim(asked, std::move(place.name));
    case OperationId::ack: return acknowledge(asked, std::move(place.name));
    case OperationId::nack: return refuse_events(asked, std::move(place.name));
    case OperationId::extend: return extend(asked, std::move(place.name));
    case OperationId::release: return release(asked, std::move(place));
    default: break;
  }
  return refuse({ErrorKind::not_found, "http.not_found", "There is nothing at this path."});
}

}  // namespace millrace::rest
