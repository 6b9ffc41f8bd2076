#include "document/head.hpp"

#include <fmt/format.h>

namespace millrace::document {
namespace {

Error refused(ErrorKind kind, std::string_view code, std::string message, std::size_t index) {
  Error error{.kind = kind, .code = code, .message = message};
  error.details.push_back({.path = fmt::format("/{}", index), .keyword = {}, .message = std::move(message)});
  return error;
}

}  // namespace

std::optional<Error> refusal(const Append& append, const Head& head, std::size_t index) {
  const bool creates = append.operation == Operation::create;
  if (creates && head.present()) {
    return refused(ErrorKind::conflict, "document.exists", fmt::format("A document with the id \"{}\" exists already.", append.id), index);
  }
  if (!creates && !head.present()) {
    return refused(ErrorKind::not_found, "document.not_found", fmt::format("There is no document with the id \"{}\".", append.id), index);
  }
  if (append.expected_version && *append.expected_version != head.version) {
    return refused(
        ErrorKind::precondition_failed, "document.version",
        fmt::format("The document \"{}\" is at version {}, not at version {}.", append.id, head.version, *append.expected_version), index);
  }
  return std::nullopt;
}

}  // namespace millrace::document
