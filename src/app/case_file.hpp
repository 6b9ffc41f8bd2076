// Cases of processors in files: an event, and what becomes of it. What `millrace test` runs.
//
//   [{"name": TEXT, "processor": NAME, "event": OBJECT, "result": OBJECT},
//    {"processor": NAME, "event": OBJECT, "error": TEXT},
//    {"processor": NAME, "event": OBJECT, "skipped": true},
//    {"processor": NAME, "event": OBJECT, "answer": {"status": 200, "body": VALUE}, "result": OBJECT}]
#pragma once

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "base/problem.hpp"

namespace millrace::app {

/// What a webhook is taken to answer.
struct CaseAnswer {
  int status = 200;
  std::string body = {};  // JSON; empty: none
};

struct ProcessorCase {
  Place place;
  std::string name = {};
  std::string processor = {};
  std::string id = "event";                // the event's
  std::string event = {};                  // its payload, canonical
  std::optional<std::string> result = {};  // JSON; or
  std::optional<std::string> error = {};   // or
  bool is_skipped = false;
  std::optional<std::string> key = {};  // as well
  std::optional<CaseAnswer> answer = {};
};

/// The cases of a file: an array of them, or one. Reports what is wrong with it.
std::vector<ProcessorCase> read_cases(const std::filesystem::path& file, std::vector<Problem>& problems);

}  // namespace millrace::app
