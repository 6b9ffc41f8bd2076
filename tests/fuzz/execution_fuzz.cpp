// Execution of a random document over a random schema and random data. Never crashes. The response is valid JSON; where "data" is null, or
// is not there, an error says why; where an error has a path, that place or one above it is null; and what is non-null is not null.
#include <string>
#include <unordered_map>

#include "base/json/document.hpp"
#include "graphql/execution/engine.hpp"
#include "tests/fuzz/random_graphql.hpp"

namespace millrace::graphql {
namespace {

class RandomResolver : public Resolver {
 public:
  explicit RandomResolver(ByteSource& bytes) : bytes_(bytes) {}

  Task<std::vector<Resolved>> resolve(std::span<const FieldCall> calls) override {
    if (bytes_.once_in(16)) co_return Failure(Error{ErrorKind::unavailable, "test.all", "All of it failed."});
    std::vector<Resolved> answers;
    for (const FieldCall& call : calls) {
      Resolved& answer = answers.emplace_back();
      for (std::size_t parent = 0; parent < call.parents; ++parent) give(answer, call.field);
    }
    co_return std::move(answers);
  }

 private:
  void give(Resolved& answer, const Field& field) {
    if (bytes_.once_in(12)) return answer.give_error({ErrorKind::unavailable, "test.one", "It failed."});
    if (bytes_.once_in(12)) return answer.give_null();
    const TypeRef type = field.type.nullable();
    if (type.is_list() && bytes_.once_in(2)) return give_list(answer, type.inner());
    answer.give_value(add(answer, field.type));
  }
  void give_list(Resolved& answer, const TypeRef& type) {
    const auto first = static_cast<std::uint32_t>(answer.values().size());
    const unsigned count = bytes_.below(4);
    for (unsigned i = 0; i < count; ++i) add(answer, type);
    answer.give_list(first, count);
  }
  std::uint32_t add(Resolved& answer, const TypeRef& type) {
    auto text = std::make_shared<std::string>(RandomValue(bytes_).of(type, 0));
    answer.keep(text);
    return answer.add_value(*text);
  }

  ByteSource& bytes_;
};

/// By the letters of the response keys; what stands in a field of type JSON has no such keys.
void check_nulls(const json::Value& value, std::string_view wrappers) {
  if (wrappers.starts_with('N')) {
    CHECK(!value.is(json::Kind::null));
    wrappers.remove_prefix(1);
  }
  if (value.is(json::Kind::array) && wrappers.starts_with('L'))
    for (json::Value item = value.first(); !(item == value.end()); item = item.after()) check_nulls(item, wrappers.substr(1));
  if (!value.is(json::Kind::object)) return;
  for (json::Value key = value.first(); !(key == value.end());) {
    const json::Value member = key.after();
    check_nulls(member, wrappers_of(key.raw_string()));
    key = member.after();
  }
}

json::Value item_at(const json::Value& list, std::string_view number) {
  json::Value item = list.first();
  for (std::size_t i = 0; std::to_string(i) != number; ++i) {
    CHECK(!(item == list.end()));
    item = item.after();
  }
  return item;
}

/// Whether the value at the path, or one above it, is null.
bool is_null_at(json::Value value, const json::Value& path) {
  for (json::Value step = path.first(); !(step == path.end()); step = step.after()) {
    if (value.is(json::Kind::null)) return true;
    if (step.is(json::Kind::string)) {
      const auto member = value.find(step.string());
      CHECK(member.has_value());
      value = *member;
    } else {
      value = item_at(value, step.text());
    }
  }
  return value.is(json::Kind::null);
}

void check_response(const EngineResponse& response) {
  const auto parsed = json::parse(response.body);
  CHECK(parsed.has_value());
  const auto data = parsed->root().find("data");
  const auto errors = parsed->root().find("errors");
  CHECK(data.has_value() == (response.outcome == EngineResponse::Outcome::executed));
  CHECK(errors.has_value() || (data && !data->is(json::Kind::null)));
  if (data) check_nulls(*data, {});
  if (!errors) return;
  CHECK(errors->size() > 0);
  for (json::Value error = errors->first(); !(error == errors->end()); error = error.after()) {
    CHECK(error.find("message")->is(json::Kind::string));
    const auto path = error.find("path");
    CHECK(path.has_value() == data.has_value());
    if (path) CHECK(is_null_at(*data, *path));
  }
}

/// Building a schema takes a hundred times as long as a request: inputs that differ later share theirs.
std::shared_ptr<const Schema> schema_of(const std::string& sdl) {
  static std::unordered_map<std::string, std::shared_ptr<const Schema>> known;
  if (known.size() > 1000) known.clear();
  std::shared_ptr<const Schema>& schema = known[sdl];
  if (schema == nullptr) {
    auto built = build_schema(sdl, "random.graphql");
    CHECK(built.has_value());
    schema = *built;
  }
  return schema;
}

void execute_random(std::span<const std::uint8_t> data) {
  ByteSource bytes(data);
  const std::shared_ptr<const Schema> schema = schema_of(RandomSchema(bytes).sdl());
  RandomResolver resolver(bytes);
  Bindings bindings;
  for (const Type* root : {schema->query(), schema->mutation()})
    for (const Field& field : root->fields) bindings.bind(root->name, field.name, resolver);
  for (const Field& field : schema->type("T0")->fields)
    if (field.type.named->is_composite() && bytes.once_in(2)) bindings.bind("T0", field.name, resolver);
  const std::string text = RandomDocument(bytes, *schema).text();
  const std::string variables_text(
      bytes.one_of({"{}", "{\"n\":2}", "{\"yes\":false,\"v\":[1,2]}", "{\"v\":null,\"n\":null}", "{\"n\":\"x\"}"}));
  const auto variables = json::parse(variables_text);
  const json::Value given = variables->root();
  Engine engine(schema, bindings);
  bool is_done = false;
  auto done = [&is_done](Result<EngineResponse> response) {
    CHECK(response.has_value());
    check_response(*response);
    is_done = true;
  };
  start(engine.execute({text, {}, &given}), done);
  CHECK(is_done);
}

}  // namespace
}  // namespace millrace::graphql

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  millrace::graphql::execute_random({data, size});
  return 0;
}
