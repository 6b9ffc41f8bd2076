#include "auth/token.hpp"

#include <algorithm>

#include "auth/base64url.hpp"
#include "base/json/document.hpp"

namespace millrace::auth {
namespace {

constexpr std::size_t kHeaderDepth = 8;
constexpr std::size_t kKeyIdMax = 256;

/// RFC 8725, section 3.11: what an issuer signs for something else, as for a logout, is no access token.
bool is_access_token(std::string type) {
  std::ranges::transform(type, type.begin(),
                         [](unsigned char c) { return c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : static_cast<char>(c); });
  return type == "jwt" || type == "at+jwt" || type == "application/jwt" || type == "application/at+jwt";
}

Checked<void> read_header(std::string_view text, Token& token) {
  const auto document = json::parse(text, {.depth = kHeaderDepth});
  if (!document || !document->root().is(json::Kind::object)) return refused("its header is no JSON object");
  const json::Value header = document->root();
  if (header.find("crit") || header.find("b64")) return refused("it asks for an extension that is not known");
  const auto algorithm = header.find("alg");
  const auto known = algorithm && algorithm->is(json::Kind::string) ? find_algorithm(algorithm->string()) : std::nullopt;
  if (!known) return refused("its algorithm is not known");
  token.algorithm = *known;
  if (const auto id = header.find("kid")) {
    if (!id->is(json::Kind::string) || id->text().size() > kKeyIdMax) return refused("its key id is none");
    token.key_id = id->string();
  }
  const auto type = header.find("typ");
  if (type && !(type->is(json::Kind::string) && is_access_token(type->string()))) return refused("it is another kind of token");
  return {};
}

}  // namespace

Checked<Token> read_token(std::string_view text) {
  if (text.size() > kTokenBytesMax) return refused("it is too long");
  const std::size_t first = text.find('.');
  const std::size_t second = first == std::string_view::npos ? first : text.find('.', first + 1);
  if (second == std::string_view::npos || text.find('.', second + 1) != std::string_view::npos) return refused("it has not three parts");
  const auto header = decode_base64url(text.substr(0, first));
  auto claims = decode_base64url(text.substr(first + 1, second - first - 1));
  auto signature = decode_base64url(text.substr(second + 1));
  if (!header || !claims || !signature || signature->empty()) return refused("a part of it is no base64url");
  Token token{.signed_text = text.substr(0, second), .signature = *std::move(signature), .claims = *std::move(claims)};
  if (auto read = read_header(*header, token); !read) return std::unexpected(read.error());
  return token;
}

}  // namespace millrace::auth
