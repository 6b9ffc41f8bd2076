#include "document/sql_template.hpp"

#include <gtest/gtest.h>

namespace millrace::document {
namespace {

std::string describe(const Filter& filter) {
  if (filter.kind == Filter::Kind::sql) {
    std::string text = "sql: " + filter.sql;
    for (const std::uint32_t parameter : filter.sql_parameters) text += " $" + std::to_string(parameter);
    return text;
  }
  if (filter.kind == Filter::Kind::compare) {
    return filter.path.to_string() + " = " +
           (filter.operand.is_literal() ? filter.operand.literal : "$" + std::to_string(filter.operand.parameter));
  }
  std::string text;
  for (const Filter& child : filter.children) text += (text.empty() ? "" : " and ") + describe(child);
  return text;
}

struct Row {
  std::string_view text;
  std::string_view filter;
};

const std::vector<Row> kRows = {
    {"id = '{{id}}'", "id = $0"},
    {"\"id\"={{id}}", "id = $0"},
    {"payload->>'name' = '{{name}}'", "payload.name = $0"},
    {"payload ->> '$.a.b' = '{{{ name }}}'", "payload.a.b = $0"},
    {"payload->'a'->>'b' = {{b}}", "payload.a.b = $0"},
    {"json_extract(payload, '$.name') = '{{name}}'", "payload.name = $0"},
    {"JSON_EXTRACT(payload,'$.a.b')='{{x}}' AND id = '{{y}}' and payload->>'k' = 'it''s'",
     R"(payload.a.b = $0 and id = $1 and payload.k = "it's")"},
    {"payload->>'k' = '5'", "sql: payload->>'k' = '5'"},
    {"payload->>'n' = '{{a}}' OR id = '{{b}}'", "sql: payload->>'n' = ?1 OR id = ?2 $0 $1"},
    {"payload->>'n' > {{a}} AND payload->>'m' < '{{a}}'", "sql: payload->>'n' > ?1 AND payload->>'m' < ?1 $0"},
    {"payload->>'0' = '{{a}}'", "sql: payload->>'0' = ?1 $0"},
    {"json_extract(payload, '$.a[0]') = {{a}}", "sql: json_extract(payload, '$.a[0]') = ?1 $0"},
    {"payload->>'n' LIKE 'x-' || {{a}}", "sql: payload->>'n' LIKE 'x-' || ?1 $0"},
    {"(payload->>'n')::int = {{a}}", "sql: (payload->>'n')::int = ?1 $0"},
    {"1 = 1", "sql: 1 = 1"},
    {"payload->>'n' = ';--'", R"(payload.n = ";--")"},
    {"payload->>'n' = '{{a}}' LIMIT 1", "sql: payload->>'n' = ?1 LIMIT 1 $0"},
};

TEST(ParseSqlTemplate, ReadsConditions) {
  for (const Row& row : kRows) {
    std::vector<std::string> names;
    const auto filter = parse_sql_template(row.text, names, {});
    ASSERT_TRUE(filter) << row.text << ": " << filter.error().at(0).message;
    EXPECT_EQ(describe(*filter), row.filter) << row.text;
  }
}

struct Refused {
  std::string_view text;
  std::string_view message;  // part of it
};

const std::vector<Refused> kRefused = {
    {"", "empty"},
    {" \n ", "empty"},
    {"id = 'x-{{id}}'", "Template 1:6: A mustache stands inside a longer literal"},
    {"id = '{{id}}-x'", "inside a longer literal"},
    {"id = '{{id}}''x'", "inside a longer literal"},
    {"id = '{{a}}{{b}}'", "inside a longer literal"},
    {"\"{{column}}\" = 1", "would be a name"},
    {"[{{column}}] = 1", "would be a name"},
    {"id = '{{id}}' -- {{x}}", "Comments"},
    {"id = '{{id}}' /* x */", "Comments"},
    {"id = '{{id}}'; DROP TABLE x", "\";\" is not allowed"},
    {"1 = 1) OR (1 = 1", "closes nothing"},
    {"(id = '{{id}}'", "parenthesis is not closed"},
    {"id = 'x", "quote is not closed"},
    {"id = '{{id}}", "Template 1:6"},
    {"id = ?1", "written as mustaches"},
    {"id = :id", "written as mustaches"},
    {"id = @id", "written as mustaches"},
    {"id = $1", "written as mustaches"},
    {"id = $$x$$", "written as mustaches"},
    {"{{#if x}}id = 1{{/if}}", "plain parameters"},
};

TEST(ParseSqlTemplate, RefusesWhatCannotBeBound) {
  for (const Refused& row : kRefused) {
    std::vector<std::string> names;
    const auto filter = parse_sql_template(row.text, names, {});
    ASSERT_FALSE(filter) << row.text << " became " << describe(*filter);
    EXPECT_NE(filter.error().at(0).message.find(row.message), std::string::npos) << row.text << ": " << filter.error().at(0).message;
  }
}

}  // namespace
}  // namespace millrace::document
