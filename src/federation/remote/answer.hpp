// What another GraphQL server answered to a document of aliases.
#pragma once

#include <cstddef>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.hpp"

namespace millrace::federation {

/// An error of one alias, as it is told here.
struct AliasError {
  std::string path = {};  // below the alias: response keys and indexes as JSON, separated by commas; empty: the alias itself
  Error error = {};       // code "remote.error", the other server's message
  std::string extensions = {};
};

struct RemoteAnswer {
  std::vector<std::string_view> values;           // by alias: canonical JSON; "null" where there is none
  std::multimap<std::size_t, AliasError> errors;  // by alias, in the order in which they came
  std::shared_ptr<const void> owner;              // of the values' text
  /// There is no data at all, since an alias that failed may not be null there. Which others would have had a value is not known.
  bool is_null = false;

  /// The one alias that has errors; nothing when there are several.
  std::optional<std::size_t> culprit() const;
};

/// Why there is nothing. `is_refused`: the server did not execute the document at all.
struct NoAnswer {
  Error error;
  std::string reason;
  bool is_refused = false;
};

/// Reads the body of a response to `aliases` aliases. Fails with "remote.refused" when it has no data and errors of which none names an
/// alias, and with "remote.answer" when it is no GraphQL response to such a document: no JSON, no object, an alias missing, or its value no
/// object, list or null.
std::expected<RemoteAnswer, NoAnswer> read_answer(std::string body, std::size_t aliases, std::string_view service);

/// The members of an error's extensions that name the service, the reason, and what it said itself (a JSON object, or empty).
std::string remote_extensions(std::string_view service, std::string_view reason, std::string_view cause = {});

}  // namespace millrace::federation
