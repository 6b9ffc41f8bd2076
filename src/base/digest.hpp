// Fingerprints of bytes.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// The 32 bytes of SHA-256 (FIPS 180-4). Any thread.
std::string sha256(std::string_view bytes);

}  // namespace millrace
