#include "http/content_coding.hpp"

#include <gtest/gtest.h>

#include "http/gzip.hpp"
#include "io/loop.hpp"

namespace millrace::http {
namespace {

/// Gives the text in pieces of some size.
class Cut : public BodyStream {
 public:
  Cut(std::string text, std::size_t size) : text_(std::move(text)), size_(size) {}
  Task<std::string_view> next() override {
    const std::string_view piece = std::string_view(text_).substr(at_, size_);
    at_ += piece.size();
    co_return piece;
  }

 private:
  const std::string text_;
  const std::size_t size_;
  std::size_t at_ = 0;
};

Result<std::string> whole(BodyStream& stream) {
  io::Loop loop;
  std::string text;
  while (true) {
    TRY(const std::string_view piece, loop.block_on(stream.next()));
    if (piece.empty()) return text;
    text += piece;
  }
}

TEST(ContentCoding, TextOfSomeSizeIsFolded) {
  const std::string text(5000, 'x');
  auto coded = [&](std::string type, std::string body, std::string_view accept) {
    Response response{200, {}, std::move(body)};
    response.add("Content-Type", type).add("ETag", "\"3\"");
    encode(response, accept);
    return response;
  };
  Response folded = coded("application/json; charset=utf-8", text, "gzip");
  EXPECT_LT(folded.body.size(), 200u);
  EXPECT_EQ(*gunzip(folded.body, 10'000), text);
  EXPECT_TRUE(folded.headers.contains("Content-Encoding: gzip\r\n"));
  EXPECT_TRUE(folded.headers.contains("Vary: Accept-Encoding\r\n"));
  EXPECT_TRUE(folded.headers.contains("ETag: \"3-gzip\"\r\n"));
  Response plain = coded("application/json", text, "identity");
  EXPECT_EQ(plain.body, text);
  EXPECT_TRUE(plain.headers.contains("Vary: Accept-Encoding\r\n"));
  EXPECT_TRUE(plain.headers.contains("ETag: \"3\"\r\n"));
  EXPECT_FALSE(coded("application/json", "small", "gzip").headers.contains("Vary"));
  EXPECT_FALSE(coded("image/png", text, "gzip").headers.contains("Vary"));
  EXPECT_FALSE(coded("text/event-stream", text, "gzip").headers.contains("Vary"));
  Response large = coded("text/plain", std::string(1'000'000, 'y'), "gzip");
  ASSERT_TRUE(large.stream);
  EXPECT_EQ(*gunzip(*whole(*large.stream), 2'000'000), std::string(1'000'000, 'y'));
}

TEST(ContentCoding, HandlersSeeTheTagsThatTheyGave) {
  Request request;
  request.headers = {{"If-Match", "\"3-gzip\", W/\"4-gzip\" ,\"5\""}, {"Other", "\"3-gzip\""}, {"if-none-match", "\"7-gzip\""}};
  std::string storage;
  EXPECT_TRUE(restore_tags(request, storage));
  EXPECT_EQ(request.headers[0].second, "\"3\", W/\"4\" ,\"5\"");
  EXPECT_EQ(request.headers[1].second, "\"3-gzip\"");
  EXPECT_EQ(request.headers[2].second, "\"7\"");
  request.headers = {{"If-Match", "*"}};
  EXPECT_FALSE(restore_tags(request, storage));
}

TEST(Gzip, PiecesOfAnySizeGiveTheSame) {
  std::string text;
  for (int i = 0; i < 20'000; ++i) text += std::to_string(i * 7919);
  for (const std::size_t size : {1u, 7u, 1000u, 100'000u}) {
    GzipStream folded(std::make_unique<Cut>(text.substr(0, size * 20), size));
    const std::string wire = *whole(folded);
    EXPECT_EQ(*gunzip(wire, text.size()), text.substr(0, size * 20));
    Cut cut(gzip(text) + gzip("and more"), size);
    GunzipStream unfolded(cut, 1'000'000);
    EXPECT_EQ(*whole(unfolded), text + "and more");
  }
}

TEST(Gzip, RefusesBombsAndWhatIsBroken) {
  const std::string bomb = gzip(std::string(50'000'000, 'x'));
  EXPECT_EQ(gunzip(bomb, 1'000'000).error().code, "http.body_too_large");
  Cut cut(bomb, 1000);
  GunzipStream stream(cut, 1'000'000);
  EXPECT_EQ(whole(stream).error().code, "http.body_too_large");
  EXPECT_EQ(*gunzip(gzip(std::string(1000, 'x')), 1000), std::string(1000, 'x'));
  for (const std::string& broken : {std::string("nonsense"), bomb.substr(0, bomb.size() / 2), gzip("x") + "y", std::string()}) {
    EXPECT_EQ(gunzip(broken, 100'000'000).error().code, "http.content_encoding");
    Cut pieces(broken, 100);
    GunzipStream breaking(pieces, 100'000'000);
    EXPECT_EQ(whole(breaking).error().code, "http.content_encoding");
  }
}

}  // namespace
}  // namespace millrace::http
