// Results that a worker brings with its acknowledgement: documents of another entity, one for each version that was read.
//
// A result's id follows from the consumer and the version (document/result_id.hpp), and it is created, never replaced: brought twice, the
// first one stands.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "document/store.hpp"
#include "jsonschema/schema.hpp"

namespace millrace::consumers {

using document::Position;

/// An entity that results may be written to. What it points to outlives it.
struct Target {
  std::string path;  // as clients name it
  document::Store* store = nullptr;
  document::Store* whole = nullptr;            // what no rights narrow: tells which results are there; null: the store itself
  const jsonschema::Schema* schema = nullptr;  // null: any object
  bool takes_raw_event_id = false;             // it is filled in where a result has none
};

struct BroughtResult {
  Position position = 0;
  std::string_view text;     // of a JSON object
  std::string pointer = {};  // where it stands in the request, for messages
};

struct WrittenResult {
  Position position = 0;
  std::string id;
  bool was_there = false;
};

struct ResultsOf {
  document::Store& source;
  std::string_view consumer;
  const Target& target;
  std::span<const BroughtResult> results;  // each of another position
  document::View view = {};                // of who writes them, and was handed the versions
  std::string_view author = {};            // the same, as document::Append has it
};

/// The documents of results: some are to be written, others turned out to be there.
class Results {
 public:
  /// Reads the versions that they are of. Error "schema.violation" (422), which names every place, when one of them breaks the target's
  /// schema. What `of` refers to outlives the results.
  static Task<Results> make(ResultsOf of);

  /// All are written. In the order of positions.
  std::vector<WrittenResult> take_written();

  /// Writes what is left; `with` a record in the same commit, where there is one. Requires of that: the target's store commits with its
  /// ledger. Error "ledger.revision": nothing was written. `with` lives until the call ends.
  Task<void> write(const document::RecordWrite* with = nullptr);

 private:
  struct Made {
    const BroughtResult* brought = nullptr;
    std::string id = {};
    std::string payload = {};
  };
  explicit Results(const ResultsOf& of)
      : store_(of.target.store),
        whole_(of.target.whole != nullptr ? of.target.whole : of.target.store),
        principal_(of.view.principal),
        author_(of.author),
        trace_(of.view.origin.trace) {}
  static void take(const document::Documents& versions, std::size_t i, Made& result, const ResultsOf& of, class Violations& violations);
  Task<void> make_documents(const ResultsOf& of);
  std::vector<document::Append> creations() const;
  Task<void> set_aside();

  document::Store* store_;
  document::Store* whole_;
  const Principal* principal_;
  std::string_view author_;
  const Trace* trace_;
  std::vector<Made> left_;
  std::vector<WrittenResult> written_;
};

}  // namespace millrace::consumers
