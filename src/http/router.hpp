// Which handler answers a path.
#pragma once

#include <string>
#include <string_view>

#include "base/own_text_map.hpp"
#include "http/message.hpp"
#include "http/traffic.hpp"

namespace millrace::http {

/// Handlers by path. The longest mount that a path lies at or below answers it, whole segments counted: "/a/b" has "/a/b" and "/a/b/c", not
/// "/a/bc". A trailing slash makes no difference. Paths are compared as sent, escapes included. Mount everything before the first request;
/// after that any number of threads may use it.
///
/// A handler gets the request as it came and knows its own path; below() tells it the rest.
class Router : public Handler {
 public:
  /// Requests take a route that is called as their mount; not without traffic, which outlives the router.
  explicit Router(Traffic* traffic = nullptr) : traffic_(traffic) {}

  enum class Scope : unsigned char {
    subtree,  // the path and all below it
    exact,    // the path alone
  };

  /// The handler must outlive the router. Error "http.mount" (invalid_argument) when the path does not start with a slash or is taken.
  Result<> mount(std::string_view path, Handler& handler, Scope scope = Scope::subtree);

  /// The handler of a path, or null. Allocates nothing.
  Handler* find(std::string_view path) const;

  /// What the path's handler says.
  Intake intake(const Request& head) const override;
  bool is_open(const Request& head) const override;
  /// Passes the request on; `OPTIONS *` is 204; 404 "http.no_route" with the nearest mounted path as a hint when there is no handler.
  Task<Response> handle(const Request& request) override;

 private:
  struct Mount {
    Handler* handler;
    Scope scope;
    Route* route = nullptr;
  };
  const Mount* find_mount(std::string_view path) const;
  /// The same for a request, which takes its route.
  Handler* find_for(const Request& request) const;
  Response refusal(std::string_view path) const;

  Traffic* const traffic_;
  OwnTextMap<Mount> mounts_;    // without a trailing slash; the root is the empty text
  std::size_t length_max_ = 0;  // of the mounted paths
};

/// What follows `mount` in `path`, slashes at both ends taken off: below("/a/b/7/x/", "/a/b") is "7/x", below("/a/b", "/a/b") is empty.
/// Requires: `path` lies at or below `mount`.
std::string_view below(std::string_view path, std::string_view mount);

}  // namespace millrace::http
