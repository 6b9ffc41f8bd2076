#include "hocon/properties.hpp"

#include "base/json/escapes.hpp"

namespace millrace::hocon {
namespace {

constexpr std::string_view kSpace = " \t\f\r";

/// A line with those that it continues on: one that ends in an odd number of backslashes goes on in the next, less its leading space.
struct Line {
  std::string text;
  std::uint32_t number = 0;
};

bool is_continued(std::string_view line) {
  const std::size_t last = line.find_last_not_of('\\');
  return (line.size() - (last == std::string_view::npos ? 0 : last + 1)) % 2 == 1;
}

class LineReader {
 public:
  explicit LineReader(std::string_view text) : text_(text) {}

  std::optional<Line> next() {
    while (!text_.empty()) {
      const std::string_view first = take();
      if (first.empty() || first.front() == '#' || first.front() == '!') continue;
      Line line = {std::string(first), number_};
      while (is_continued(line.text)) {
        line.text.pop_back();
        if (text_.empty()) break;
        line.text += take();
      }
      return line;
    }
    return std::nullopt;
  }

 private:
  std::string_view take() {
    std::string_view line = text_.substr(0, text_.find('\n'));
    text_.remove_prefix(std::min(line.size() + 1, text_.size()));
    ++number_;
    if (line.ends_with('\r')) line.remove_suffix(1);
    return line.substr(std::min(line.find_first_not_of(kSpace), line.size()));
  }

  std::string_view text_;
  std::uint32_t number_ = 0;
};

/// The end of the key: the first white space, = or : that no backslash stands before.
std::size_t key_end(std::string_view line) {
  for (std::size_t at = 0; at < line.size(); ++at) {
    if (line[at] == '\\') {
      ++at;
    } else if (line[at] == '=' || line[at] == ':' || kSpace.find(line[at]) != std::string_view::npos) {
      return at;
    }
  }
  return line.size();
}

std::string_view value_of(std::string_view line) {
  const auto skip_space = [&] { line.remove_prefix(std::min(line.find_first_not_of(kSpace), line.size())); };
  skip_space();
  if (line.starts_with('=') || line.starts_with(':')) {
    line.remove_prefix(1);
    skip_space();
  }
  return line;
}

/// A backslash stands before t, n, r, f, uXXXX, and is dropped before anything else. A lone surrogate becomes U+FFFD.
std::string unescaped(std::string_view text) {
  constexpr std::string_view kLetters = "tnrf";
  constexpr std::string_view kMeanings = "\t\n\r\f";
  std::string out;
  const auto unit = [&](std::size_t at) {
    return text.size() >= at + 6 && text.substr(at, 2) == "\\u" ? json::hex4(text.data() + at + 2) : -1;
  };
  for (std::size_t at = 0; at < text.size(); ++at) {
    if (text[at] != '\\' || at + 1 == text.size()) {
      out += text[at];
    } else if (const int first = unit(at); first >= 0) {
      const int second = first >= 0xD800 && first < 0xDC00 ? unit(at + 6) : -1;
      const bool is_pair = second >= 0xDC00 && second < 0xE000;
      const bool is_lone = !is_pair && first >= 0xD800 && first < 0xE000;
      json::append_utf8(out, static_cast<char32_t>(is_pair   ? 0x10000 + ((first - 0xD800) << 10) + (second - 0xDC00)
                                                   : is_lone ? 0xFFFD
                                                             : first));
      at += is_pair ? 11 : 5;
    } else {
      ++at;
      const std::size_t letter = kLetters.find(text[at]);
      out += letter == std::string_view::npos ? text[at] : kMeanings[letter];
    }
  }
  return out;
}

KeyPath split(const std::string& key) {
  KeyPath path;
  std::size_t start = 0;
  for (std::size_t dot = key.find('.'); dot != std::string::npos; dot = key.find('.', start)) {
    path.push_back(key.substr(start, dot - start));
    start = dot + 1;
  }
  path.push_back(key.substr(start));
  return path;
}

void set(Tree& tree, Node& root, const KeyPath& path, Spot spot, std::string value) {
  Node* object = &root;
  for (std::size_t i = 0; i + 1 < path.size(); ++i) {
    Field& field = field_of(*object, path[i], spot);
    if (field.stack.empty() || field.stack.back()->kind != NodeKind::object) field.stack = {tree.make(NodeKind::object, spot)};
    object = field.stack.back();
  }
  Field& field = field_of(*object, path.back(), spot);
  if (field.stack.empty() || field.stack.back()->kind != NodeKind::object) field.stack = {tree.make_string(spot, std::move(value))};
}

}  // namespace

Node* read_properties(Tree& tree, std::string_view text, const std::string* file, const Options& options, Problems& problems) {
  Node* root = tree.make(NodeKind::object, {file, 1, 1});
  LineReader lines(text);
  while (const auto line = lines.next()) {
    const Spot spot = {file, line->number, 1};
    const std::size_t end = key_end(line->text);
    const KeyPath path = split(unescaped(std::string_view(line->text).substr(0, end)));
    if (path.size() > options.depth_max) {
      problems.add(spot, fmt::format("Values are nested deeper than {}.", options.depth_max));
      return nullptr;
    }
    set(tree, *root, path, spot, unescaped(value_of(std::string_view(line->text).substr(end))));
  }
  return root;
}

}  // namespace millrace::hocon
