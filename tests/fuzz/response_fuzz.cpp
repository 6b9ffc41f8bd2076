// Answers of servers that nobody vouches for: nothing crashes, nothing longer than the limit is kept, and the same comes out however the
// bytes are cut.
#include "base/result.hpp"
#include "http/response_reader.hpp"
#include "tests/fuzz/pieces.hpp"

namespace millrace::http {
namespace {

using Step = ResponseReader::Step;

constexpr std::size_t kBodyBytes = 1'000;

std::string read(std::string_view stream, Pieces pieces, Method method) {
  ResponseReader reader(kBodyBytes);
  reader.begin(method);
  Step step = reader.step();
  while (step == Step::need_more && !stream.empty()) {
    pieces.give(reader, stream);
    step = reader.step();
  }
  if (step == Step::need_more) step = reader.ended();
  if (step == Step::need_more) return "need_more";
  if (step == Step::failed) {
    CHECK(reader.error().kind == ErrorKind::unavailable);
    return "failed";
  }
  auto response = reader.take();
  if (!response) return std::string(response.error().code);
  CHECK(response->status >= 200 && response->status < 1000 && response->body.size() <= kBodyBytes);
  return std::to_string(response->status) + response->headers + response->body;
}

}  // namespace
}  // namespace millrace::http

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace millrace;
  std::string_view stream(reinterpret_cast<const char*>(data), size);
  const Pieces pieces = take_pieces(stream);
  for (const http::Method method : {http::Method::get, http::Method::head})
    CHECK(http::read(stream, pieces, method) == http::read(stream, Pieces(0), method));
  return 0;
}
