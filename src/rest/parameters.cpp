#include "rest/parameters.hpp"

#include <algorithm>
#include <charconv>

namespace millrace::rest {
namespace {

Failure invalid(std::string_view code, std::string message, std::string hint = {}) {
  return Failure(Error{ErrorKind::invalid_argument, code, std::move(message), std::move(hint)});
}

std::optional<std::string> take(QueryParameters& parameters, std::string_view name) {
  auto found = std::ranges::find(parameters, name, &QueryParameters::value_type::first);
  if (found == parameters.end()) return std::nullopt;
  std::string value = std::move(found->second);
  parameters.erase(found);
  return value;
}

std::optional<std::uint64_t> whole_number(std::string_view text) {
  std::uint64_t number = 0;
  auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size() || text.empty()) return std::nullopt;
  return number;
}

}  // namespace

Result<QueryParameters> read_parameters(std::string_view query) {
  auto parameters = http::parse_query(query);
  if (parameters) return *std::move(parameters);
  return invalid("http.query", "The query string is not well-formed percent-encoded UTF-8.");
}

Result<document::View> take_view(QueryParameters& parameters) {
  auto text = take(parameters, "at");
  if (!text) return document::View{};
  if (auto at = parse_at(*text)) return document::View{*at};
  return invalid("list.at", fmt::format("The parameter \"at\" is no instant: \"{}\".", *text),
                 "Give milliseconds since 1970, such as 1704110400000, or RFC 3339, such as 2024-01-01T12:00:00Z.");
}

Result<document::Page> take_page(QueryParameters& parameters, PageLimits limits) {
  document::Page page{limits.otherwise};
  if (auto text = take(parameters, "limit")) {
    auto limit = whole_number(*text);
    if (!limit || *limit > limits.max)
      return invalid("list.limit",
                     fmt::format("The parameter \"limit\" must be a whole number from 0 to {}, found \"{}\".", limits.max, *text));
    page.limit = *limit;
  }
  if (auto text = take(parameters, "after")) {
    auto after = whole_number(*text);
    if (!after || *after == 0)
      return invalid("list.after", fmt::format("The parameter \"after\" is no cursor of this list: \"{}\".", *text),
                     "Follow the Link header of the page before.");
    page.after = *after;
  }
  return page;
}

Result<std::vector<std::string>> take_ids(QueryParameters& parameters) {
  auto text = take(parameters, "ids");
  if (!text || text->empty()) return invalid("bulk.ids", "The parameter \"ids\" is missing.", "Ask with ?ids=ID,ID.");
  std::vector<std::string> ids;
  std::string_view left = *text;
  while (true) {
    const std::size_t comma = left.find(',');
    ids.emplace_back(left.substr(0, comma));
    if (comma == std::string_view::npos) return ids;
    left.remove_prefix(comma + 1);
  }
}

bool is_partial(const http::Request& request) {
  auto parameters = http::parse_query(request.query);
  return parameters && std::ranges::find(*parameters, std::pair<std::string, std::string>("partial", "true")) != parameters->end();
}

}  // namespace millrace::rest
