#include "jsonschema/schema.hpp"

#include "base/json/canonical.hpp"
#include "jsonschema/compiler.hpp"
#include "jsonschema/program.hpp"
#include "jsonschema/resources.hpp"
#include "jsonschema/validator.hpp"

namespace millrace::jsonschema {

Schema::Schema(std::unique_ptr<Program> program) : program_(std::move(program)) {}
Schema::Schema(Schema&&) noexcept = default;
Schema& Schema::operator=(Schema&&) noexcept = default;
Schema::~Schema() = default;

std::vector<ErrorDetail> Schema::validate(const json::Value& instance, std::size_t violations_max) const {
  Validator validator(*program_, instance);
  if (validator.is_valid()) return {};
  return validator.violations(violations_max);
}

const std::vector<Problem>& Schema::warnings() const {
  return program_->warnings;
}

const std::string& Schema::text() const {
  return program_->text;
}

Checked<Schema> compile(std::string_view text, const std::string& file, const CompileOptions& options) {
  auto program = std::make_unique<Program>();
  Problems problems(program->sources);
  auto source = program->sources.add(text, file);
  if (!source) return std::unexpected(std::vector{std::move(source).error()});
  json::append_canonical(program->text, program->sources.value({*source, 0}));
  Resources resources(program->sources, problems, options);
  Compiler compiler(*program, resources, problems);
  compiler.compile(resources.add_document(*source, options.base_uri, Draft::draft_7));
  if (!problems.empty()) return std::unexpected(problems.take());
  program->warnings = compiler.take_warnings();
  program->origin.resources = resources.all();
  program->origin.resource_of = resources.by_root();
  return Schema(std::move(program));
}

}  // namespace millrace::jsonschema
