// A store whose calls are spans of the requests that make them, as OpenTelemetry's conventions for databases have it: of kind client, with
// `db.system.name`, `db.operation.name` and `db.collection.name`; `db.operation.batch.size` of what is asked for many at once.
//
// A call that nobody makes (View::origin, Append::trace), or in a trace that is not kept, goes straight to the store.
#pragma once

#include <memory>
#include <string>

#include "document/store.hpp"
#include "observe/spans.hpp"

namespace millrace::document {

/// Whom it asks, as spans say it.
struct TracedAs {
  std::string system;  // "postgresql"
  std::string collection;
};

/// The same store. Who keeps the spans outlives it.
std::unique_ptr<Store> make_traced(std::unique_ptr<Store> store, observe::Spans& spans, TracedAs as);

}  // namespace millrace::document
