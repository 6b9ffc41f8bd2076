// If-Match and If-None-Match (RFC 9110, section 13.1): which versions of a document a request may meet.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "base/error.hpp"
#include "http/message.hpp"

namespace millrace::rest {

class Preconditions {
 public:
  explicit Preconditions(const http::Request& request);

  bool none() const { return !has_match_ && !has_none_match_; }
  /// The version, when the only condition is that it be this one.
  std::optional<std::uint64_t> only_version() const;
  /// Whether If-Match lets this version through: compared strongly, so that a weak tag names none.
  bool matches(std::uint64_t version) const;
  /// Whether If-None-Match names this version: compared weakly.
  bool is_named(std::uint64_t version) const;
  /// What a write asks: both.
  bool admits(std::uint64_t version) const { return matches(version) && !is_named(version); }

 private:
  std::string match_;  // the values of all header lines, joined by commas
  std::string none_match_;
  bool has_match_ = false;
  bool has_none_match_ = false;
};

/// The error for a version that they do not admit: "document.version".
Error not_admitted(std::string_view id, std::uint64_t version);

/// The version as an ETag: "3" in quotes.
std::string etag(std::uint64_t version);

}  // namespace millrace::rest
