// The pages for people: HTML that loads what it needs from /-/pages of this very service, and nothing from anywhere else.
#pragma once

#include <string>
#include <string_view>

#include "http/message.hpp"

namespace millrace::pages {

/// Where the scripts and styles of all pages are mounted: FileHandler.
inline constexpr std::string_view kFilesPath = "/-/pages";

/// Whether the method is one that pages have.
bool is_read(const http::Request& request);
/// The answer to any other: 204 to OPTIONS, else 405, with Allow.
http::Response method_answer(const http::Request& request);

/// The template `name` (of web/src), filled in for the path that was asked for: addresses in it are relative to that path, so that they
/// hold below any prefix that a proxy adds. `settings` is JSON that the page's script reads; it may hold anything. The answer has an ETag
/// and a Content-Security-Policy that lets the page talk to its own origin alone; 304 when the request has that ETag; method_answer() when
/// it is not read. Requires: a template of that name.
http::Response render_page(const http::Request& request, std::string_view name, std::string_view title, std::string_view settings = "{}");

/// A page that is the same for every request.
class Page : public http::Handler {
 public:
  Page(std::string name, std::string title, std::string settings = "{}")
      : name_(std::move(name)), title_(std::move(title)), settings_(std::move(settings)) {}
  bool is_open(const http::Request&) const override { return true; }
  Task<http::Response> handle(const http::Request& request) override;

 private:
  std::string name_;
  std::string title_;
  std::string settings_;
};

/// The files that pages load: packed where the client takes gzip, to be kept for ever, since their names change with them.
class FileHandler : public http::Handler {
 public:
  bool is_open(const http::Request&) const override { return true; }
  Task<http::Response> handle(const http::Request& request) override;
};

}  // namespace millrace::pages
