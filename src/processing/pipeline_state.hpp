// Private to the pipeline: its state, shared by its parts (pipeline.cpp, reading.cpp, writing.cpp, holding.cpp).
#pragma once

#include <set>
#include <utility>
#include <vector>

#include "processing/instances.hpp"
#include "processing/pipeline.hpp"
#include "processing/tenure.hpp"

namespace millrace::processing {

/// Those of one lane that go to the transform together.
struct Run {
  std::shared_ptr<Lane> lane;
  std::size_t count = 0;
  Instant started = {};
};

/// A result on its way to the target.
struct Finished {
  std::shared_ptr<Lane> lane;
  Event event;
  document::Append append;
  Status status = Status::success;
  std::string attempts = {};  // the payload that tells them; empty: there is nothing to tell
};

struct Pipeline::State {
  State(PipelineParts parts_in, PipelineOptions options_in);

  const PipelineParts parts;
  const PipelineOptions options;
  Signal changed;  // anything: whoever waits looks again
  bool is_stopping = false;
  bool gives_up = false;    // the time to finish is over
  std::size_t loops = 0;    // coroutines that have not ended
  std::size_t running = 0;  // events with the transform
  std::size_t jobs = 0;     // in memory
  std::size_t job_bytes = 0;
  bool is_writing = false;
  std::uint64_t outcomes = 0;

  std::vector<std::shared_ptr<Tenure>> tenures;
  // Whose records may say that they are ours though they are not held: nobody else would take them.
  std::set<std::size_t> doubtful;
  std::deque<std::shared_ptr<Lane>> ready;
  std::deque<Finished> finished;

  Instances instances;

  void spawn(Task<void> task);

  // reading.cpp
  Task<void> read_loop();
  Task<void> read_once();
  Task<void> recover(std::shared_ptr<Tenure> tenure);
  Task<void> hand_out(const document::Changes& changes, document::Position after, std::shared_ptr<Tenure> only);
  Task<void> drop_known(std::vector<std::pair<std::shared_ptr<Tenure>, Job>>& jobs);
  bool has_room() const { return jobs < options.pending_max && job_bytes < options.pending_bytes_max; }
  void enqueue(std::shared_ptr<Tenure> tenure, Job job);

  // pipeline.cpp
  void pump();
  std::vector<Run> take_runs(std::size_t room);
  Task<void> run_batch(std::vector<Run> runs);
  Task<std::vector<Transformed>> transform_all(const std::vector<Job>& all);
  void settle(const Run& run, std::vector<Transformed>& made, std::size_t first);
  bool settle_one(const Run& run, std::size_t place, Transformed made);
  std::string attempts_of(Job& job, const Outcome& outcome) const;
  void make_ready(const std::shared_ptr<Lane>& lane);
  void forget(Lane& lane);

  // writing.cpp
  Task<void> write_loop();
  Task<void> write_all(std::vector<Finished>& batch);
  Task<void> write_attempts(const std::vector<Finished>& batch);
  Task<void> write(std::vector<Finished>& batch);
  Task<void> drop_written(std::vector<Finished*>& left);
  void replace_refused(Finished& one, const Error& error) const;
  void finish(const Finished& one);

  // holding.cpp
  Task<void> hold_loop();
  Task<void> save_loop();
  Task<void> balance();
  Task<void> check_held();
  Task<void> take(std::size_t partition);
  Task<bool> is_of_feed(document::Position cursor, Instant cursor_at);
  Task<void> save(std::shared_ptr<Tenure> tenure, bool lets_go);
  Task<void> write_record(std::shared_ptr<Tenure> tenure, bool lets_go);
  void lose(const std::shared_ptr<Tenure>& tenure);
  Task<void> save_all();
};

}  // namespace millrace::processing
