#include "http/media_range.hpp"

#include <gtest/gtest.h>

namespace millrace::http {
namespace {

std::string preferred(std::string_view accept) {
  constexpr std::string_view kNames[] = {"json", "graphql", "html"};
  auto found = preferred_media_type(accept, {"application/json", "application/graphql-response+json", "text/html"});
  return found ? std::string(kNames[*found]) : "none";
}

TEST(PreferredMediaType, FollowsTheHeader) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"", "json"},
      {" ", "json"},
      {"*/*", "json"},
      {"application/*", "json"},
      {"text/*", "html"},
      {"application/json", "json"},
      {"APPLICATION/JSON", "json"},
      {"application/graphql-response+json, application/json", "graphql"},
      {"application/json, application/graphql-response+json", "json"},
      {"application/json;q=0.5, application/graphql-response+json;q=0.501", "graphql"},
      {"application/json;q=0.9, */*", "graphql"},
      {"application/json ; q=0 , */*;q=0.1", "graphql"},
      {"application/graphql-response+json;q=0.5, */*;q=0.1", "graphql"},
      {"text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,*/*;q=0.8", "html"},
      {"text/html;q=0.8, application/json", "json"},
      {"application/graphql-response+json; charset=utf-8, application/json; charset=utf-8", "graphql"},
      {"application/graphql-response+json; charset=iso-8859-1, application/json; charset=\"UTF-8\"", "json"},
      {"application/json; charset=utf-16", "none"},
      {"application/json; note=\"a,b;q=0\"", "json"},
      {"application/json; note=\"a\\\",text/html\"", "json"},
      {"application/json;q=0", "none"},
      {"application/json;q=2", "none"},
      {"application/json;q=0.1234", "none"},
      {"application/json;q=x, text/html;q=0.", "none"},
      {"image/png", "none"},
      {",,;;,/,*", "none"},
      {"*/*;q=0.1, application/*;q=0.2, application/json;q=0.05", "graphql"},
  };
  for (const auto& [accept, expected] : rows) EXPECT_EQ(preferred(accept), expected) << accept;
}

TEST(MediaParameter, FindsValues) {
  EXPECT_EQ(media_parameter("application/json; Charset=utf-8", "charset"), "utf-8");
  EXPECT_EQ(media_parameter("application/json;a=\"x;charset=y\"; charset = \"u\\\"8\" ", "charset"), "u\"8");
  EXPECT_EQ(media_parameter("application/json", "charset"), std::nullopt);
  EXPECT_EQ(media_parameter("application/json;charset", "charset"), std::nullopt);
  EXPECT_TRUE(is_utf8_or_silent("application/json"));
  EXPECT_FALSE(is_utf8_or_silent("application/json;charset=latin1"));
}

TEST(AcceptsCoding, FollowsTheHeader) {
  for (std::string_view header : {"gzip", "br, GZIP;q=0.5", "*", "*;q=0, gzip;q=0.1", "deflate,,gzip"})
    EXPECT_TRUE(accepts_coding(header, "gzip")) << header;
  for (std::string_view header : {"", "br", "gzip;q=0", "gzip;q=0.000, *", "*;q=0", "xgzip", "gzip;q=x"})
    EXPECT_FALSE(accepts_coding(header, "gzip")) << header;
}

}  // namespace
}  // namespace millrace::http
