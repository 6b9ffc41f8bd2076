#include "graphql/type/did_you_mean.hpp"

#include <algorithm>

namespace millrace::graphql {

std::string did_you_mean(const std::vector<std::string>& names, std::string_view what) {
  std::size_t count = std::min<std::size_t>(names.size(), 5);
  if (count == 0) return {};
  std::string text = " Did you mean ";
  if (!what.empty()) text.append(what).append(1, ' ');
  for (std::size_t i = 0; i < count; ++i) {
    if (i > 0) text += count > 2 ? ", " : " ";
    if (i > 0 && i + 1 == count) text += "or ";
    text.append(1, '"').append(names[i]).append(1, '"');
  }
  return text += '?';
}

}  // namespace millrace::graphql
