// The reader of documents: never crashes; what it takes is printed, read again, and printed the same. Nodes lie within their parent's text.
#include "base/result.hpp"
#include "graphql/language/parser.hpp"
#include "tests/fuzz/print_document.hpp"

namespace millrace::graphql {
namespace {

void read_and_print(std::string_view text) {
  const auto document = parse(text);
  if (!document) {
    CHECK(!document.error().message.empty() && document.error().locations.size() == 1);
    return;
  }
  for (const DefinitionReference& reference : document->order)
    CHECK(reference.node->begin < reference.node->end && reference.node->end <= text.size());
  const std::string printed = DocumentPrinter().print_all(*document);
  const auto again = parse(printed);
  CHECK(again.has_value());
  CHECK(DocumentPrinter().print_all(*again) == printed);
}

}  // namespace
}  // namespace millrace::graphql

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string_view text(reinterpret_cast<const char*>(data), size);
  const auto too_many = millrace::graphql::too_many_tokens(text, {.tokens_max = 10});
  const auto refused = millrace::graphql::parse(text, {.tokens_max = 10});
  // Counting beforehand is stricter about long names, and never laxer.
  CHECK(refused || refused.error().code != "graphql.tokens" || too_many);
  millrace::graphql::read_and_print(text);
  return 0;
}
