#include "app/derive_relations.hpp"

#include <gtest/gtest.h>

namespace millrace::app {
namespace {

std::optional<std::string> path_of(std::string_view url, std::string own = "http://localhost:4055", std::uint16_t served = 4055) {
  Config config;
  config.url = std::move(own);
  return local_path(url, config, served);
}

TEST(LocalPath, KnowsThisService) {
  EXPECT_EQ(path_of("http://localhost:4055/raw-events/graph"), "/raw-events/graph");
  EXPECT_EQ(path_of("http://localhost:4055/raw-events/graph/"), "/raw-events/graph");
  EXPECT_EQ(path_of("http://127.0.0.1:4055/x"), "/x");
  EXPECT_EQ(path_of("/x/graph"), "/x/graph");
  EXPECT_EQ(path_of("http://localhost:9999/x", "http://localhost:4055", 9999), "/x");
  EXPECT_EQ(path_of("http://farm:3033/x", "http://farm:3033"), "/x");
  EXPECT_EQ(path_of("http://api.example/base/x", "http://api.example/base"), "/x");
  EXPECT_EQ(path_of("https://api.example/x", "https://api.example"), "/x");
}

TEST(LocalPath, KnowsOthers) {
  EXPECT_EQ(path_of("http://localhost:4056/x"), std::nullopt);
  EXPECT_EQ(path_of("http://farm:4055/x"), std::nullopt);
  EXPECT_EQ(path_of("https://localhost:4055/x"), std::nullopt);
  EXPECT_EQ(path_of("nonsense"), std::nullopt);
  EXPECT_EQ(path_of("http://api.example.org/x", "http://api.example"), std::nullopt);
}

}  // namespace
}  // namespace millrace::app
