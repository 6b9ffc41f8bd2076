// Config texts: reading never crashes and ends; every problem is at a place in the text; what is read is JSON that reads as itself.
#include "base/json/document.hpp"
#include "base/result.hpp"
#include "hocon/parser.hpp"

namespace millrace::hocon {
namespace {

Options quiet() {
  Options options;
  options.environment = [](const std::string& name) { return name == "HOME" ? std::optional<std::string>("home") : std::nullopt; };
  options.files_max = 0;  // what stands on this machine is not the fuzzer's to read
  options.values_max = 5'000;
  options.expansion_bytes_max = 1 << 20;
  return options;
}

void read(std::string_view text) {
  const auto value = parse_text(text, "fuzz.conf", "/nowhere", quiet());
  if (!value) {
    CHECK(!value.error().empty());
    for (const Problem& problem : value.error()) CHECK(!problem.message.empty() && problem.place.line <= text.size() + 1);
    return;
  }
  const std::string json = to_json(*value);
  CHECK(json::parse(json).has_value());
  const auto again = parse_text(json, "again.conf", "/nowhere", quiet());
  CHECK(again.has_value() && to_json(*again) == json);
}

}  // namespace
}  // namespace millrace::hocon

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  millrace::hocon::read({reinterpret_cast<const char*>(data), size});
  return 0;
}
