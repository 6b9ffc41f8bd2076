// The suffixes by which a parameter's name asks for a comparison: `timestamp_gte`, in derived queries and in lists alike.
#pragma once

#include <span>
#include <string_view>
#include <utility>

#include "document/filter.hpp"

namespace millrace::document {

struct ComparisonSuffix {
  std::string_view text;
  Comparison comparison;
  std::string_view words;  // "where the field ..."
};

/// All of them, the empty one of equality first.
std::span<const ComparisonSuffix> comparison_suffixes();

/// Splits `timestamp_gte` into `timestamp` and greater_or_equal; a name without a known suffix is an equality.
std::pair<std::string_view, Comparison> split_suffix(std::string_view name);

}  // namespace millrace::document
