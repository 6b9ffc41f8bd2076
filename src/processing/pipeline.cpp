#include "processing/pipeline.hpp"

#include <fmt/format.h>

#include <algorithm>

#include "processing/pipeline_state.hpp"

namespace millrace::processing {
namespace {

/// How long an event has waited for an attempt that began at `started`: since it was recorded, or since the attempt before it ended.
std::chrono::microseconds waited_until(const Job& job, Instant started) {
  const Attempt* const last = job.tried.empty() ? nullptr : &job.tried.back();
  const Instant since = last != nullptr ? last->started + last->run_time : job.event.envelope().recorded_at;
  return std::chrono::microseconds(std::max<std::int64_t>(started.microseconds - since.microseconds, 0));
}

}  // namespace

std::string partition_name(std::string_view processor, std::size_t partition, std::size_t partitions) {
  return fmt::format("processor {} {}/{}", processor, partition, partitions);
}
std::string members_name(std::string_view processor, std::size_t partitions) {
  return fmt::format("processor {} /{}", processor, partitions);
}

Pipeline::State::State(PipelineParts parts_in, PipelineOptions options_in)
    : parts(parts_in),
      options(std::move(options_in)),
      changed(parts.scheduler),
      instances(parts.scheduler, parts.ledger, {members_name(options.name, options.partitions), options.instance, options.lease}) {}

void Pipeline::State::spawn(Task<void> task) {
  ++loops;
  millrace::start(std::move(task), [this](const Result<>&) {
    --loops;
    changed.notify();
  });
}

void Pipeline::State::make_ready(const std::shared_ptr<Lane>& lane) {
  if (lane->tenure->is_over || lane->tenure->is_draining) return;
  const Duration wait = lane->not_before - parts.scheduler.now();
  if (wait <= Duration{0}) {
    ready.push_back(lane);
    return pump();
  }
  // The pipeline may be gone by then; its lanes are with it.
  parts.scheduler.after(wait, [this, weak = std::weak_ptr(lane)] {
    if (const auto kept = weak.lock(); kept && !kept->tenure->is_over && !kept->jobs.empty() && kept->busy == 0) make_ready(kept);
  });
}

std::vector<Run> Pipeline::State::take_runs(std::size_t room) {
  std::vector<Run> runs;
  while (room > 0 && !ready.empty()) {
    const auto lane = ready.front();
    ready.pop_front();
    if (lane->tenure->is_over || lane->busy > 0 || lane->jobs.empty()) continue;
    lane->busy = lane->jobs.front().is_late ? 1 : std::min({room, options.run_max, lane->jobs.size()});
    room -= lane->busy;
    runs.push_back({lane, lane->busy});
  }
  return runs;
}

/// Nobody waits any more for what is not under way.
void Pipeline::State::forget(Lane& lane) {
  for (; lane.jobs.size() > lane.busy; lane.jobs.pop_back()) {
    --jobs;
    job_bytes -= lane.jobs.back().event.text().size();
  }
}

/// Gives the transform what it has room for.
void Pipeline::State::pump() {
  while (running < options.concurrency && !ready.empty() && !gives_up) {
    std::vector<Run> runs = take_runs(std::min(options.batch_max, options.concurrency - running));
    if (runs.empty()) return;
    for (const Run& run : runs) running += run.count;
    const auto late = std::ranges::partition(runs, [](const Run& run) { return !run.lane->jobs.front().is_late; });
    for (const Run& run : late) spawn(run_batch({run}));
    runs.erase(late.begin(), late.end());
    if (!runs.empty()) spawn(run_batch(std::move(runs)));
  }
}

std::string too_old(const Job& job) {
  std::string text = "The event is older than maxAge.";
  if (!job.tried.empty()) text += " The attempt before: " + job.tried.back().error;
  return text;
}

/// One for each job: those that need not be tried have failed.
Task<std::vector<Transformed>> Pipeline::State::transform_all(const std::vector<Job>& all) {
  std::vector<Transformed> made(all.size());
  std::vector<Event> events;
  std::vector<std::size_t> places;
  for (std::size_t i = 0; i < all.size(); ++i) {
    const Instant recorded = all[i].event.envelope().recorded_at;
    const bool is_late = options.age_max && parts.scheduler.clock() > recorded + *options.age_max;
    if (!all[i].error.empty() || is_late) {
      made[i] = {Transformed::Kind::failed, is_late ? too_old(all[i]) : all[i].error};
      continue;
    }
    events.push_back(all[i].event);
    places.push_back(i);
  }
  if (events.empty()) co_return made;
  auto given = co_await parts.transform.run(std::move(events));
  // What was interrupted is no attempt: the next owner makes it.
  if (!given && gives_up) co_return Failure(std::move(given).error());
  for (std::size_t i = 0; i < places.size(); ++i) {
    if (given) made[places[i]] = std::move((*given)[i]);
    if (!given) made[places[i]] = {Transformed::Kind::retry, given.error().message};
  }
  co_return made;
}

Task<void> Pipeline::State::run_batch(std::vector<Run> runs) {
  std::vector<Job> all;
  for (Run& run : runs) {
    run.started = parts.scheduler.clock();
    std::copy_n(run.lane->jobs.begin(), run.count, std::back_inserter(all));
  }
  CO_TRY(std::vector<Transformed> made, co_await transform_all(all));
  running -= all.size();
  std::size_t first = 0;
  for (const Run& run : runs) {
    settle(run, made, first);
    first += run.count;
  }
  changed.notify();
  pump();
  co_return {};
}

/// What follows an event that is to be tried again waits for it, whatever became of it.
void Pipeline::State::settle(const Run& run, std::vector<Transformed>& made, std::size_t first) {
  const auto& lane = run.lane;
  std::size_t settled = 0;
  while (settled < run.count && settle_one(run, settled, std::move(made[first + settled]))) ++settled;
  lane->busy = settled;
  if (lane->tenure->is_over) return forget(*lane);
  if (settled > 0) return;
  if (options.flaw == Flaw::lanes_run_on && lane->jobs.size() > 1) {
    std::rotate(lane->jobs.begin(), lane->jobs.begin() + 1, lane->jobs.end());
    lane->not_before = {};
  }
  make_ready(lane);
}

/// What is worth telling of how it came about: more than one attempt, or a failure.
std::string Pipeline::State::attempts_of(Job& job, const Outcome& outcome) const {
  job.tried.back().error = outcome.error;
  if (job.tried.size() == 1 && outcome.error.empty()) return {};
  return attempts_payload(options.name, job.event.id(), job.event.envelope().version, job.tried);
}

/// Whether it has its outcome; else it is tried again.
bool Pipeline::State::settle_one(const Run& run, std::size_t place, Transformed made) {
  const std::shared_ptr<Lane>& lane = run.lane;
  Job& job = lane->jobs[place];
  using Kind = Transformed::Kind;
  job.is_late = made.kind == Kind::late;
  if (job.is_late) return false;
  job.tried.push_back({run.started, waited_until(job, run.started), made.run_time, made.kind == Kind::result ? std::string() : made.text});
  if (job.tried.size() > kAttemptsMax) job.tried.erase(job.tried.begin());
  if (made.kind == Kind::retry) {
    ++job.attempts;
    lane->tenure->record.waiting[job.event.position()] = job.attempts;
    lane->tenure->is_dirty = true;
    if (job.attempts < options.retry.attempts || options.flaw == Flaw::endless_attempts) {
      const Duration wait = std::max(made.wait, options.retry.wait_after(job.attempts, parts.scheduler.random()));
      lane->not_before = parts.scheduler.now() + wait;
      if (options.attempted) options.attempted({job.event, job.tried.back(), made.trace, true});
      return false;
    }
  }
  Outcome outcome = make_outcome(job.event, made, options.fields, options.refusal, parts.scheduler.clock());
  std::string id = result_id(options.name, job.event.id(), job.event.envelope().version);
  if (options.flaw == Flaw::loose_ids) id += options.instance;
  if (options.flaw == Flaw::progress_first) lane->tenure->record.waiting.erase(job.event.position());
  std::string attempts = attempts_of(job, outcome);
  if (options.attempted) options.attempted({job.event, job.tried.back(), made.trace});
  finished.push_back({lane,
                      job.event,
                      {.id = std::move(id), .payload = std::move(outcome.payload), .expected_version = 0},
                      outcome.status,
                      std::move(attempts)});
  return true;
}

// --- Pipeline --------------------------------------------------------------------------------------------------------------------------

Pipeline::Pipeline(PipelineParts parts, PipelineOptions options) : state_(std::make_unique<State>(parts, std::move(options))) {}

Pipeline::~Pipeline() {
  CHECK(state_->loops == 0);
  // Lanes and their tenures hold each other.
  for (const auto& tenure : state_->tenures) tenure->lanes.clear();
}

void Pipeline::start() {
  state_->spawn(state_->hold_loop());
  state_->spawn(state_->read_loop());
  state_->spawn(state_->write_loop());
  state_->spawn(state_->save_loop());
}

Task<void> Pipeline::stop(Duration drain) {
  State& own = *state_;
  own.is_stopping = true;
  own.parts.source.interrupt();
  own.changed.notify();
  const Duration deadline = own.parts.scheduler.now() + drain;
  // What is waiting for its next attempt is left to the next owner.
  const auto is_busy = [&own] { return own.running > 0 || !own.finished.empty() || own.is_writing; };
  while (is_busy() && own.parts.scheduler.now() < deadline) co_await own.changed.wait_for(Duration{50});
  own.gives_up = true;
  own.parts.transform.give_up();
  own.changed.notify();
  while (own.loops > 0) co_await own.changed.wait_for(Duration{50});
  const auto held = own.tenures;
  for (const auto& tenure : held) {
    co_await own.save(tenure, true);
    own.lose(tenure);
  }
  // Where the ledger is away the others find out by themselves.
  const auto left = co_await own.instances.leave();
  co_return {};
}

std::vector<std::size_t> Pipeline::partitions() const {
  std::vector<std::size_t> held;
  for (const auto& tenure : state_->tenures) held.push_back(tenure->partition);
  return held;
}
const PartitionRecord* Pipeline::record(std::size_t partition) const {
  const auto found = std::ranges::find(state_->tenures, partition, &Tenure::partition);
  return found == state_->tenures.end() ? nullptr : &(*found)->record;
}
std::uint64_t Pipeline::outcomes() const {
  return state_->outcomes;
}
std::size_t Pipeline::pending() const {
  return state_->jobs;
}

}  // namespace millrace::processing
