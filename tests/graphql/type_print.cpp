// Reads values, schemas and inputs for type_compare.mjs, which holds the outcome against graphql-js's.
//
//   input: a line for each case                                                            output: a line for each
//   {"do": "value", "source": LITERAL}                                                     {"print": TEXT, "string": TEXT}, or an error
//   {"do": "schema", "schema": SDL}                                                        {"types": [NAME], "printed": SDL} or
//   {"problems": [{message, line, column}]}
//   {"do": "variables", "schema": SDL, "query": TEXT, "variables": {}}                     {"coerced": {}} or {"errors": [{message,
//   locations}]}
//   {"do": "arguments", ... the same; the arguments of the first selection}                {"arguments": {}}, without those that do not fit
//   {"do": "leaf", "schema": SDL, "type": NAME, "value": JSON}                             {"out": JSON} or {"error": TEXT}
#include <fmt/format.h>

#include <iostream>
#include <map>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "graphql/language/parser.hpp"
#include "graphql/type/coercion.hpp"
#include "graphql/type/print_schema.hpp"
#include "graphql/type/schema.hpp"

namespace millrace::graphql {
namespace {

using BuiltSchema = Checked<std::shared_ptr<const Schema>>;

/// Puts commas between the members of a list or object.
class Joined {
 public:
  explicit Joined(std::string open) : out_(std::move(open)) {}
  void add(std::string_view item) {
    out_.append(is_first_ ? "" : ",").append(item);
    is_first_ = false;
  }
  std::string close(std::string_view end) { return out_.append(end); }

 private:
  std::string out_;
  bool is_first_ = true;
};

std::string text(json::Value row, std::string_view key) {
  auto value = row.find(key);
  return value ? value->string() : std::string();
}

/// Builds a schema once as long as the same one is asked for.
const BuiltSchema& schema_of(json::Value row) {
  static std::string last_sdl;
  static BuiltSchema last = nullptr;
  std::string sdl = text(row, "schema");
  if (last_sdl != sdl) {
    last_sdl = sdl;
    last = build_schema(sdl, "schema.graphql");
  }
  return last;
}

std::string shown(const GraphqlError& error) {
  Joined locations("[");
  for (SourceLocation location : error.locations) locations.add(fmt::format("[{},{}]", location.line, location.column));
  return fmt::format(R"({{"message":{},"locations":{}}})", json::quoted(error.message), locations.close("]"));
}

std::string shown(const std::vector<GraphqlError>& errors) {
  Joined list(R"({"errors":[)");
  for (const GraphqlError& error : errors) list.add(shown(error));
  return list.close("]}");
}

std::string value_answer(json::Value row) {
  std::string source = "{a(x:" + text(row, "source") + ")}";
  auto document = parse(source);
  if (!document) return shown(document.error());
  const Value& value = document->operations[0].selection_set.selections[0].arguments[0].value;
  std::string out = "{\"print\":" + json::quoted(print(value));
  if (value.kind == ValueKind::string) out += ",\"string\":" + json::quoted(string_value(value));
  return out + '}';
}

std::string schema_answer(json::Value row) {
  const BuiltSchema& schema = schema_of(row);
  Joined list(schema ? R"({"types":[)" : R"({"problems":[)");
  if (schema) {
    for (const Type& type : (*schema)->types()) list.add(json::quoted(type.name));
  } else {
    for (const Problem& problem : schema.error())
      list.add(fmt::format(R"({{"message":{},"line":{},"column":{}}})", json::quoted(problem.message), problem.place.line,
                           problem.place.column));
  }
  return list.close("]" + (schema ? ",\"printed\":" + json::quoted(print_schema(**schema)) : std::string()) + "}");
}

std::string arguments_answer(const Schema& schema, const Selection& selection, const Variables& variables) {
  Joined list(R"({"arguments":{)");
  const Field* field = schema.query()->field(selection.name.text);
  for (const Argument& argument : selection.arguments)
    if (auto value = coerce_literal(argument.value, field->argument(argument.name.text)->type, variables))
      list.add(json::quoted(argument.name.text) + ':' + *value);
  return list.close("}}");
}

/// Both "variables" and "arguments".
std::string request_answer(json::Value row) {
  std::string query = text(row, "query");
  auto document = parse(query);
  if (!document) return shown(document.error());
  const Schema& schema = **schema_of(row);
  const OperationDefinition& operation = document->operations[0];
  auto provided = row.find("variables");
  auto variables = coerce_variables(schema, operation, provided ? &*provided : nullptr, query);
  if (!variables) return shown(variables.error());
  if (text(row, "do") == "arguments") return arguments_answer(schema, operation.selection_set.selections[0], *variables);
  Joined list(R"({"coerced":{)");
  for (const auto& [name, value] : std::map<std::string, std::string>(variables->begin(), variables->end()))
    list.add(json::quoted(name) + ':' + value);
  return list.close("}}");
}

std::string leaf_answer(json::Value row) {
  std::string canonical, out;
  json::append_canonical(canonical, *row.find("value"));
  auto appended = append_leaf(out, *(*schema_of(row))->type(text(row, "type")), canonical);
  return appended ? "{\"out\":" + out + '}' : "{\"error\":" + json::quoted(appended.error()) + '}';
}

std::string answer(json::Value row) {
  std::string what = text(row, "do");
  if (what == "value") return value_answer(row);
  if (what == "schema") return schema_answer(row);
  if (what == "leaf") return leaf_answer(row);
  return request_answer(row);
}

}  // namespace
}  // namespace millrace::graphql

int main() {
  std::ios::sync_with_stdio(false);
  for (std::string line; std::getline(std::cin, line);) {
    const auto request = millrace::json::parse(line);
    if (!request) return 1;
    std::cout << millrace::graphql::answer(request->root()) << '\n';
  }
  return 0;
}
