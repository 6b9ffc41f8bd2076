// Hash tables keyed by texts of our own, such as paths of the config and statements: nobody else chooses what stands in them, so they can
// do with a hash that is quick (hash.hpp has the others).
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <unordered_map>

namespace millrace {

struct OwnTextHash {
  using is_transparent = void;
  std::size_t operator()(std::string_view text) const noexcept { return std::hash<std::string_view>{}(text); }
};

template <class T>
using OwnTextMap = std::unordered_map<std::string, T, OwnTextHash, std::equal_to<>>;

}  // namespace millrace
