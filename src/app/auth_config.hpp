// `auth` of the config: who is let in.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "app/object_reader.hpp"
#include "auth/authenticator.hpp"
#include "observe/log.hpp"

namespace millrace::app {

struct AuthConfig {
  bool is_required = true;
  std::vector<auth::IssuerOptions> issuers;
  std::vector<auth::ApiKey> api_keys;
  std::vector<Problem> warnings;
};

/// Files in it are named from `folder` on, and read once, to see what is wrong with them.
AuthConfig read_auth(ObjectReader& reader, const std::filesystem::path& folder);

/// What verifies credentials; null where the config has no `auth`. The log outlives it. It begins with the keys of the one before.
Result<std::unique_ptr<auth::Authenticator>> open_auth(const std::optional<AuthConfig>& config, observe::Log& log,
                                                       const auth::Authenticator* before);

/// Who is let in, as a sentence.
std::string describe_auth(const std::optional<AuthConfig>& config);

/// `millrace key`: prints a new API key and what the config is to have of it.
int make_key();

}  // namespace millrace::app
