#include "document/head.hpp"

#include <fmt/format.h>

namespace millrace::document {
namespace {

Error placed(Error error, std::size_t index) {
  error.details.push_back({.path = fmt::format("/{}", index), .keyword = std::string(error.code), .message = error.message});
  return error;
}

}  // namespace

Error not_found(std::string_view id) {
  return {ErrorKind::not_found, "document.not_found", fmt::format("There is no document with the id \"{:.255}\".", id)};
}

std::optional<Error> refusal(const Append& append, const Head& head, std::size_t index) {
  const bool creates = append.operation == Operation::create;
  if (creates && head.present()) {
    std::string message = fmt::format("A document with the id \"{}\" exists already.", append.id);
    return placed({ErrorKind::conflict, "document.exists", std::move(message)}, index);
  }
  if (!creates && !head.present()) return placed(not_found(append.id), index);
  if (append.expected_version && *append.expected_version != head.version) {
    std::string message =
        fmt::format("The document \"{}\" is at version {}, not at version {}.", append.id, head.version, *append.expected_version);
    return placed({ErrorKind::precondition_failed, "document.version", std::move(message)}, index);
  }
  return std::nullopt;
}

}  // namespace millrace::document
