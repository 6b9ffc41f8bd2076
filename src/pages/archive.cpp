#include "pages/archive.hpp"

#include <zlib.h>

#include <algorithm>
#include <charconv>

#include "base/result.hpp"

// What `ld -r -b binary` names the ends of pages.bin (CMakeLists.txt).
extern "C" const char _binary_pages_bin_start[];  // NOLINT(bugprone-reserved-identifier)
extern "C" const char _binary_pages_bin_end[];    // NOLINT(bugprone-reserved-identifier)

namespace millrace::pages {
namespace {

std::string_view take(std::string_view& text, char separator) {
  const std::size_t end = text.find(separator);
  CHECK(end != std::string_view::npos);
  const std::string_view piece = text.substr(0, end);
  text.remove_prefix(end + 1);
  return piece;
}

std::size_t number(std::string_view digits) {
  std::size_t value = 0;
  const auto read = std::from_chars(digits.begin(), digits.end(), value);
  CHECK(read.ec == std::errc() && read.ptr == digits.end());
  return value;
}

/// web/build.mjs says how the archive is laid out. It is part of the program: a fault in it is one of the build.
std::vector<File> read_archive(std::string_view archive) {
  std::vector<File> files;
  std::vector<std::size_t> kept;
  for (std::string_view line = take(archive, '\n'); !line.empty(); line = take(archive, '\n')) {
    File& file = files.emplace_back();
    file.name = take(line, '\t');
    file.type = take(line, '\t');
    file.is_gzip = take(line, '\t') == "gzip";
    kept.push_back(number(take(line, '\t')));
    file.size = number(line);
  }
  for (std::size_t i = 0; i < files.size(); ++i) {
    CHECK(archive.size() >= kept[i]);
    files[i].bytes = archive.substr(0, kept[i]);
    archive.remove_prefix(kept[i]);
  }
  CHECK(archive.empty());
  return files;
}

}  // namespace

std::string File::unpacked() const {
  if (!is_gzip) return std::string(bytes);
  constexpr int kGzipWindow = 15 + 16;
  std::string text(size, '\0');
  std::string packed(bytes);
  z_stream stream{};
  stream.next_in = reinterpret_cast<Bytef*>(packed.data());
  stream.avail_in = static_cast<uInt>(packed.size());
  stream.next_out = reinterpret_cast<Bytef*>(text.data());
  stream.avail_out = static_cast<uInt>(text.size());
  CHECK(inflateInit2(&stream, kGzipWindow) == Z_OK);
  const int result = inflate(&stream, Z_FINISH);
  inflateEnd(&stream);
  CHECK(result == Z_STREAM_END && stream.avail_out == 0);
  return text;
}

const std::vector<File>& files() {
  static const std::vector<File> all = read_archive({_binary_pages_bin_start, _binary_pages_bin_end});
  return all;
}

const File* find_file(std::string_view name) {
  const auto found = std::ranges::find(files(), name, &File::name);
  return found == files().end() ? nullptr : &*found;
}

}  // namespace millrace::pages
