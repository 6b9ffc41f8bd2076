#include "pages/page.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <functional>

#include "http/media_range.hpp"
#include "http/router.hpp"
#include "http/status.hpp"
#include "pages/archive.hpp"

namespace millrace::pages {
namespace {

// 'self' alone; pictures also from data: addresses, which style sheets carry along and which load nothing.
constexpr std::string_view kPolicy =
    "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; connect-src 'self'; base-uri 'none'; "
    "form-action 'none'; frame-ancestors 'self'";

/// The relative address of the service's root, seen from a path: "../" for each folder below it.
std::string root_seen_from(std::string_view path) {
  std::string root;
  for (auto folders = std::ranges::count(path, '/'); folders > 1; --folders) root += "../";
  return root.empty() ? "./" : root;
}

std::string escaped_html(std::string_view text) {
  std::string out;
  for (const char c : text) {
    switch (c) {
      case '&': out += "&amp;"; break;
      case '<': out += "&lt;"; break;
      case '>': out += "&gt;"; break;
      case '"': out += "&quot;"; break;
      default: out += c;
    }
  }
  return out;
}

/// JSON that may stand in a script element: in JSON a `<` is always inside a string, where it may be written so.
std::string escaped_json(std::string_view json) {
  std::string out;
  for (const char c : json) c == '<' ? out += "\\u003c" : out += c;
  return out;
}

/// One pass: what is filled in is not looked at again.
std::string fill_in(std::string_view page, std::string_view root, std::string_view title, std::string_view settings) {
  std::string out;
  out.reserve(page.size() + settings.size() + 256);
  while (true) {
    const std::size_t begin = page.find("{{");
    out += page.substr(0, begin);
    if (begin == std::string_view::npos) return out;
    page.remove_prefix(begin + 2);
    const std::string_view name = page.substr(0, page.find("}}"));
    page.remove_prefix(name.size() + 2);
    CHECK(name == "root" || name == "title" || name == "settings");
    out += name == "root" ? std::string(root) : name == "title" ? escaped_html(title) : escaped_json(settings);
  }
}

http::Response file_response(const http::Request& request, const File& file) {
  http::Response response;
  const std::string etag = fmt::format("W/\"{}\"", file.name);
  response.add("Content-Type", file.type).add("Cache-Control", "public, max-age=31536000, immutable").add("ETag", etag);
  response.add("Vary", "Accept-Encoding").add("X-Content-Type-Options", "nosniff");
  if (request.header("if-none-match").find(etag) != std::string_view::npos) {
    response.status = 304;
    return response;
  }
  const bool packed = file.is_gzip && http::accepts_coding(request.header("accept-encoding"), "gzip");
  if (packed) response.add("Content-Encoding", "gzip");
  response.body = packed ? std::string(file.bytes) : file.unpacked();
  return response;
}

}  // namespace

bool is_read(const http::Request& request) {
  return request.method == http::Method::get || request.method == http::Method::head;
}

http::Response method_answer(const http::Request& request) {
  http::Response response{.status = 204};
  if (request.method != http::Method::options) {
    response = http::problem(405, {ErrorKind::invalid_argument, "http.method", "A page is read by GET."});
  }
  response.add("Allow", "GET, HEAD, OPTIONS");
  return response;
}

http::Response render_page(const http::Request& request, std::string_view name, std::string_view title, std::string_view settings) {
  if (!is_read(request)) return method_answer(request);
  const File* page = find_file(fmt::format("{}.html", name));
  CHECK(page);
  http::Response response;
  response.body = fill_in(page->bytes, root_seen_from(request.path), title, settings);
  const std::string etag = fmt::format("\"{:016x}\"", std::hash<std::string_view>{}(response.body));
  response.add("Content-Type", page->type).add("Cache-Control", "no-cache").add("ETag", etag);
  response.add("Content-Security-Policy", kPolicy).add("X-Content-Type-Options", "nosniff").add("Referrer-Policy", "same-origin");
  if (request.header("if-none-match").find(etag) != std::string_view::npos) {
    response.status = 304;
    response.body.clear();
  }
  return response;
}

Task<http::Response> Page::handle(const http::Request& request) {
  co_return render_page(request, name_, title_, settings_);
}

Task<http::Response> FileHandler::handle(const http::Request& request) {
  if (!is_read(request)) co_return method_answer(request);
  const File* file = find_file(http::below(request.path, kFilesPath));
  // The templates are no files: they are only whole once filled in.
  if (!file || file->name.ends_with(".html"))
    co_return http::problem({ErrorKind::not_found, "http.not_found", "There is no such file; a newer version of the page names another."});
  co_return file_response(request, *file);
}

}  // namespace millrace::pages
