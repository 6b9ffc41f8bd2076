#include "store/mongo/point_reads.hpp"

#include <algorithm>

namespace millrace::store::mongo {
namespace {

using document::Documents;

/// Of one question, unless one read alone has more.
constexpr std::size_t kIdsMax = 10'000;

}  // namespace

struct PointReads::Read {
  std::span<const std::string_view> ids;
  document::View view;
  io::Completion<Documents> completion = {};
};

Task<Documents> PointReads::read(std::span<const std::string_view> ids, document::View view) {
  Read read{.ids = ids, .view = view};
  bool is_first = false;
  {
    const std::lock_guard lock(mutex_);
    is_first = waiting_.empty();
    waiting_.push_back(&read);
  }
  if (is_first) {
    const Result<> served = co_await serve();
    (void)served;  // the completion says it
  }
  Result<Documents> documents = co_await read.completion;
  co_return documents;
}

Task<void> PointReads::serve() {
  std::move_only_function<Result<>()> work = [this]() -> Result<> {
    while (answer(take(kIdsMax))) {
    }
    return {};
  };
  const Result<> served = co_await workers_.run<void>(std::move(work));
  if (served) co_return {};
  for (Read* read : take(SIZE_MAX).reads) read->completion.complete(Failure(served.error()));
  co_return {};
}

PointReads::Taken PointReads::take(std::size_t ids_max) {
  const std::lock_guard lock(mutex_);
  std::size_t count = 0;
  std::size_t ids = 0;
  while (count < waiting_.size() && (count == 0 || ids + waiting_[count]->ids.size() <= ids_max)) ids += waiting_[count++]->ids.size();
  const auto end = waiting_.begin() + static_cast<std::ptrdiff_t>(count);
  Taken taken{.reads = std::vector<Read*>(waiting_.begin(), end), .left_some = count < waiting_.size()};
  waiting_.erase(waiting_.begin(), end);
  return taken;
}

bool PointReads::answer(Taken taken) {
  const std::vector<Read*>& reads = taken.reads;
  std::vector<std::string_view> ids;
  for (const Read* read : reads) ids.insert(ids.end(), read->ids.begin(), read->ids.end());
  std::ranges::sort(ids);
  ids.erase(std::ranges::unique(ids).begin(), ids.end());
  const auto versions = find_(ids);
  for (Read* read : reads)
    read->completion.complete(versions ? Result<Documents>(in_order(read->ids, *versions, read->view)) : Failure(versions.error()));
  return taken.left_some;
}

Documents in_order(std::span<const std::string_view> ids, const TextMap<Version>& versions, document::View view) {
  Documents documents;
  for (const std::string_view id : ids) {
    const auto version = versions.find(id);
    if (version == versions.end() || version->second.envelope().deleted) {
      documents.add_missing();
      continue;
    }
    documents.add(id, version->second.payload(), version->second.envelope());
    if (documents.cut_to(view.bytes_max)) break;
  }
  return documents;
}

}  // namespace millrace::store::mongo
