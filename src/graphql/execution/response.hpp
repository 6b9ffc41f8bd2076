// Responses as text (specification 7.1).
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "graphql/execution/answer.hpp"
#include "graphql/language/ast.hpp"
#include "graphql/language/source.hpp"

namespace millrace::graphql {

/// `extensions`: JSON, or empty.
std::string response_body(Answer answer, std::string_view extensions = {});

/// Of a request that was not executed.
std::string errors_body(const std::vector<GraphqlError>& errors);

/// Of one that took longer than it may.
std::string timed_out_body(std::chrono::milliseconds limit, OperationType operation);

}  // namespace millrace::graphql
