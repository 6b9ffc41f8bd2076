// A hash of two pointers or numbers, for tables of what was compared with what.
#pragma once

#include <cstdint>
#include <functional>
#include <utility>

namespace millrace::graphql::validation {

/// Mixes all bits: numbers of fields in a document are chosen by whoever wrote it.
struct PairHash {
  template <class A, class B>
  std::size_t operator()(const std::pair<A, B>& pair) const {
    std::uint64_t mixed = std::hash<A>{}(pair.first) * 0x9e3779b97f4a7c15;
    mixed = (mixed ^ (mixed >> 32)) + std::hash<B>{}(pair.second);
    mixed = (mixed ^ (mixed >> 29)) * 0xbf58476d1ce4e5b9;
    return mixed ^ (mixed >> 32);
  }
};

}  // namespace millrace::graphql::validation
