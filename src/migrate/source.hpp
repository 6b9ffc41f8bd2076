// What MeshQL left: the rows of one table or collection, in the order of created_at. They are only read.
//
// docs/migrating-from-meshql.md lists the layouts; each of the three databases has its own file here.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/result.hpp"

namespace millrace::migrate {

/// One row as it stands. What is empty was not there, or could not be read.
struct Row {
  std::string place = {};  // names it in its table
  std::optional<std::string> id = {};
  std::optional<std::string> payload = {};  // text that should be JSON
  std::optional<Instant> created_at = {};
  bool deleted = false;
  std::vector<std::string> tokens = {};
  std::string problem = {};  // why its payload has no JSON form
};

/// For one thread at a time; blocks.
class Source {
 public:
  virtual ~Source() = default;
  /// From the first row, again. Where the database has snapshots, every time the same rows.
  virtual Result<> begin() = 0;
  /// Fills in the next row; false at the end, after which it is not called again. Rows of one instant come in the order in which the table
  /// keeps them.
  virtual Result<bool> next(Row& row) = 0;
  /// The table and its columns, for a person.
  virtual std::string description() const = 0;
};

using Log = std::function<void(std::string_view)>;

struct SourceOptions {
  std::string uri;           // mongodb://, postgresql://, sqlite:, or a path to an SQLite file
  std::string name;          // of the table or collection
  const Log* log = nullptr;  // outlives the source
};

/// Errors: "migrate.source" when the URI is of no kind, or has no such table; "migrate.layout" when MeshQL makes no such table; the
/// store's own.
Result<std::unique_ptr<Source>> open_source(const SourceOptions& options);

}  // namespace millrace::migrate
