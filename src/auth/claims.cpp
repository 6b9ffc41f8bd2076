#include "auth/claims.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>

#include "base/json/canonical.hpp"

namespace millrace::auth {
namespace {

using Clock = std::chrono::system_clock;

// Later instants, which the clock cannot have, are as good as this one.
constexpr double kLastSecond = 9'000'000'000;

/// A NumericDate; nothing when it is none.
std::optional<Clock::time_point> read_instant(json::Value value) {
  if (!value.is(json::Kind::number)) return std::nullopt;
  const std::string_view text = value.text();
  double seconds = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), seconds);
  if (read.ec != std::errc() || !std::isfinite(seconds) || seconds < 0) return std::nullopt;
  const std::chrono::duration<double> since(std::min(seconds, kLastSecond));
  return Clock::time_point(std::chrono::duration_cast<Clock::duration>(since));
}

/// The member of that name; where there is none, what lies at the path that the name is.
std::optional<json::Value> find_claim(json::Value claims, std::string_view name) {
  if (!claims.is(json::Kind::object)) return std::nullopt;
  if (const auto whole = claims.find(name)) return whole;
  const std::size_t dot = name.find('.');
  if (dot == std::string_view::npos) return std::nullopt;
  const auto outer = claims.find(name.substr(0, dot));
  return outer ? find_claim(*outer, name.substr(dot + 1)) : std::nullopt;
}

std::vector<std::string> read_roles(std::optional<json::Value> value) {
  std::vector<std::string> roles;
  if (!value) return roles;
  if (value->is(json::Kind::array)) {
    for (json::Value role = value->first(); role != value->end(); role = role.after())
      if (role.is(json::Kind::string)) roles.push_back(role.string());
  } else if (value->is(json::Kind::string)) {
    const std::string words = value->string();
    for (std::size_t at = 0; at < words.size();) {
      const std::size_t end = std::min(words.find(' ', at), words.size());
      if (end > at) roles.push_back(words.substr(at, end - at));
      at = end + 1;
    }
  }
  std::ranges::sort(roles);
  const auto repeated = std::ranges::unique(roles);
  roles.erase(repeated.begin(), repeated.end());
  return roles;
}

bool is_for(std::optional<json::Value> audience, const std::vector<std::string>& audiences) {
  if (audiences.empty()) return true;
  if (!audience) return false;
  const auto is_one = [&](json::Value value) {
    return std::ranges::any_of(audiences, [&](const std::string& name) { return value.is_string(name); });
  };
  if (!audience->is(json::Kind::array)) return is_one(*audience);
  for (json::Value one = audience->first(); one != audience->end(); one = one.after())
    if (is_one(one)) return true;
  return false;
}

/// Whether an instant that need not be there lies behind.
bool has_come(std::optional<json::Value> value, Clock::time_point now, std::chrono::seconds skew) {
  if (!value) return true;
  const auto instant = read_instant(*value);
  return instant && *instant <= now + skew;
}

}  // namespace

std::string issuer_of(json::Value claims) {
  const auto issuer = claims.find("iss");
  return issuer && issuer->is(json::Kind::string) ? issuer->string() : std::string();
}

Checked<Principal> read_claims(json::Value claims, const ClaimOptions& options, Clock::time_point now) {
  if (!claims.is(json::Kind::object)) return refused("its claims are no JSON object");
  if (issuer_of(claims) != options.issuer) return refused("it is of another issuer");
  if (!is_for(claims.find("aud"), options.audiences)) return refused("it is for another audience");
  const auto expiry = claims.find("exp");
  const auto expires = expiry ? read_instant(*expiry) : std::nullopt;
  if (!expires) return refused("it does not say when it expires");
  if (*expires + options.clock_skew <= now) return refused("it has expired");
  if (!has_come(claims.find("nbf"), now, options.clock_skew)) return refused("it is not valid yet");
  if (!has_come(claims.find("iat"), now, options.clock_skew)) return refused("it is of a time that has not come");
  const auto subject = find_claim(claims, options.subject_claim);
  if (!subject || !subject->is(json::Kind::string) || subject->string().empty()) return refused("it names no subject");
  Principal principal{.subject = subject->string(), .roles = read_roles(find_claim(claims, options.roles_claim)), .claims = {}};
  json::append_canonical(principal.claims, claims);
  principal.expires = *expires + options.clock_skew;
  return principal;
}

}  // namespace millrace::auth
