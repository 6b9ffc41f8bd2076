#include "transform/jq_worker.hpp"

#include <fcntl.h>
#include <fmt/format.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <csignal>
#include <fstream>
#include <optional>
#include <string>
#include <vector>

#include "transform/jq_frames.hpp"
#include "transform/jq_program.hpp"
#include "transform/jq_values.hpp"

#if defined(__has_feature)
#if __has_feature(address_sanitizer)
#define MILLRACE_SANITIZED 1
#endif
#endif

extern char** environ;

namespace millrace::transform {
namespace {

#ifdef MILLRACE_SANITIZED
constexpr bool kIsSanitized = true;
#else
constexpr bool kIsSanitized = false;
#endif

constexpr std::size_t kFlush = 64 * 1024;
constexpr std::size_t kProgramMax = 3;

Progress* progress = nullptr;

[[noreturn]] void end(int code) {
  ::_exit(code);
}

/// Blocks until something came; ends the process when nothing will.
void receive(std::string& in) {
  char block[kFlush];
  while (true) {
    const ssize_t got = ::read(kSocket, block, sizeof block);
    if (got > 0) return void(in.append(block, static_cast<std::size_t>(got)));
    if (got == 0 || errno != EINTR) end(0);
  }
}

void send(std::string& out) {
  for (std::string_view left = out; !left.empty();) {
    const ssize_t sent = ::send(kSocket, left.data(), left.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EINTR) end(0);
    if (sent > 0) left.remove_prefix(static_cast<std::size_t>(sent));
  }
  out.clear();
}

/// What the process has mapped now.
std::uint64_t mapped_bytes() {
  std::uint64_t pages = 0;
  std::ifstream("/proc/self/statm") >> pages;
  return pages * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

/// Programs get an environment without a variable, no descriptors but ours, and no place to write to.
void enclose() {
  static char* nothing[] = {nullptr};
  environ = nothing;
  ::prctl(PR_SET_PDEATHSIG, SIGKILL);
  const rlimit no_core = {0, 0};
  ::setrlimit(RLIMIT_CORE, &no_core);
  if (kIsSanitized) return;  // its reports are worth more than silence
  const int null = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
  if (null >= 0) ::dup2(null, STDERR_FILENO);
}

class Worker {
 public:
  void serve() {
    while (true) {
      while (in_.size() < sizeof(RequestHead)) receive(in_);
      const auto head = read_raw<RequestHead>(in_);
      while (in_.size() < sizeof head + head.bytes) receive(in_);
      take(head, std::string_view(in_).substr(sizeof head, head.bytes));
      send(out_);
      in_.erase(0, sizeof head + head.bytes);
    }
  }

 private:
  void take(const RequestHead& head, std::string_view body) {
    if (head.kind == RequestKind::set_up) return set_up(body);
    for (std::uint32_t i = 0; i < head.count; ++i) {
      answer(head.kind, take_text(body));
      if (out_.size() > kFlush) send(out_);
    }
  }

  void set_up(std::string_view body) {
    const auto limits = read_raw<WorkerLimits>(take_text(body));
    output_max_ = limits.output_max;
    std::vector<std::string> problems;
    bool is_good = true;
    for (std::uint32_t i = 0; i < kProgramMax; ++i) {
      const std::string text(take_text(body));
      if (text.empty()) continue;
      problems.clear();
      programs_[i] = JqProgram::compile(text, problems);
      is_good = is_good && programs_[i];
      for (const std::string& problem : problems) append_answer(out_, AnswerKind::problem, fmt::format("{}{}", i, problem));
    }
    append_answer(out_, is_good ? AnswerKind::value : AnswerKind::failed, {});
    if (!is_good) {
      send(out_);
      end(0);
    }
    if (limits.memory_max == 0 || kIsSanitized) return;
    const rlimit bound = {mapped_bytes() + limits.memory_max, mapped_bytes() + limits.memory_max};
    ::setrlimit(RLIMIT_AS, &bound);
  }

  /// Runs an event and appends its answer.
  void answer(RequestKind kind, std::string_view event) {
    progress->begun.fetch_add(1, std::memory_order_relaxed);
    const auto start = std::chrono::steady_clock::now();
    const std::size_t head_at = out_.size();
    out_.append(sizeof(AnswerHead), '\0');
    AnswerHead head;
    kept_.clear();
    const jv input = read_value(event, kept_);
    head.kind = kind == RequestKind::classify ? classify(input) : transform(input);
    head.bytes = static_cast<std::uint32_t>(out_.size() - head_at - sizeof head);
    const auto took = std::chrono::steady_clock::now() - start;
    head.nanoseconds = static_cast<std::uint64_t>(std::chrono::duration_cast<std::chrono::nanoseconds>(took).count());
    std::memcpy(out_.data() + head_at, &head, sizeof head);
    progress->ended.fetch_add(1, std::memory_order_relaxed);
  }

  AnswerKind fail(std::string_view reason) {
    out_ += reason;
    return AnswerKind::failed;
  }

  /// A program gave something else than one value. Takes the output.
  AnswerKind fail(std::string_view name, const JqProgram::Output& output) {
    using Kind = JqProgram::Output::Kind;
    // What `input` says where there is nothing.
    if (output.kind == Kind::error && output.error == "break") return fail(fmt::format("{} failed: there is no other input.", name));
    if (output.kind == Kind::error) return fail(fmt::format("{} failed: {}", name, output.error));
    return fail(fmt::format("{} gave {}.", name, output.kind == Kind::none ? "no value" : "more than one value"));
  }

  /// Takes the input.
  AnswerKind classify(jv input) {
    using Kind = JqProgram::Output::Kind;
    if (programs_[0]) {
      const auto output = programs_[0]->run(jv_copy(input));
      const bool is_true =
          output.kind == Kind::one && jv_get_kind(output.value) != JV_KIND_FALSE && jv_get_kind(output.value) != JV_KIND_NULL;
      jv_free(output.value);
      if (!is_true) jv_free(input);
      if (output.kind == Kind::several || output.kind == Kind::error) return fail("where", output);
      if (!is_true) return AnswerKind::not_meant;
    }
    if (programs_[1]) return key_of(programs_[1]->run(input));
    jv_free(input);
    return AnswerKind::own_key;
  }

  AnswerKind key_of(const JqProgram::Output& output) {
    using Kind = JqProgram::Output::Kind;
    if (output.kind == Kind::several || output.kind == Kind::error) return fail("key", output);
    if (output.kind == Kind::none || jv_get_kind(output.value) == JV_KIND_NULL) return AnswerKind::own_key;
    if (jv_get_kind(output.value) != JV_KIND_STRING) return write("key", output.value, AnswerKind::value);
    out_.append(jv_string_value(output.value), static_cast<std::size_t>(jv_string_length_bytes(jv_copy(output.value))));
    jv_free(output.value);
    return AnswerKind::value;
  }

  /// Takes the input.
  AnswerKind transform(jv input) {
    const auto output = programs_[2]->run(input);
    if (output.kind != JqProgram::Output::Kind::one) return fail("transform", output);
    if (jv_get_kind(output.value) == JV_KIND_OBJECT) return write("transform", output.value, AnswerKind::value);
    const char* kind = jv_kind_name(jv_get_kind(output.value));
    jv_free(output.value);
    return fail(fmt::format("transform gave no object: {}.", kind));
  }

  /// Takes the value.
  AnswerKind write(std::string_view name, jv value, AnswerKind kind) {
    const std::size_t begin = out_.size();
    const Written written = write_value(out_, value, kept_, output_max_);
    if (written == Written::whole) return kind;
    out_.resize(begin);
    if (written == Written::too_deep) return fail(fmt::format("{} gave a value that is nested too deeply.", name));
    return fail(fmt::format("{} gave more than {} bytes.", name, output_max_));
  }

  std::string in_;
  std::string out_;
  std::size_t output_max_ = 0;
  std::optional<JqProgram> programs_[kProgramMax];
  KeptNumbers kept_;
};

}  // namespace

bool is_jq_worker(int argc, char** argv) {
  return argc == 2 && argv[1] == kWorkerCommand;
}

int run_jq_worker() {
  enclose();
  void* shared = ::mmap(nullptr, sizeof(Progress), PROT_READ | PROT_WRITE, MAP_SHARED, kProgress, 0);
  if (shared == MAP_FAILED) return 1;
  progress = static_cast<Progress*>(shared);
  Worker().serve();
  return 0;
}

}  // namespace millrace::transform
