#include "auth/algorithm.hpp"

#include <algorithm>

namespace millrace::auth {
namespace {

// In the order of Algorithm.
constexpr AlgorithmRow kRows[] = {
    {"RS256", KeyKind::rsa, "SHA256"},       {"RS384", KeyKind::rsa, "SHA384"},       {"RS512", KeyKind::rsa, "SHA512"},
    {"PS256", KeyKind::rsa, "SHA256", true}, {"PS384", KeyKind::rsa, "SHA384", true}, {"PS512", KeyKind::rsa, "SHA512", true},
    {"ES256", KeyKind::p256, "SHA256"},      {"ES384", KeyKind::p384, "SHA384"},      {"ES512", KeyKind::p521, "SHA512"},
    {"EdDSA", KeyKind::ed25519, nullptr},    {"HS256", KeyKind::secret, "SHA256"},    {"HS384", KeyKind::secret, "SHA384"},
    {"HS512", KeyKind::secret, "SHA512"},
};

}  // namespace

const AlgorithmRow& row(Algorithm algorithm) {
  return kRows[static_cast<std::size_t>(algorithm)];
}

std::optional<Algorithm> find_algorithm(std::string_view name) {
  const auto found = std::ranges::find(kRows, name, &AlgorithmRow::name);
  if (found == std::end(kRows)) return std::nullopt;
  return static_cast<Algorithm>(found - std::begin(kRows));
}

std::span<const AlgorithmRow> algorithms() {
  return kRows;
}

}  // namespace millrace::auth
