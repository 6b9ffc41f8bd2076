// What the routes ask of a storage, and what the two storages share: the events example alone, by hand.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

#include "io/loop.hpp"

namespace millrace::handwritten {

/// A raw event as it is stored: its document is what GET answers, the id first.
struct Stored {
  std::int64_t version = 0;  // 0: there is none
  std::string document;
};

/// A raw event that comes in.
struct Event {
  std::string id;
  std::string name;
  std::string document;
  bool has_own_id = false;  // an event of that id may be there
};

/// The event's place; nothing: an event of that id is there already.
using Place = std::optional<std::int64_t>;

/// One for each loop, for its thread alone. Each call completes what it is given: at once, or later on the same thread.
class Events {
 public:
  virtual ~Events() = default;
  virtual void find(std::string_view id, io::Completion<Stored>& done) = 0;
  /// All processed events of a name, newest first, each with its raw event: the answer whole (ProcessedAnswer).
  virtual void find_processed(std::string_view name, io::Completion<std::string>& done) = 0;
  /// The event lives until it is done.
  virtual void add(const Event& event, io::Completion<Place>& done) = 0;
};

/// Appends `{ id name data timestamp source }`, cut out of the document.
void append_raw(std::string& out, std::string_view document);

/// Processed events as GraphQL answers them: `{ id name processed_data status processing_time_ms rawEvent { ... } }`.
class ProcessedAnswer {
 public:
  /// `raw` is empty where there is none.
  void add(std::string_view document, std::string_view raw);
  std::string take() &&;

 private:
  std::string text_;
};

/// Reads an event that was posted: the JSON and what its schema asks for.
Result<Event> read_event(std::string_view body);

/// Ends the program: a storage that fails has nothing to measure.
[[noreturn]] void fail(std::string_view what, std::string_view why);

}  // namespace millrace::handwritten
