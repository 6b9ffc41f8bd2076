// The content coding gzip (RFC 9110, section 8.4.1.3), whole or piece by piece. zlib stays behind this.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.hpp"
#include "http/message.hpp"

namespace millrace::http {

/// Errors: "http.content_encoding" (invalid_argument) when it is not gzip or breaks off; "http.body_too_large" when it unfolds to more than
/// `bytes_max`, found out before that much is made.
Result<std::string> gunzip(std::string_view text, std::size_t bytes_max);
std::string gzip(std::string_view text);

/// A body unfolded as it comes; errors as of gunzip(). The inner stream outlives it.
class GunzipStream : public BodyStream {
 public:
  GunzipStream(BodyStream& body, std::uint64_t bytes_max);
  ~GunzipStream() override;
  Task<std::string_view> next() override;

  struct Inflater;

 private:
  BodyStream& body_;
  std::unique_ptr<Inflater> inflater_;
};

/// A body folded as it goes. What the inner stream gives goes on at once, so that a reader who waits for it gets it.
class GzipStream : public BodyStream {
 public:
  explicit GzipStream(std::unique_ptr<BodyStream> body);
  ~GzipStream() override;
  Task<std::string_view> next() override;
  void stop() override { body_->stop(); }

  struct Deflater;

 private:
  std::unique_ptr<BodyStream> body_;
  std::unique_ptr<Deflater> deflater_;
};

}  // namespace millrace::http
