// The ids of results: what a processor or consumer makes of a version of a document has one id, wherever and however often it is made.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace millrace::document {

/// UUIDv5 of processor (or consumer), raw id and raw version.
std::string result_id(std::string_view processor, std::string_view raw_id, std::uint64_t raw_version);

}  // namespace millrace::document
