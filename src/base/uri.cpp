#include "base/uri.hpp"

namespace millrace {

std::string without_credentials(std::string_view uri) {
  const std::size_t scheme = uri.find("://");
  const std::size_t host = scheme == std::string_view::npos ? 0 : scheme + 3;
  const std::string_view shown = uri.substr(0, uri.find('?'));
  // A password may hold a slash that should have been escaped.
  const std::size_t at = shown.rfind('@');
  if (at == std::string_view::npos || at < host) return std::string(shown);
  return std::string(shown.substr(0, host)) + std::string(shown.substr(at + 1));
}

}  // namespace millrace
