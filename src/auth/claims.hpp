// What a token says of whoever has it, and whether that holds here and now (RFC 7519, section 4.1).
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "auth/refused.hpp"
#include "base/json/document.hpp"
#include "base/principal.hpp"

namespace millrace::auth {

struct ClaimOptions {
  std::string issuer;
  std::vector<std::string> audiences;   // one of them; empty: whatever it is for
  std::string roles_claim = "roles";    // its name, or a path of names with dots between
  std::string subject_claim = "sub";    // the same
  std::chrono::seconds clock_skew{60};  // by which clocks may differ
};

/// The principal. Refused: another issuer or audience; no `exp`, or one that has passed; `nbf` or `iat` that lie ahead; any of these that
/// is no number; no subject. Roles are the strings of a list, or the words of one string; whoever has none has no roles.
Checked<Principal> read_claims(json::Value claims, const ClaimOptions& options, std::chrono::system_clock::time_point now);

/// The issuer that a token names, which nobody has verified: it says whose keys to verify with. Empty when it names none.
std::string issuer_of(json::Value claims);

}  // namespace millrace::auth
