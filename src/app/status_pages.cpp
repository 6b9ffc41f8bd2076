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
  return json::quoted(error.hint.empty() ? error.message : error.message + ' ' + error.hint);
}

}  // namespace

Task<http::Response> HealthPage::handle(const http::Request&) {
  co_return json_response(200, "{\"status\":\"ok\"}");
}

Task<http::Response> ReadyPage::handle(const http::Request&) {
  bool is_ready = true;
  std::string storages;
  for (const Storage& storage : storages_) {
    auto reached = co_await storage.store->ping();
    is_ready = is_ready && reached.has_value();
    if (!storages.empty()) storages += ',';
    storages += json::quoted(storage.name) + ":{\"status\":" + (reached ? "\"ok\"" : "\"away\",\"error\":" + why(reached.error())) + '}';
  }
  co_return json_response(is_ready ? 200 : 503,
                          fmt::format("{{\"status\":\"{}\",\"storages\":{{{}}}}}", is_ready ? "ready" : "not ready", storages));
}

}  // namespace millrace::app
