#include "document/admission.hpp"

#include <fmt/format.h>

#include <charconv>

#include "base/hash.hpp"

namespace millrace::document {
namespace {

Error mismatch(std::size_t index) {
  std::string message = "The idempotency key was used for another document: a key stands for one request and what it sent.";
  Error error{ErrorKind::unprocessable, "idempotency.mismatch", message, "Send what was sent first, or take a new key."};
  error.details.push_back({.path = fmt::format("/{}", index), .keyword = "idempotency.mismatch", .message = std::move(message)});
  return error;
}

/// What is held, with what the appends that were admitted will do to it.
class Outlook {
 public:
  explicit Outlook(Held& held) : held_(held) {}

  Result<Head> head(const std::string& id) const {
    const auto known = heads_.find(id);
    if (known != heads_.end()) return known->second;
    return held_.head(id);
  }

  Result<std::optional<KeyUse>> key(const std::string& key) const {
    const auto known = keys_.find(key);
    if (known != keys_.end()) return known->second;
    TRY(std::optional<KeyUse> held, held_.key(key));
    // The document may be removed by an element before: its key is let go with it.
    if (held && is_removed(held->id)) held.reset();
    return held;
  }

  void admit(const Append& append, const Head& head) {
    const bool removes = append.operation == Operation::remove;
    heads_[append.id] = {.version = head.version + 1, .deleted = removes};
    if (removes) {
      removed_.insert_or_assign(append.id, true);
      std::erase_if(keys_, [&append](const auto& entry) { return entry.second.id == append.id; });
    }
    if (append.idempotency) keys_[append.idempotency->key] = {.id = append.id, .fingerprint = append.idempotency->fingerprint};
  }

 private:
  bool is_removed(const std::string& id) const { return removed_.contains(id); }

  Held& held_;
  TextMap<Head> heads_;
  TextMap<KeyUse> keys_;   // taken by elements before
  TextMap<bool> removed_;  // documents that elements before removed, whether or not they are created again
};

Result<std::optional<Error>> refusal_of(const Append& append, std::size_t index, Outlook& outlook) {
  if (append.idempotency) {
    TRY(const std::optional<KeyUse> first, outlook.key(append.idempotency->key));
    if (first && first->fingerprint != append.idempotency->fingerprint) return mismatch(index);
    if (first) return std::optional<Error>();  // a repeat: nothing will be appended
  }
  Head head;
  if (!append.has_new_id) {
    TRY(head, outlook.head(append.id));
  }
  if (auto error = refusal(append, head, index)) return error;
  outlook.admit(append, head);
  return std::optional<Error>();
}

}  // namespace

Result<std::optional<Error>> refusal(std::span<const Append> appends, Held& held) {
  Outlook outlook(held);
  for (std::size_t i = 0; i < appends.size(); ++i) {
    TRY(std::optional<Error> refused, refusal_of(appends[i], i, outlook));
    if (refused) return refused;
  }
  return std::optional<Error>();
}

Error counted_from(std::size_t first, Error error) {
  for (ErrorDetail& detail : error.details) {
    std::size_t index = 0;
    const char* end = detail.path.data() + detail.path.size();
    if (!detail.path.starts_with('/') || std::from_chars(detail.path.data() + 1, end, index).ec != std::errc()) continue;
    detail.path.replace(1, detail.path.find('/', 1) - 1, std::to_string(first + index));
  }
  return error;
}

}  // namespace millrace::document
