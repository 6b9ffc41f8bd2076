#include "auth/authenticator.hpp"

#include <fmt/format.h>

#include "auth/token.hpp"
#include "base/digest.hpp"
#include "http/characters.hpp"

namespace millrace::auth {
namespace {

using Who = std::shared_ptr<const Principal>;
using Answer = Issuer::Answer;

constexpr std::size_t kClaimsDepth = 32;

struct Credentials {
  std::string_view scheme;
  std::string_view rest;
};

Credentials split(std::string_view authorization) {
  const std::size_t space = std::min(authorization.find(' '), authorization.size());
  std::string_view rest = authorization.substr(space);
  while (rest.starts_with(' ')) rest.remove_prefix(1);
  return {authorization.substr(0, space), rest};
}

Failure unavailable() {
  return Failure(Error{ErrorKind::unavailable, "auth.unavailable", "The keys that tokens are verified with cannot be had now."});
}

}  // namespace

Authenticator::Authenticator(AuthenticatorOptions options, const Authenticator* before)
    : options_(std::move(options)), api_keys_(options_.api_keys), cache_(options_.cached_max) {
  const auto known = [before](const std::string& place) { return before ? before->keys_at(place) : nullptr; };
  const Issuer::Surroundings around{loop_, options_.log, [this] { ++version_; }, known};
  for (const IssuerOptions& issuer : options_.issuers) issuers_.push_back(std::make_unique<Issuer>(issuer, around));
}

Authenticator::~Authenticator() {
  loop_.stop();
  if (thread_.joinable()) thread_.join();
  for (const auto& issuer : issuers_)
    if (KeySource* source = issuer->source()) source->stop();
}

std::shared_ptr<const KeySet> Authenticator::keys_at(const std::string& place) const {
  for (const auto& issuer : issuers_)
    if (const KeySource* source = issuer->source(); source != nullptr && source->place() == place) return source->keys();
  return nullptr;
}

Result<std::unique_ptr<Authenticator>> Authenticator::open(AuthenticatorOptions options, const Authenticator* before) {
  std::unique_ptr<Authenticator> made(new Authenticator(std::move(options), before));
  TRY_OK(made->begin());
  return made;
}

Result<> Authenticator::begin() {
  for (const auto& issuer : issuers_) {
    KeySource* source = issuer->source();
    if (source == nullptr) continue;
    if (source->is_file()) TRY_OK(source->read_now());
    loop_.post([source] { source->begin(); });
  }
  thread_ = std::thread([this] { loop_.run(); });
  return {};
}

Who Authenticator::recall(std::string_view authorization) {
  const auto [scheme, rest] = split(authorization);
  if (http::equal_ignoring_case(scheme, "apikey")) return recall_key(rest);
  if (!http::equal_ignoring_case(scheme, "bearer") || rest.size() > kTokenBytesMax) return nullptr;
  return cache_.find(sha256(rest), version_, options_.now());
}

Who Authenticator::recall_key(std::string_view key) const {
  return api_keys_.find(sha256(key));
}

Task<Who> Authenticator::identify(std::string authorization, Asking asking) {
  const auto [scheme, rest] = split(authorization);
  if (http::equal_ignoring_case(scheme, "apikey")) co_return identify_key(rest, asking);
  if (!http::equal_ignoring_case(scheme, "bearer") || !takes_tokens()) {
    tell_refusal("credentials are", "their scheme is not taken", asking);
    co_return Failure(Error{ErrorKind::unauthenticated, "auth.scheme", "Credentials of this scheme are not taken here."});
  }
  auto who = co_await verify(std::string(rest), asking);
  co_return who;
}

Result<Who> Authenticator::identify_key(std::string_view key, const Asking& asking) {
  if (auto who = recall_key(key)) return who;
  tell_refusal("an API key is", "there is no such key", asking);
  return Failure(Error{ErrorKind::unauthenticated, "auth.key", "There is no such API key."});
}

Task<Who> Authenticator::verify(std::string text, Asking asking) {
  const std::uint64_t version = version_;
  const std::string digest = sha256(text);
  if (auto known = cache_.find(digest, version, options_.now())) co_return known;
  const auto token = read_token(text);
  if (!token) co_return refuse(token.error().why, asking);
  const auto document = json::parse(token->claims, {.depth = kClaimsDepth});
  if (!document || !document->root().is(json::Kind::object)) co_return refuse("its claims are no JSON object", asking);
  const std::string name = issuer_of(document->root());
  std::optional<Result<Who>> who;
  for (const auto& issuer : issuers_) {
    if (issuer->name() != name) continue;
    who = co_await verify_with(*issuer, *token, document->root(), asking);
    if (*who) break;
  }
  if (!who) co_return refuse("it is of an issuer that is not known", asking);
  if (*who) cache_.add(digest, version, **who);
  co_return *std::move(who);
}

Task<Who> Authenticator::verify_with(const Issuer& issuer, const Token& token, json::Value claims, Asking asking) {
  if (!issuer.takes(token.algorithm)) co_return refuse("its algorithm is not one of those that are taken", asking);
  auto principal = issuer.read(claims, options_.now());
  if (!principal) co_return refuse(principal.error().why, asking);
  if (api_keys_.has(principal->subject)) co_return refuse("its subject is the name of an API key", asking);
  Answer answer = issuer.has_signed(token);
  if (issuer.source() != nullptr && (answer == Answer::no_such_key || answer == Answer::no_keys)) {
    CO_TRY_OK(co_await issuer.source()->refresh());
    answer = issuer.has_signed(token);
  }
  if (answer == Answer::no_keys) co_return unavailable();
  if (answer == Answer::no_such_key) co_return refuse("none of the issuer's keys can have signed it", asking);
  if (answer == Answer::no) co_return refuse("its signature is wrong", asking);
  co_return std::make_shared<const Principal>(*std::move(principal));
}

Failure Authenticator::refuse(std::string_view why, const Asking& asking) {
  tell_refusal("a token is", why, asking);
  return Failure(Error{ErrorKind::unauthenticated, "auth.token", "The access token is not valid here, or has expired."});
}

void Authenticator::tell_refusal(std::string_view what, std::string_view why, const Asking& asking) {
  const std::int64_t second = std::chrono::duration_cast<std::chrono::seconds>(std::chrono::steady_clock::now().time_since_epoch()).count();
  std::int64_t told = told_;
  if (told == second || !told_.compare_exchange_strong(told, second)) {
    ++untold_;
    return;
  }
  const std::uint64_t untold = untold_.exchange(0);
  const std::string more = untold == 0 ? "" : fmt::format(" ({} more since the line before)", untold);
  options_.refused(fmt::format("{} refused: {}{}.", what, why, more), asking);
}

}  // namespace millrace::auth
