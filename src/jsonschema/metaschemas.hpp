// The metaschemas of drafts 7 and 2020-12, for schemas that refer to them.
#pragma once

#include <string_view>

namespace millrace::jsonschema {

/// The text of the metaschema at that URI (without fragment), or nothing.
std::string_view metaschema_text(std::string_view uri);

}  // namespace millrace::jsonschema
