// Who asks: what was verified of whoever sent a request.
#pragma once

#include <algorithm>
#include <chrono>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// Somebody whose credentials were verified. It never changes once it is made, so any number of threads may share it. A request without
/// credentials has none at all (a null pointer).
struct Principal {
  std::string subject;             // `sub` of a token, the name of an API key
  std::vector<std::string> roles;  // sorted
  std::string claims = "{}";       // all of the token's, a canonical JSON object
  std::chrono::system_clock::time_point expires = std::chrono::system_clock::time_point::max();  // until then it holds

  bool has_role(std::string_view role) const { return std::ranges::binary_search(roles, role); }
};

}  // namespace millrace
