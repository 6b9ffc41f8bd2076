#include "document/comparison_suffix.hpp"

namespace millrace::document {
namespace {

constexpr ComparisonSuffix kSuffixes[] = {
    {"", Comparison::equal, "is this"},
    {"_ne", Comparison::not_equal, "is not this"},
    {"_in", Comparison::in, "is one of these"},
    {"_lt", Comparison::less, "is less"},
    {"_lte", Comparison::less_or_equal, "is this or less"},
    {"_gt", Comparison::greater, "is greater"},
    {"_gte", Comparison::greater_or_equal, "is this or greater"},
    {"_prefix", Comparison::prefix, "begins with this"},
};

}  // namespace

std::span<const ComparisonSuffix> comparison_suffixes() {
  return kSuffixes;
}

std::pair<std::string_view, Comparison> split_suffix(std::string_view name) {
  for (const ComparisonSuffix& suffix : kSuffixes)
    if (!suffix.text.empty() && name.size() > suffix.text.size() && name.ends_with(suffix.text))
      return {name.substr(0, name.size() - suffix.text.size()), suffix.comparison};
  return {name, Comparison::equal};
}

}  // namespace millrace::document
