// Feed: the versions of one entity in the order of their positions, for any number of readers that wait for more.
//
// What is at the feed's end is read from the store once for all who wait there: the tail. It is read when this process has committed
// something (poke) and, since other processes write to the same storage, every so often; and only while somebody waits. The last batches
// stay in memory, so that a reader that is a moment late finds them; one that is further behind reads from the store by itself.
//
//   Follower follower = *feed.follow(after);
//   while (true) {
//     CO_TRY(const Changes changes, co_await follower.next(15s));   // empty: nothing came within that time
//     ...
//   }
//
// Nobody is pushed to: who does not ask for more holds nothing here, however slow it is.
#pragma once

#include <chrono>
#include <cstddef>
#include <memory>
#include <optional>

#include "document/document.hpp"
#include "document/store.hpp"

namespace millrace::document {

/// What a follower is given: versions in order, shared by all who read them.
struct Changes {
  std::shared_ptr<const Documents> documents = {};  // null when there are none; what may not be seen is not found
  std::size_t begin = 0;                            // the first of them that is meant; all that follow are
  Position until = 0;                               // everything up to here has been given
  bool is_over = false;                             // there will be no more: the feed ends, or the follower was stopped

  std::size_t size() const { return documents ? documents->size() - begin : 0; }
  bool empty() const { return size() == 0; }
};

class Follower;

/// Any thread with a loop. The store must outlive it.
class Feed {
 public:
  struct Options {
    std::size_t batch_versions = 128;             // read at a time
    std::size_t batch_bytes = 32 * 1024;          // of text; one version may have more
    std::size_t recent_bytes = 4u << 20;          // of batches that stay in memory
    std::size_t followers_max = 10'000;           // one more is refused
    std::chrono::milliseconds poll_interval{50};  // between looks for what other processes have written
  };
  explicit Feed(Store& store, Options options);
  /// Requires: no follower is left that waits.
  ~Feed();
  /// The same feed, as far as a store lets those see it who follow it. Neither is outlived.
  Feed(const Feed& whole, Store& guard);
  Feed(const Feed&) = delete;
  Feed& operator=(const Feed&) = delete;

  /// A reader of all that comes after a position, as whoever asks may see it. Errors: "overloaded.followers" (overloaded), "feed.over"
  /// (unavailable) when it has ended, "access.denied".
  Result<Follower> follow(Position after, Asker asker = {});

  /// Something was committed. Costs next to nothing while nobody waits.
  void poke();

  /// Wakes all who wait and gives nothing any more: the process is about to end.
  void end();
  /// Whether nothing is being read for the tail: after end() the loops may go.
  bool is_idle() const;

  std::size_t followers() const;
  Store& store() const;

 private:
  friend class Follower;
  struct State;
  std::shared_ptr<State> state_;
  Store* store_;
};

/// One reader of a feed. It belongs to the loop on which it is first asked. Movable while it is not asked.
class Follower {
 public:
  ~Follower();
  Follower(Follower&&) noexcept;
  Follower& operator=(Follower&&) noexcept;

  /// What comes next; waits for it, but no longer than `patience`, give or take the feed's poll interval. Errors are the store's: the same
  /// may be asked again. Not while another call is under way.
  Task<Changes> next(std::chrono::milliseconds patience);
  /// A next() that waits ends, and so does every later one. The loop's thread.
  void stop();
  /// Everything up to here has been given.
  Position position() const;

 private:
  friend class Feed;
  struct State;
  explicit Follower(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

/// The same store, which pokes the feed after each of its appends. The feed must outlive it.
std::unique_ptr<Store> make_feeding(std::shared_ptr<Store> store, Feed& feed);

}  // namespace millrace::document
