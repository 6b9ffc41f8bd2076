// Prepared documents: parsed and validated once, with a plan for each operation and choice of conditions, and the cache that holds them.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "graphql/execution/plan.hpp"
#include "graphql/language/ast.hpp"

namespace millrace::graphql {

/// One document's text, tree and plans. Shared by requests on all threads; plans are added under its mutex and never leave.
struct Prepared {
  std::string text;
  Document document;
  std::vector<GraphqlError> errors;  // not empty: it must not be executed

  struct Operation {
    std::vector<std::string_view> conditions;                            // variables that @skip and @include use
    std::unordered_map<std::string, std::unique_ptr<const Plan>> plans;  // by their values, '0' and '1'
  };
  std::mutex mutex;
  std::unordered_map<const OperationDefinition*, Operation> operations;  // GUARDED_BY(mutex)
};

/// Prepared documents by text, bounded by bytes; the least recently used leave first. Any thread.
class PreparedCache {
 public:
  explicit PreparedCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  /// Null when it is not there.
  std::shared_ptr<Prepared> find(std::string_view text);
  /// Adds it, unless another thread has been faster: then gives that one.
  std::shared_ptr<Prepared> add(std::shared_ptr<Prepared> prepared);

 private:
  struct Entry {
    std::shared_ptr<Prepared> prepared;
    std::size_t bytes;
  };
  std::size_t bytes_max_;
  std::mutex mutex_;
  std::list<Entry> entries_;                                                  // GUARDED_BY(mutex_); newest use first
  std::unordered_map<std::string_view, std::list<Entry>::iterator> by_text_;  // GUARDED_BY(mutex_)
  std::size_t bytes_ = 0;                                                     // GUARDED_BY(mutex_)
};

}  // namespace millrace::graphql
