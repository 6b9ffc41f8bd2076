// A document that a schema accepts, made from the schema: for people to paste and for API documents.
#pragma once

#include <optional>
#include <string>

#include "jsonschema/schema.hpp"

namespace millrace::jsonschema {

/// A small example in JSON, spaced for people: the schema's own `examples` or `default` as they stand where it gives them, else every
/// property that is named, else those that are required. Nothing when none of these is valid (a pattern, a condition): it never gives a
/// document that the schema refuses. The same at every call.
std::optional<std::string> make_example(const Schema& schema);

}  // namespace millrace::jsonschema
