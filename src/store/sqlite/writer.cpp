#include "store/sqlite/writer.hpp"

namespace millrace::store::sqlite {

Writer::Writer(std::unique_ptr<Connection> connection, Limits limits)
    : connection_(std::move(connection)), limits_(limits), queue_(limits.queue), thread_([this] { run(); }) {}

Writer::~Writer() {
  queue_.end();
  thread_.join();
}

void Writer::run() {
  bool has_log = true;  // the log may hold what the file does not
  while (true) {
    if (has_log && !queue_.wait_for(limits_.idle_min)) {
      (void)connection_->run("PRAGMA wal_checkpoint(PASSIVE)");  // a log that cannot be folded now is folded later
      has_log = false;
    }
    const Queue::Writes writes = queue_.take();
    if (writes.empty()) return;
    if (writes.front()->source != nullptr) {
      commit_source(*connection_, *writes.front(), [this] { queue_.refuse_late(); });
    } else {
      commit_writes(*connection_, writes);
    }
    has_log = true;
    queue_.finish(writes);
  }
}

}  // namespace millrace::store::sqlite
