// JSON Schema, drafts 7 and 2020-12: compiled once into a flat program, run over parsed JSON.
//
// The draft follows "$schema"; where it is silent, that of the document that refers to it, and 7 at the root. `format` is asserted.
// Patterns are RE2's: one that RE2 cannot take is a problem at compile time. Validation never throws; its recursion and its work are
// bounded, and what runs out of either is not valid.
#pragma once

#include <expected>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/error.hpp"
#include "base/json/document.hpp"
#include "base/problem.hpp"

namespace millrace::jsonschema {

struct Program;
struct Bundle;
struct BundleOptions;

/// Another document, which a $ref leads to.
struct LoadedDocument {
  std::string text;
  std::string file;  // names it in problems
};

struct CompileOptions {
  /// Gives the document at a URI without fragment; or one sentence on where it was looked for, the hint of the problem. Absent: only local
  /// references.
  std::function<std::expected<LoadedDocument, std::string>(const std::string& uri)> load = {};
  /// Where the schema itself is. Relative references are relative to its $id; what is not there, to this.
  std::string base_uri = {};
};

class Schema {
 public:
  Schema(Schema&&) noexcept;
  Schema& operator=(Schema&&) noexcept;
  ~Schema();

  /// Every violation: JSON Pointer of the instance, keyword, one sentence. Empty when the document is valid. Any thread. At most
  /// `violations_max`, and fewer when their paths are very long. Allocates nothing for a valid document, but for strings with escapes and
  /// arrays or objects of many elements under uniqueItems and unevaluated keywords.
  std::vector<ErrorDetail> validate(const json::Value& instance, std::size_t violations_max = 100) const;

  /// What the schema says without effect, though whoever wrote it may think otherwise: keywords that are nearly known ones or belong to the
  /// other draft, formats that are not asserted, what stands beside a $ref in draft 7. Other unknown keywords are for others to read.
  const std::vector<Problem>& warnings() const;

  /// The schema's text, canonical.
  const std::string& text() const;

 private:
  friend Checked<Schema> compile(std::string_view, const std::string&, const CompileOptions&);
  friend Bundle make_bundle(const Schema&, BundleOptions);
  explicit Schema(std::unique_ptr<Program> program);
  std::unique_ptr<Program> program_;
};

/// Compiles a schema from its JSON text. `file` names it in problems: bad JSON, an unknown type or draft, a dangling $ref, a pattern that
/// RE2 cannot take, a keyword with a value of the wrong kind.
Checked<Schema> compile(std::string_view text, const std::string& file, const CompileOptions& options = {});

}  // namespace millrace::jsonschema
