// From credentials to a principal: tokens of issuers, and keys of the config. It reads nothing but what it is given, and says to whoever
// sent something wrong only that it is; why goes to the log.
#pragma once

#include <atomic>
#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <thread>
#include <vector>

#include "auth/api_keys.hpp"
#include "auth/issuer.hpp"
#include "auth/token_cache.hpp"
#include "base/principal.hpp"
#include "base/task.hpp"
#include "base/trace.hpp"

namespace millrace::auth {

/// The request that credentials came with, for the log. The views hold until the answer is there.
struct Asking {
  std::string_view method;
  std::string_view route;
  std::string_view client;  // its address
  Trace trace = {};
};

struct AuthenticatorOptions {
  std::vector<IssuerOptions> issuers;
  std::vector<ApiKey> api_keys;
  bool is_required = true;          // the gate refuses requests without credentials, but for what is open
  std::size_t cached_max = 20'000;  // tokens that need not be verified again
  std::function<void(std::string_view)> log = [](std::string_view) {};                                    // any thread
  std::function<void(std::string_view, const Asking&)> refused = [](std::string_view, const Asking&) {};  // what was, and why; any thread
  std::function<std::chrono::system_clock::time_point()> now = std::chrono::system_clock::now;            // any thread
};

class Authenticator {
 public:
  /// Reads the keys that are in files, and begins to fetch the others, on a thread of its own. Until they come, those are used that the one
  /// before has from the same place. Error "auth.keys" when a file has none.
  static Result<std::unique_ptr<Authenticator>> open(AuthenticatorOptions options, const Authenticator* before = nullptr);
  /// Ends its thread; requests that wait for keys go on without. Requires: the loops that wait are still there, as memory at least.
  ~Authenticator();
  Authenticator(const Authenticator&) = delete;

  /// Who sent `Authorization: Bearer TOKEN` or `ApiKey KEY`. Errors, all unauthenticated: "auth.scheme" for any other scheme, "auth.token",
  /// "auth.key"; and "auth.unavailable" (unavailable) while an issuer's keys have never been there. On a loop's thread.
  Task<std::shared_ptr<const Principal>> identify(std::string authorization, Asking asking = {});
  /// Who has that API key. Error "auth.key".
  Result<std::shared_ptr<const Principal>> identify_key(std::string_view key, const Asking& asking = {});
  /// The same as those where it takes no work; null else, which is no refusal. Any thread.
  std::shared_ptr<const Principal> recall(std::string_view authorization);
  std::shared_ptr<const Principal> recall_key(std::string_view key) const;
  /// Says in the log why somebody is refused, once a second at most: whoever sends nonsense must not fill a disk. Any thread.
  void tell_refusal(std::string_view what, std::string_view why, const Asking& asking);

  std::chrono::system_clock::time_point now() const { return options_.now(); }
  bool is_required() const { return options_.is_required; }
  /// What `WWW-Authenticate` says: the schemes.
  bool takes_tokens() const { return !options_.issuers.empty(); }
  bool takes_keys() const { return !api_keys_.is_empty(); }

 private:
  Authenticator(AuthenticatorOptions options, const Authenticator* before);

  std::shared_ptr<const KeySet> keys_at(const std::string& place) const;
  Result<> begin();
  Task<std::shared_ptr<const Principal>> verify(std::string text, Asking asking);
  Task<std::shared_ptr<const Principal>> verify_with(const Issuer& issuer, const Token& token, json::Value claims, Asking asking);
  Failure refuse(std::string_view why, const Asking& asking);

  const AuthenticatorOptions options_;
  const ApiKeys api_keys_;
  TokenCache cache_;
  std::atomic<std::uint64_t> version_{1};  // of all issuers' keys together
  std::atomic<std::int64_t> told_{0};      // the second in which a refusal was logged last
  std::atomic<std::uint64_t> untold_{0};   // refusals since that were not
  io::Loop loop_;                          // of the sources of keys
  std::vector<std::unique_ptr<Issuer>> issuers_;
  std::thread thread_;
};

}  // namespace millrace::auth
