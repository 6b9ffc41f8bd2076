#include "http/router.hpp"

#include <gtest/gtest.h>

#include <random>

namespace millrace::http {
namespace {

struct Named : Handler {
  explicit Named(std::string name_in) : name(std::move(name_in)) {}
  Task<Response> handle(const Request&) override { co_return Response{.body = name}; }
  std::string name;
};

Response answer_of(Router& router, std::string_view path) {
  Request request{.path = path};
  Response answer;
  start(router.handle(request), [&](Result<Response> result) { answer = *std::move(result); });
  return answer;
}

TEST(Router, TheLongestMountAnswers) {
  Named api("api");
  Named bulk("bulk");
  Named graph("graph");
  Router router;
  ASSERT_TRUE(router.mount("/x/api", api));
  ASSERT_TRUE(router.mount("/x/api/bulk/", bulk));
  ASSERT_TRUE(router.mount("/x/graph", graph, Router::Scope::exact));
  EXPECT_EQ(answer_of(router, "/x/api").body, "api");
  EXPECT_EQ(answer_of(router, "/x/api/").body, "api");
  EXPECT_EQ(answer_of(router, "/x/api/7/history").body, "api");
  EXPECT_EQ(answer_of(router, "/x/api/bulk").body, "bulk");
  EXPECT_EQ(answer_of(router, "/x/api/bulk/1").body, "bulk");
  EXPECT_EQ(answer_of(router, "/x/api/bulky").body, "api");
  EXPECT_EQ(answer_of(router, "/x/graph").body, "graph");
  EXPECT_EQ(answer_of(router, "/x/graph/").body, "graph");
  for (std::string_view path : {"/x/graph/y", "/x/graphs", "/x", "/", "", "/x/apis", "x/api", "//x/api"}) {
    EXPECT_EQ(answer_of(router, path).status, 404) << path;
  }
}

TEST(Router, TheRootAnswersTheRest) {
  Named root("root");
  Named health("health");
  Router router;
  ASSERT_TRUE(router.mount("/", root));
  ASSERT_TRUE(router.mount("/health", health, Router::Scope::exact));
  EXPECT_EQ(answer_of(router, "/health").body, "health");
  EXPECT_EQ(answer_of(router, "/health/x").body, "root");
  EXPECT_EQ(answer_of(router, "/").body, "root");
  EXPECT_EQ(answer_of(router, "*").status, 204);
}

TEST(Router, RefusesAPathTwiceAndOneWithoutSlash) {
  Named handler("x");
  Router router;
  ASSERT_TRUE(router.mount("/a", handler));
  EXPECT_EQ(router.mount("/a/", handler).error().code, "http.mount");
  EXPECT_EQ(router.mount("a", handler).error().code, "http.mount");
  EXPECT_EQ(router.mount("", handler).error().code, "http.mount");
}

TEST(Router, AnUnknownPathIsToldTheNearest) {
  Named handler("x");
  Router router;
  ASSERT_TRUE(router.mount("/raw-events/api", handler));
  ASSERT_TRUE(router.mount("/processed-events/api", handler));
  const Response near = answer_of(router, "/raw-event/api");
  EXPECT_EQ(near.status, 404);
  EXPECT_TRUE(near.body.contains(R"("code":"http.no_route")")) << near.body;
  EXPECT_TRUE(near.body.contains(R"("hint":"Did you mean /raw-events/api?")")) << near.body;
  EXPECT_FALSE(answer_of(router, "/" + std::string(5000, 'z')).body.contains("hint"));
}

TEST(Router, FindsWhatAScanOfAllMountsFinds) {
  std::mt19937 random(11);
  auto random_path = [&] {
    std::string path;
    for (unsigned n = random() % 5; n > 0; --n) path += random() % 2 ? "/a" : "/ab";
    return path;
  };
  for (int round = 0; round < 200; ++round) {
    Router router;
    std::vector<std::pair<std::string, std::unique_ptr<Named>>> mounts;
    for (unsigned n = random() % 8; n > 0; --n) {
      std::string path = random_path();
      auto handler = std::make_unique<Named>(path);
      if (router.mount(path + "/", *handler)) mounts.emplace_back(path, std::move(handler));
    }
    for (int i = 0; i < 50; ++i) {
      const std::string path = random_path() + (random() % 2 ? "/" : "");
      const std::string padded = path.ends_with('/') ? path : path + "/";
      Handler* expected = nullptr;
      std::size_t longest = 0;
      for (const auto& [mounted, handler] : mounts) {
        if (padded.starts_with(mounted + "/") && mounted.size() >= longest) {
          expected = handler.get();
          longest = mounted.size();
        }
      }
      EXPECT_EQ(router.find(path), expected) << path;
    }
  }
}

TEST(Below, IsThePathAfterTheMount) {
  EXPECT_EQ(below("/a/b/7/x/", "/a/b"), "7/x");
  EXPECT_EQ(below("/a/b/7/x", "/a/b/"), "7/x");
  EXPECT_EQ(below("/a/b", "/a/b"), "");
  EXPECT_EQ(below("/a/b/", "/a/b"), "");
  EXPECT_EQ(below("/a/b", "/"), "a/b");
  EXPECT_EQ(below("/", "/"), "");
}

}  // namespace
}  // namespace millrace::http
