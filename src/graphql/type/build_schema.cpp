#include "graphql/language/parser.hpp"
#include "graphql/type/built_in.hpp"
#include "graphql/type/check/schema_checks.hpp"
#include "graphql/type/schema.hpp"
#include "graphql/type/schema_builder.hpp"
#include "graphql/type/sdl/sdl_rules.hpp"

namespace millrace::graphql {
namespace {

/// A syntax error's place, with columns in bytes.
std::vector<Problem> syntax_problem(const std::string& file, const GraphqlError& error) {
  Place place{file, 0, 0};
  if (!error.locations.empty()) place = {file, error.locations.front().line, error.locations.front().column};
  return {{std::move(place), error.message}};
}

}  // namespace

Checked<std::shared_ptr<const Schema>> build_schema(std::string sdl, const std::string& file) {
  SchemaBuilder builder(std::move(sdl));
  std::string_view source = builder.schema()->source();
  auto document = parse(source);
  if (!document) return std::unexpected(syntax_problem(file, document.error()));

  SdlReport report(source, file);
  Definitions definitions(*document, built_in_document());
  SdlParts parts = sdl_parts(*document);
  check_sdl({*document, definitions, parts, report});
  if (!report.empty()) return std::unexpected(report.take());

  builder.fill(*document, definitions);
  check_schema({*builder.schema(), *document, definitions, builder.default_nodes(), report});
  if (!report.empty()) return std::unexpected(report.take());

  builder.coerce_defaults();
  return builder.schema();
}

}  // namespace millrace::graphql
