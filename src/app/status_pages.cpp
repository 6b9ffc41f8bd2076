#include "app/status_pages.hpp"

#include "base/json/canonical.hpp"

namespace millrace::app {
namespace {

http::Response json_response(int status, std::string body) {
  http::Response response{status, {}, std::move(body)};
  response.add("Content-Type", "application/json").add("Cache-Control", "no-store");
  return response;
}

/// For whoever looks after the service, the reason included.
std::string why(const Error& error) {
  return error.hint.empty() ? error.message : error.message + ' ' + error.hint;
}

}  // namespace

Task<http::Response> HealthPage::handle(const http::Request&) {
  co_return json_response(200, "{\"status\":\"ok\"}");
}

std::string ReadyPage::look(const Storage& storage, const Result<>& reached, bool tells_why) {
  if (reached) {
    if (storage.away->exchange({}) != Instant{}) storage.log("It is reached again.");
    return R"({"status":"ok"})";
  }
  Instant since{};
  if (storage.away->compare_exchange_strong(since, now())) since = *storage.away;
  storage.log("It is away: " + why(reached.error()));
  return fmt::format(R"({{"status":"away","since":"{}"{}}})", to_string(since),
                     tells_why ? R"(,"error":)" + json::quoted(why(reached.error())) : "");
}

Task<http::Response> ReadyPage::handle(const http::Request& request) {
  const bool tells_why = tells_all_ || request.principal != nullptr;
  bool is_ready = true;
  std::string storages;
  for (const Storage& storage : storages_) {
    const auto reached = co_await storage.store->ping();
    is_ready = is_ready && reached.has_value();
    if (!storages.empty()) storages += ',';
    storages += json::quoted(storage.name) + ':' + look(storage, reached, tells_why);
  }
  co_return json_response(is_ready ? 200 : 503,
                          fmt::format("{{\"status\":\"{}\",\"storages\":{{{}}}}}", is_ready ? "ready" : "not ready", storages));
}

}  // namespace millrace::app
