#include "graphql/validation/document_size.hpp"

#include <fmt/format.h>
#include <gtest/gtest.h>

#include <random>

#include "graphql/language/parser.hpp"

namespace millrace::graphql::validation {

void PrintTo(const DocumentSize& size, std::ostream* out) {
  *out << fmt::format("{} levels, {} fields, {} aliases", size.depth, size.fields, size.aliases);
}

namespace {

DocumentSize size_of(std::string_view text) {
  const auto document = parse(text);
  EXPECT_TRUE(document) << text;
  ErrorSink errors(text, 1);
  return document_size(*document, Fragments(*document, errors));
}

TEST(DocumentSize, IsThatOfTheLargestOperation) {
  EXPECT_EQ(size_of("{ a { x: b } }"), DocumentSize(2, 2, 1));
  EXPECT_EQ(size_of("query A { a { b { c } } } query B { x: a y: b c d e }"), DocumentSize(3, 5, 2));
}

TEST(DocumentSize, CountsFragmentsWhereTheyAreSpread) {
  EXPECT_EQ(size_of("{ a { ...F } } fragment F on T { b { c } }"), DocumentSize(4, 3, 0));
  EXPECT_EQ(size_of("{ ...F a { b { c { d { e } } } } } fragment F on T { x: b }"), DocumentSize(5, 6, 1));
  EXPECT_EQ(size_of("{ ...F ...G } fragment G on T { ... on T { ...F } } fragment F on T { a: a }"), DocumentSize(4, 2, 2));
  EXPECT_EQ(size_of("{ ...Unknown a } fragment F on T { a { b } }"), DocumentSize(1, 1, 0));
}

TEST(DocumentSize, EndsInCircles) {
  EXPECT_GE(size_of("{ ...F } fragment F on T { ...F }").depth, 2u);
  EXPECT_GE(size_of("{ ...F } fragment F on T { a { ...G } } fragment G on T { ...F }").depth, 4u);
}

TEST(DocumentSize, EndsWhereFragmentsMultiply) {
  std::string text = "{ ...F0 }";
  for (int i = 0; i < 100; ++i) text += fmt::format(" fragment F{0} on T {{ x: a ...F{1} ...F{1} }}", i, i + 1);
  EXPECT_EQ(size_of(text + " fragment F100 on T { y: b }"), DocumentSize(102, kCountMax, kCountMax));
}

/// Random documents whose fragments spread only later ones, against plain recursion.
class Model {
 public:
  explicit Model(std::mt19937& random) : random_(random) {}

  std::string document(int fragments) {
    sizes_.assign(static_cast<std::size_t>(fragments), {});
    std::string definitions;
    for (int i = fragments; i-- > 0;) {
      auto [text, size] = set(i + 1, 0);
      definitions += fmt::format(" fragment F{} on T {}", i, text);
      sizes_[static_cast<std::size_t>(i)] = size;
    }
    auto [text, size] = set(0, 0);
    size_ = size;
    return text + definitions;
  }
  const DocumentSize& size() const { return size_; }

 private:
  struct Set {
    std::string text;
    DocumentSize size;
  };

  Set set(int first, int level) {
    std::string text = "{ a";
    DocumentSize size{0, 1, 0};
    const auto add = [&](std::string selection, const DocumentSize& more) {
      text += " " + selection;
      size = {std::max(size.depth, more.depth), size.fields + more.fields, size.aliases + more.aliases};
    };
    for (unsigned count = random_() % 4; count > 0; --count) {
      const bool can_spread = first < static_cast<int>(sizes_.size());
      if (can_spread && random_() % 2 == 0) {
        const std::size_t to = static_cast<std::size_t>(first) + random_() % (sizes_.size() - static_cast<std::size_t>(first));
        add(fmt::format("...F{}", to), sizes_[to]);
      } else if (level < 4) {
        auto [inner, below] = set(first, level + 1);
        const bool is_field = random_() % 2 == 0;
        below.fields += is_field;
        below.aliases += is_field;
        add((is_field ? "x: b " : "... on T ") + inner, below);
      }
    }
    ++size.depth;
    return {text + " }", size};
  }

  std::mt19937& random_;
  std::vector<DocumentSize> sizes_;
  DocumentSize size_;
};

TEST(DocumentSize, IsThatOfTheExpandedDocument) {
  std::mt19937 random(3);
  for (int round = 0; round < 500; ++round) {
    Model model(random);
    const std::string text = model.document(1 + static_cast<int>(random() % 8));
    EXPECT_EQ(size_of(text), model.size()) << text;
  }
}

}  // namespace
}  // namespace millrace::graphql::validation
