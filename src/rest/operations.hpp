// What can be asked of an entity, in one table: what Resource dispatches by, what `Allow` names, what the OpenAPI document describes and
// what docs/rest.md lists.
#pragma once

#include <cstdint>
#include <span>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace millrace::rest {

enum class OperationId : std::uint8_t {
  list,
  create,
  read,
  update,
  patch,
  remove,
  history,
  lifecycle,
  bulk_read,
  bulk_create,
  changes,
  consumer_list,
  consumer_read,
  consumer_delete,
  claim,
  ack,
  nack,
  extend,
  release,
};

/// The resources of an entity, by what follows its path.
enum class Target : std::uint8_t {
  collection,
  document,
  history,
  lifecycle,
  bulk,
  changes,
  consumers,
  consumer,
  claim,
  ack,
  nack,
  extend,
  release,
};
/// All of them, in the order in which they are shown.
std::span<const Target> targets();

/// A parameter that has a name of its own; filters have those of fields.
struct Parameter {
  std::string_view name;
  std::string_view in;      // "query", "header", "path"
  std::string_view schema;  // JSON
  std::string_view meaning;
  bool is_required = false;
  /// Whether the OpenAPI document tells it in words alone (docs/decisions/0010): a well-formed value may be refused for what other requests
  /// have done, or changes what the body may be.
  bool is_told_in_words = false;
};

struct Operation {
  OperationId id;
  std::string_view name;  // operationId
  http::Method method;
  Target target;
  std::string_view summary;
  std::string_view meaning;          // Markdown
  std::span<const Parameter> takes;  // without what stands in the path
  std::span<const int> fails_with;   // statuses, beside those that every request may get
  bool has_filters = false;
};

std::span<const Operation> operations();

/// The operation for a method (HEAD is GET), or null.
const Operation* find_operation(Target target, http::Method method, bool immutable);

/// The methods of a resource as `Allow` has them.
std::string allowed_methods(Target target, bool immutable);

/// What stands after the entity's path: "", "/{id}", "/{id}/history", "/{id}/lifecycle", "/bulk", "/changes", "/consumers/{name}" ...
std::string_view path_template(Target target);

/// What a status of a failure means; for those in `fails_with` and those that every request may get.
struct FailureStatus {
  int status;
  bool is_everywhere;
  std::string_view meaning;
};
std::span<const FailureStatus> failure_statuses();

/// The tables of docs/rest.md.
std::string rest_reference();

}  // namespace millrace::rest
