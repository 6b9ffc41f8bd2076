#include "http/response_head.hpp"

#include <gtest/gtest.h>

namespace millrace::http {
namespace {

std::string head_of(const Response& response, const Ending& ending) {
  std::string out = "before";
  append_response_head(out, response, ending);
  EXPECT_TRUE(out.starts_with("before"));
  return out.substr(6);
}

TEST(ResponseHead, HasTheServersHeadersThenTheHandlers) {
  Response response{.body = "0123456789"};
  response.add("Content-Type", "text/plain");
  EXPECT_EQ(head_of(response, {.date = "now"}), "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 10\r\nContent-Type: text/plain\r\n\r\n");
}

TEST(ResponseHead, SaysWhatBecomesOfTheConnection) {
  EXPECT_EQ(head_of({.status = 404}, {.keeps_alive = false, .date = "now"}),
            "HTTP/1.1 404 Not Found\r\nDate: now\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
  EXPECT_EQ(head_of({}, {.is_http_1_0 = true, .date = "now"}),
            "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 0\r\nConnection: keep-alive\r\n\r\n");
  EXPECT_EQ(head_of({}, {.keeps_alive = false, .is_http_1_0 = true, .date = "now"}),
            "HTTP/1.1 200 OK\r\nDate: now\r\nContent-Length: 0\r\nConnection: close\r\n\r\n");
}

TEST(ResponseHead, AStatusWithoutBodyHasNoLength) {
  EXPECT_EQ(head_of({.status = 204}, {.date = "now"}), "HTTP/1.1 204 No Content\r\nDate: now\r\n\r\n");
  EXPECT_EQ(head_of({.status = 304, .body = "x"}, {.date = "now"}), "HTTP/1.1 304 Not Modified\r\nDate: now\r\n\r\n");
  EXPECT_FALSE(has_body(204, Method::get));
  EXPECT_FALSE(has_body(304, Method::get));
  EXPECT_FALSE(has_body(200, Method::head));
  EXPECT_TRUE(has_body(200, Method::get));
  EXPECT_TRUE(has_body(404, Method::post));
}

TEST(DateText, IsAnImfFixdate) {
  DateText date;
  EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
  EXPECT_EQ(date.at(0), "Thu, 01 Jan 1970 00:00:00 GMT");
  EXPECT_EQ(date.at(1709210096), "Thu, 29 Feb 2024 12:34:56 GMT");
}

}  // namespace
}  // namespace millrace::http
