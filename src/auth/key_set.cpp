#include "auth/key_set.hpp"

#include <fmt/format.h>

#include "base/digest.hpp"

namespace millrace::auth {
namespace {

constexpr std::size_t kDepth = 16;
// A set that has the same id so often is none that somebody meant.
constexpr std::size_t kSameIdMax = 4;

Failure no_keys(std::string why) {
  return Failure(Error{ErrorKind::unavailable, "auth.keys", std::move(why)});
}

}  // namespace

std::optional<bool> KeySet::verifies(Algorithm algorithm, const std::optional<std::string>& id, std::string_view text,
                                     std::string_view signature) const {
  std::vector<const Key*> fitting;
  for (const Key& key : keys)
    if (key.takes(algorithm) && (!id || key.id() == id)) fitting.push_back(&key);
  if (fitting.empty() || fitting.size() > (id ? kSameIdMax : 1)) return std::nullopt;
  return std::ranges::any_of(fitting, [&](const Key* key) { return key->verifies(algorithm, text, signature); });
}

Result<KeySet> read_key_set(std::string_view text, KeySetLimits limits) {
  auto document = json::parse(text, {.depth = kDepth, .bytes = limits.bytes});
  if (!document) return no_keys(fmt::format("it is no JSON that can be read: {}", document.error().message));
  const auto keys = document->root().find("keys");
  if (!keys || !keys->is(json::Kind::array)) return no_keys("it is no JWK set: it has no list `keys`");
  if (keys->size() > limits.keys) return no_keys(fmt::format("it has more than {} keys", limits.keys));
  KeySet set{.digest = sha256(text)};
  std::size_t number = 0;
  for (json::Value jwk = keys->first(); jwk != keys->end(); jwk = jwk.after()) {
    auto key = Key::read_jwk(jwk);
    if (key) {
      set.keys.push_back(*std::move(key));
    } else {
      set.left_out.push_back(fmt::format("keys[{}] is {}", number, key.error().why));
    }
    ++number;
  }
  if (set.keys.empty())
    return no_keys(fmt::format("it has no key to verify with{}{}", set.left_out.empty() ? "" : ": ", fmt::join(set.left_out, ", ")));
  return set;
}

}  // namespace millrace::auth
