// One issuer whose tokens are taken.
#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "auth/algorithm.hpp"
#include "auth/claims.hpp"
#include "auth/key_source.hpp"
#include "auth/token.hpp"

namespace millrace::auth {

struct IssuerOptions {
  ClaimOptions claims;
  std::vector<Algorithm> algorithms;  // none but these
  std::string jwks;                   // a URL or a file; or else `secret`
  std::string secret;                 // of the HMAC algorithms
  std::chrono::milliseconds refresh{300'000};
};

class Issuer {
 public:
  struct Surroundings {
    io::Loop& loop;  // KeySource has it
    std::function<void(std::string_view)> log;
    std::function<void()> changed;
    std::function<std::shared_ptr<const KeySet>(const std::string& place)> known;  // the keys of before; null: none
  };
  Issuer(IssuerOptions options, const Surroundings& around);

  const std::string& name() const { return options_.claims.issuer; }
  /// Null: it has a secret.
  KeySource* source() const { return source_.get(); }

  enum class Answer : std::uint8_t { yes, no, no_such_key, no_keys };
  /// Whether one of its keys made the signature. Any thread.
  Answer has_signed(const Token& token) const;
  bool takes(Algorithm algorithm) const;
  Checked<Principal> read(json::Value claims, std::chrono::system_clock::time_point now) const {
    return read_claims(claims, options_.claims, now);
  }

 private:
  const IssuerOptions options_;
  std::shared_ptr<const KeySet> secret_;  // a set of one
  std::unique_ptr<KeySource> source_;
};

}  // namespace millrace::auth
