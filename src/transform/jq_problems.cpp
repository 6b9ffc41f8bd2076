#include "transform/jq_problems.hpp"

#include <fmt/format.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <charconv>
#include <string>

#include "transform/jq_exchange.hpp"

namespace millrace::transform {
namespace {

constexpr std::string_view kPlace = " at <top-level>, line ";
constexpr std::array<std::string_view, 3> kNames = {"where", "key", "transform"};
constexpr int kPatience = 30'000;  // milliseconds

/// Nothing when there is no such line.
std::optional<std::string_view> line_of(std::string_view text, std::size_t line) {
  if (line == 0) return std::nullopt;
  for (; line > 1; --line) {
    const std::size_t end = text.find('\n');
    if (end == std::string_view::npos) return std::nullopt;
    text.remove_prefix(end + 1);
  }
  return text.substr(0, text.find('\n'));
}

std::size_t characters_in(std::string_view text) {
  return static_cast<std::size_t>(std::ranges::count_if(text, [](char c) { return (static_cast<unsigned char>(c) & 0xC0) != 0x80; }));
}

/// What a person is told.
std::string worded(std::string_view text) {
  constexpr std::string_view kHint = " (Unix shell quoting issues?)";
  std::string words(text);
  if (const std::size_t hint = words.find(kHint); hint != std::string::npos) words.erase(hint, kHint.size());
  if (words.starts_with("module not found")) return "import and include are not for programs that run here.";
  if (const std::size_t end = words.find("$end"); end != std::string::npos) words.replace(end, 4, "end of the program");
  if (!words.ends_with('.')) words += '.';
  return words;
}

/// Of a process that is asked nothing but that.
Result<std::string> receive_all(int socket) {
  std::string all;
  char block[4096];
  while (true) {
    pollfd waits = {socket, POLLIN, 0};
    const int ready = ::poll(&waits, 1, kPatience);
    if (ready < 0 && errno == EINTR) continue;
    if (ready <= 0) break;
    const ssize_t got = ::recv(socket, block, sizeof block, 0);
    if (got == 0) return all;
    if (got > 0) all.append(block, static_cast<std::size_t>(got));
    if (got < 0 && errno != EINTR) break;
  }
  return Failure(Error{ErrorKind::unavailable, "transform.worker", "The process that compiles jq programs does not answer."});
}

}  // namespace

std::optional<JqProblem> read_problem(std::string_view message, std::string_view program) {
  constexpr std::string_view kBegin = "jq: error: ";
  if (!message.starts_with(kBegin)) return std::nullopt;
  message.remove_prefix(kBegin.size());
  const std::size_t place = message.rfind(kPlace);
  if (place == std::string_view::npos) return JqProblem{.message = worded(message.substr(0, message.find('\n')))};
  JqProblem problem{.message = worded(message.substr(0, place))};
  std::string_view rest = message.substr(place + kPlace.size());
  std::from_chars(rest.data(), rest.data() + rest.size(), problem.line);
  const std::string_view shown = rest.substr(std::min(rest.size(), rest.find('\n') + 1));
  const auto line = line_of(program, problem.line);
  if (!line || !shown.starts_with(*line)) return problem;
  problem.column = characters_in(line->substr(0, shown.size() - line->size())) + 1;
  return problem;
}

Result<std::vector<JqProblem>> check_programs(const JqPrograms& programs) {
  const std::array<const std::string*, 3> texts = {&programs.where, &programs.key, &programs.transform};
  std::vector<JqProblem> problems;
  for (std::size_t i = 0; i < texts.size(); ++i)
    if (texts[i]->find('\0') != std::string::npos) problems.push_back({kNames[i], 0, 0, "A program cannot have the character NUL."});
  if (!problems.empty()) return problems;
  TRY(const auto process, JqProcess::start());
  const std::string request = set_up_request(programs, {});
  for (std::size_t sent = 0; sent < request.size();) {
    const ssize_t count = ::send(process->socket(), request.data() + sent, request.size() - sent, MSG_NOSIGNAL);
    if (count < 0 && errno != EINTR) break;  // reading tells
    if (count > 0) sent += static_cast<std::size_t>(count);
  }
  ::shutdown(process->socket(), SHUT_WR);
  TRY(const std::string all, receive_all(process->socket()));
  bool is_ended = false;
  for (std::string_view left = all; left.size() >= sizeof(AnswerHead);) {
    const auto head = read_raw<AnswerHead>(left);
    const std::string_view text = left.substr(sizeof head, head.bytes);
    left.remove_prefix(std::min(left.size(), sizeof head + head.bytes));
    is_ended = head.kind != AnswerKind::problem;
    if (is_ended || text.empty()) continue;
    const auto number = static_cast<std::size_t>(text.front() - '0') % kNames.size();
    auto problem = read_problem(text.substr(1), *texts[number]);
    if (!problem) continue;
    problem->program = kNames[number];
    problems.push_back(*std::move(problem));
  }
  if (is_ended) return problems;
  return Failure(
      Error{ErrorKind::unavailable, "transform.worker",
            fmt::format("The process that compiles jq programs ended: {}.", describe_end(process->end(), process->progress(), 0))});
}

}  // namespace millrace::transform
