// The files of the pages, as web/build.mjs made them and the linker put them into the program.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace millrace::pages {

struct File {
  std::string_view name;
  std::string_view type;  // media type
  bool is_gzip = false;   // how `bytes` are kept
  std::string_view bytes;
  std::size_t size = 0;  // unpacked

  /// The file itself.
  std::string unpacked() const;
};

/// All of them. Any thread; the same at every call.
const std::vector<File>& files();

/// The file of that name, or nullptr.
const File* find_file(std::string_view name);

}  // namespace millrace::pages
