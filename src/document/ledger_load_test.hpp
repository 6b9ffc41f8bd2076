// Counting in a record, as several do at once and through faults: every acknowledged step is there once, and no other.
#pragma once

#include <charconv>
#include <string>
#include <vector>

#include "document/ledger.hpp"

namespace millrace::document::suite {

inline std::uint64_t number_of(std::string_view text) {
  std::uint64_t number = 0;
  std::from_chars(text.data(), text.data() + text.size(), number);
  return number;
}

/// Reads the record and writes the next number until that was acknowledged `times` times; gives the codes of the errors on the way. What
/// could not be confirmed ends it.
inline Task<std::vector<std::string>> count_record(Ledger& ledger, int times) {
  std::vector<std::string> codes;
  while (times > 0) {
    const auto record = co_await ledger.get("counter");
    if (!record) continue;
    const std::uint64_t next = number_of(record->value) + 1;
    const auto put = co_await ledger.put("counter", std::to_string(next), record->revision);
    put ? void(--times) : void(codes.emplace_back(put.error().code));
    if (!put && put.error().code == "store.unconfirmed") break;
  }
  co_return std::move(codes);
}

}  // namespace millrace::document::suite
