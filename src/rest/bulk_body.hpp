// The body of a bulk request as documents to create, read as it comes in.
#pragma once

#include <optional>
#include <string>

#include "base/task.hpp"
#include "document/incoming.hpp"
#include "document/store.hpp"
#include "http/message.hpp"
#include "rest/item_splitter.hpp"
#include "rest/resource.hpp"

namespace millrace::rest {

class BulkBody {
 public:
  /// Options and request outlive it. Error "http.media_type".
  static Result<BulkBody> open(const ResourceOptions& options, const http::Request& request);

  /// Waits for more of the body when no item is there. Whether there is an item; false at the end. Errors: the connection's, and those of
  /// the body's form.
  Task<bool> has_next();
  /// Reads the item as what creates it. Requires: has_next(). The errors are those of a single document, with `pointer` before their paths,
  /// and "bulk.item_too_large", "bulk.envelope".
  Result<document::Append> next(std::string_view pointer);
  /// Whether an item is there without waiting.
  Result<bool> is_ready();

 private:
  BulkBody(const ResourceOptions& options, const http::Request& request, ItemSplitter::Form form)
      : options_(&options), request_(&request), form_(form), splitter_(form, options.document_bytes_max) {}
  Result<document::Append> read(const json::Value& item, std::string_view pointer) const;

  const ResourceOptions* options_;
  const http::Request* request_;
  ItemSplitter::Form form_;
  ItemSplitter splitter_;
  bool is_fed_ = false;  // a body that came whole
  bool is_at_end_ = false;
};

}  // namespace millrace::rest
