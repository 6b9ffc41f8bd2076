// URIs as they may be shown.
#pragma once

#include <string>
#include <string_view>

namespace millrace {

/// Without user and password, and without the query, which may name a password as well.
std::string without_credentials(std::string_view uri);

}  // namespace millrace
