// The texts that a schema is made of, the places in them, and the problems found there.
#pragma once

#include <compare>
#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

#include "base/json/document.hpp"
#include "base/problem.hpp"

namespace millrace::jsonschema {

struct Source {
  std::string file;  // as problems name it
  std::string text;
  json::Document document;  // of `text`
};

/// A value in one of the sources.
struct Location {
  std::uint32_t source = 0;
  std::uint32_t node = 0;
  friend auto operator<=>(const Location&, const Location&) = default;
};

/// Sources never move once they are here, and live as long as this does.
class Sources {
 public:
  /// The new source's number. A text that is not JSON becomes a problem and no source.
  std::expected<std::uint32_t, Problem> add(std::string_view text, std::string file);

  const Source& operator[](std::uint32_t source) const { return sources_[source]; }
  json::Value value(Location location) const { return {sources_[location.source].document, location.node}; }
  /// The line and column where the value starts.
  Place place(Location location) const;

 private:
  std::deque<Source> sources_;
};

/// Problems in the order in which they were found; the first thousand.
class Problems {
 public:
  explicit Problems(const Sources& sources) : sources_(&sources) {}

  void add(Location location, std::string message, std::string hint = {});
  void add(Problem problem) { problems_.push_back(std::move(problem)); }
  bool empty() const { return problems_.empty(); }
  /// Sorted by place; what was reported twice is there once.
  std::vector<Problem> take();

 private:
  const Sources* sources_;
  std::vector<Problem> problems_;
};

}  // namespace millrace::jsonschema
