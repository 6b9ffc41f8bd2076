#include "document/result_id.hpp"

#include <fmt/format.h>

#include "base/id.hpp"

namespace millrace::document {

std::string result_id(std::string_view processor, std::string_view raw_id, std::uint64_t raw_version) {
  constexpr std::string_view kNamespace = "6b1f5a0e-6f0c-5d52-9a1b-3f6f2f0c8e77";
  return make_uuid5(kNamespace, fmt::format("{}\n{}\n{}", processor, raw_id, raw_version));
}

}  // namespace millrace::document
