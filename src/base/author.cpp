#include "base/author.hpp"

#include "base/json/canonical.hpp"
#include "base/json/slices.hpp"

namespace millrace {
namespace {

/// Members one after the other. What is usual costs one allocation.
class Writer {
 public:
  Writer() { text_.reserve(128); }

  void text(std::string_view quoted_key, std::string_view value) {
    if (value.empty()) return;
    key(quoted_key);
    json::append_string(text_, value);
  }
  /// JSON; empty: there is none.
  void json(std::string_view quoted_key, std::string_view value) {
    if (value.empty()) return;
    key(quoted_key);
    text_ += value;
  }
  std::string take() && {
    if (!text_.empty()) text_ += '}';
    return std::move(text_);
  }

 private:
  void key(std::string_view quoted) { text_.append(1, text_.empty() ? '{' : ',').append(quoted).append(1, ':'); }

  std::string text_;
};

constexpr std::string_view kTrace = R"("trace")";

}  // namespace

std::string to_text(const Author& author) {
  Writer out;
  if (author.principal != nullptr) out.text(R"("sub")", author.principal->subject);
  out.text(R"("address")", author.address);
  out.text(R"("processor")", author.processor);
  if (author.trace) out.text(kTrace, author.trace.id());
  return std::move(out).take();
}

std::string_view trace_id_of(std::string_view author) {
  const std::string_view quoted = author.empty() ? author : json::member(author, kTrace);
  return quoted.size() > 2 ? quoted.substr(1, quoted.size() - 2) : std::string_view();
}

std::string author_of_result(std::string_view processor, std::string_view author) {
  Writer out;
  out.text(R"("processor")", processor);
  if (!author.empty()) out.json(kTrace, json::member(author, kTrace));
  return std::move(out).take();
}

}  // namespace millrace
