#include "base/random.hpp"

#include <sys/random.h>

#include <array>

#include "base/result.hpp"

namespace millrace {
namespace {

class RandomBits {
 public:
  std::uint64_t next() {
    if (used_ == words_.size()) refill();
    return words_[used_++];
  }

 private:
  void refill() {
    // 256 bytes or fewer are never interrupted and never cut short.
    CHECK(getrandom(words_.data(), sizeof(words_), 0) == sizeof(words_));
    used_ = 0;
  }
  std::array<std::uint64_t, 32> words_{};
  std::size_t used_ = words_.size();
};

}  // namespace

std::uint64_t random_bits() {
  thread_local RandomBits bits;
  return bits.next();
}

}  // namespace millrace
