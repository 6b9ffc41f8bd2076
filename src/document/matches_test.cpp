#include <gtest/gtest.h>

#include "document/filter.hpp"
#include "document/filter_parser.hpp"
#include "document/store_suite_model_test.hpp"

namespace millrace::document {
namespace {

Filter filter_of(std::string_view json) {
  std::vector<std::string> names;
  auto filter = parse_filter_template(json, names, {});
  EXPECT_TRUE(filter) << json << ": " << (filter ? "" : filter.error().at(0).message);
  return filter ? *std::move(filter) : Filter{};
}

std::string document(std::string_view payload) {
  Documents documents;
  documents.add("it's", payload, {.version = 1});
  return std::string(documents.text(0));
}

struct Row {
  std::string_view filter;
  std::vector<std::string_view> held;
  std::vector<std::string_view> not_held;
};

// MongoDB's own behaviour: null_query_semantics.js and path_test.cpp of its source name most of these cases.
const std::vector<Row> kRows = {
    {R"({})", {"{}"}, {}},
    {R"({"id":"it's"})", {"{}"}, {}},
    {R"({"id":"its"})", {}, {"{}", R"({"a":"its"})"}},
    {R"({"a":1})",
     {R"({"a":1})", R"({"a":1.0})", R"({"a":10e-1})", R"({"a":[2,1]})"},
     {R"({"a":"1"})", R"({"a":[[1]]})", R"({"a":true})", "{}"}},
    {R"({"a":[1,2]})", {R"({"a":[1,2.0]})", R"({"a":[[1,2],3]})"}, {R"({"a":[2,1]})", R"({"a":[1,2,3]})", R"({"a":[1]})", R"({"a":1})"}},
    {R"({"a":{"x":1,"y":2}})",
     {R"({"a":{"x":1.0,"y":2}})"},
     {R"({"a":{"y":2,"x":1}})", R"({"a":{"x":1}})", R"({"a":{"x":1,"y":2,"z":3}})"}},
    {R"({"a":[]})", {R"({"a":[]})", R"({"a":[[]]})"}, {R"({"a":{}})", "{}"}},
    {R"({"a":"é\u0000"})", {R"({"a":"é\u0000"})"}, {R"({"a":"é"})"}},
    {R"({"a":12345678901234567890})", {R"({"a":12345678901234567890})"}, {R"({"a":12345678901234567891})"}},
    {R"({"a":null})",
     {"{}", R"({"a":null})", R"({"a":[1,null]})"},
     {R"({"a":[]})", R"({"a":[[]]})", R"({"a":{}})", R"({"a":0})", R"({"a":false})"}},
    {R"({"a.b":null})",
     {"{}", R"({"a":4})", R"({"a":null})", R"({"a":{}})", R"({"a":{"b":null}})", R"({"a":[{"b":3},{}]})"},
     {R"({"a":{"b":"hi"}})", R"({"a":[]})", R"({"a":[1,"string",4]})", R"({"a":[null]})", R"({"a":[{"b":1},{"b":3}]})", R"({"a":[[]]})"}},
    {R"({"a.b":{"$ne":null}})", {R"({"a":{"b":"hi"}})", R"({"a":[]})"}, {"{}", R"({"a":[{"b":3},{}]})"}},
    {R"({"a.b":2})", {R"({"a":{"b":2}})", R"({"a":[{"b":1},{"b":[3,2]}]})"}, {R"({"a":[[{"b":2}]]})", R"({"a":2})"}},
    {R"({"a.1":4})",
     {R"({"a":[5,4,3]})", R"({"a":[5,{"1":4},3]})", R"({"a":{"1":4}})"},
     {R"({"a":[4,5]})", R"({"a":[5,[2,4]]})", R"({"a":[4]})"}},
    {R"({"a.1":[2,4]})", {R"({"a":[5,[2,4],3]})"}, {R"({"a":[[2,4]]})"}},
    {R"({"a.1.b":4})", {R"({"a":[5,{"b":4},3]})", R"({"a":[5,[{"b":4}],3]})"}, {R"({"a":[{"b":4}]})", R"({"a":[5,[[{"b":4}]]]})"}},
    {R"({"a.01":4})", {R"({"a":{"01":4}})"}, {R"({"a":[5,4]})"}},
    {R"({"a":{"$ne":1}})", {"{}", R"({"a":2})", R"({"a":"1"})"}, {R"({"a":1.0})", R"({"a":[1,2]})"}},
    {R"({"a":{"$gt":1}})", {R"({"a":1.5})", R"({"a":[0,2]})", R"({"a":1e400})"}, {R"({"a":1})", R"({"a":"2"})", "{}", R"({"a":null})"}},
    {R"({"a":{"$gte":1,"$lt":2}})", {R"({"a":1.0})", R"({"a":[5,0,1]})", R"({"a":[0,3]})"}, {R"({"a":2})", R"({"a":[2]})"}},
    {R"({"a":{"$lte":12345678901234567890}})", {R"({"a":12345678901234567890})"}, {R"({"a":12345678901234567891})"}},
    {R"({"a":{"$lt":"b"}})", {R"({"a":"a\u0000"})", R"({"a":""})", R"({"a":"B"})"}, {R"({"a":"b"})", R"({"a":"é"})", R"({"a":1})"}},
    {R"({"a":{"$gt":"a"}})", {R"({"a":"a\u0000"})", R"({"a":"a "})", R"({"a":"𝄞"})"}, {R"({"a":"a"})", R"({"a":"\n"})", R"({"a":"A"})"}},
    {R"({"a":{"$in":[1,"x",null]}})", {"{}", R"({"a":1.0})", R"({"a":["x"]})", R"({"a":null})"}, {R"({"a":2})", R"({"a":[]})"}},
    {R"({"a":{"$in":[]}})", {}, {"{}", R"({"a":1})"}},
    {R"({"a":{"$nin":[1,2]}})", {"{}", R"({"a":3})"}, {R"({"a":[3,2]})"}},
    {R"({"a":{"$prefix":"a\n"}})",
     {R"({"a":"a\nb"})", R"({"a":"a\n"})", R"({"a":[1,"a\n"]})"},
     {R"({"a":"a"})", R"({"a":"a\\n"})", R"({"a":1})"}},
    {R"({"a":{"$exists":true}})", {R"({"a":null})", R"({"a":[]})"}, {"{}"}},
    {R"({"a.b":{"$exists":false}})", {"{}", R"({"a":[]})", R"({"a":[1]})", R"({"a":4})"}, {R"({"a":[{},{"b":null}]})"}},
    {R"({"a":{"$regex":"^b.d$"}})", {R"({"a":"bad"})", R"({"a":["x","bed"]})", R"({"a":"b\"d"})"}, {R"({"a":"abad"})", R"({"a":1})", "{}"}},
    {R"({"a":{"$regex":"é","$options":"i"}})", {R"({"a":"CAFÉ"})"}, {R"({"a":"cafe"})"}},
    {R"({"a":{"$not":{"$gt":1,"$lt":5}}})", {"{}", R"({"a":0})", R"({"a":7})"}, {R"({"a":3})"}},
    {R"({"$or":[{"a":1},{"b":2}]})", {R"({"a":1})", R"({"b":[2]})"}, {"{}", R"({"a":2,"b":1})"}},
    {R"({"$nor":[{"a":1},{"b":2}]})", {"{}"}, {R"({"a":1})", R"({"b":2})"}},
    {R"({"$and":[{"a":1},{"a":2}],"b":3})", {R"({"a":[1,2],"b":3})"}, {R"({"a":[1,2]})", R"({"a":1,"b":3})"}},
    {R"({"payload.a":1,"payload.it's":2})", {R"({"a":1,"it's":2})"}, {R"({"payload":{"a":1,"it's":2}})"}},
};

TEST(Matches, MeansWhatMongoMeans) {
  for (const Row& row : kRows) {
    const Filter filter = filter_of(row.filter);
    for (const std::string_view payload : row.held) EXPECT_TRUE(matches(filter, {}, document(payload))) << row.filter << ' ' << payload;
    for (const std::string_view payload : row.not_held)
      EXPECT_FALSE(matches(filter, {}, document(payload))) << row.filter << ' ' << payload;
  }
}

TEST(Matches, AnArgumentThatIsNotGivenIsNoCondition) {
  const Filter filter = Filter::compare(FieldPath::parse("a"), Comparison::equal, Operand::argument(1));
  const std::vector<std::string_view> given = {"", "2"};
  const std::vector<std::string_view> absent = {"2", ""};
  EXPECT_FALSE(matches(filter, given, document(R"({"a":1})")));
  EXPECT_TRUE(matches(filter, given, document(R"({"a":2})")));
  EXPECT_TRUE(matches(filter, absent, document(R"({"a":1})")));
}

TEST(Matches, ABranchWhoseArgumentIsNotGivenIsNotThere) {
  const auto holds = [](std::string_view filter, std::string_view argument, std::string_view payload) {
    const std::vector<std::string_view> arguments{argument};
    return matches(filter_of(filter), arguments, document(payload));
  };
  EXPECT_FALSE(holds(R"({"$or":[{"a":"{{x}}"},{"b":1}]})", "", R"({"b":2})"));
  EXPECT_TRUE(holds(R"({"$or":[{"a":"{{x}}"},{"b":1}]})", "", R"({"b":1})"));
  EXPECT_TRUE(holds(R"({"$or":[{"a":"{{x}}"}]})", "", "{}"));
  EXPECT_TRUE(holds(R"({"a":{"$not":{"$gt":{{x}}}}})", "", R"({"a":5})"));
  EXPECT_FALSE(holds(R"({"a":{"$not":{"$gt":{{x}}}}})", "1", R"({"a":5})"));
  EXPECT_TRUE(holds(R"({"$nor":[{"a":"{{x}}"},{"b":1}]})", "", R"({"b":2})"));
  EXPECT_FALSE(holds(R"({"$nor":[{"a":"{{x}}"},{"b":1}]})", "", R"({"b":1})"));
}

TEST(Matches, AnArgumentThatIsNoListIsAListOfOne) {
  const Filter filter = Filter::compare(FieldPath::parse("a"), Comparison::in, Operand::argument(0));
  const std::vector<std::string_view> one = {"2"};
  EXPECT_TRUE(matches(filter, one, document(R"({"a":2})")));
  EXPECT_FALSE(matches(filter, one, document(R"({"a":1})")));
}

/// What must hold between comparisons, whatever they mean.
TEST(Matches, ComparisonsAgreeWithEachOther) {
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    suite::Generator generator(seed);
    const std::string text = document(generator.payload());
    const std::string operand = generator.value(1);
    const FieldPath path = FieldPath::parse(generator.one_of<std::string>({"a", "b", "a.b", "a.0", "b.a.0"}));
    const auto holds = [&](Comparison comparison, const std::string& with) {
      return matches(Filter::compare(path, comparison, Operand::value(with)), {}, text);
    };
    const bool equal = holds(Comparison::equal, operand);
    const bool ordered = operand.starts_with('"') || (operand[0] >= '0' && operand[0] <= '9') || operand[0] == '-';
    ASSERT_EQ(equal, !holds(Comparison::not_equal, operand)) << "seed " << seed;
    ASSERT_EQ(equal, holds(Comparison::in, "[" + operand + "]")) << "seed " << seed;
    ASSERT_EQ(equal, !holds(Comparison::not_in, "[" + operand + "]")) << "seed " << seed;
    ASSERT_EQ(ordered && (equal || holds(Comparison::less, operand)), holds(Comparison::less_or_equal, operand)) << "seed " << seed;
    ASSERT_EQ(ordered && (equal || holds(Comparison::greater, operand)), holds(Comparison::greater_or_equal, operand)) << "seed " << seed;
  }
}

TEST(VisitValues, ShowsWhatEqualityMeets) {
  for (std::uint64_t seed = 1; seed <= 4000; ++seed) {
    suite::Generator generator(seed);
    const std::string text = document(generator.payload());
    const std::string operand = generator.scalar();
    if (operand == "null") continue;
    const FieldPath path = FieldPath::parse(generator.one_of<std::string>({"a", "b", "a.b", "a.0", "b.a.0"}));
    std::string wanted;
    append_key(wanted, operand);
    bool any_key = false;
    visit_values(path, text, [&](std::string_view value) {
      std::string key;
      append_key(key, value);
      any_key |= key == wanted;
    });
    const bool equal = matches(Filter::compare(path, Comparison::equal, Operand::value(operand)), {}, text);
    // A cut key stands for several strings; every other key stands for one value.
    ASSERT_TRUE(operand.size() > kKeyTextMax ? any_key || !equal : any_key == equal) << "seed " << seed << ' ' << text;
  }
}

}  // namespace
}  // namespace millrace::document
