// Reports names that a group of definitions uses more than once.
#pragma once

#include <fmt/format.h>

#include <string>
#include <string_view>
#include <unordered_map>

#include "graphql/language/ast.hpp"
#include "graphql/type/sdl_report.hpp"

namespace millrace::graphql {

class UniqueNames {
 public:
  explicit UniqueNames(SdlReport& report) : report_(report) {}

  /// Reports what `message` makes when the key was there before.
  template <class Message>
  void add(std::string_view key, std::uint32_t offset, Message message) {
    auto [first, is_new] = first_.try_emplace(key, offset);
    if (!is_new) report_.report(offset, message(), fmt::format("the first is at {}", report_.place_words(first->second)));
  }

 private:
  SdlReport& report_;
  std::unordered_map<std::string_view, std::uint32_t> first_;
};

}  // namespace millrace::graphql
