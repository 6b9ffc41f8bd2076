#include "graphql/language/parser.hpp"
#include "graphql/type/built_in.hpp"
#include "graphql/type/check/schema_checks.hpp"
#include "graphql/type/schema.hpp"
#include "graphql/type/schema_builder.hpp"
#include "graphql/type/sdl/sdl_rules.hpp"

namespace millrace::graphql {
Checked<std::shared_ptr<const Schema>> build_schema(std::string sdl, const std::string& file) {
  SchemaBuilder builder(std::move(sdl));
  std::string_view source = builder.schema()->source();
  auto document = parse(source);
  SdlReport report(source, file);
  if (!document) {
    const GraphqlError& error = document.error();
    if (error.locations.empty()) report.report_whole(error.message);
    for (SourceLocation location : error.locations) report.report(offset_at(source, location), error.message);
    return std::unexpected(report.take());
  }

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
