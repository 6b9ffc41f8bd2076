// What the ledger holds of a sink:
//
//   {"owner": INSTANCE, "fence": N, "position": P, "published": N, "error": TEXT, "error_at": INSTANT}
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "document/document.hpp"

namespace millrace::sink {

struct Record {
  std::string owner = {};  // empty: nobody publishes
  std::uint64_t fence = 0;
  document::Position position = 0;  // the broker has everything up to it
  std::uint64_t published = 0;      // messages that the broker has accepted
  std::string error = {};           // the last one; empty: there was none
  std::string error_at = {};
};

std::string to_text(const Record& record);
/// Of text that is no such record: an empty one.
Record read_record(std::string_view text);

}  // namespace millrace::sink
