// The order of a list: by values at paths, ascending or descending; what is equal stands newest first.
//
// Values of every kind have an order, MongoDB's: what is not there and null, then numbers (exactly, by value), strings (by code point),
// objects, arrays, false, true. Objects compare member by member (kind, name, value), arrays element by element, the shorter first. Unlike
// MongoDB an array counts as a whole, not as its least element. A path goes through objects alone.
#pragma once

#include <cstddef>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "document/filter.hpp"

namespace millrace::document {

struct OrderKey {
  FieldPath path;
  bool descending = false;
  friend bool operator==(const OrderKey&, const OrderKey&) = default;
};

using Order = std::vector<OrderKey>;

/// Appends bytes for the document's value such that memcmp over them orders documents. `text` is the document as clients see it. A value
/// takes at most kOrderBytesMax bytes: values that do not differ within them count as equal, on every store.
inline constexpr std::size_t kOrderBytesMax = 1024;
void append_order_bytes(std::string& out, const OrderKey& key, std::string_view text);

/// The bytes of all keys, one after the other.
std::string order_bytes(std::span<const OrderKey> order, std::string_view text);

}  // namespace millrace::document
