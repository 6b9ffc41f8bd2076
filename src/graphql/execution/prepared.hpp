// Prepared documents: parsed and validated once, with the plans that were made of them, and the cache that holds them.
#pragma once

#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "base/hash.hpp"
#include "graphql/execution/plan.hpp"
#include "graphql/language/ast.hpp"

namespace millrace::graphql {

/// The plans of one document: one for each operation and choice of what its @skip and @include use, so there may be two to the power of
/// their number. The latest used are kept. Any thread.
class PlanTable {
 public:
  using Conditions = std::vector<std::string_view>;
  static constexpr std::size_t kPlansMax = 32;

  /// How a request chooses: the first letters of the values of the operation's conditions: true, false, or null, which none is as well.
  std::string choice_of(const Document& document, const OperationDefinition& operation, const Variables& variables);

  /// Null when it is not there.
  std::shared_ptr<const Plan> find(const OperationDefinition& operation, std::string_view choice);

  /// Keeps the plan. By how much the table has grown; not at all when another thread has been faster.
  std::ptrdiff_t add(const OperationDefinition& operation, std::string choice, std::shared_ptr<const Plan> plan);

 private:
  struct Entry {
    const OperationDefinition* operation;
    std::string choice;
    std::shared_ptr<const Plan> plan;
    std::uint64_t used;
  };
  static std::ptrdiff_t bytes_of(const Entry& entry);
  Entry* find_entry(const OperationDefinition& operation, std::string_view choice);

  std::mutex mutex_;
  std::unordered_map<const OperationDefinition*, Conditions> conditions_;  // GUARDED_BY(mutex_); bounded by the document
  std::vector<Entry> entries_;                                             // GUARDED_BY(mutex_)
  std::uint64_t uses_ = 0;                                                 // GUARDED_BY(mutex_)
};

/// One document's text, tree and plans, shared by requests on all threads.
struct Prepared {
  std::string text;
  std::size_t hash = 0;  // of the text
  Document document;
  PlanTable plans;

  /// What it occupies without its plans.
  std::size_t bytes() const;
};

/// Prepared documents by text, bounded by the bytes that they and their plans occupy; the least recently used leave first. Any thread: no
/// more than a lookup and a few pointers are done while it is locked.
class PreparedCache {
 public:
  explicit PreparedCache(std::size_t bytes_max) : bytes_max_(bytes_max) {}

  static std::size_t hash_of(std::string_view text) { return hash_text(text); }

  /// Null when it is not there. Requires: the hash of the text.
  std::shared_ptr<Prepared> find(std::string_view text, std::size_t hash);
  /// Adds it, unless another thread has been faster: then gives that one.
  std::shared_ptr<Prepared> add(std::shared_ptr<Prepared> prepared);
  /// Notes that a document that was found or added here has grown by so many bytes.
  void grow(const Prepared& prepared, std::ptrdiff_t bytes);

  std::size_t bytes() const;
  std::size_t size() const;

 private:
  struct Key {
    std::string_view text;
    std::size_t hash;
    friend bool operator==(const Key&, const Key&) = default;
  };
  struct KeyHash {
    std::size_t operator()(const Key& key) const { return key.hash; }
  };
  struct Entry {
    std::shared_ptr<Prepared> prepared;
    std::size_t bytes;
  };
  using Entries = std::list<Entry>;

  /// Requires: mutex_. What leaves goes to `gone`, to be freed without the lock.
  void shrink(Entries& gone);

  const std::size_t bytes_max_;
  mutable std::mutex mutex_;
  Entries entries_;                                              // GUARDED_BY(mutex_); newest use first
  std::unordered_map<Key, Entries::iterator, KeyHash> by_text_;  // GUARDED_BY(mutex_)
  std::size_t bytes_ = 0;                                        // GUARDED_BY(mutex_)
};

}  // namespace millrace::graphql
