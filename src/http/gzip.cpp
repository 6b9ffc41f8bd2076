#include "http/gzip.hpp"

#define ZLIB_CONST  // zlib writes nothing through its input
#include <zlib.h>

#include <algorithm>
#include <utility>

namespace millrace::http {
namespace {

constexpr int kGzip = 16;  // what zlib adds to the window's bits
constexpr int kWindowBits = 15;
constexpr int kLevel = 4;
constexpr std::size_t kPiece = 64 * 1024;

Failure not_gzip() {
  return Failure(Error{ErrorKind::invalid_argument, "http.content_encoding", "The body is not gzip, or breaks off."});
}

}  // namespace

struct GunzipStream::Inflater {
  explicit Inflater(std::uint64_t max) : left(max) { CHECK(inflateInit2(&stream, kWindowBits + kGzip) == Z_OK); }
  ~Inflater() { inflateEnd(&stream); }
  Inflater(const Inflater&) = delete;
  Inflater& operator=(const Inflater&) = delete;

  void feed(std::string_view text) {
    stream.next_in = reinterpret_cast<const Bytef*>(text.data());
    stream.avail_in = static_cast<uInt>(text.size());
  }
  bool has_input() const { return stream.avail_in > 0; }

  /// The next bytes; empty when it needs input. One member may follow the other (RFC 1952, section 2.2).
  Result<std::string_view> next() {
    out.resize(kPiece);
    stream.next_out = reinterpret_cast<Bytef*>(out.data());
    stream.avail_out = static_cast<uInt>(out.size());
    while (stream.avail_out > 0 && (has_input() || has_more)) {
      if (is_ended) CHECK(inflateReset(&stream) == Z_OK);
      const int status = inflate(&stream, Z_NO_FLUSH);
      is_ended = status == Z_STREAM_END;
      if (status == Z_BUF_ERROR) break;
      if (status != Z_OK && !is_ended) return not_gzip();
      if (is_ended && !has_input()) break;
    }
    has_more = stream.avail_out == 0 && !is_ended;
    const std::size_t made = out.size() - stream.avail_out;
    if (made > left) return Failure(Error{ErrorKind::too_large, "http.body_too_large", "The body is too large."});
    left -= made;
    return std::string_view(out).substr(0, made);
  }

  z_stream stream{};
  std::string out;
  std::uint64_t left;     // bytes that may still come out
  bool has_more = false;  // the last output was full
  bool is_ended = false;  // a member has ended
};

GunzipStream::GunzipStream(BodyStream& body, std::uint64_t bytes_max) : body_(body), inflater_(std::make_unique<Inflater>(bytes_max)) {}
GunzipStream::~GunzipStream() = default;

Task<std::string_view> GunzipStream::next() {
  while (true) {
    CO_TRY(const std::string_view made, inflater_->next());
    if (!made.empty()) co_return made;
    CO_TRY(const std::string_view piece, co_await body_.next());
    if (piece.empty() && !inflater_->is_ended) co_return not_gzip();
    if (piece.empty()) co_return std::string_view();
    inflater_->feed(piece);
  }
}

Result<std::string> gunzip(std::string_view text, std::size_t bytes_max) {
  GunzipStream::Inflater inflater(bytes_max);
  inflater.feed(text);
  std::string whole;
  while (true) {
    TRY(const std::string_view made, inflater.next());
    if (made.empty()) break;
    whole += made;
  }
  if (!inflater.is_ended) return not_gzip();
  return whole;
}

struct GzipStream::Deflater {
  Deflater() { CHECK(deflateInit2(&stream, kLevel, Z_DEFLATED, kWindowBits + kGzip, 8, Z_DEFAULT_STRATEGY) == Z_OK); }
  ~Deflater() { deflateEnd(&stream); }
  Deflater(const Deflater&) = delete;
  Deflater& operator=(const Deflater&) = delete;

  std::string_view fold(std::string_view text, int flush) {
    stream.next_in = reinterpret_cast<const Bytef*>(text.data());
    stream.avail_in = static_cast<uInt>(text.size());
    std::size_t made = 0;
    do {
      out.resize(std::max<std::size_t>(made + text.size() / 2 + 256, out.size()));
      stream.next_out = reinterpret_cast<Bytef*>(out.data() + made);
      stream.avail_out = static_cast<uInt>(out.size() - made);
      deflate(&stream, flush);
      made = out.size() - stream.avail_out;
    } while (stream.avail_out == 0);
    return std::string_view(out).substr(0, made);
  }

  z_stream stream{};
  std::string out;
  bool is_ended = false;
};

GzipStream::GzipStream(std::unique_ptr<BodyStream> body) : body_(std::move(body)), deflater_(std::make_unique<Deflater>()) {}
GzipStream::~GzipStream() = default;

Task<std::string_view> GzipStream::next() {
  if (deflater_->is_ended) co_return std::string_view();
  CO_TRY(const std::string_view piece, co_await body_->next());
  deflater_->is_ended = piece.empty();
  co_return deflater_->fold(piece, piece.empty() ? Z_FINISH : Z_SYNC_FLUSH);
}

std::string gzip(std::string_view text) {
  GzipStream::Deflater deflater;
  return std::string(deflater.fold(text, Z_FINISH));
}

}  // namespace millrace::http
