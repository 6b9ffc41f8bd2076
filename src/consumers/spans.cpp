#include "consumers/spans.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <iterator>

namespace millrace::consumers {
namespace {

/// The first span that ends at the position or behind it.
auto at_or_behind(auto& spans, Position position) {
  return std::ranges::lower_bound(spans, position, {}, &Span::last);
}

/// Reads a number at the front and what must follow it.
bool take_number(std::string_view& text, std::uint64_t& number) {
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc()) return false;
  text.remove_prefix(static_cast<std::size_t>(end - text.data()));
  return true;
}

bool take(std::string_view& text, char wanted) {
  if (!text.starts_with(wanted)) return false;
  text.remove_prefix(1);
  return true;
}

}  // namespace

void Spans::add(Span span) {
  auto next = at_or_behind(spans_, span.first);
  if (next != spans_.end() && next->attempts == span.attempts && next->first == span.last + 1) {
    span.last = next->last;
    next = spans_.erase(next);
  }
  if (next != spans_.begin() && std::prev(next)->attempts == span.attempts && std::prev(next)->last + 1 == span.first) {
    std::prev(next)->last = span.last;
    return;
  }
  spans_.insert(next, span);
}

void Spans::add(const Spans& other) {
  for (const Span& span : other) add(span);
}

std::optional<std::uint64_t> Spans::remove(Position position) {
  const auto found = at_or_behind(spans_, position);
  if (found == spans_.end() || found->first > position) return std::nullopt;
  const Span whole = *found;
  auto place = spans_.erase(found);
  if (whole.last > position) place = spans_.insert(place, {position + 1, whole.last, whole.attempts});
  if (whole.first < position) spans_.insert(place, {whole.first, position - 1, whole.attempts});
  return whole.attempts;
}

Spans Spans::take(std::uint64_t count) {
  Spans taken;
  while (count > 0 && !spans_.empty()) {
    Span& front = spans_.front();
    const std::uint64_t size = std::min(count, front.size());
    taken.spans_.push_back({front.first, front.first + (size - 1), front.attempts});
    count -= size;
    if (size == front.size()) {
      spans_.erase(spans_.begin());
    } else {
      front.first += size;
    }
  }
  return taken;
}

std::optional<std::uint64_t> Spans::find(Position position) const {
  const auto found = at_or_behind(spans_, position);
  if (found == spans_.end() || found->first > position) return std::nullopt;
  return found->attempts;
}

std::uint64_t Spans::size() const {
  std::uint64_t size = 0;
  for (const Span& span : spans_) size += span.size();
  return size;
}

std::string to_text(const Spans& spans) {
  std::string text;
  for (const Span& span : spans) {
    fmt::format_to(std::back_inserter(text), "{}{}", text.empty() ? "" : ",", span.first);
    if (span.last != span.first) fmt::format_to(std::back_inserter(text), "-{}", span.last);
    fmt::format_to(std::back_inserter(text), "x{}", span.attempts);
  }
  return text;
}

std::optional<Spans> read_spans(std::string_view text) {
  Spans spans;
  Position behind = 0;
  while (!text.empty()) {
    Span span;
    if (!take_number(text, span.first)) return std::nullopt;
    span.last = span.first;
    if (take(text, '-') && !take_number(text, span.last)) return std::nullopt;
    if (!take(text, 'x') || !take_number(text, span.attempts) || span.first <= behind || span.last < span.first) return std::nullopt;
    behind = span.last;
    spans.add(span);
    if (!text.empty() && !take(text, ',')) return std::nullopt;
  }
  return spans;
}

}  // namespace millrace::consumers
