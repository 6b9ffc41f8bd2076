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

/// {"idempotencyKey": "...", "document": {...}}: no other member, in either order.
bool is_envelope(const json::Value& item) {
  if (!item.is(json::Kind::object) || item.size() != 2) return false;
  const auto key = item.find("idempotencyKey");
  const auto document = item.find("document");
  return key && key->is(json::Kind::string) && document && document->is(json::Kind::object);
}

std::string path_of(std::string_view pointer, std::string_view member) {
  return std::string(pointer).append("/").append(member);
}

}  // namespace

Result<BulkBody> BulkBody::open(const ResourceOptions& options, const http::Request& request) {
  TRY_OK(expect_media_type(request, {kJson, kLines, kLinesToo}));
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
  TRY(const json::Document parsed, json::parse(item.text, {.line = item.line, .column = item.column}));
  return read(parsed.root(), pointer);
}

bool BulkBody::is_form_error(const Error& error) const {
  return form_ == ItemSplitter::Form::array && error.code.starts_with("json.");
}

Result<document::Append> BulkBody::read(const json::Value& item, std::string_view pointer) const {
  const bool in_envelope = form_ == ItemSplitter::Form::lines && is_envelope(item);
  const std::string place = in_envelope ? path_of(pointer, "document") : std::string(pointer);
  const json::Value document = in_envelope ? *item.find("document") : item;
  TRY(document::Incoming incoming, document::read_document(document, options_->schema, place));
  std::optional<std::string> key;
  if (in_envelope) key = item.find("idempotencyKey")->string();
  return document::creation(std::move(incoming), options_->creation, key, place, path_of(pointer, "idempotencyKey"));
}

}  // namespace millrace::rest
