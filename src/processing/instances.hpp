// Instances: who takes part in some work, as each sees it. They are on a list in a ledger, each with a counter that it moves. Clocks are
// not compared: who watches takes an instance for dead when its counter has stood still for the time of a lease by the watcher's own clock.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

#include "document/ledger.hpp"
#include "processing/scheduler.hpp"

namespace millrace::processing {

struct InstancesOptions {
  std::string record;    // where the ledger keeps the list
  std::string instance;  // this one; no other has its name, ever
  Duration lease{};
};

/// For one thread. What it is given outlives it.
class Instances {
 public:
  Instances(Scheduler& scheduler, document::Ledger& ledger, InstancesOptions options);

  /// Says that this instance is alive, and looks who else is: once in a third of a lease. Errors are the ledger's.
  Task<void> beat();
  /// Takes this instance off the list: nobody waits for it to be dead. No beat may be under way, and none may come. Errors are the
  /// ledger's.
  Task<void> leave();
  /// Who was never seen is watched from now on.
  bool is_alive(const std::string& instance);
  /// How many of `parts` are this instance's: the first ones, by their names, have one more where it does not come out even.
  std::size_t share(std::size_t parts) const;

 private:
  struct Seen {
    std::uint64_t counter = 0;
    Duration since{};
  };
  void look(const std::map<std::string, std::uint64_t>& members);

  Scheduler& scheduler_;
  document::Ledger& ledger_;
  const InstancesOptions options_;
  std::map<std::string, Seen> seen_;
  std::map<std::string, std::uint64_t> listed_;  // as it was last read
  std::uint64_t beats_ = 0;
};

}  // namespace millrace::processing
