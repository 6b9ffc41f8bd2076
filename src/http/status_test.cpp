#include "http/status.hpp"

#include <gtest/gtest.h>

namespace millrace::http {
namespace {

TEST(Status, EveryKindHasAStatusWithAReason) {
  for (int kind = 0; kind <= static_cast<int>(ErrorKind::internal); ++kind) {
    const int status = status_of(static_cast<ErrorKind>(kind));
    EXPECT_GE(status, 400);
    EXPECT_NE(reason(status), "Unknown") << status;
  }
}

TEST(Problem, SaysWhatHappenedAndWhatToDo) {
  const Response response = problem(Error{ErrorKind::unprocessable,
                                          "schema.violation",
                                          "The \"document\" breaks its schema.",
                                          "See /api-docs.",
                                          {{"/a", "type", "Must be a string."}, {"/b\n", "required", "Is missing."}}});
  EXPECT_EQ(response.status, 422);
  EXPECT_EQ(response.headers, "Content-Type: application/problem+json\r\n");
  EXPECT_EQ(response.body, R"({"type":"about:blank","title":"Unprocessable Content","status":422,"code":"schema.violation",)"
                           R"("error":"The \"document\" breaks its schema.","hint":"See /api-docs.",)"
                           R"("errors":[{"path":"/a","keyword":"type","message":"Must be a string."},)"
                           R"({"path":"/b\n","keyword":"required","message":"Is missing."}]})");
}

TEST(Problem, LeavesOutWhatIsEmptyAndTakesAnotherStatus) {
  const Response response = problem(405, Error{ErrorKind::invalid_argument, "http.method", "Not here."});
  EXPECT_EQ(response.status, 405);
  EXPECT_EQ(response.body, R"({"type":"about:blank","title":"Method Not Allowed","status":405,"code":"http.method","error":"Not here."})");
}

TEST(Problem, SaysWhenToComeBack) {
  for (const ErrorKind kind : {ErrorKind::overloaded, ErrorKind::unavailable}) {
    EXPECT_TRUE(problem(Error{kind, "x", "X."}).headers.ends_with("Retry-After: 1\r\n"));
  }
  EXPECT_FALSE(problem(Error{ErrorKind::timed_out, "x", "X."}).headers.contains("Retry-After"));
}

}  // namespace
}  // namespace millrace::http
