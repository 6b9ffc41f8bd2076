// How a path reaches into a document: MongoDB's rules, written once for matching and for indexing.
//
//   object, key        -> the member; nothing when it is not there
//   array, key         -> on into every element that is an object; where the key is a number also into the element at that index
//   array, end of path -> every element, then the array itself; an element that an index named stands for itself alone
//   scalar, key        -> nothing; inside an array not even that
//
// "Nothing" is shown to the visitor as an empty view: null equals it.
#pragma once

#include <charconv>
#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <string_view>

#include "base/json/slices.hpp"

namespace millrace::document {

/// The index that a quoted key names when it is a number written plainly ("0", "12", not "01").
inline std::optional<std::size_t> array_index(std::string_view quoted_key) {
  const std::string_view digits = quoted_key.substr(1, quoted_key.size() - 2);
  if (digits.empty() || (digits.size() > 1 && digits.front() == '0')) return std::nullopt;
  std::size_t index = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), index);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return index;
}

using Keys = std::span<const std::string>;

template <class Visit>
bool reach_through_array(std::string_view array, Keys keys, Visit& visit);

template <class Visit>
bool reach_end(std::string_view value, Visit& visit) {
  if (value.front() == '[') {
    json::Elements elements(value);
    for (std::string_view element; elements.next(element);) {
      if (visit(element)) return true;
    }
  }
  return visit(value);
}

/// Shows `visit` every value that the keys reach from a value, until it gives true. Gives whether it did.
template <class Visit>
bool reach(std::string_view value, Keys keys, Visit& visit) {
  while (!keys.empty()) {
    if (value.front() == '[') return reach_through_array(value, keys, visit);
    if (value.front() != '{') return visit(std::string_view());
    value = json::member(value, keys.front());
    if (value.empty()) return visit(value);
    keys = keys.subspan(1);
  }
  return reach_end(value, visit);
}

/// The same from an element that an index named.
template <class Visit>
bool reach_from_element(std::string_view element, Keys keys, Visit& visit) {
  if (keys.empty()) return visit(element);
  if (element.front() == '{') return reach(element, keys, visit);
  return element.front() == '[' && reach_through_array(element, keys, visit);
}

template <class Visit>
bool reach_through_array(std::string_view array, Keys keys, Visit& visit) {
  const std::optional<std::size_t> named = array_index(keys.front());
  std::size_t index = 0;
  json::Elements elements(array);
  for (std::string_view element; elements.next(element); ++index) {
    if (element.front() == '{' && reach(element, keys, visit)) return true;
    if (index == named && reach_from_element(element, keys.subspan(1), visit)) return true;
  }
  return false;
}

}  // namespace millrace::document
