// Random bits that nobody can guess.
#pragma once

#include <cstdint>

namespace millrace {

/// 64 bits from the system. Any thread; no locks, and a call into the kernel only once in many.
std::uint64_t random_bits();

}  // namespace millrace
