#include "http/status.hpp"

#include "base/json/canonical.hpp"

namespace millrace::http {

namespace {

void append_member(std::string& out, std::string_view quoted_key, std::string_view value) {
  out.append(quoted_key).push_back(':');
  json::append_string(out, value);
}

void append_details(std::string& out, const std::vector<ErrorDetail>& details) {
  out.append(R"(,"errors":[)");
  for (const ErrorDetail& detail : details) {
    if (&detail != &details.front()) out.push_back(',');
    append_member(out, R"({"path")", detail.path);
    append_member(out, R"(,"keyword")", detail.keyword);
    append_member(out, R"(,"message")", detail.message);
    out.push_back('}');
  }
  out.push_back(']');
}

}  // namespace

int status_of(ErrorKind kind) {
  switch (kind) {
    case ErrorKind::invalid_argument: return 400;
    case ErrorKind::unauthenticated: return 401;
    case ErrorKind::forbidden: return 403;
    case ErrorKind::not_found: return 404;
    case ErrorKind::conflict: return 409;
    case ErrorKind::precondition_failed: return 412;
    case ErrorKind::too_large: return 413;
    case ErrorKind::unsupported_media_type: return 415;
    case ErrorKind::unprocessable: return 422;
    case ErrorKind::overloaded: return 503;
    case ErrorKind::unavailable: return 503;
    case ErrorKind::timed_out: return 504;
    case ErrorKind::internal: return 500;
  }
  return 500;
}

std::string_view reason(int status) {
  switch (status) {
    case 100: return "Continue";
    case 101: return "Switching Protocols";
    case 200: return "OK";
    case 201: return "Created";
    case 202: return "Accepted";
    case 204: return "No Content";
    case 206: return "Partial Content";
    case 301: return "Moved Permanently";
    case 302: return "Found";
    case 303: return "See Other";
    case 304: return "Not Modified";
    case 307: return "Temporary Redirect";
    case 308: return "Permanent Redirect";
    case 400: return "Bad Request";
    case 401: return "Unauthorized";
    case 403: return "Forbidden";
    case 404: return "Not Found";
    case 405: return "Method Not Allowed";
    case 406: return "Not Acceptable";
    case 408: return "Request Timeout";
    case 409: return "Conflict";
    case 410: return "Gone";
    case 411: return "Length Required";
    case 412: return "Precondition Failed";
    case 413: return "Content Too Large";
    case 414: return "URI Too Long";
    case 415: return "Unsupported Media Type";
    case 416: return "Range Not Satisfiable";
    case 417: return "Expectation Failed";
    case 422: return "Unprocessable Content";
    case 426: return "Upgrade Required";
    case 428: return "Precondition Required";
    case 429: return "Too Many Requests";
    case 431: return "Request Header Fields Too Large";
    case 500: return "Internal Server Error";
    case 501: return "Not Implemented";
    case 502: return "Bad Gateway";
    case 503: return "Service Unavailable";
    case 504: return "Gateway Timeout";
    case 505: return "HTTP Version Not Supported";
    default: return "Unknown";
  }
}

Response problem(const Error& error) {
  return problem(status_of(error.kind), error);
}

Response problem(int status, const Error& error) {
  Response response{.status = status};
  response.add("Content-Type", "application/problem+json");
  // Both pass by themselves; a client that waits a second does not make them worse.
  if (status == 429 || status == 503) response.add("Retry-After", "1");
  std::string& body = response.body;
  append_member(body, R"({"type")", "about:blank");
  append_member(body, R"(,"title")", reason(status));
  body.append(R"(,"status":)").append(std::to_string(status));
  append_member(body, R"(,"code")", error.code);
  append_member(body, R"(,"error")", error.message);
  if (!error.hint.empty()) append_member(body, R"(,"hint")", error.hint);
  if (!error.details.empty()) append_details(body, error.details);
  body.push_back('}');
  return response;
}

}  // namespace millrace::http
