// Random JSON for tests: each value in two spellings at once, the canonical one and one with white space, needless escapes and the like.
// The canonical one is made here character by character, so that it checks the real writer instead of repeating it.
#pragma once

#include <fmt/format.h>

#include <array>
#include <random>
#include <set>
#include <string>

namespace millrace::json {

struct Spellings {
  std::string canonical;
  std::string noisy;
};

class RandomJson {
 public:
  explicit RandomJson(std::uint64_t seed) : random_(seed) {}

  /// A value of any kind, nested at most `depth` times.
  Spellings value(int depth = 5) {
    out_ = {};
    white_space();
    append_value(depth);
    white_space();
    return out_;
  }
  /// A string.
  Spellings string() {
    out_ = {};
    append_string();
    return out_;
  }
  /// A number; its two spellings are the same.
  std::string number() {
    out_ = {};
    append_number();
    return out_.canonical;
  }
  std::uint64_t below(std::uint64_t limit) { return random_() % limit; }

 private:
  void both(std::string_view text) {
    out_.canonical += text;
    out_.noisy += text;
  }

  void white_space() {
    if (below(3) == 0) out_.noisy += " \n\t\r"[below(4)];
  }

  void append_value(int depth) {
    constexpr std::array<std::string_view, 3> names = {"null", "true", "false"};
    switch (below(depth > 0 ? 6 : 4)) {
      case 0: return both(names[below(3)]);
      case 1:
      case 2: return append_string();
      case 3: return append_number();
      case 4: return append_array(depth);
      default: return append_object(depth);
    }
  }

  void append_array(int depth) {
    both("[");
    white_space();
    for (std::uint64_t i = 0, size = below(6); i < size; ++i) {
      if (i > 0) both(",");
      white_space();
      append_value(depth - 1);
      white_space();
    }
    both("]");
  }

  void append_object(int depth) {
    both("{");
    white_space();
    std::set<std::string> keys;
    for (std::uint64_t i = 0, size = below(below(20) == 0 ? 60 : 6); i < size; ++i) {
      const Spellings key = unused_key(keys);
      if (i > 0) both(",");
      white_space();
      out_.canonical += key.canonical + ":";
      out_.noisy += key.noisy + (below(3) == 0 ? " :" : ":");
      white_space();
      append_value(depth - 1);
      white_space();
    }
    both("}");
  }

  Spellings unused_key(std::set<std::string>& keys) {
    const Spellings outer = std::exchange(out_, {});
    do {
      out_ = {};
      append_string();
    } while (!keys.insert(out_.canonical).second);
    return std::exchange(out_, outer);
  }

  void append_number() {
    const auto digits = [&](std::uint64_t size) {
      for (std::uint64_t i = 0; i < size; ++i) both(std::string_view("0123456789").substr(below(10), 1));
    };
    if (below(3) == 0) both("-");
    if (below(4) == 0) {
      both("0");
    } else {
      both(std::string_view("123456789").substr(below(9), 1));
      digits(below(25));
    }
    if (below(3) == 0) {
      both(".");
      digits(1 + below(8));
    }
    if (below(4) == 0) {
      constexpr std::array<std::string_view, 6> exponents = {"e", "E", "e+", "e-", "E+", "E-"};
      both(exponents[below(6)]);
      digits(1 + below(4));
    }
  }

  void append_string() {
    both("\"");
    for (std::uint64_t i = 0, size = below(8) == 0 ? below(100) : below(10); i < size; ++i) append_character();
    both("\"");
  }

  void append_character() {
    switch (below(12)) {
      case 0: return append_control(static_cast<char>(below(0x20)));
      case 1: return append_named("\"\\/bfnrt"[below(8)]);
      case 2: return append_beyond_ascii();
      default: return append_ascii(static_cast<char>(0x20 + below(0x60)));
    }
  }

  /// A character that has an escape of two characters.
  void append_named(char name) {
    const std::string escape = {'\\', name};
    out_.canonical += name == '/' ? "/" : escape;
    out_.noisy += escape;
  }

  void append_control(char c) {
    constexpr std::string_view named = "\b\f\n\r\t";
    const std::string hex = fmt::format("\\u{:04x}", static_cast<int>(c));
    const std::size_t place = named.find(c);
    out_.canonical += place == std::string_view::npos ? hex : std::string{'\\', "bfnrt"[place]};
    out_.noisy += below(2) == 0 ? hex : fmt::format("\\u{:04X}", static_cast<int>(c));
  }

  void append_ascii(char c) {
    if (c == '"' || c == '\\') return append_named(c);
    out_.canonical += c;
    out_.noisy += below(20) == 0 ? fmt::format("\\u{:04x}", static_cast<int>(c)) : std::string{c};
  }

  /// A character with its UTF-8 written down, and its escape.
  void append_beyond_ascii() {
    struct Sample {
      std::string_view utf8, escape;
    };
    constexpr std::array<Sample, 10> samples = {{{"\xC2\x80", "\\u0080"},
                                                 {"\xC3\xA9", "\\u00e9"},
                                                 {"\xDF\xBF", "\\u07FF"},
                                                 {"\xE0\xA0\x80", "\\u0800"},
                                                 {"\xE2\x82\xAC", "\\u20aC"},
                                                 {"\xED\x9F\xBF", "\\ud7ff"},
                                                 {"\xEE\x80\x80", "\\uE000"},
                                                 {"\xEF\xBF\xBF", "\\uffff"},
                                                 {"\xF0\x9F\x98\x80", "\\ud83D\\uDe00"},
                                                 {"\xF4\x8F\xBF\xBF", "\\uDBFF\\uDFFF"}}};
    const Sample& sample = samples[below(samples.size())];
    out_.canonical += sample.utf8;
    out_.noisy += below(2) == 0 ? sample.utf8 : sample.escape;
  }

  std::mt19937_64 random_;
  Spellings out_;
};

}  // namespace millrace::json
