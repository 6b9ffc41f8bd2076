// Requests from strangers: nothing crashes, the same requests come out however the bytes are cut and whether bodies are gathered or taken
// in pieces, and what we take of the first one Beast reads the same way, to the same byte.
#include "base/result.hpp"
#include "http/beast_reader_test.hpp"
#include "http/request_reader.hpp"
#include "tests/fuzz/pieces.hpp"

namespace millrace::http {
namespace {

using Step = RequestReader::Step;

constexpr std::string_view kNotInName("\r\n\0 :", 5), kNotInValue("\r\n\0", 3);

/// What came out of a stream of bytes.
struct Seen {
  std::string requests;
  bool is_refused = false;
  bool is_idle = false;
  bool operator==(const Seen&) const = default;
};

void append(std::string& out, const Request& request, std::string_view body) {
  out.append(to_string(request.method)).append(" ").append(request.target).append(" ").append(request.path).append("\n");
  for (const auto& [name, value] : request.headers) {
    CHECK(name.find_first_of(kNotInName) == std::string_view::npos && value.find_first_of(kNotInValue) == std::string_view::npos);
    out.append(name).append("=").append(value).append("\n");
  }
  out.append(body).append("\n\n");
}

/// Nothing comes out of what follows a refusal.
Seen read(std::string_view stream, Pieces pieces, bool is_streamed) {
  constexpr std::size_t kHeaderBytes = 16 * 1024;  // more than an input has: what counts against it depends on the cuts
  constexpr std::size_t kBodyBytes = 1'000;
  RequestReader reader(kHeaderBytes);
  Seen seen;
  std::string body;
  while (true) {
    switch (reader.step()) {
      case Step::need_more:
        if (stream.empty()) {
          seen.is_idle = reader.is_idle();
          return seen;
        }
        pieces.give(reader, stream);
        break;
      case Step::head:
        reader.set_body_limit(kBodyBytes);
        if (is_streamed) reader.stream_body();
        break;
      case Step::piece:
        CHECK(is_streamed && !reader.piece().empty());
        body += reader.piece();
        break;
      case Step::request:
        append(seen.requests, reader.request(), is_streamed ? std::string_view(body) : reader.request().body);
        CHECK(body.size() <= kBodyBytes && reader.request().body.size() <= kBodyBytes);
        body.clear();
        reader.finish();
        break;
      case Step::refused:
        CHECK(reader.refusal().status >= 400 && !reader.refusal().error.message.empty());
        CHECK(reader.step() == Step::refused);
        seen.is_refused = true;
        return seen;
    }
  }
}

void compare_with_beast(std::string_view stream) {
  while (stream.starts_with("\r\n")) stream.remove_prefix(2);
  if (stream.size() > 4'000) return;  // read_with_ours() reads once
  const auto ours = read_with_ours(stream);
  if (!ours || !ours->text.starts_with('/')) return;  // a target with an authority has another Host here
  const BeastReading theirs = read_with_beast(stream);
  CHECK(theirs.is_stricter || theirs.message == ours);
}

}  // namespace
}  // namespace millrace::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  std::string_view stream(reinterpret_cast<const char*>(data), size);
  const Pieces pieces = take_pieces(stream);
  const http::Seen whole = http::read(stream, Pieces(0), false);
  CHECK(http::read(stream, pieces, false) == whole);
  CHECK(http::read(stream, pieces, true) == whole);
  http::compare_with_beast(stream);
  return 0;
}
