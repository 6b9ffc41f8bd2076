// Tenure: one holding of a partition by one instance, and the lanes of events in it.
#pragma once

#include <cstdint>
#include <deque>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "processing/attempts.hpp"
#include "processing/claim.hpp"
#include "processing/partition_record.hpp"
#include "processing/scheduler.hpp"
#include "processing/transform.hpp"

namespace millrace::processing {

struct Tenure;

struct Job {
  Event event;
  std::string key = {};
  std::string error = {};           // not empty: it has failed before it was tried
  std::uint32_t attempts = 0;       // that have failed
  std::vector<Attempt> tried = {};  // by this instance
  bool is_late = false;             // it is asked for alone
};

/// The events of one key, in order. The first `busy` of them are with the transform or being written.
struct Lane {
  std::shared_ptr<Tenure> tenure;
  std::string key;
  std::deque<Job> jobs = {};
  std::size_t busy = 0;
  Duration not_before{};
};

struct Tenure {
  std::size_t partition = 0;
  Claim claim;
  PartitionRecord record = {};           // its cursor: all up to it was handed out; `waiting`: what of that has no outcome
  document::Position look_up_until = 0;  // results may be there already
  std::map<std::string, std::shared_ptr<Lane>> lanes = {};
  Duration checked_at{};     // when its record was last seen to be ours
  bool is_joined = false;    // what a former owner left is handed out; the feed goes on
  bool is_draining = false;  // nothing more is handed out
  bool is_over = false;      // it is no longer ours
  bool is_dirty = false;     // something is to be saved
  bool is_saving = false;
};

}  // namespace millrace::processing
