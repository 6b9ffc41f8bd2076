#include "auth/api_keys.hpp"

#include <fmt/format.h>
#include <openssl/crypto.h>
#include <openssl/rand.h>

#include <algorithm>
#include <charconv>

#include "auth/base64url.hpp"
#include "base/digest.hpp"
#include "base/result.hpp"

namespace millrace::auth {
namespace {

constexpr std::string_view kHash = "sha256:";
constexpr std::size_t kDigestSize = 32;
// Tells what it is to whoever finds one, scanners for secrets among them.
constexpr std::string_view kMark = "mr_";

}  // namespace

std::shared_ptr<const Principal> ApiKeys::find(std::string_view digest) const {
  const ApiKey* found = nullptr;
  for (const ApiKey& key : keys_)
    if (CRYPTO_memcmp(key.digest.data(), digest.data(), kDigestSize) == 0) found = &key;
  return found != nullptr ? found->principal : nullptr;
}

bool ApiKeys::has(std::string_view name) const {
  return std::ranges::any_of(keys_, [name](const ApiKey& key) { return key.principal->subject == name; });
}

std::string make_api_key() {
  std::string bytes(32, '\0');
  CHECK(RAND_bytes(reinterpret_cast<unsigned char*>(bytes.data()), static_cast<int>(bytes.size())) == 1);
  return fmt::format("{}{}", kMark, encode_base64url(bytes));
}

std::string hash_text(std::string_view key) {
  std::string text(kHash);
  for (const char c : sha256(key)) fmt::format_to(std::back_inserter(text), "{:02x}", static_cast<unsigned char>(c));
  return text;
}

std::optional<std::string> read_hash(std::string_view text) {
  if (!text.starts_with(kHash) || text.size() != kHash.size() + 2 * kDigestSize) return std::nullopt;
  std::string digest;
  for (std::size_t at = kHash.size(); at < text.size(); at += 2) {
    unsigned value = 0;
    const char* end = text.data() + at + 2;
    const auto read = std::from_chars(text.data() + at, end, value, 16);
    if (read.ec != std::errc() || read.ptr != end) return std::nullopt;
    digest.push_back(static_cast<char>(value));
  }
  return digest;
}

}  // namespace millrace::auth
