// Values of jq: made from JSON text, and written as JSON text.
//
// jq 1.6 keeps numbers as doubles. What is read is remembered where a double loses digits, and written as it was read: a number that a
// program only moves keeps its digits. It loses them when two different numbers of one event are the same double, when the program makes
// text of it, and when it calculates.
#pragma once

extern "C" {
#include <jv.h>
}

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>

namespace millrace::transform {

/// The numbers of one event whose digits a double loses.
class KeptNumbers {
 public:
  void clear() {
    if (!all_.empty()) all_.clear();
  }
  void keep(double value, std::string_view text);
  /// Its digits, or nothing.
  std::string_view find(double value) const;

 private:
  std::unordered_map<double, std::string_view> all_;  // without text: there are two
};

/// Requires: canonical JSON (base/json/canonical.hpp), nested at most as deep as json::parse takes. `kept` refers to the text.
jv read_value(std::string_view text, KeptNumbers& kept);

enum class Written : unsigned char { whole, too_large, too_deep };

/// Appends canonical JSON but for the spelling of numbers; not more than that many bytes, and a little. Takes the value.
Written write_value(std::string& out, jv value, const KeptNumbers& kept, std::size_t bytes_max);

}  // namespace millrace::transform
