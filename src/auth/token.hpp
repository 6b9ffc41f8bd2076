// A JSON Web Token taken apart (RFC 7519, as a JWS in its compact form, RFC 7515): before anything of it is believed.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "auth/algorithm.hpp"
#include "auth/refused.hpp"

namespace millrace::auth {

/// Where keys are to be found is nothing that a token can say: `jwk`, `jku`, `x5u` and `x5c` are not looked at.
struct Token {
  Algorithm algorithm = Algorithm::rs256;
  std::optional<std::string> key_id;  // `kid`
  std::string_view signed_text;       // into the token
  std::string signature;
  std::string claims;  // what should be JSON
};

inline constexpr std::size_t kTokenBytesMax = 16 * 1024;

/// Refused: anything but three parts of base64url; a header that is no JSON object, or has a member twice, an unknown `alg` (such as
/// `none`), `crit` or `b64` (no extension is understood), or a `typ` that is another kind of token's.
Checked<Token> read_token(std::string_view text);

}  // namespace millrace::auth
