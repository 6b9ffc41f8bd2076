// Which documents live, by 8 bytes of each id: what a version is (create, replace, tombstone) depends on it, and a history may have more
// documents than memory could hold the ids of.
//
// Two ids that share 63 bits of SHA-256 would be taken for one. With ten million that happens once in a hundred thousand histories; then
// a version does not fit what the store has, which refuses it, so that nothing wrong is ever written.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>
#include <vector>

namespace millrace::migrate {

class LivingIds {
 public:
  /// Sets whether it lives, and gives whether it did.
  bool exchange(std::string_view id, bool lives);
  bool lives(std::string_view id) const;
  /// How many ids there were, living or not.
  std::size_t size() const { return size_; }

 private:
  std::size_t place_of(std::uint64_t key) const;
  void grow();

  std::vector<std::uint64_t> slots_ = std::vector<std::uint64_t>(1024);  // 0: free; else the id's bits, the lowest: whether it lives
  std::size_t size_ = 0;
};

}  // namespace millrace::migrate
