#include "document/filter.hpp"

#include <gtest/gtest.h>

#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "document/canonical_string.hpp"
#include "document/store_suite_model_test.hpp"

namespace millrace::document {
namespace {

TEST(FieldPath, ReadsAndWrites) {
  EXPECT_EQ(FieldPath::parse("id").root, FieldPath::Root::id);
  EXPECT_EQ(FieldPath::parse("payload.id").root, FieldPath::Root::id);
  EXPECT_EQ(FieldPath::parse("payload.a.b"), FieldPath::parse("a.b"));
  EXPECT_EQ(FieldPath::parse("a.it's \"x\"").keys, (std::vector<std::string>{R"("a")", R"("it's \"x\"")"}));
  EXPECT_EQ(FieldPath::parse("a.b").to_string(), "payload.a.b");
  EXPECT_EQ(FieldPath::parse("id").to_string(), "id");
  EXPECT_EQ(FieldPath::parse(FieldPath::parse("payload").to_string()), FieldPath::parse("payload"));
}

TEST(Filter, CollectsWhatAnIndexCanServe) {
  const auto compare = [](std::string_view path, Comparison comparison) {
    return Filter::compare(FieldPath::parse(path), comparison, Operand::value("1"));
  };
  Filter any{.kind = Filter::Kind::any, .children = {compare("never", Comparison::equal)}};
  Filter inner{.children = {compare("b", Comparison::in), compare("a", Comparison::less)}};
  const Filter filter{
      .children = {compare("a", Comparison::equal), compare("no", Comparison::not_equal), std::move(any), std::move(inner)}};
  std::vector<FieldPath> paths;
  collect_indexable(filter, paths);
  EXPECT_EQ(paths, (std::vector{FieldPath::parse("a"), FieldPath::parse("b")}));
  EXPECT_FALSE(has_sql(filter));
  EXPECT_TRUE(has_sql(Filter{.kind = Filter::Kind::none, .children = {Filter{.kind = Filter::Kind::sql}}}));
}

std::string key_of(std::string_view value) {
  std::string key;
  append_key(key, value);
  return key;
}

std::strong_ordering sign(int order) {
  return order <=> 0;
}

TEST(AppendKey, OrdersAsTheValuesDo) {
  suite::Generator generator(5);
  for (int i = 0; i < 20000; ++i) {
    const std::string a = generator.scalar();
    const std::string b = generator.scalar();
    const std::strong_ordering keys = sign(key_of(a).compare(key_of(b)));
    if (json::kind_of(a) != json::kind_of(b)) {
      ASSERT_NE(keys, std::strong_ordering::equal) << a << ' ' << b;
    } else if (json::kind_of(a) == json::Kind::number) {
      ASSERT_EQ(keys, json::compare_numbers(a, b)) << a << ' ' << b;
    } else if (json::kind_of(a) == json::Kind::string) {
      const std::string left = json::decode_string(a);
      const std::string right = json::decode_string(b);
      ASSERT_EQ(compare_strings(a, b), sign(left.compare(right))) << a << ' ' << b;
      ASSERT_EQ(keys, sign(left.substr(0, kKeyTextMax).compare(right.substr(0, kKeyTextMax)))) << a << ' ' << b;
    }
  }
}

TEST(AppendKey, ContainersHaveNone) {
  EXPECT_EQ(key_of("[1]"), "");
  EXPECT_EQ(key_of("{}"), "");
}

}  // namespace
}  // namespace millrace::document
