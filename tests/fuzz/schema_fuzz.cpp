// A JSON Schema and a document, with a line break between them. Compiling and validating never crash; every problem and violation says
// something; the canonical schema, and the bundle in draft 2020-12, give the same verdict; an example is valid.
#include "base/json/canonical.hpp"
#include "base/result.hpp"
#include "jsonschema/bundle.hpp"
#include "jsonschema/example.hpp"
#include "jsonschema/schema.hpp"

namespace millrace::jsonschema {
namespace {

bool accepts(const Schema& schema, const json::Value& value) {
  const auto violations = schema.validate(value, 10);
  for (const ErrorDetail& violation : violations) CHECK(!violation.message.empty());
  return violations.empty();
}

void compile_and_validate(std::string_view text, std::string_view instance) {
  const auto schema = compile(text, "fuzz.json");
  if (!schema) {
    CHECK(!schema.error().empty());
    for (const Problem& problem : schema.error()) CHECK(!problem.message.empty() && problem.place.line <= text.size() + 1);
    return;
  }
  const auto document = json::parse(instance);
  if (!document) return;
  const bool is_valid = accepts(*schema, document->root());
  const auto again = compile(schema->text(), "again.json");
  CHECK(again.has_value() && accepts(*again, document->root()) == is_valid);
  if (const auto example = make_example(*schema)) {
    const auto parsed = json::parse(*example);
    CHECK(parsed.has_value() && accepts(*schema, parsed->root()));
  }
  const auto bundle = compile(bundle_text(*schema), "bundle.json");
  CHECK(bundle.has_value() && accepts(*bundle, document->root()) == is_valid);
}

}  // namespace
}  // namespace millrace::jsonschema

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const std::size_t end = std::min(text.find('\n'), text.size());
  millrace::jsonschema::compile_and_validate(text.substr(0, end), end == text.size() ? "null" : text.substr(end + 1));
  return 0;
}
