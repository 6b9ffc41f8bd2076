#include "rest/bulk_body.hpp"

#include "base/id.hpp"
#include "base/json/document.hpp"
#include "document/idempotency.hpp"
#include "rest/body.hpp"

namespace millrace::rest {
namespace {

constexpr std::string_view kJson = "application/json";
constexpr std::string_view kLines = "application/x-ndjson";
constexpr std::string_view kLinesToo = "application/ndjson";

/// What a line holds: a document, alone or in {"idempotencyKey": "...", "document": {...}}.
struct Line {
  json::Value document;
  std::optional<std::string> key = {};
};

/// Error "bulk.envelope" when it has both members, and is no envelope all the same.
Result<Line> read_line(const json::Value& item, std::string_view pointer) {
  const auto key = item.is(json::Kind::object) ? item.find("idempotencyKey") : std::nullopt;
  const auto document = item.is(json::Kind::object) ? item.find("document") : std::nullopt;
  if (!key || !document) return Line{item};
  if (item.size() == 2 && key->is(json::Kind::string) && document->is(json::Kind::object)) return Line{*document, key->string()};
  std::string message = "An envelope has the members \"idempotencyKey\", a text, and \"document\", an object, and no other.";
  return Failure(Error{ErrorKind::unprocessable, "bulk.envelope", message, {}, {{std::string(pointer), "bulk.envelope", message}}});
}

std::string path_of(std::string_view pointer, std::string_view member) {
  return std::string(pointer).append("/").append(member);
}

}  // namespace

Result<BulkBody> BulkBody::open(const ResourceOptions& options, const http::Request& request) {
  TRY_OK(expect_media_type(request, {kJson, kLines, kLinesToo}));
  if (!request.header("idempotency-key").empty())
    return Failure(Error{ErrorKind::invalid_argument, "idempotency.key", "An Idempotency-Key names one document.",
                         "In bulk each document brings its own: a line {\"idempotencyKey\": ..., \"document\": ...}, or the restlette's "
                         "`idempotency` field."});
  const std::string type = http::media_type(request.header("content-type"));
  const bool is_lines = type == kLines || type == kLinesToo;
  return BulkBody(options, request, is_lines ? ItemSplitter::Form::lines : ItemSplitter::Form::array);
}

Result<bool> BulkBody::is_ready() {
  switch (splitter_.next()) {
    case ItemSplitter::Step::item: return true;
    case ItemSplitter::Step::failed: return Failure(splitter_.error());
    case ItemSplitter::Step::end: is_at_end_ = true; return false;
    case ItemSplitter::Step::need_more: return false;
  }
  return false;
}

Task<bool> BulkBody::has_next() {
  while (true) {
    CO_TRY(const bool is_there, is_ready());
    if (is_there || is_at_end_) co_return is_there;
    if (!request_->stream) {
      if (std::exchange(is_fed_, true)) {
        splitter_.finish();
      } else {
        splitter_.feed(request_->body);
      }
      continue;
    }
    CO_TRY(const std::string_view piece, co_await request_->stream->next());
    if (piece.empty()) {
      splitter_.finish();
    } else {
      splitter_.feed(piece);
    }
  }
}

Result<document::Append> BulkBody::next(std::string_view pointer) {
  const SplitItem& item = splitter_.item();
  if (item.is_too_long)
    return Failure(Error{ErrorKind::too_large, "bulk.item_too_large",
                         fmt::format("The item that begins in line {}, column {}, is longer than {} bytes.", item.line, item.column,
                                     options_->document_bytes_max)});
  TRY(const json::Document parsed, json::parse(item.text, {.line = item.line, .column = item.column}));
  return read(parsed.root(), pointer);
}

Result<document::Append> BulkBody::read(const json::Value& item, std::string_view pointer) const {
  Line line{item};
  if (form_ == ItemSplitter::Form::lines && options_->takes_envelopes) {
    TRY(line, read_line(item, pointer));
  }
  const std::string place = line.key ? path_of(pointer, "document") : std::string(pointer);
  TRY(document::Incoming incoming, document::read_document(line.document, options_->schema, place));
  return document::creation(std::move(incoming), options_->creation, line.key, place, path_of(pointer, "idempotencyKey"));
}

}  // namespace millrace::rest
