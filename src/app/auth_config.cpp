#include "app/auth_config.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <fstream>
#include <sstream>

#include "app/address.hpp"
#include "app/config_keys.hpp"
#include "app/read_rules.hpp"
#include "auth/key_set.hpp"
#include "base/json/canonical.hpp"
#include "http/client.hpp"

namespace millrace::app {
namespace {

using auth::Algorithm;

// RFC 7518, section 3.2: no shorter than what HMAC with SHA-256 gives.
constexpr std::size_t kSecretBytesMin = 32;

bool is_secret(Algorithm algorithm) {
  return auth::row(algorithm).key == auth::KeyKind::secret;
}

std::string names_of(bool of_secret) {
  std::vector<std::string_view> names;
  for (const auth::AlgorithmRow& row : auth::algorithms())
    if ((row.key == auth::KeyKind::secret) == of_secret) names.push_back(row.name);
  return fmt::format("{}", fmt::join(names, ", "));
}

/// A list that would let a public key be taken for a secret cannot be written.
std::vector<Algorithm> read_algorithms(ObjectReader& reader, bool has_secret) {
  const std::vector<std::string> names = reader.texts("algorithms");
  if (names.empty() && has_secret) return {Algorithm::hs256};
  if (names.empty()) return {Algorithm::rs256, Algorithm::ps256, Algorithm::es256, Algorithm::eddsa};
  std::vector<Algorithm> algorithms;
  for (const std::string& name : names) {
    const auto known = auth::find_algorithm(name);
    if (known && is_secret(*known) == has_secret) {
      algorithms.push_back(*known);
      continue;
    }
    reader.problem(
        reader.place("algorithms"),
        fmt::format("{} has \"{}\", which {}.", reader.where("algorithms"), name, known ? "needs another kind of key" : "is not known"),
        fmt::format("With {}: {}.", has_secret ? "a secret" : "public keys", names_of(has_secret)));
  }
  return algorithms;
}

/// The place of a key set; a file is looked into.
std::string read_jwks(ObjectReader& reader, const std::filesystem::path& folder) {
  const std::string place = reader.text("jwks");
  if (place.empty() || http::parse_url(place)) return place;
  const std::filesystem::path file = folder / place;
  std::ifstream stream(file, std::ios::binary);
  std::ostringstream text;
  text << stream.rdbuf();
  const auto keys = auth::read_key_set(text.str());
  if (!stream || !keys)
    reader.problem(reader.place("jwks"),
                   fmt::format("{} cannot be used: {}.", reader.where("jwks"), stream ? keys.error().message : "the file cannot be read"),
                   "Name a file with a JWK set, or the URL of one: \"https://issuer.example/.well-known/jwks.json\".");
  return file.string();
}

auth::IssuerOptions read_issuer(ObjectReader& reader, const std::filesystem::path& folder) {
  auth::IssuerOptions issuer;
  issuer.claims.issuer = reader.text("issuer");
  issuer.claims.audiences = reader.texts("audience");
  issuer.claims.roles_claim = reader.text("rolesClaim");
  issuer.claims.subject_claim = reader.text("subjectClaim");
  issuer.claims.clock_skew = std::chrono::duration_cast<std::chrono::seconds>(reader.duration("clockSkew"));
  issuer.refresh = std::min<std::chrono::milliseconds>(reader.duration("refresh"), std::chrono::days(30));
  issuer.jwks = read_jwks(reader, folder);
  issuer.secret = reader.text("secret");
  issuer.algorithms = read_algorithms(reader, !issuer.secret.empty());
  if (issuer.jwks.empty() == issuer.secret.empty())
    reader.problem(reader.place(), fmt::format("{} and {}: it has one of them.", reader.where("jwks"), reader.where("secret")),
                   "Write jwks = \"https://issuer.example/.well-known/jwks.json\", or secret = ${?JWT_SECRET}, which must be set then.");
  if (!issuer.secret.empty() && issuer.secret.size() < kSecretBytesMin)
    reader.problem(reader.place("secret"),
                   fmt::format("{} has {} bytes, which can be guessed.", reader.where("secret"), issuer.secret.size()),
                   "Let it be 32 random bytes at least, such as `openssl rand -base64 48` gives.");
  if (issuer.claims.clock_skew > std::chrono::hours(1))
    reader.problem(reader.place("clockSkew"), fmt::format("{} is more than an hour.", reader.where("clockSkew")), "Write 60s.");
  if (issuer.refresh < std::chrono::seconds(1))
    reader.problem(reader.place("refresh"), fmt::format("{} is less than a second.", reader.where("refresh")), "Write 5m.");
  return issuer;
}

auth::ApiKey read_api_key(ObjectReader& reader) {
  auto principal = std::make_shared<Principal>();
  principal->subject = reader.text("name");
  principal->roles = reader.texts("roles");
  for (const std::string& role : principal->roles) check_role(reader, role, reader.place("roles"));
  std::ranges::sort(principal->roles);
  if (const hocon::Value* claims = reader.foreign_object("claims")) {
    const std::string text = hocon::to_json(*claims);
    principal->claims.clear();
    if (const auto document = json::parse(text)) json::append_canonical(principal->claims, document->root());
  }
  const std::string hash = reader.text("hash");
  const auto digest = auth::read_hash(hash);
  if (!digest && !hash.empty())  // that it is missing is a problem already
    reader.problem(reader.place("hash"), fmt::format("{} is no hash of a key.", reader.where("hash")),
                   "`millrace key` makes a key, and the hash to write here.");
  return {digest.value_or(std::string(32, '\0')), std::move(principal)};
}

}  // namespace

AuthConfig read_auth(ObjectReader& reader, const std::filesystem::path& folder) {
  AuthConfig config{.is_required = reader.flag("required")};
  for (ObjectReader& issuer : reader.one_or_more("jwt", kJwtSection)) {
    config.issuers.push_back(read_issuer(issuer, folder));
    const std::string& jwks = config.issuers.back().jwks;
    if (jwks.starts_with("http://") && !is_loopback(jwks))
      config.warnings.push_back({issuer.place("jwks"),
                                 fmt::format("{} is read without TLS: whoever is in between can make tokens.", issuer.where("jwks")),
                                 "Use an https URL, or a file."});
  }
  for (ObjectReader& key : reader.objects("apiKeys", kApiKeySection)) {
    config.api_keys.push_back(read_api_key(key));
    const auto is_same = [&](const auth::ApiKey& other) { return other.digest == config.api_keys.back().digest; };
    if (std::ranges::count_if(config.api_keys, is_same) > 1)
      reader.problem(key.place(), fmt::format("{} has a key that another has.", reader.where("apiKeys")),
                     "Make one for each: `millrace key`.");
  }
  if (config.issuers.empty() && config.api_keys.empty())
    reader.problem(
        reader.place(), "auth lets nobody in: it has neither jwt nor apiKeys.",
        "Write jwt { jwks = \"https://issuer.example/.well-known/jwks.json\", issuer = ..., audience = ... }, or leave auth out.");
  return config;
}

Result<std::unique_ptr<auth::Authenticator>> open_auth(const std::optional<AuthConfig>& config, observe::Log& log,
                                                       const auth::Authenticator* before) {
  if (!config) return nullptr;
  auth::AuthenticatorOptions options;
  options.issuers = config->issuers;
  options.api_keys = config->api_keys;
  options.is_required = config->is_required;
  options.log = log.lines(observe::Module::auth, observe::Level::warn);
  options.refused = [&log](std::string_view line, const auth::Asking& asking) {
    log.write(observe::Module::auth, observe::Level::warn, line,
              {asking.trace, {{"method", asking.method}, {"route", asking.route}, {"client", asking.client}}});
  };
  return auth::Authenticator::open(std::move(options), before);
}

std::string describe_auth(const std::optional<AuthConfig>& config) {
  if (!config) return "Access is open to all: no auth is configured.";
  std::vector<std::string> parts;
  for (const auth::IssuerOptions& issuer : config->issuers) parts.push_back(fmt::format("tokens of {}", issuer.claims.issuer));
  if (const std::size_t keys = config->api_keys.size(); keys > 0) parts.push_back(fmt::format("{} API key{}", keys, keys == 1 ? "" : "s"));
  return fmt::format("Access: {}; without credentials {}.", fmt::join(parts, ", "), config->is_required ? "none" : "as nobody");
}

int make_key() {
  const std::string key = auth::make_api_key();
  fmt::print("key:  {}\nhash: {}\n", key, auth::hash_text(key));
  return 0;
}

}  // namespace millrace::app
