// Media types with parameters, and which of several a client prefers (RFC 9110, sections 8.3.1 and 12.5.1).
#pragma once

#include <cstddef>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

namespace millrace::http {

/// The value of a media type's parameter, quotes taken off: "utf-8" of `application/json; Charset="utf-8"`. Nothing when it has none.
std::optional<std::string> media_parameter(std::string_view header, std::string_view name);

/// Whether a Content-Type or a range of Accept asks for UTF-8, or says nothing about it.
bool is_utf8_or_silent(std::string_view header);

/// Which of the media types offered an Accept header likes best: by q-value, then by how exactly the header names it, then by the order of
/// the header, then by that of the offers. Without the header the first. Nothing when none is acceptable. A range that asks for another
/// charset than UTF-8, or is malformed, counts as not there; other parameters are not looked at.
/// Requires: offers in lower case, without parameters.
std::optional<std::size_t> preferred_media_type(std::string_view accept, std::initializer_list<std::string_view> offers);

/// Whether an Accept-Encoding header takes a content coding, `*` included (RFC 9110, 12.5.3). Without the header it takes none.
bool accepts_coding(std::string_view accept_encoding, std::string_view coding);

}  // namespace millrace::http
