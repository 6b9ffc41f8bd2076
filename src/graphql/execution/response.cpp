#include "graphql/execution/response.hpp"

namespace millrace::graphql {

std::string response_body(Answer answer, std::string_view extensions) {
  std::string body;
  body.reserve(answer.data.size() + answer.errors.size() + extensions.size() + 48);
  body += '{';
  if (!answer.errors.empty()) body.append("\"errors\":[").append(answer.errors).append("],");
  body.append("\"data\":").append(answer.data);
  if (!extensions.empty()) body.append(",\"extensions\":").append(extensions);
  return body.append(1, '}');
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
