#include "app/import_batch.hpp"

#include "base/id.hpp"
#include "base/json/canonical.hpp"
#include "base/json/document.hpp"

namespace millrace::app {
namespace {

constexpr std::string_view kNilUuid = "00000000-0000-0000-0000-000000000000";

/// What a problem document says, its first violation included.
std::string message_of(const json::Value& problem) {
  auto error = problem.find("error");
  std::string message = error && error->is(json::Kind::string) ? error->string() : "It was refused.";
  auto errors = problem.find("errors");
  if (!errors || !errors->is(json::Kind::array) || errors->size() < 2) return message;
  for (json::Value item = errors->first(); !(item == errors->end()); item = item.after()) {
    auto path = item.find("path");
    auto text = item.find("message");
    if (path && text) message += fmt::format(" {}: {}.", path->string(), text->string());
  }
  return message;
}

}  // namespace

/// Lines that are no JSON objects go as they are, for the service to say what is wrong with them.
std::string ImportReader::with_id(std::string_view line) const {
  auto parsed = json::parse(line);
  if (!parsed || !parsed->root().is(json::Kind::object) || parsed->root().find("id")) return std::string(line);
  std::string id = make_uuid5(make_uuid5(kNilUuid, options_.target), fmt::format("{}:{}", line_, line));
  std::string text = fmt::format("{{\"id\":\"{}\"", id);
  std::string rest;
  json::append_canonical(rest, parsed->root());
  return text + (rest.size() > 2 ? "," : "") + rest.substr(1);
}

ImportBatch ImportReader::next() {
  ImportBatch batch;
  std::string line;
  while (batch.lines.size() < options_.batch_lines && batch.body.size() < options_.batch_bytes && std::getline(stream_, line)) {
    ++line_;
    if (line.find_first_not_of(" \t\r") == std::string::npos) continue;
    batch.body += options_.makes_ids ? with_id(line) : line;
    batch.body += '\n';
    batch.lines.push_back(line_);
  }
  return batch;
}

Result<> count_results(const ImportBatch& batch, std::string_view answer, ImportCounts& counts,
                       const std::function<void(std::uint64_t, std::string_view)>& report) {
  auto parsed = json::parse(answer);
  const bool is_list = parsed && parsed->root().is(json::Kind::array) && parsed->root().size() == batch.lines.size();
  if (!is_list)
    return Failure(
        Error{ErrorKind::internal, "import.answer", fmt::format("The service gave no result for each line: {}", answer.substr(0, 300))});
  std::size_t index = 0;
  json::Value results = parsed->root();
  for (json::Value item = results.first(); !(item == results.end()); item = item.after(), ++index) {
    auto problem = item.find("problem");
    auto code = problem ? problem->find("code") : std::nullopt;
    if (!problem) {
      ++counts.stored;
    } else if (code && code->is_string("document.repeated")) {
      ++counts.already_there;
    } else {
      ++counts.refused;
      report(batch.lines[index], message_of(*problem));
    }
  }
  return {};
}

}  // namespace millrace::app
