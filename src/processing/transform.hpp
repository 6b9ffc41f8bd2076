// What is done with events: jq or a webhook in production, a plan in the simulation.
#pragma once

#include <chrono>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.hpp"
#include "base/task.hpp"
#include "base/trace.hpp"
#include "document/feed.hpp"

namespace millrace::processing {

/// A version of a raw event. Cheap to copy: the text is shared.
struct Event {
  std::shared_ptr<const document::Documents> documents;
  std::size_t index = 0;

  const document::Envelope& envelope() const { return documents->envelope(index); }
  document::Position position() const { return envelope().position; }
  std::string_view text() const { return documents->text(index); }
  std::string_view author() const { return documents->author(index); }
  std::string id() const { return documents->id(index); }
};

/// Whether an event is meant, and which lane it belongs to.
struct Classified {
  bool is_meant = true;
  std::string key = {};
  std::string error = {};  // not empty: `where` or `key` failed, and so has the event
};

/// What a transform made of an event.
struct Transformed {
  enum class Kind : unsigned char {
    result,  // `text` is a JSON object
    failed,  // `text` says why; no retry can mend it
    retry,   // ... one may
    late,    // it takes longer than others should wait: asked again for this event alone, it goes on with what it began
  };
  Kind kind = Kind::result;
  std::string text;
  std::chrono::microseconds run_time{};  // by a clock that never goes back
  std::chrono::milliseconds wait{};      // of a retry: no sooner than that
  Trace trace = {};                      // the span that whoever was asked was told; none: nobody was
};

class Transform {
 public:
  virtual ~Transform() = default;
  /// One for each event, in order. Errors: it could not be asked; the same may be asked again.
  virtual Task<std::vector<Classified>> classify(std::vector<Event> events) = 0;
  /// The same for what they become. An error counts as a retry of all. What is late is no attempt that has ended.
  virtual Task<std::vector<Transformed>> run(std::vector<Event> events) = 0;
  /// Nobody waits any longer: calls that are under way end soon, with an error, and so does every later one.
  virtual void give_up() {}
};

/// The same, where nobody minds to wait for what is late.
Task<std::vector<Transformed>> run_to_end(Transform& transform, std::vector<Event> events);

/// Where events come from: a feed, read from any position.
class Source {
 public:
  virtual ~Source() = default;
  /// What comes after a position; waits for it, but no longer than `patience`. Not while another call is under way.
  virtual Task<document::Changes> read(document::Position after, std::chrono::milliseconds patience) = 0;
  /// Exactly the version at a position and those that follow it: what a new owner reads again.
  virtual Task<document::Documents> at(document::Position position, std::size_t limit) = 0;
  /// The last position that can be read now.
  virtual Task<document::Position> head() = 0;
  /// A read() that waits ends.
  virtual void interrupt() = 0;
};

}  // namespace millrace::processing
