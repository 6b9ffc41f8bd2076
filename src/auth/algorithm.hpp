// The signature algorithms that are taken (RFC 7518, section 3; RFC 8037), and the kind of key that each needs.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace millrace::auth {

enum class Algorithm : std::uint8_t { rs256, rs384, rs512, ps256, ps384, ps512, es256, es384, es512, eddsa, hs256, hs384, hs512 };

/// What a key is for. A key of one kind is never tried with an algorithm of another: that is what key confusion needs. Each curve is one.
enum class KeyKind : std::uint8_t { rsa, p256, p384, p521, ed25519, secret };

struct AlgorithmRow {
  std::string_view name;  // of `alg`
  KeyKind key;
  const char* digest;  // as OpenSSL names it; null: the algorithm has its own
  bool is_pss = false;
};

const AlgorithmRow& row(Algorithm algorithm);
inline std::string_view to_string(Algorithm algorithm) {
  return row(algorithm).name;
}

/// The algorithm of that name, spelled just so. `none` is no algorithm.
std::optional<Algorithm> find_algorithm(std::string_view name);

/// All names, for people.
std::span<const AlgorithmRow> algorithms();

}  // namespace millrace::auth
