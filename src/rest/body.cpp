#include "rest/body.hpp"

#include <algorithm>

namespace millrace::rest {

Result<> expect_media_type(const http::Request& request, std::initializer_list<std::string_view> types) {
  std::string_view header = request.header("content-type");
  if (header.empty()) return {};
  std::string type = http::media_type(header);
  if (std::ranges::find(types, type) != types.end()) return {};
  return Failure(Error{ErrorKind::unsupported_media_type, "http.media_type", fmt::format("The content type \"{}\" is not read here.", type),
                       fmt::format("Send it with \"Content-Type: {}\".", *types.begin())});
}

}  // namespace millrace::rest
