#include "http/response_head.hpp"

#include <fmt/format.h>

#include <charconv>

#include "http/status.hpp"

namespace millrace::http {

namespace {

void append_number(std::string& out, std::size_t number) {
  char digits[20];
  const auto [end, error] = std::to_chars(std::begin(digits), std::end(digits), number);
  out.append(digits, end);
}

bool never_has_body(int status) {
  return status < 200 || status == 204 || status == 304;
}

void append_framing(std::string& out, const Response& response, const Ending& ending) {
  if (response.stream && !response.stream_length) {
    if (!ending.is_http_1_0) out.append("Transfer-Encoding: chunked\r\n");
    return;
  }
  out.append("Content-Length: ");
  append_number(out, response.stream ? *response.stream_length : response.body.size());
  out.append("\r\n");
}

}  // namespace

bool has_body(int status, Method method) {
  return !never_has_body(status) && method != Method::head;
}

void append_response_head(std::string& out, const Response& response, const Ending& ending) {
  if (response.status == 200) {
    out.append("HTTP/1.1 200 OK\r\nDate: ");
  } else {
    out.append("HTTP/1.1 ");
    append_number(out, static_cast<std::size_t>(response.status));
    out.append(" ").append(reason(response.status)).append("\r\nDate: ");
  }
  out.append(ending.date).append("\r\n");
  if (!never_has_body(response.status)) {
    append_framing(out, response, ending);
  }
  out.append(ending.headers).append(response.headers);
  if (!ending.keeps_alive) {
    out.append("Connection: close\r\n");
  } else if (ending.is_http_1_0) {
    out.append("Connection: keep-alive\r\n");
  }
  out.append("\r\n");
}

std::string_view DateText::at(std::time_t now) {
  if (now == made_) return text_;
  made_ = now;
  constexpr std::string_view kDays[] = {"Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"};
  constexpr std::string_view kMonths[] = {"Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"};
  std::tm time{};
  gmtime_r(&now, &time);
  text_ = fmt::format("{}, {:02} {} {} {:02}:{:02}:{:02} GMT", kDays[time.tm_wday], time.tm_mday, kMonths[time.tm_mon], time.tm_year + 1900,
                      time.tm_hour, time.tm_min, time.tm_sec);
  return text_;
}

}  // namespace millrace::http
