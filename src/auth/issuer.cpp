#include "auth/issuer.hpp"

#include <algorithm>

namespace millrace::auth {

Issuer::Issuer(IssuerOptions options, const Surroundings& around) : options_(std::move(options)) {
  if (options_.jwks.empty()) {
    KeySet set;
    set.keys.push_back(Key::of_secret(options_.secret));
    secret_ = std::make_shared<const KeySet>(std::move(set));
    return;
  }
  KeySourceOptions source{.place = options_.jwks, .refresh = options_.refresh, .log = around.log, .changed = around.changed};
  source.known = around.known(options_.jwks);
  source_ = std::make_unique<KeySource>(around.loop, std::move(source));
}

bool Issuer::takes(Algorithm algorithm) const {
  return std::ranges::find(options_.algorithms, algorithm) != options_.algorithms.end();
}

Issuer::Answer Issuer::has_signed(const Token& token) const {
  const auto keys = source_ ? source_->keys() : secret_;
  if (!keys) return Answer::no_keys;
  // A secret has no id, so whatever a token calls it is nothing to go by.
  const auto signed_by = keys->verifies(token.algorithm, source_ ? token.key_id : std::nullopt, token.signed_text, token.signature);
  if (!signed_by) return Answer::no_such_key;
  return *signed_by ? Answer::yes : Answer::no;
}

}  // namespace millrace::auth
