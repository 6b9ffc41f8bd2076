// Bytes as JOSE writes them (RFC 7515, section 2): base64 with the URL's alphabet and without padding.
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace millrace::auth {

/// The bytes; nothing where the text is not just that: padding, white space, another alphabet, or bits left over at the end that are not
/// zero, so that there is one text for each value.
std::optional<std::string> decode_base64url(std::string_view text);

std::string encode_base64url(std::string_view bytes);

}  // namespace millrace::auth
