#include "rest/bulk_items.hpp"

#include <algorithm>

#include "base/json/document.hpp"

namespace millrace::rest {
namespace {

bool is_blank(std::string_view line) {
  return line.find_first_not_of(" \t\r") == std::string_view::npos;
}

std::vector<std::string_view> lines_of(std::string_view text) {
  std::vector<std::string_view> lines;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    if (!is_blank(text.substr(0, end))) lines.push_back(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
  }
  return lines;
}

Result<std::vector<std::string_view>> elements_of(std::string_view text) {
  TRY(auto document, json::parse(text));
  json::Value array = document.root();
  if (!array.is(json::Kind::array))
    return Failure(Error{ErrorKind::invalid_argument, "bulk.not_array", "A bulk request is a JSON array of documents.",
                         "Send [{...}, {...}], or one document a line with \"Content-Type: application/x-ndjson\"."});
  std::vector<std::string_view> items;
  for (json::Value item = array.first(); !(item == array.end()); item = item.after()) items.push_back(item.text());
  return items;
}

}  // namespace

Result<std::vector<std::string_view>> split_items(const http::Request& request, std::size_t items_max) {
  const std::string type = http::media_type(request.header("content-type"));
  const bool is_lines = type == "application/x-ndjson" || type == "application/ndjson";
  std::vector<std::string_view> items;
  if (is_lines) {
    items = lines_of(request.body);
  } else {
    TRY(items, elements_of(request.body));
  }
  if (items.size() <= items_max) return items;
  return Failure(Error{ErrorKind::too_large, "bulk.too_many",
                       fmt::format("A bulk request has at most {} items; this one has {}.", items_max, items.size())});
}

}  // namespace millrace::rest
