#include "transform/signature.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>

#include "base/result.hpp"

namespace millrace::transform {
namespace {

constexpr std::size_t kKeyMin = 24;
constexpr std::size_t kKeyMax = 64;
constexpr std::size_t kTextMax = 100;  // of a secret

std::string base64(std::string_view bytes) {
  std::string text((bytes.size() + 2) / 3 * 4 + 1, '\0');
  const int size = EVP_EncodeBlock(reinterpret_cast<unsigned char*>(text.data()), reinterpret_cast<const unsigned char*>(bytes.data()),
                                   static_cast<int>(bytes.size()));
  text.resize(static_cast<std::size_t>(size));
  return text;
}

}  // namespace

std::optional<std::string> read_secret(std::string_view secret) {
  constexpr std::string_view kPrefix = "whsec_";
  if (secret.starts_with(kPrefix)) secret.remove_prefix(kPrefix.size());
  if (secret.empty() || secret.size() > kTextMax || secret.size() % 4 != 0) return std::nullopt;
  std::string key(secret.size(), '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(key.data()), reinterpret_cast<const unsigned char*>(secret.data()),
                                   static_cast<int>(secret.size()));
  if (size < 0) return std::nullopt;
  const auto padding = static_cast<std::size_t>(std::ranges::count(secret, '='));
  key.resize(static_cast<std::size_t>(size) - std::min<std::size_t>(padding, 2));
  // It takes white space and odd padding as well, which others do not.
  if (base64(key) != secret || key.size() < kKeyMin || key.size() > kKeyMax) return std::nullopt;
  return key;
}

std::string sign(std::string_view key, std::string_view id, std::int64_t timestamp, std::string_view body) {
  const std::string signed_text = fmt::format("{}.{}.{}", id, timestamp, body);
  unsigned char digest[EVP_MAX_MD_SIZE];
  unsigned size = 0;
  CHECK(HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()), reinterpret_cast<const unsigned char*>(signed_text.data()),
             signed_text.size(), digest, &size) != nullptr);
  return "v1," + base64({reinterpret_cast<const char*>(digest), size});
}

}  // namespace millrace::transform
