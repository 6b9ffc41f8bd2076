#include "pages/page.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include "io/loop.hpp"
#include "pages/archive.hpp"

namespace millrace::pages {
namespace {

using testing::HasSubstr;
using testing::Not;

http::Request get(std::string_view path, std::vector<std::pair<std::string_view, std::string_view>> headers = {}) {
  http::Request request;
  request.path = path;
  request.headers = std::move(headers);
  return request;
}

TEST(Archive, HoldsEveryFileWhole) {
  EXPECT_GT(files().size(), 10u);
  for (const File& file : files()) {
    EXPECT_EQ(file.unpacked().size(), file.size) << file.name;
    EXPECT_EQ(find_file(file.name), &file);
    EXPECT_FALSE(file.type.empty());
  }
  EXPECT_EQ(find_file("nothing"), nullptr);
}

TEST(RenderPage, NamesFilesRelativeToThePathAskedFor) {
  const std::pair<std::string_view, std::string_view> rows[] = {
      {"/", "=\"./-/pages/start-"},
      {"/x", "=\"./-/pages/start-"},
      {"/x/", "=\"../-/pages/start-"},
      {"/x/y", "=\"../-/pages/start-"},
      {"/x/y/z/", "=\"../../../-/pages/start-"},
  };
  for (const auto& [path, expected] : rows) EXPECT_THAT(render_page(get(path), "start", "t").body, HasSubstr(expected)) << path;
}

TEST(RenderPage, KeepsSettingsAndTitleApartFromTheMarkup) {
  const std::string body = render_page(get("/"), "start", "<b>{{root}}&", R"({"a":"</script><script>{{title}}"})").body;
  EXPECT_THAT(body, HasSubstr("<title>&lt;b&gt;{{root}}&amp;</title>"));
  EXPECT_THAT(body, HasSubstr(R"({"a":"\u003c/script>\u003cscript>{{title}}"})"));
}

TEST(RenderPage, SaysWhatABrowserMayDo) {
  const http::Response response = render_page(get("/"), "start", "t");
  EXPECT_THAT(response.headers, HasSubstr("Content-Security-Policy: default-src 'none'; script-src 'self'; style-src 'self';"));
  EXPECT_THAT(response.headers, Not(HasSubstr("unsafe")));
  http::Request request = get("/");
  request.method = http::Method::put;
  EXPECT_EQ(render_page(request, "start", "t").status, 405);
}

TEST(RenderPage, IsNotSentAgain) {
  const http::Response first = render_page(get("/"), "start", "t");
  const std::size_t begin = first.headers.find("ETag: ") + 6;
  const std::string etag = first.headers.substr(begin, first.headers.find('\r', begin) - begin);
  EXPECT_EQ(render_page(get("/", {{"If-None-Match", etag}}), "start", "t").status, 304);
  EXPECT_EQ(render_page(get("/", {{"If-None-Match", etag}}), "start", "u").status, 200);
}

TEST(FileHandler, PacksForThoseWhoTakeIt) {
  io::Loop loop;
  FileHandler handler;
  const auto ask = [&](const std::string& path, std::string_view coding) {
    return *loop.block_on(handler.handle(get(path, {{"Accept-Encoding", coding}})));
  };
  for (const File& file : files()) {
    const std::string path = fmt::format("{}/{}", kFilesPath, file.name);
    if (file.name.ends_with(".html")) {
      EXPECT_EQ(ask(path, "gzip").status, 404);
      continue;
    }
    EXPECT_EQ(ask(path, "gzip").body, file.bytes);
    EXPECT_EQ(ask(path, "gzip;q=0").body.size(), file.size);
    EXPECT_THAT(ask(path, "gzip").headers, HasSubstr("immutable"));
  }
  EXPECT_EQ(ask("/-/pages", "").status, 404);
  EXPECT_EQ(ask("/-/pages/../secret", "").status, 404);
}

}  // namespace
}  // namespace millrace::pages
