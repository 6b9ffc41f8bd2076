// Results into the target, in the order in which they were finished.
#include <charconv>

#include "base/author.hpp"
#include "processing/pipeline_state.hpp"

namespace millrace::processing {
namespace {

/// The element of a batch that an error is about.
std::optional<std::size_t> index_of(const Error& error) {
  if (error.details.empty() || !error.details.front().path.starts_with('/')) return std::nullopt;
  const std::string& path = error.details.front().path;
  std::size_t index = 0;
  if (std::from_chars(path.data() + 1, path.data() + path.size(), index).ec != std::errc()) return std::nullopt;
  return index;
}

bool is_there(const Error& error) {
  return error.code == "document.exists" || error.code == "document.version";
}

/// The storage says that it can never hold this one.
bool is_refused(const Error& error) {
  return error.kind == ErrorKind::unprocessable || error.kind == ErrorKind::too_large || error.kind == ErrorKind::invalid_argument;
}

}  // namespace

Task<void> Pipeline::State::write_loop() {
  while (!gives_up && !(is_stopping && running == 0 && finished.empty() && jobs == 0)) {
    if (finished.empty()) {
      co_await changed.wait();
      continue;
    }
    std::vector<Finished> batch;
    for (; !finished.empty() && batch.size() < options.results_max; finished.pop_front()) batch.push_back(std::move(finished.front()));
    is_writing = true;
    auto written = co_await write_all(batch);
    is_writing = false;
    if (!written) break;  // given up: the next owner finds what was written
    for (const Finished& one : batch) finish(one);
    changed.notify();
    pump();
  }
  co_return {};
}

/// The attempts first: a result that is there has told all.
Task<void> Pipeline::State::write_all(std::vector<Finished>& batch) {
  CO_TRY_OK(co_await write_attempts(batch));
  CO_TRY_OK(co_await write(batch));
  co_return {};
}

/// What a former owner wrote is replaced; what the storage refuses is left out.
Task<void> Pipeline::State::write_attempts(const std::vector<Finished>& batch) {
  std::vector<document::Append> left;
  for (const Finished& one : batch)
    if (!one.attempts.empty()) left.push_back({.id = one.append.id, .payload = one.attempts});
  while (!left.empty()) {
    auto receipts = co_await parts.attempts.append(left);
    if (receipts) break;
    const std::optional<std::size_t> index = index_of(receipts.error());
    if (index && *index < left.size()) {
      document::Append& met = left[*index];
      if (receipts.error().code == "document.exists") {
        met.operation = document::Operation::replace;
        continue;
      }
      left.erase(left.begin() + static_cast<std::ptrdiff_t>(*index));
      continue;
    }
    if (gives_up) co_return Failure(Error{ErrorKind::unavailable, "processing.stopped", "The processor stops."});
    co_await changed.wait_for(options.store_pause);
  }
  co_return {};
}

/// Until all are there, whoever wrote them. Error: there is no time left.
Task<void> Pipeline::State::write(std::vector<Finished>& batch) {
  std::vector<Finished*> left;
  for (Finished& one : batch) left.push_back(&one);
  while (!left.empty()) {
    std::vector<document::Append> appends;
    std::vector<std::string> authors;
    for (const Finished* one : left) authors.push_back(author_of_result(options.name, one->event.author()));
    for (std::size_t i = 0; i < left.size(); ++i) appends.emplace_back(left[i]->append).author = authors[i];
    auto receipts = co_await parts.target.append(std::move(appends));
    if (receipts) break;
    const std::optional<std::size_t> index = index_of(receipts.error());
    if (is_there(receipts.error()) && index && *index < left.size()) {
      if (options.flaw == Flaw::conflict_is_done) break;
      const Finished* const met = left[*index];
      auto dropped = co_await drop_written(left);
      // It was there, and somebody has removed it.
      if (dropped) std::erase(left, met);
      if (dropped) continue;
    } else if (is_refused(receipts.error()) && index && *index < left.size()) {
      replace_refused(*left[*index], receipts.error());
      continue;
    }
    if (gives_up) co_return Failure(Error{ErrorKind::unavailable, "processing.stopped", "The processor stops."});
    co_await changed.wait_for(options.store_pause);
  }
  co_return {};
}

/// Where one is there already, others may be.
Task<void> Pipeline::State::drop_written(std::vector<Finished*>& left) {
  std::vector<std::string_view> ids;
  for (const Finished* one : left) ids.push_back(one->append.id);
  CO_TRY(const document::Documents known, co_await parts.target.read(ids, {}));
  for (std::size_t i = known.size(); i-- > 0;) {
    if (!known.found(i)) continue;
    left[i]->status = status_of(known.text(i));
    left.erase(left.begin() + static_cast<std::ptrdiff_t>(i));
  }
  co_return {};
}

/// A failure takes its place, which the storage can hold.
void Pipeline::State::replace_refused(Finished& one, const Error& error) const {
  std::string reason;
  const Transformed failed{Transformed::Kind::failed, "The result cannot be stored: " + error.message};
  one.append.payload = make_result(one.event, failed, options.fields, parts.scheduler.clock(), reason)->payload;
  one.status = Status::failed;
}

void Pipeline::State::finish(const Finished& one) {
  Lane& lane = *one.lane;
  Tenure& tenure = *lane.tenure;
  --jobs;
  ++outcomes;
  if (options.ended) options.ended(one.event, one.status);
  job_bytes -= one.event.text().size();
  lane.jobs.pop_front();
  --lane.busy;
  if (tenure.is_over) return;
  tenure.record.waiting.erase(one.event.position());
  ++tenure.record.counts[static_cast<std::size_t>(one.status)];
  tenure.is_dirty = true;
  if (lane.busy > 0) return;
  if (!lane.jobs.empty()) return make_ready(one.lane);
  tenure.lanes.erase(std::string(lane.key));
}

}  // namespace millrace::processing
