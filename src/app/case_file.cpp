#include "app/case_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <fstream>
#include <sstream>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "base/json/number.hpp"

namespace millrace::app {
namespace {

using json::Kind;

constexpr std::array<std::string_view, 8> kMembers = {"name", "processor", "event", "result", "error", "skipped", "key", "answer"};

/// Reads the members of one case.
class CaseReader {
 public:
  CaseReader(json::Value value, const std::string& file, std::vector<Problem>& problems)
      : value_(value), file_(file), problems_(problems) {}

  std::optional<ProcessorCase> read() {
    const std::size_t before = problems_.size();
    ProcessorCase made{.place = place(value_)};
    if (!value_.is(Kind::object)) {
      problem(value_, "A case is an object.", "Write {\"processor\": …, \"event\": …, \"result\": …}.");
      return std::nullopt;
    }
    refuse_unknown();
    made.name = text("name").value_or("");
    made.processor = text("processor").value_or("");
    if (made.processor.empty()) problem(value_, "A case without \"processor\".", "Name the processor that it is of.");
    read_event(made);
    read_expected(made);
    made.key = text("key");
    if (const auto answer = value_.find("answer")) made.answer = read_answer(*answer);
    if (problems_.size() > before) return std::nullopt;
    return made;
  }

 private:
  Place place(json::Value value) const {
    const std::string_view before = value.document().text().substr(0, value.node().begin);
    const auto line = static_cast<std::uint32_t>(std::ranges::count(before, '\n') + 1);
    return {file_, line, static_cast<std::uint32_t>(before.size() - (before.rfind('\n') + 1) + 1)};
  }
  void problem(json::Value value, std::string message, std::string hint) {
    problems_.push_back({place(value), std::move(message), std::move(hint)});
  }

  void refuse_unknown() {
    for (json::Value key = value_.first(); !(key == value_.end()); key = key.after().after()) {
      if (std::ranges::find(kMembers, key.string()) != kMembers.end()) continue;
      problem(key, fmt::format("A case has no \"{:.100}\".", key.string()), fmt::format("It has {}.", fmt::join(kMembers, ", ")));
    }
  }

  std::optional<std::string> text(std::string_view name) {
    const auto member = value_.find(name);
    if (!member) return std::nullopt;
    if (member->is(Kind::string)) return member->string();
    problem(*member, fmt::format("\"{}\" is no text.", name), "Write it in quotes.");
    return std::nullopt;
  }

  void read_event(ProcessorCase& made) {
    const auto event = value_.find("event");
    if (!event || !event->is(Kind::object))
      return problem(event.value_or(value_), "A case without an \"event\" that is an object.", "Write the event as it is posted.");
    json::append_canonical_without(made.event, *event, "id");
    if (const auto id = event->find("id"); id && id->is(Kind::string)) made.id = id->string();
  }

  void read_expected(ProcessorCase& made) {
    made.error = text("error");
    const auto result = value_.find("result");
    if (result && !result->is(Kind::object)) problem(*result, "\"result\" is no object.", "Write the processed event that is expected.");
    if (result) made.result = std::string(result->text());
    const auto skipped = value_.find("skipped");
    made.is_skipped = skipped.has_value();
    if (skipped && skipped->text() != "true") problem(*skipped, "\"skipped\" is not true.", "Leave it out, or write true.");
    if ((made.error ? 1 : 0) + (result ? 1 : 0) + (skipped ? 1 : 0) == 1) return;
    problem(value_, "A case expects one of \"result\", \"error\" and \"skipped\".",
            "error: how it fails; skipped: that `where` does not mean it.");
  }

  CaseAnswer read_answer(json::Value value) {
    CaseAnswer made;
    if (!value.is(Kind::object)) problem(value, "\"answer\" is no object.", "Write {\"status\": 200, \"body\": …}.");
    if (const auto body = value.find("body")) made.body = std::string(body->text());
    const auto status = value.find("status");
    const auto number = status && status->is(Kind::number) ? json::integer(status->text()) : std::nullopt;
    if (number && *number >= 100 && *number <= 599)
      made.status = static_cast<int>(*number);
    else if (status)
      problem(*status, "\"status\" is no status of HTTP.", "Write a number such as 200.");
    return made;
  }

  json::Value value_;
  const std::string& file_;
  std::vector<Problem>& problems_;
};

}  // namespace

std::vector<ProcessorCase> read_cases(const std::filesystem::path& file, std::vector<Problem>& problems) {
  const std::string name = file.string();
  std::ifstream in(file, std::ios::binary);
  std::stringstream text;
  text << in.rdbuf();
  const std::string all = text.str();
  const auto parsed = json::parse(all);
  if (!in || !parsed) {
    problems.push_back({{name}, !in ? "The file cannot be read." : parsed.error().message});
    return {};
  }
  std::vector<ProcessorCase> cases;
  const auto add = [&](json::Value value) {
    if (auto made = CaseReader(value, name, problems).read()) cases.push_back(*std::move(made));
  };
  const json::Value root = parsed->root();
  if (!root.is(Kind::array)) add(root);
  if (root.is(Kind::array))
    for (json::Value each = root.first(); !(each == root.end()); each = each.after()) add(each);
  return cases;
}

}  // namespace millrace::app
