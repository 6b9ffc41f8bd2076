// Tokens and key sets from strangers: nothing crashes, nothing that nobody signed is taken, and what is taken keeps what the headers
// promise.
#include <fmt/format.h>

#include <algorithm>

#include "auth/base64url.hpp"
#include "auth/claims.hpp"
#include "auth/key_set.hpp"
#include "auth/token.hpp"
#include "base/result.hpp"

namespace millrace::auth {
namespace {

// Of RFC 7517, appendix A.1, and RFC 8037, appendix A.2.
constexpr std::string_view kKeys =
    R"({"keys":[{"kty":"EC","crv":"P-256","x":"MKBCTNIcKUSDii11ySs3526iDZ8AiTo7Tu6KPAqv7D4","y":"4Etl6SRW2YiLUrN5vfvVHuhp7x8PxltmWWlbbM4IFyM","kid":"a"},)"
    R"({"kty":"OKP","crv":"Ed25519","x":"11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo","kid":"b"}]})";

void read_any_token(std::string_view text) {
  static const KeySet keys = *read_key_set(kKeys);
  const auto token = read_token(text);
  if (!token) return;
  CHECK(fmt::format("{}.{}", token->signed_text, encode_base64url(token->signature)) == text);
  const auto taken = keys.verifies(token->algorithm, token->key_id, token->signed_text, token->signature);
  CHECK(!taken || !*taken);
}

/// As a header, and as claims, of a token that is right in everything else.
void read_parts(std::string_view text) {
  if (text.size() > 2'000) return;
  const std::string part = encode_base64url(text);
  CHECK(decode_base64url(part) == text);
  read_any_token(fmt::format("{}.e30.AAAA", part));
  read_any_token(fmt::format("eyJhbGciOiJFUzI1NiJ9.{}.AAAA", part));
  const auto document = json::parse(text, {.depth = 32});
  if (!document) return;
  constexpr std::chrono::system_clock::time_point kNow{std::chrono::seconds(1'000'000)};
  const auto principal = read_claims(document->root(), {.issuer = "i", .audiences = {"a"}}, kNow);
  if (!principal) return;
  CHECK(!principal->subject.empty() && principal->expires > kNow);
  CHECK(std::ranges::is_sorted(principal->roles) && std::ranges::adjacent_find(principal->roles) == principal->roles.end());
  CHECK(json::parse(principal->claims).has_value());
}

void read_keys(std::string_view text) {
  const auto set = read_key_set(text);
  if (!set) return;
  CHECK(!set->keys.empty());
  for (const Key& key : set->keys)
    for (std::size_t i = 0; i < algorithms().size(); ++i) {
      const auto algorithm = static_cast<Algorithm>(i);
      if (key.takes(algorithm)) CHECK(!key.verifies(algorithm, "text", std::string(64, '\1')));
    }
}

}  // namespace
}  // namespace millrace::auth

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  millrace::auth::read_any_token(text);
  millrace::auth::read_parts(text);
  millrace::auth::read_keys(text);
  return 0;
}
