#include "jsonschema/uri.hpp"

#include <gtest/gtest.h>

#include <utility>

namespace millrace::jsonschema {
namespace {

// RFC 3986, sections 5.4.1 and 5.4.2, without the fragments, which resolve_uri leaves out.
TEST(Uri, ResolvesAsTheRfcSays) {
  const std::pair<const char*, const char*> rows[] = {
      {"g:h", "g:h"},
      {"g", "http://a/b/c/g"},
      {"./g", "http://a/b/c/g"},
      {"g/", "http://a/b/c/g/"},
      {"/g", "http://a/g"},
      {"//g", "http://g"},
      {"?y", "http://a/b/c/d;p?y"},
      {"g?y", "http://a/b/c/g?y"},
      {"#s", "http://a/b/c/d;p?q"},
      {"g?y#s", "http://a/b/c/g?y"},
      {";x", "http://a/b/c/;x"},
      {"", "http://a/b/c/d;p?q"},
      {".", "http://a/b/c/"},
      {"./", "http://a/b/c/"},
      {"..", "http://a/b/"},
      {"../", "http://a/b/"},
      {"../g", "http://a/b/g"},
      {"../..", "http://a/"},
      {"../../g", "http://a/g"},
      {"../../../g", "http://a/g"},
      {"/./g", "http://a/g"},
      {"/../g", "http://a/g"},
      {"g.", "http://a/b/c/g."},
      {"..g", "http://a/b/c/..g"},
      {"./../g", "http://a/b/g"},
      {"./g/.", "http://a/b/c/g/"},
      {"g/./h", "http://a/b/c/g/h"},
      {"g/../h", "http://a/b/c/h"},
      {"g;x=1/../y", "http://a/b/c/y"},
      {"g?y/../x", "http://a/b/c/g?y/../x"},
  };
  for (const auto& [reference, expected] : rows) EXPECT_EQ(resolve_uri("http://a/b/c/d;p?q#f", reference), expected) << reference;
}

TEST(Uri, ResolvesAgainstWhatIsNoAbsoluteUri) {
  EXPECT_EQ(resolve_uri("", "other.json"), "other.json");
  EXPECT_EQ(resolve_uri("schemas/a.json", "b.json#x"), "schemas/b.json");
  EXPECT_EQ(resolve_uri("schemas/a.json", "../b.json"), "b.json");
  EXPECT_EQ(resolve_uri("http://a", "b.json"), "http://a/b.json");
  EXPECT_EQ(resolve_uri("urn:uuid:1", "#x"), "urn:uuid:1");
}

TEST(Uri, DecodesPercent) {
  EXPECT_EQ(decode_percent("a%20b%c3%A9"), "a b\xc3\xa9");
  EXPECT_EQ(decode_percent("100%"), "100%");
  EXPECT_EQ(decode_percent("%4"), "%4");
  EXPECT_EQ(decode_percent("%zz%+1%25"), "%zz%+1%");
}

}  // namespace
}  // namespace millrace::jsonschema
