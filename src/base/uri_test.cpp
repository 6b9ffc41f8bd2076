#include "base/uri.hpp"

#include <gtest/gtest.h>

namespace millrace {
namespace {

TEST(Uri, IsShownWithoutWhatLetsSomebodyIn) {
  EXPECT_EQ(without_credentials("postgresql://user:secret@host:1/db?password=secret"), "postgresql://host:1/db");
  EXPECT_EQ(without_credentials("http://user:se/cret@host/x"), "http://host/x");
  EXPECT_EQ(without_credentials("user:secret@host/x"), "host/x");
  EXPECT_EQ(without_credentials("http://user:se@cret@host"), "http://host");
}

TEST(Uri, IsShownAsItIsWhereNothingDoes) {
  EXPECT_EQ(without_credentials("http://host/x"), "http://host/x");
  EXPECT_EQ(without_credentials("sqlite:file.db"), "sqlite:file.db");
  EXPECT_EQ(without_credentials(""), "");
}

}  // namespace
}  // namespace millrace
