#include "http/message.hpp"

#include <gtest/gtest.h>

#include <random>

namespace millrace::http {
namespace {

TEST(Request, FindsTheFirstHeaderWhateverItsCase) {
  Request request;
  request.headers = {{"Accept", "a"}, {"X-Long-Name", "b"}, {"accept", "c"}};
  EXPECT_EQ(request.header("accept"), "a");
  EXPECT_EQ(request.header("ACCEPT"), "a");
  EXPECT_EQ(request.header("x-long-NAME"), "b");
  EXPECT_EQ(request.header("x-long-name-"), "");
  EXPECT_EQ(request.header(""), "");
}

TEST(Response, NoValueCanStartANewHeader) {
  Response response;
  response.add("Location", "/a\r\nSet-Cookie: x=1\n\x7F\x01\t\x1F").add("ETag", "\"1\"");
  EXPECT_EQ(response.headers, "Location: /aSet-Cookie: x=1\r\nETag: \"1\"\r\n");
}

TEST(PercentDecode, DecodesWhatIsUtf8AndNothingElse) {
  EXPECT_EQ(percent_decode(""), "");
  EXPECT_EQ(percent_decode("a%20b+c"), "a b+c");
  EXPECT_EQ(percent_decode("a%20b+c", true), "a b c");
  EXPECT_EQ(percent_decode("%e2%82%AC"), "€");
  EXPECT_EQ(percent_decode("%F0%9F%98%80"), "😀");
  EXPECT_EQ(percent_decode("%2f%25"), "/%");
  EXPECT_EQ(percent_decode("%00"), std::string_view("\0", 1));
  for (std::string_view bad : {"%", "%2", "%2g", "%g2", "a%", "%%20", "%ff", "%C0%AF", "%E0%80%80", "%ED%A0%80", "%F4%90%80%80",
                               "%F5%80%80%80", "%E2%82", "%80", "%F0%8F%80%80", "%e2%82%2c"}) {
    EXPECT_EQ(percent_decode(bad), std::nullopt) << bad;
  }
}

TEST(PercentDecode, GivesBackWhatWasEncoded) {
  std::mt19937 random(7);
  for (int round = 0; round < 2000; ++round) {
    std::string text;
    std::string encoded;
    for (int length = static_cast<int>(random() % 20); length > 0; --length) {
      constexpr std::string_view kCharacters[] = {"a", "/", "%", "+", " ", "é", "€", "😀", "&", "="};
      const std::string_view character = kCharacters[random() % std::size(kCharacters)];
      text += character;
      for (const char c : character) {
        char escape[4];
        std::snprintf(escape, sizeof(escape), random() % 2 ? "%%%02X" : "%%%02x", static_cast<unsigned char>(c));
        encoded += escape;
      }
    }
    EXPECT_EQ(percent_decode(encoded), text);
    EXPECT_EQ(percent_decode(encoded, true), text);
  }
}

using Parameters = std::vector<std::pair<std::string, std::string>>;

TEST(ParseQuery, GivesNamesAndValuesInOrder) {
  EXPECT_EQ(parse_query(""), Parameters{});
  EXPECT_EQ(parse_query("a=1&b=2&a=3"), (Parameters{{"a", "1"}, {"b", "2"}, {"a", "3"}}));
  EXPECT_EQ(parse_query("a&b=&=c&&d=e=f&"), (Parameters{{"a", ""}, {"b", ""}, {"", "c"}, {"d", "e=f"}}));
  EXPECT_EQ(parse_query("na+me=%26%3D+x"), (Parameters{{"na me", "&= x"}}));
  EXPECT_EQ(parse_query("a=1&b=%zz"), std::nullopt);
  EXPECT_EQ(parse_query("%=1"), std::nullopt);
}

TEST(MediaType, IsLowerCaseWithoutParameters) {
  EXPECT_EQ(media_type("Application/JSON; charset=utf-8"), "application/json");
  EXPECT_EQ(media_type(" \ttext/html\t "), "text/html");
  EXPECT_EQ(media_type(""), "");
  EXPECT_EQ(media_type(";x"), "");
}

}  // namespace
}  // namespace millrace::http
