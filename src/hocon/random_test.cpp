// Random documents: values written in HOCON's many ways are read back at their places, and no text, however broken, does any harm.
#include <gtest/gtest.h>

#include <random>

#include "base/json/canonical.hpp"
#include "base/json/document.hpp"
#include "hocon/parser.hpp"

namespace millrace::hocon {
namespace {

Options quiet() {
  Options options;
  options.environment = [](const std::string&) { return std::nullopt; };
  options.values_max = 5'000;
  options.expansion_bytes_max = 1 << 20;
  return options;
}

/// Writes a random value as HOCON, and beside it the JSON that it means and the offset of each value in the order of the JSON.
class Writer {
 public:
  explicit Writer(unsigned seed) : random_(seed) {}

  void write_document() {
    is_braced_ = below(2) == 0;
    blank();
    if (is_braced_) {
      object(0);
    } else {
      offsets_.push_back(0);
      fields(0);
    }
    blank();
  }

  const std::string& text() const { return text_; }
  const std::string& json() const { return json_; }
  const std::vector<std::size_t>& offsets() const { return offsets_; }
  bool is_braced() const { return is_braced_; }

 private:
  std::size_t below(std::size_t bound) { return std::uniform_int_distribution<std::size_t>(0, bound - 1)(random_); }
  void any_of(std::initializer_list<std::string_view> choices) { text_ += choices.begin()[below(choices.size())]; }
  void space() { any_of({"", "", " ", "\t", "  ", "\u00a0"}); }
  void blank() { any_of({"", "", " ", "\n", " # comment { [ \"\n", "//\n", "\r\n\t"}); }
  void separator() { any_of({",", " , ", "\n", "\n\n", ",\n", "\n , ", " # x\n", "//\n,"}); }

  void value(std::size_t depth) {
    const std::size_t kind = below(depth > 4 ? 3 : 5);
    if (kind == 4) return object(depth);
    if (kind == 3) return array(depth);
    offsets_.push_back(text_.size());
    kind == 0 ? literal() : string();
  }

  void literal() {
    const std::string_view choice =
        std::array<std::string_view, 7>{"true", "false", "null", "0", "-1.50", "1e400", "12345678901234567890"}[below(7)];
    text_ += choice;
    json_ += choice;
  }

  void string() {
    static constexpr std::array<std::string_view, 6> kWords = {"x", "foo bar", "a/b.c", "10ms", "truth is", "\u00e9t\u00e9"};
    std::string word(kWords[below(kWords.size())]);
    const std::size_t style = below(3);
    if (style != 0) word += std::array<std::string_view, 4>{"", "${x}", "\n#", "\\\""}[below(4)];
    json_ += json::quoted(word);
    text_ += style == 0 ? word : style == 1 ? json::quoted(word) : word.ends_with('"') ? json::quoted(word) : R"(""")" + word + R"(""")";
  }

  void array(std::size_t depth) {
    offsets_.push_back(text_.size());
    text_ += '[';
    json_ += '[';
    blank();
    const std::size_t count = below(4);
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) separator(), json_ += ',';
      value(depth + 1);
      space();
    }
    if (count != 0 && below(4) == 0) text_ += ',';
    blank();
    text_ += ']';
    json_ += ']';
  }

  void object(std::size_t depth) {
    offsets_.push_back(text_.size());
    text_ += '{';
    fields(depth);
    text_ += '}';
  }

  void fields(std::size_t depth) {
    json_ += '{';
    blank();
    const std::size_t count = below(5);
    for (std::size_t i = 0; i < count; ++i) {
      if (i != 0) separator(), json_ += ',';
      field(depth, i);
      space();
    }
    if (count != 0 && below(4) == 0) text_ += ',';
    blank();
    json_ += '}';
  }

  void field(std::size_t depth, std::size_t number) {
    static constexpr std::array<std::string_view, 4> kKeys = {"k", "two words", "q.r", "\u00e9"};
    const std::string key = fmt::format("{}{}", kKeys[below(kKeys.size())], number);
    json_ += json::quoted(key) + ":";
    text_ += below(2) == 0 || key.find('.') != std::string::npos ? json::quoted(key) : key;
    space();
    if (below(4) == 0) {
      blank();
      return object(depth + 1);
    }
    any_of({"=", ":", "\n= ", " # x\n:\n"});
    space();
    value(depth + 1);
  }

  std::mt19937 random_;
  std::string text_;
  std::string json_;
  std::vector<std::size_t> offsets_;
  bool is_braced_ = false;
};

std::size_t offset_of(std::string_view text, const Place& place) {
  std::size_t line_start = 0;
  for (std::uint32_t line = 1; line < place.line; ++line) line_start = text.find('\n', line_start) + 1;
  return line_start + place.column - 1;
}

void add_offsets(std::vector<std::size_t>& offsets, std::string_view text, const Value& value) {
  offsets.push_back(offset_of(text, value.place));
  for (const Value& item : value.items) add_offsets(offsets, text, item);
  for (const Member& member : value.members) add_offsets(offsets, text, member.value);
}

TEST(HoconRandom, ValuesAreReadBackAtTheirPlaces) {
  for (unsigned seed = 0; seed < 3'000; ++seed) {
    Writer writer(seed);
    writer.write_document();
    const auto value = parse_text(writer.text(), "x.conf", ".", quiet());
    ASSERT_TRUE(value.has_value()) << "seed " << seed << ": " << to_string(value.error().front()) << "\n" << writer.text();
    ASSERT_EQ(to_json(*value), writer.json()) << "seed " << seed << "\n" << writer.text();
    std::vector<std::size_t> offsets;
    add_offsets(offsets, writer.text(), *value);
    if (!writer.is_braced()) offsets.front() = 0;
    ASSERT_EQ(offsets, writer.offsets()) << "seed " << seed << "\n" << writer.text();
  }
}

/// Each problem is at a place in the text, and what is read is JSON.
void expect_sound(std::string_view text, unsigned seed) {
  const auto value = parse_text(text, "x.conf", "/nowhere", quiet());
  if (value) {
    const std::string json = to_json(*value);
    ASSERT_TRUE(json::parse(json).has_value()) << "seed " << seed << "\n" << text << "\n" << json;
    return;
  }
  ASSERT_FALSE(value.error().empty()) << "seed " << seed << "\n" << text;
  for (const Problem& problem : value.error()) ASSERT_LE(offset_of(text, problem.place), text.size()) << "seed " << seed << "\n" << text;
}

TEST(HoconRandom, BrokenDocumentsDoNoHarm) {
  for (unsigned seed = 0; seed < 3'000; ++seed) {
    Writer writer(seed);
    writer.write_document();
    std::string text = writer.text();
    std::mt19937 random(seed);
    for (int i = 0; i < 3 && !text.empty(); ++i) {
      const std::size_t at = random() % text.size();
      constexpr std::string_view kBytes = "{}[]\"=:,+#$?\\\n ./x1\xc3\xff";
      random() % 2 == 0 ? text.erase(at, 1 + random() % 3) : text.insert(at, 1, kBytes[random() % kBytes.size()]);
    }
    expect_sound(text, seed);
  }
}

TEST(HoconRandom, TokensInAnyOrderDoNoHarm) {
  constexpr std::array<std::string_view, 28> kTokens = {
      "{", "}", "[",   "]",     ",",      "=", ":",    "+=",   "\n",      "${a}",         "${?b}",      "${?c.d}", "${", "}",
      "a", "b", "c.d", "\"q\"", "\"\"\"", "1", "true", "null", "include", "file(x.conf)", "\"x.conf\"", "# c\n",   " ",  "@",
  };
  for (unsigned seed = 0; seed < 10'000; ++seed) {
    std::mt19937 random(seed);
    std::string text;
    const std::size_t count = random() % 30;
    for (std::size_t i = 0; i < count; ++i) text += kTokens[random() % kTokens.size()];
    expect_sound(text, seed);
  }
}

/// Correct documents full of references that cross: resolving them ends, twice with the same result.
TEST(HoconRandom, TangledReferencesEnd) {
  for (unsigned seed = 0; seed < 1'000; ++seed) {
    std::mt19937 random(seed);
    const auto path = [&] {
      std::string text(1, static_cast<char>('a' + random() % 4));
      while (random() % 3 == 0) text += std::string(".") + static_cast<char>('a' + random() % 4);
      return text;
    };
    std::string text;
    for (int i = 0; i < 12; ++i) {
      text += path();
      switch (random() % 6) {
        case 0: text += fmt::format(" = ${{?{}}}\n", path()); break;
        case 1: text += fmt::format(" = ${{?{}}} {{ {} = ${{?{}}} }}\n", path(), path(), path()); break;
        case 2: text += fmt::format(" = ${{?{}}}${{?{}}}\n", path(), path()); break;
        case 3: text += fmt::format(" += ${{?{}}}\n", path()); break;
        case 4: text += fmt::format(" {{ {} = [ ${{?{}}} {{ {} += 1 }} ] }}\n", path(), path(), path()); break;
        default: text += " = 1\n";
      }
    }
    expect_sound(text, seed);
    const auto once = parse_text(text, "x.conf", ".", quiet());
    const auto again = parse_text(text, "x.conf", ".", quiet());
    ASSERT_EQ(once.has_value(), again.has_value());
    if (once) {
      ASSERT_EQ(to_json(*once), to_json(*again));
    }
  }
}

}  // namespace
}  // namespace millrace::hocon
