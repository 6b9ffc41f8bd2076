#include "app/config_keys.hpp"

#include <gmock/gmock.h>
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>

#include "hocon/units.hpp"

namespace millrace::app {
namespace {

TEST(ConfigKeys, HaveDefaultsOfTheirType) {
  for (const ConfigSection* section : config_sections()) {
    for (const ConfigKey& key : section->keys) {
      SCOPED_TRACE(key.name);
      const std::string_view value = key.absent.value;
      EXPECT_NE(value.empty(), key.absent.words.empty()) << "either a value or words";
      EXPECT_EQ(section->find(key.name), &key) << "each name once";
      if (value.empty()) continue;
      if (key.type == KeyType::flag) EXPECT_TRUE(value == "true" || value == "false");
      if (key.type == KeyType::duration) EXPECT_TRUE(hocon::parse_duration(value));
      if (key.type == KeyType::size || key.type == KeyType::number) EXPECT_LE(hocon::parse_bytes(value).value(), key.range.most);
    }
  }
}

TEST(ConfigKeys, AreWhatTheReferenceLists) {
  std::ifstream file(MILLRACE_SOURCE_DIR "/docs/configuration.md");
  std::ostringstream text;
  text << file.rdbuf();
  const std::string document = text.str();
  const std::size_t marker = document.find("<!-- generated");
  ASSERT_NE(marker, std::string::npos);
  EXPECT_EQ(document.substr(document.find('\n', marker) + 1), config_reference())
      << "Update it: sed -i '/^<!-- generated/q' docs/configuration.md && build/release/millrace check --keys >> docs/configuration.md";
}

}  // namespace
}  // namespace millrace::app
