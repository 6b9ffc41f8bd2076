// URIs as identifiers of schemas: made absolute against a base (RFC 3986, section 5.2), and their fragments.
#pragma once

#include <string>
#include <string_view>

namespace millrace::jsonschema {

/// A reference in two parts. The views point into what was split.
struct SplitReference {
  std::string_view uri;       // all before the #
  std::string_view fragment;  // all after it, percent-encoded as it was
};

SplitReference split_reference(std::string_view reference);

/// The reference against the base, without fragment. A base may be relative, or empty; then so may be the result.
std::string resolve_uri(std::string_view base, std::string_view reference);

/// %XX decoded; a % that is not followed by two hexadecimal digits stays.
std::string decode_percent(std::string_view text);

}  // namespace millrace::jsonschema
