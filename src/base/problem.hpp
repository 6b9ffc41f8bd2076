// Problems in text that a person wrote: config, SDL, JSON Schema, templates.
//
// Whatever reads such text goes on after the first problem and reports every one, each with its place and, where it can, what to write
// instead.
#pragma once

#include <compare>
#include <cstdint>
#include <expected>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace millrace {

/// A place in a file. Lines and columns count from 1; columns count bytes. Line 0: the file as a whole.
struct Place {
  std::string file;
  std::uint32_t line = 0;
  std::uint32_t column = 0;
};

struct Problem {
  Place place;
  std::string message;    // one sentence
  std::string hint = {};  // what to write instead; may be empty
};

template <class T>
using Checked = std::expected<T, std::vector<Problem>>;

/// "file:line:column: message (hint)", the form that editors can follow.
std::string to_string(const Place& place);
std::string to_string(const Problem& problem);

/// The candidate nearest to `name` by edit distance when it is near enough to be meant (graphql-js's threshold:
/// floor(0.4 * length) + 1); else empty. The view points into `candidates`.
std::string_view nearest(std::string_view name, const std::vector<std::string>& candidates);

/// Whether a letter more, less or another makes one of the other, or two that are swapped.
bool is_one_edit_away(std::string_view a, std::string_view b);

/// All candidates that are near enough, nearest first, at most five: the list behind "Did you mean".
std::vector<std::string> suggestions(std::string_view name, const std::vector<std::string>& candidates);

/// Names as a person sorts them: a number in a name counts as a number, and a leading zero is a number of its own. graphql-js's order of
/// suggestions that are equally near.
std::strong_ordering natural_order(std::string_view a, std::string_view b);

}  // namespace millrace
