#include "http/router.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <vector>

#include "base/problem.hpp"
#include "http/status.hpp"

namespace millrace::http {

namespace {

std::string_view without_slash(std::string_view path) {
  if (path.ends_with('/')) path.remove_suffix(1);
  return path;
}

Task<Response> answer(Response response) {
  co_return response;
}

}  // namespace

Result<> Router::mount(std::string_view path, Handler& handler, Scope scope) {
  if (!path.starts_with('/')) {
    return Failure(Error{ErrorKind::invalid_argument, "http.mount", fmt::format("The path \"{}\" must start with a slash.", path)});
  }
  const std::string_view key = without_slash(path);
  if (!mounts_.try_emplace(std::string(key), Mount{&handler, scope, traffic_ != nullptr ? &traffic_->route(path) : nullptr}).second) {
    return Failure(Error{ErrorKind::invalid_argument, "http.mount", fmt::format("The path \"{}\" is used twice.", path)});
  }
  length_max_ = std::max(length_max_, key.size());
  return {};
}

Handler* Router::find(std::string_view path) const {
  const Mount* const mount = find_mount(path);
  return mount != nullptr ? mount->handler : nullptr;
}

Handler* Router::find_for(const Request& request) const {
  const Mount* const mount = find_mount(request.path);
  if (mount == nullptr) return nullptr;
  request.takes(mount->route);
  return mount->handler;
}

const Router::Mount* Router::find_mount(std::string_view path) const {
  const std::string_view whole = without_slash(path);
  std::string_view prefix = whole;
  while (true) {
    // A prefix longer than every mount is not looked up: a path of a thousand segments costs no thousand lookups.
    if (prefix.size() <= length_max_) {
      auto found = mounts_.find(prefix);
      if (found != mounts_.end() && (found->second.scope == Scope::subtree || prefix.size() == whole.size())) return &found->second;
    }
    const std::size_t slash = prefix.rfind('/');
    if (slash == std::string_view::npos) return nullptr;
    prefix = prefix.substr(0, slash);
  }
}

Intake Router::intake(const Request& head) const {
  const Handler* handler = find_for(head);
  return handler ? handler->intake(head) : Intake{};
}

bool Router::is_open(const Request& head) const {
  const Handler* handler = find_for(head);
  return handler != nullptr && handler->is_open(head);
}

Task<Response> Router::handle(const Request& request) {
  Handler* handler = find_for(request);
  return handler ? handler->handle(request) : answer(refusal(request.path));
}

Response Router::refusal(std::string_view path) const {
  if (path == "*") {  // OPTIONS about the server as a whole
    Response response{.status = 204};
    response.add("Allow", "GET, HEAD, POST, PUT, PATCH, DELETE, OPTIONS");
    return response;
  }
  std::vector<std::string> paths;
  for (const auto& [mounted, mount] : mounts_) paths.push_back(mounted.empty() ? "/" : mounted);
  std::ranges::sort(paths);
  Error error{ErrorKind::not_found, "http.no_route", "There is nothing at this path."};
  if (path.size() <= 2 * length_max_) {  // nothing is near a longer one
    if (auto near = nearest(without_slash(path), paths); !near.empty()) error.hint = fmt::format("Did you mean {}?", near);
  }
  return problem(error);
}

std::string_view below(std::string_view path, std::string_view mount) {
  path.remove_prefix(without_slash(mount).size());
  if (path.starts_with('/')) path.remove_prefix(1);
  return without_slash(path);
}

}  // namespace millrace::http
