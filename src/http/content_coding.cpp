#include "http/content_coding.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

#include "http/characters.hpp"
#include "http/gzip.hpp"
#include "http/media_range.hpp"

namespace millrace::http {
namespace {

// Less than this fits into a packet or two either way.
constexpr std::size_t kBytesMin = 1024;
// More than this is folded piece by piece, so that others have their turn.
constexpr std::size_t kBytesAtOnce = 256 * 1024;
constexpr std::size_t kPiece = 64 * 1024;
constexpr std::string_view kTagEnd = "-gzip\"";

bool is_text(std::string_view type) {
  constexpr std::array kTypes = {"application/json",   "application/x-ndjson", "application/ndjson",  "application/javascript",
                                 "application/schema", "image/svg+xml",        "application/graphql", "application/problem+json"};
  if (type == "text/event-stream") return false;  // who reads one waits for each event by itself
  return type.starts_with("text/") || type.ends_with("+json") || std::ranges::find(kTypes, type) != kTypes.end();
}

bool pays(const Response& response) {
  if (!response.stream && response.body.size() < kBytesMin) return false;
  if (response.stream_length && *response.stream_length < kBytesMin) return false;
  if (response.header("Content-Encoding")) return false;
  if (const auto caching = response.header("Cache-Control"); caching && caching->contains("no-transform")) return false;
  const auto type = response.header("Content-Type");
  return type && is_text(media_type(*type));
}

/// A text in pieces.
class Pieces : public BodyStream {
 public:
  explicit Pieces(std::string text) : text_(std::move(text)) {}
  Task<std::string_view> next() override {
    const std::string_view piece = std::string_view(text_).substr(at_, kPiece);
    at_ += piece.size();
    co_return piece;
  }

 private:
  const std::string text_;
  std::size_t at_ = 0;
};

}  // namespace

void encode(Response& response, std::string_view accept_encoding) {
  // A 304 stands for a 200 that might have been folded.
  const bool is_unchanged = response.status == 304;
  if (!is_unchanged && !pays(response)) return;
  response.add("Vary", "Accept-Encoding");
  if (is_unchanged) return;
  if (!accepts_coding(accept_encoding, "gzip")) return;
  response.add("Content-Encoding", "gzip");
  mark_tag(response);
  if (!response.stream && response.body.size() <= kBytesAtOnce) {
    response.body = gzip(response.body);
    return;
  }
  if (!response.stream) response.stream = std::make_unique<Pieces>(std::exchange(response.body, {}));
  response.stream = std::make_unique<GzipStream>(std::move(response.stream));
  response.stream_length.reset();
}

bool restore_tags(Request& request, std::string& storage) {
  storage.clear();
  std::size_t size = 0;
  for (const auto& [name, value] : request.headers) size += value.size();
  for (auto& [name, value] : request.headers) {
    const bool is_condition = equal_ignoring_case(name, "If-Match") || equal_ignoring_case(name, "If-None-Match");
    if (!is_condition || !value.contains(kTagEnd)) continue;
    storage.reserve(size);  // all of them fit, so that none moves
    const std::size_t start = storage.size();
    for (std::size_t at = 0; at < value.size();) {
      const std::size_t end = std::min(value.find(kTagEnd, at), value.size());
      storage.append(value.substr(at, end - at));
      if (end < value.size()) storage.push_back('"');
      at = end + kTagEnd.size();
    }
    value = std::string_view(storage).substr(start);
  }
  return !storage.empty();
}

void mark_tag(Response& response) {
  const auto tag = response.header("ETag");
  if (!tag || !tag->ends_with('"')) return;
  const auto end = static_cast<std::size_t>(tag->data() + tag->size() - response.headers.data());
  response.headers.insert(end - 1, kTagEnd.substr(0, kTagEnd.size() - 1));
}

}  // namespace millrace::http
