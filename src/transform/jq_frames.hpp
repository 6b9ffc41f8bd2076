// What goes over the socket between a service and the processes that run its jq programs. Both ends are the same binary.
//
//   request  RequestHead, then `count` times: length (uint32), text
//   answer   AnswerHead, text; one for each text of a request, in order
//
// The first request is `set_up`: the limits, and the programs where, key and transform; an empty text is none. Its answers: `problem` for
// whatever jq has to say of a program, then one `value` (go on) or `failed` (the process ends).
#pragma once

#include <atomic>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace millrace::transform {

enum class RequestKind : std::uint32_t { set_up, classify, run };

struct RequestHead {
  std::uint32_t bytes = 0;  // that follow
  RequestKind kind = RequestKind::set_up;
  std::uint32_t count = 0;
};

enum class AnswerKind : std::uint32_t {
  value,      // run: the object; classify: the key
  own_key,    // classify: the event's id is its key
  not_meant,  // classify
  failed,     // the text says why
  problem,    // set_up: the number of the program, then jq's message
};

struct AnswerHead {
  std::uint32_t bytes = 0;  // of the text
  AnswerKind kind = AnswerKind::value;
  std::uint64_t nanoseconds = 0;  // that it took
};

/// The limits, as the first text of `set_up`.
struct WorkerLimits {
  std::uint64_t memory_max = 0;  // bytes beyond what the process has when it is ready; 0: no limit
  std::uint64_t output_max = 0;  // bytes of one result
};

/// Memory that both processes see: how far the child is.
struct Progress {
  std::atomic<std::uint64_t> begun = 0;  // events, since it started
  std::atomic<std::uint64_t> ended = 0;
  std::atomic<std::uint32_t> is_out_of_memory = 0;
};
static_assert(std::atomic<std::uint64_t>::is_always_lock_free);

/// Descriptors of the child.
inline constexpr int kSocket = 0;
inline constexpr int kProgress = 3;

/// The argument that makes a process one that runs jq programs.
inline constexpr std::string_view kWorkerCommand = "jq-worker";

template <class T>
void append_raw(std::string& out, const T& value) {
  out.append(reinterpret_cast<const char*>(&value), sizeof value);
}
template <class T>
T read_raw(std::string_view bytes) {
  T value;
  std::memcpy(&value, bytes.data(), sizeof value);
  return value;
}

inline void append_text(std::string& out, std::string_view text) {
  append_raw(out, static_cast<std::uint32_t>(text.size()));
  out += text;
}
/// Takes a text away from the front of a request's body. Requires: there is one.
inline std::string_view take_text(std::string_view& body) {
  const auto size = read_raw<std::uint32_t>(body);
  const std::string_view text = body.substr(sizeof size, size);
  body.remove_prefix(sizeof size + size);
  return text;
}

inline void append_answer(std::string& out, AnswerKind kind, std::string_view text) {
  append_raw(out, AnswerHead{static_cast<std::uint32_t>(text.size()), kind});
  out += text;
}

}  // namespace millrace::transform
