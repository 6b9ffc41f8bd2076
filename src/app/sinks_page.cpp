#include "app/sinks_page.hpp"

#include <algorithm>
#include <iterator>

#include "base/json/members.hpp"
#include "http/router.hpp"
#include "http/status.hpp"

namespace millrace::app {
namespace {

std::string_view word(sink::SinkStatus::Work work) {
  switch (work) {
    case sink::SinkStatus::Work::standby: return "standby";
    case sink::SinkStatus::Work::retrying: return "retrying";
    case sink::SinkStatus::Work::publishing: return "publishing";
  }
  return "";
}

void append_number(std::string& out, std::uint64_t number) {
  fmt::format_to(std::back_inserter(out), "{}", number);
}

void append_text_or_null(std::string& out, const std::string& text) {
  if (text.empty()) {
    out += "null";
  } else {
    json::append_string(out, text);
  }
}

}  // namespace

Task<http::Response> SinksPage::handle(const http::Request& request) {
  if (request.method != http::Method::get && request.method != http::Method::head) {
    http::Response refusal = http::problem(405, {ErrorKind::invalid_argument, "http.method", "Sinks are read by GET."});
    refusal.add("Allow", "GET, HEAD, OPTIONS");
    co_return refusal;
  }
  const std::string_view name = http::below(request.path, kSinksPath);
  std::string body;
  for (std::size_t row = 0; row < rows_.size(); ++row) {
    if (!name.empty() && rows_[row].model->config.name != name) continue;
    if (rows_[row].store->sight(request.principal.get()) != document::Sight::all) continue;
    if (!body.empty()) body += ',';
    CO_TRY_OK(co_await write(body, row));
  }
  if (!name.empty() && body.empty()) co_return http::problem({ErrorKind::not_found, "http.not_found", "There is no sink of that name."});
  http::Response response{200, {}, name.empty() ? '[' + body + ']' : body};
  response.add("Content-Type", "application/json").add("Cache-Control", "no-store");
  co_return response;
}

/// Where the storage cannot be asked for its last position, head and lag are null.
Task<void> SinksPage::write(std::string& out, std::size_t row) {
  const SinkConfig& config = rows_[row].model->config;
  const auto head = co_await rows_[row].store->last_position();
  const sink::SinkStatus status = sinks_->status(row);
  json::MemberWriter members(out);
  json::append_string(members.key("name"), config.name);
  json::append_string(members.key("from"), config.from);
  json::append_string(members.key("kind"), config.nats ? "nats" : "kafka");
  json::append_string(members.key("to"), target_of(config));
  json::append_string(members.key("status"), word(status.work));
  append_number(members.key("position"), status.record.position);
  if (head) {
    append_number(members.key("head"), *head);
    append_number(members.key("lag"), *head - std::min(*head, status.record.position));
  } else {
    members.key("head") += "null";
    members.key("lag") += "null";
  }
  append_number(members.key("under_way"), status.under_way);
  append_number(members.key("published"), status.record.published);
  append_text_or_null(members.key("error"), status.record.error);
  append_text_or_null(members.key("error_at"), status.record.error_at);
  append_text_or_null(members.key("owner"), status.record.owner);
  members.end();
  co_return {};
}

}  // namespace millrace::app
