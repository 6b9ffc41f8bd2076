#include "http/path.hpp"

#include <gtest/gtest.h>

namespace millrace::http {
namespace {

TEST(Path, UndoesNeedlessEscapesAndNoOthers) {
  for (const auto& [path, expected] : std::initializer_list<std::pair<std::string_view, std::string_view>>{{"/%61pi", "/api"},
                                                                                                           {"/a%2Fb/%7E%2d", "/a%2Fb/~-"},
                                                                                                           {"/%2561", ""},
                                                                                                           {"/%c3%A9%41", "/%c3%A9A"},
                                                                                                           {"/a%", ""},
                                                                                                           {"/a%6", ""},
                                                                                                           {"/a", ""}}) {
    std::string normal;
    EXPECT_EQ(normalize_path(path, normal), !expected.empty()) << path;
    EXPECT_EQ(normal, expected) << path;
  }
}

}  // namespace
}  // namespace millrace::http
