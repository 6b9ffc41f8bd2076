#include "document/head.hpp"

#include <gtest/gtest.h>

namespace millrace::document {
namespace {

struct Row {
  Operation operation;
  std::optional<std::uint64_t> expected_version;
  Head head;
  std::string_view code;  // empty: the append goes through
};

constexpr Head kAbsent{};
constexpr Head kPresent{.version = 3};
constexpr Head kDeleted{.version = 4, .deleted = true};

const std::vector<Row> kRows = {
    {Operation::create, {}, kAbsent, ""},
    {Operation::create, {}, kDeleted, ""},
    {Operation::create, {}, kPresent, "document.exists"},
    {Operation::create, 3, kPresent, "document.exists"},
    {Operation::create, 0, kAbsent, ""},
    {Operation::create, 1, kAbsent, "document.version"},
    {Operation::create, 4, kDeleted, ""},
    {Operation::create, 3, kDeleted, "document.version"},
    {Operation::replace, {}, kPresent, ""},
    {Operation::replace, 3, kPresent, ""},
    {Operation::replace, 2, kPresent, "document.version"},
    {Operation::replace, {}, kAbsent, "document.not_found"},
    {Operation::replace, 4, kDeleted, "document.not_found"},
    {Operation::remove, 3, kPresent, ""},
    {Operation::remove, {}, kDeleted, "document.not_found"},
};

TEST(Head, LetsThroughWhatFits) {
  for (std::size_t i = 0; i < kRows.size(); ++i) {
    const Append append{.operation = kRows[i].operation, .id = "x", .payload = {}, .expected_version = kRows[i].expected_version};
    const auto error = refusal(append, kRows[i].head, 7);
    EXPECT_EQ(error ? error->code : "", kRows[i].code) << "row " << i;
    if (error) EXPECT_EQ(error->details.at(0).path, "/7");
  }
}

}  // namespace
}  // namespace millrace::document
