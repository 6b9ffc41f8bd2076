#include "http/request_head.hpp"

#include <gtest/gtest.h>

#include <string>

namespace millrace::http {
namespace {

using Headers = std::vector<std::pair<std::string_view, std::string_view>>;

TEST(RequestHead, ReadsRequestLineAndFields) {
  Request request;
  const auto framing = parse_head(
      "POST /a/b?x=1&y=%20 HTTP/1.1\r\nHost: h\r\nX-Empty:\r\nX-Blank: \t \r\nX-Text:\ta b\xC3\xA9 \t\r\nContent-Length: 007\r\n\r\n",
      request);
  ASSERT_TRUE(framing) << framing.error().error.message;
  EXPECT_EQ(request.method, Method::post);
  EXPECT_EQ(request.target, "/a/b?x=1&y=%20");
  EXPECT_EQ(request.path, "/a/b");
  EXPECT_EQ(request.query, "x=1&y=%20");
  EXPECT_EQ(request.headers,
            (Headers{{"Host", "h"}, {"X-Empty", ""}, {"X-Blank", ""}, {"X-Text", "a b\xC3\xA9"}, {"Content-Length", "007"}}));
  EXPECT_EQ(framing->content_length, 7u);
  EXPECT_FALSE(framing->is_chunked);
  EXPECT_TRUE(framing->keeps_alive);
}

struct TargetCase {
  std::string_view target;
  std::string_view path;
  std::string_view query;
};

TEST(RequestHead, SplitsEveryFormOfTarget) {
  for (const TargetCase& test : std::initializer_list<TargetCase>{
           {"/", "/", ""},
           {"/?", "/", ""},
           {"/a?b?c", "/a", "b?c"},
           {"//a//", "//a//", ""},
           {"http://h:1/a/b?c", "/a/b", "c"},
           {"HTTPS://h", "/", ""},
           {"http://h?q", "/", "q"},
           {"http://h/", "/", ""},
           {"/a\xC3\xA9", "/a\xC3\xA9", ""},
           {"/a:b@c%zz", "/a:b@c%zz", ""},
       }) {
    Request request;
    const std::string head = "GET " + std::string(test.target) + " HTTP/1.1\r\nHost: h\r\n\r\n";
    ASSERT_TRUE(parse_head(head, request)) << test.target;
    EXPECT_EQ(request.path, test.path) << test.target;
    EXPECT_EQ(request.query, test.query) << test.target;
  }
  Request request;
  ASSERT_TRUE(parse_head("OPTIONS * HTTP/1.1\r\nHost: h\r\n\r\n", request));
  EXPECT_EQ(request.path, "*");
}

TEST(RequestHead, TheAuthorityOfATargetIsItsHost) {
  for (std::string_view rest : {" HTTP/1.1\r\nHost: other\r\n\r\n", " HTTP/1.0\r\n\r\n"}) {
    Request request;
    const std::string head = "GET http://[::1]:80/a" + std::string(rest);
    ASSERT_TRUE(parse_head(head, request));
    EXPECT_EQ(request.header("host"), "[::1]:80");
    EXPECT_EQ(request.headers.size(), 1u);
  }
}

TEST(RequestHead, KnowsTheMethods) {
  for (const Method method : {Method::get, Method::head, Method::post, Method::put, Method::patch, Method::delete_, Method::options}) {
    Request request;
    ASSERT_TRUE(parse_head(std::string(to_string(method)) + " / HTTP/1.1\r\nHost: h\r\n\r\n", request));
    EXPECT_EQ(request.method, method);
  }
  for (std::string_view name : {"get", "PROPFIND", "GETX", "M-SEARCH"}) {
    Request request;
    ASSERT_TRUE(parse_head(std::string(name) + " / HTTP/1.1\r\nHost: h\r\n\r\n", request));
    EXPECT_EQ(request.method, Method::other);
  }
}

struct KeepAliveCase {
  std::string_view line;  // version and headers
  bool keeps_alive;
};

TEST(RequestHead, KnowsWhenTheConnectionStays) {
  for (const KeepAliveCase& test : std::initializer_list<KeepAliveCase>{
           {"HTTP/1.1", true},
           {"HTTP/1.1\r\nConnection: close", false},
           {"HTTP/1.1\r\nConnection: x, Close ,y", false},
           {"HTTP/1.1\r\nConnection: x\r\nConnection: CLOSE", false},
           {"HTTP/1.1\r\nConnection: keep-alive, close", false},
           {"HTTP/1.1\r\nConnection: closed", true},
           {"HTTP/1.2", true},
           {"HTTP/1.0", false},
           {"HTTP/1.0\r\nConnection: Keep-Alive", true},
           {"HTTP/1.0\r\nConnection: keep-alive\r\nConnection: close", false},
       }) {
    Request request;
    const auto framing = parse_head("GET / " + std::string(test.line) + "\r\nHost: h\r\n\r\n", request);
    ASSERT_TRUE(framing) << test.line;
    EXPECT_EQ(framing->keeps_alive, test.keeps_alive) << test.line;
  }
}

TEST(RequestHead, TheClientWaitsForContinueOnlyWithABody) {
  auto expects = [](std::string_view rest) {
    Request request;
    const auto framing = parse_head("POST / " + std::string(rest) + "\r\nHost: h\r\nExpect: 100-Continue\r\n\r\n", request);
    return framing && framing->expects_continue;
  };
  EXPECT_TRUE(expects("HTTP/1.1\r\nContent-Length: 1"));
  EXPECT_TRUE(expects("HTTP/1.1\r\nTransfer-Encoding: chunked"));
  EXPECT_FALSE(expects("HTTP/1.1\r\nContent-Length: 0"));
  EXPECT_FALSE(expects("HTTP/1.1"));
  EXPECT_FALSE(expects("HTTP/1.0\r\nContent-Length: 1"));
}

struct RefusedCase {
  std::string_view head;
  int status;
};

void expect_refused(std::initializer_list<RefusedCase> tests) {
  for (const RefusedCase& test : tests) {
    Request request;
    const auto framing = parse_head(test.head, request);
    ASSERT_FALSE(framing) << test.head;
    EXPECT_EQ(framing.error().status, test.status) << test.head;
  }
}

TEST(RequestHead, RefusesWhatIsMalformed) {
  expect_refused({
      {"GET /\r\nHost: h\r\n\r\n", 400},
      {"GET  / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /  HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET / HTTP/1.1 \r\nHost: h\r\n\r\n", 400},
      {" GET / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET\t/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"G(T / HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /a b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /a#b HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /\x01 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET /\r HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET a HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET * HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET ftp://h/ HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET http:///a HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET http://u@h/a HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: evil\"><x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: evil.com/x?y\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h:x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: ::1\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: [::1\r\n\r\n", 400},
      {"CONNECT h:1 HTTP/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET / HTTP/1\r\nHost: h\r\n\r\n", 400},
      {"GET / http/1.1\r\nHost: h\r\n\r\n", 400},
      {"GET / HTTP/1.x\r\nHost: h\r\n\r\n", 400},
      {"GET / HTTP/2.0\r\nHost: h\r\n\r\n", 505},
      {"PRI * HTTP/2.0\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\n\r\n", 400},                        // no Host
      {"GET / HTTP/1.1\r\nHost: h\r\nhost: h\r\n\r\n", 400},  // two
      {"GET / HTTP/1.1\r\nHost : h\r\n\r\n", 400},            // space before the colon
      {"GET / HTTP/1.1\r\nHost: h\r\n: x\r\n\r\n", 400},      // no name
      {"GET / HTTP/1.1\r\nHost: h\r\nx\r\n\r\n", 400},        // no colon
      {"GET / HTTP/1.1\r\nHost: h\r\na b: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\na\xC3\xA9: x\r\n\r\n", 400},
      {"GET / HTTP/1.1\r\nHost: h\r\na: x\ry\r\n\r\n", 400},  // bare CR
      {"GET / HTTP/1.1\r\nHost: h\r\na: \x7F\r\n\r\n", 400},
  });
  Request request;
  EXPECT_TRUE(parse_head("GET / HTTP/1.0\r\n\r\n", request)) << "HTTP/1.0 needs no Host";
}

TEST(RequestHead, RefusesWhatTwoReadersMayFrameDifferently) {
  expect_refused({
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nContent-Length: 1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 2\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nContent-Length: 1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1, 1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: +1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 0x1\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1 2\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length:\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 99999999999999999999\r\n\r\n", 413},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip, chunked\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: gzip\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: xchunked\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked, chunked\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: \"chunked\"\r\n\r\n", 501},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nTransfer-Encoding:\r\n\r\n", 501},
      {"POST / HTTP/1.0\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n", 400},
      {"POST / HTTP/1.1\r\nHost: h\r\nContent-Length: 1\r\nExpect: 200-ok\r\n\r\n", 417},
  });
}

TEST(HeadScanner, FindsTheEndHoweverTheHeadIsCut) {
  const std::string head = "GET / HTTP/1.1\r\nHost: h\r\nA: b\r\n\r\n";
  const std::string text = head + "GET / HTTP/1.1\r\n\r\n";
  for (std::size_t first = 0; first <= text.size(); ++first) {
    HeadScanner scanner;
    const auto status = scanner.scan(std::string_view(text).substr(0, first));
    EXPECT_EQ(status, first < head.size() ? HeadScanner::Status::need_more : HeadScanner::Status::found) << first;
    if (status == HeadScanner::Status::need_more) {
      EXPECT_EQ(scanner.scan(text), HeadScanner::Status::found);
    }
    EXPECT_EQ(scanner.length(), head.size());
  }
}

TEST(HeadScanner, RefusesFoldedLinesAndBareLineFeedsAtOnce) {
  for (std::string_view text :
       {"GET / HTTP/1.1\n", "\n", "GET / HTTP/1.1\r\nHost: h\n", "GET / HTTP/1.1\r\n\n", "GET / HTTP/1.1\r\nA: b\r\n c\r\n",
        "GET / HTTP/1.1\r\n A: b\r\n", "GET / HTTP/1.1\r\nA: b\r\n\tc\r\n", "\r\n"}) {
    HeadScanner scanner;
    EXPECT_EQ(scanner.scan(text), HeadScanner::Status::malformed) << text;
  }
}

}  // namespace
}  // namespace millrace::http
