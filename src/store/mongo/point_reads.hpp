// Reads of newest versions by id: those that arrive while others are under way are asked together.
#pragma once

#include <functional>
#include <mutex>
#include <span>
#include <string_view>
#include <vector>

#include "document/store.hpp"
#include "io/worker_pool.hpp"
#include "store/mongo/collection.hpp"

namespace millrace::store::mongo {

class PointReads {
 public:
  /// Finds the newest versions of ids, for many reads at once; a thread of the pool calls it.
  using Find = std::function<Result<TextMap<Version>>(std::span<const std::string_view>)>;
  PointReads(io::WorkerPool& workers, Find find) : workers_(workers), find_(std::move(find)) {}

  /// The newest versions of these ids, in the order asked. Any thread with a loop.
  Task<document::Documents> read(std::span<const std::string_view> ids, document::View view);

 private:
  struct Read;
  Task<void> serve();
  struct Taken {
    std::vector<Read*> reads = {};
    bool left_some = false;
  };
  Taken take(std::size_t ids_max);
  /// Whether some were left.
  bool answer(Taken taken);

  io::WorkerPool& workers_;
  const Find find_;
  std::mutex mutex_;
  std::vector<Read*> waiting_;  // GUARDED_BY(mutex_); whoever is first sees to it that it is served
};

/// The documents in the order asked, until they are longer than the view allows.
document::Documents in_order(std::span<const std::string_view> ids, const TextMap<Version>& versions, document::View view);

}  // namespace millrace::store::mongo
