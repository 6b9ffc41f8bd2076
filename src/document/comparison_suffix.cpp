#include "document/comparison_suffix.hpp"

namespace millrace::document {
namespace {

struct Suffix {
  std::string_view text;
  Comparison comparison;
};

constexpr Suffix kSuffixes[] = {
    {"_in", Comparison::in},         {"_ne", Comparison::not_equal},
    {"_lt", Comparison::less},       {"_lte", Comparison::less_or_equal},
    {"_gt", Comparison::greater},    {"_gte", Comparison::greater_or_equal},
    {"_prefix", Comparison::prefix},
};

}  // namespace

std::pair<std::string_view, Comparison> split_suffix(std::string_view name) {
  for (const Suffix& suffix : kSuffixes)
    if (name.size() > suffix.text.size() && name.ends_with(suffix.text))
      return {name.substr(0, name.size() - suffix.text.size()), suffix.comparison};
  return {name, Comparison::equal};
}

}  // namespace millrace::document
