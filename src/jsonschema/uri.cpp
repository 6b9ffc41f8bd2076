#include "jsonschema/uri.hpp"

#include <algorithm>
#include <charconv>
#include <cstddef>
#include <system_error>

namespace millrace::jsonschema {
namespace {

/// The parts as RFC 3986's appendix B has them, with their delimiters: "https:", "//host", "/path", "?query". No fragment.
struct Parts {
  std::string_view scheme;
  std::string_view authority;
  std::string_view path;
  std::string_view query;
};

Parts split(std::string_view uri) {
  Parts parts;
  const std::size_t special = uri.find_first_of(":/?");
  if (special != std::string_view::npos && special > 0 && uri[special] == ':') {
    parts.scheme = uri.substr(0, special + 1);
    uri.remove_prefix(special + 1);
  }
  if (uri.starts_with("//")) {
    parts.authority = uri.substr(0, std::min(uri.find_first_of("/?", 2), uri.size()));
    uri.remove_prefix(parts.authority.size());
  }
  parts.path = uri.substr(0, uri.find('?'));
  parts.query = uri.substr(parts.path.size());
  return parts;
}

/// Section 5.2.4, on whole segments.
std::string without_dot_segments(std::string_view path) {
  const bool rooted = path.starts_with('/');
  std::string out;
  while (!path.empty()) {
    const std::size_t slash = path.find('/', 1);
    const std::string_view segment = path.substr(0, slash);
    const bool last = slash == std::string_view::npos;
    if (segment == "/..") {
      const std::size_t parent = out.rfind('/');
      out.resize(parent == std::string::npos ? 0 : parent);
      if (last) out += '/';
    } else if (segment == "/.") {
      if (last) out += '/';
    } else {
      out += segment;
    }
    path = last ? std::string_view() : path.substr(slash);
  }
  // What was left of a relative path stays relative.
  return !rooted && out.starts_with('/') ? out.substr(1) : out;
}

/// Section 5.2.3: the reference's path takes the place of the base's last segment.
std::string merged(const Parts& base, std::string_view path) {
  std::string out;
  if (!base.authority.empty() && base.path.empty()) {
    out = "/";
  } else {
    out = base.path.substr(0, base.path.rfind('/') + 1);
  }
  return without_dot_segments(out.append(path));
}

std::string joined(std::string_view scheme, std::string_view authority, std::string_view path, std::string_view query) {
  std::string out;
  return out.append(scheme).append(authority).append(path).append(query);
}

}  // namespace

SplitReference split_reference(std::string_view reference) {
  const std::size_t hash = reference.find('#');
  if (hash == std::string_view::npos) return {reference, {}};
  return {reference.substr(0, hash), reference.substr(hash + 1)};
}

std::string resolve_uri(std::string_view base, std::string_view reference) {
  const Parts from = split(split_reference(base).uri);
  const Parts to = split(split_reference(reference).uri);
  if (!to.scheme.empty()) return joined(to.scheme, to.authority, without_dot_segments(to.path), to.query);
  if (!to.authority.empty()) return joined(from.scheme, to.authority, without_dot_segments(to.path), to.query);
  if (to.path.empty()) return joined(from.scheme, from.authority, from.path, to.query.empty() ? from.query : to.query);
  if (to.path.starts_with('/')) return joined(from.scheme, from.authority, without_dot_segments(to.path), to.query);
  return joined(from.scheme, from.authority, merged(from, to.path), to.query);
}

std::string decode_percent(std::string_view text) {
  std::string out;
  for (std::size_t i = 0; i < text.size(); ++i) {
    unsigned char byte = 0;
    const char* digits = text.data() + i + 1;
    if (text[i] == '%' && i + 2 < text.size() && std::from_chars(digits, digits + 2, byte, 16).ptr == digits + 2) {
      out += static_cast<char>(byte);
      i += 2;
    } else {
      out += text[i];
    }
  }
  return out;
}

}  // namespace millrace::jsonschema
