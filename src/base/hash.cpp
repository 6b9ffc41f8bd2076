#include "base/hash.hpp"

#include "base/random.hpp"

namespace millrace {

std::uint64_t hash_text(std::string_view text) {
  static const HashKey key{random_bits(), random_bits()};
  return sip_hash<1, 3>(text, key);
}

}  // namespace millrace
