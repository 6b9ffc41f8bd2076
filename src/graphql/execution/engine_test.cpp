// The rows of tests/spec/graphql/execution: a schema, the data behind its Query fields, and requests with the response they must get.
//
// "data" holds the value of each root field (data_resolver_test.hpp). "objects" are found by id through the fields listed in "relations"
// ("Type.field" follows <field>_id, a list of ids where the field is a list), so that batches can be counted.
#include "graphql/execution/engine.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "base/json/canonical.hpp"
#include "base/json/number.hpp"
#include "base/json/slices.hpp"
#include "graphql/execution/data_resolver_test.hpp"

namespace millrace::graphql {
namespace {

/// Finds objects by the ids that the parent holds.
class ObjectResolver : public Resolver {
 public:
  ObjectResolver(std::string_view objects, std::string_view field, int& calls) : objects_(objects), calls_(calls) {
    keys_.push_back(json::quoted(std::string(field) + "_id"));
  }
  std::span<const std::string> parent_keys() const override { return keys_; }

  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    ++calls_;
    std::vector<Resolved> answers;
    for (const FieldCall& call : calls) {
      Resolved& answer = answers.emplace_back();
      for (std::string_view key : call.keys) give(answer, key);
    }
    co_return std::move(answers);
  }

 private:
  void give(Resolved& answer, std::string_view key) const {
    if (key.empty() || key == "null") return answer.give_null();
    const auto first = static_cast<std::uint32_t>(answer.values().size());
    if (json::kind_of(key) == json::Kind::array) {
      json::Elements ids(key);
      std::string_view id;
      std::uint32_t count = 0;
      for (; ids.next(id); ++count) answer.add_value(json::member(objects_, id));
      return answer.give_list(first, count);
    }
    std::string_view object = json::member(objects_, key);
    if (object.empty()) return answer.give_null();
    if (auto error = DataResolver::error_in(object)) return answer.give_error(*error);
    answer.give_value(answer.add_value(object));
  }

  std::string_view objects_;
  int& calls_;
  std::vector<std::string> keys_;
};

std::string canonical(const json::Value& value) {
  std::string text;
  json::append_canonical(text, value);
  return text;
}

std::string canonical(std::string_view text) {
  auto parsed = json::parse(text);
  EXPECT_TRUE(parsed.has_value()) << text;
  return parsed ? canonical(parsed->root()) : std::string();
}

struct Row {
  std::string name;
  std::string schema;
  std::string data = "{}";
  std::string objects = "{}";
  std::vector<std::string> relations;
  std::string query;
  std::optional<std::string> operation;
  std::string variables;  // JSON; empty: none
  std::string expected;
  std::int64_t calls = -1;
};

std::string read(const std::filesystem::path& file) {
  std::ifstream stream(file);
  std::ostringstream text;
  text << stream.rdbuf();
  return text.str();
}

std::string string_at(const json::Value& object, std::string_view key) {
  auto value = object.find(key);
  return value ? value->string() : std::string();
}

/// A file holds one schema with its data, and rows.
void read_rows(const std::filesystem::path& file, std::vector<Row>& rows) {
  std::string text = read(file);
  auto document = json::parse(text);
  ASSERT_TRUE(document.has_value()) << file << ": " << document.error().message;
  json::Value root = document->root();
  Row common;
  common.schema = string_at(root, "schema");
  if (auto data = root.find("data")) common.data = canonical(*data);
  if (auto objects = root.find("objects")) common.objects = canonical(*objects);
  if (auto relations = root.find("relations"))
    for (json::Value item = relations->first(); !(item == relations->end()); item = item.after()) common.relations.push_back(item.string());
  json::Value list = *root.find("rows");
  for (json::Value item = list.first(); !(item == list.end()); item = item.after()) {
    Row row = common;
    row.name = file.stem().string() + ": " + string_at(item, "name");
    row.query = string_at(item, "query");
    if (auto operation = item.find("operation")) row.operation = operation->string();
    if (auto variables = item.find("variables")) row.variables = variables->text();
    row.expected = canonical(*item.find("expected"));
    if (auto calls = item.find("calls")) row.calls = json::integer(calls->text()).value_or(-1);
    rows.push_back(std::move(row));
  }
}

std::vector<Row> all_rows() {
  std::vector<Row> rows;
  for (const auto& entry : std::filesystem::directory_iterator(MILLRACE_SOURCE_DIR "/tests/spec/graphql/execution"))
    read_rows(entry.path(), rows);
  return rows;
}

/// The response to a row's request, canonical. The resolvers here never suspend, so the task ends at once.
std::string respond(const Row& row, int& calls) {
  auto schema = build_schema(row.schema, row.name);
  if (!schema) return to_string(schema.error().front());
  DataResolver data;
  data.set_data(row.data);
  Bindings bindings = data.bindings(**schema);
  std::vector<std::unique_ptr<Resolver>> resolvers;
  for (const std::string& relation : row.relations) {
    const std::size_t dot = relation.find('.');
    resolvers.push_back(std::make_unique<ObjectResolver>(row.objects, relation.substr(dot + 1), calls));
    bindings.bind(relation.substr(0, dot), relation.substr(dot + 1), *resolvers.back());
  }
  Engine engine(*schema, std::move(bindings));
  std::optional<json::Document> variables;
  if (!row.variables.empty()) variables = *json::parse(row.variables);
  std::optional<json::Value> value;
  if (variables) value = variables->root();
  std::string body;
  auto done = [&body](Result<EngineResponse> response) { body = response ? response->body : response.error().message; };
  start(engine.execute({row.query, row.operation, value ? &*value : nullptr}), done);
  calls += data.calls();
  return canonical(body);
}

TEST(Engine, AnswersEveryRowOfTheSpecification) {
  std::vector<Row> rows = all_rows();
  ASSERT_GT(rows.size(), 30u);
  for (const Row& row : rows) {
    int calls = 0;
    EXPECT_EQ(respond(row, calls), row.expected) << row.name;
    if (row.calls >= 0) EXPECT_EQ(calls, row.calls) << row.name;
  }
}

TEST(Engine, AnswersTheSameFromAPreparedDocument) {
  auto schema = build_schema("type Query { a: String }", "test");
  ASSERT_TRUE(schema.has_value());
  DataResolver resolver;
  resolver.set_data(R"({"a":"x"})");
  Engine engine(*schema, resolver.bindings(**schema));
  for (int i = 0; i < 3; ++i) {
    std::string body;
    auto done = [&body](Result<EngineResponse> response) { body = response->body; };
    start(engine.execute({"query Q($s: Boolean!) { a @skip(if: $s) b: a }", std::nullopt, nullptr}), done);
    EXPECT_THAT(body, testing::HasSubstr("to be provided"));
    auto variables = json::parse(i % 2 == 0 ? R"({"s":true})" : R"({"s":false})");
    json::Value value = variables->root();
    start(engine.execute({"query Q($s: Boolean!) { a @skip(if: $s) b: a }", std::nullopt, &value}), done);
    EXPECT_EQ(body, i % 2 == 0 ? R"({"data":{"b":"x"}})" : R"({"data":{"a":"x","b":"x"}})");
  }
}

}  // namespace
}  // namespace millrace::graphql
