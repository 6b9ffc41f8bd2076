#include "graphql/execution/response.hpp"

namespace millrace::graphql {

std::string response_body(Answer answer, std::string_view extensions) {
  std::string before = "{";
  if (!answer.errors.empty()) before.append("\"errors\":[").append(answer.errors).append("],");
  before += "\"data\":";
  // The data may be large, and is not copied: there is nearly always room for the little around it.
  std::string body = std::move(answer.data);
  body.insert(0, before);
  if (!extensions.empty()) body.append(",\"extensions\":").append(extensions);
  return std::move(body.append(1, '}'));
}

std::string errors_body(const std::vector<GraphqlError>& errors) {
  std::string entries;
  for (const GraphqlError& error : errors) append_error(entries, error.message, error.locations, {}, error.code);
  return "{\"errors\":[" + entries + "]}";
}

std::string timed_out_body(std::chrono::milliseconds limit, OperationType operation) {
  std::string_view hint =
      operation == OperationType::mutation ? "What it has begun to write may still be written." : "Ask for less, or for fewer rows.";
  return errors_body({{fmt::format("The request took longer than {} ms, the limit. {}", limit.count(), hint), {}, "graphql.timed_out"}});
}

}  // namespace millrace::graphql
