#include "observe/registry.hpp"

#include <fmt/format.h>

#include <cmath>
#include <iterator>

namespace millrace::observe {
namespace {

void append_escaped(std::string& out, std::string_view text, bool in_quotes) {
  for (const char c : text) {
    if (c == '\\') {
      out += "\\\\";
    } else if (c == '\n') {
      out += "\\n";
    } else if (c == '"' && in_quotes) {
      out += "\\\"";
    } else {
      out += c;
    }
  }
}

std::string_view word(Kind kind) {
  switch (kind) {
    case Kind::counter: return "counter";
    case Kind::gauge: return "gauge";
    case Kind::histogram: return "histogram";
  }
  return "";
}

/// The shortest text that is this number; Go, which reads it, knows the others by these names.
std::string number(double value) {
  if (std::isnan(value)) return "NaN";
  if (std::isinf(value)) return value > 0 ? "+Inf" : "-Inf";
  return fmt::format("{}", value);
}

class Page {
 public:
  explicit Page(Registry::Format format) : format_(format) {}

  void begin(const Family& family) {
    std::string_view name = family.name;
    const bool is_bare = format_ == Registry::Format::openmetrics && family.kind == Kind::counter && name.ends_with("_total");
    if (is_bare) name.remove_suffix(std::string_view("_total").size());
    fmt::format_to(std::back_inserter(text_), "# HELP {} ", name);
    append_escaped(text_, family.help, format_ == Registry::Format::openmetrics);
    fmt::format_to(std::back_inserter(text_), "\n# TYPE {} {}\n", name, word(family.kind));
  }
  void line(std::string_view name, std::string_view suffix, std::string_view labels, std::string_view value) {
    text_.append(name).append(suffix);
    if (!labels.empty()) text_.append("{").append(labels).append("}");
    text_.append(" ").append(value).append("\n");
  }
  void histogram(const Family& family, std::string_view labels, const Histogram& histogram) {
    const Histogram::Totals totals = histogram.totals();
    std::uint64_t count = 0;
    for (std::size_t i = 0; i <= family.bounds.size(); ++i) {
      count += totals.counts[i];
      const double bound = i < family.bounds.size() ? static_cast<double>(family.bounds[i]) * family.unit : INFINITY;
      const std::string with_bound = fmt::format("{}{}le=\"{}\"", labels, labels.empty() ? "" : ",", rounded(bound));
      line(family.name, "_bucket", with_bound, std::to_string(count));
    }
    line(family.name, "_sum", labels, number(static_cast<double>(totals.sum) * family.unit));
    line(family.name, "_count", labels, std::to_string(count));
  }
  std::string take() && {
    if (format_ == Registry::Format::openmetrics) text_ += "# EOF\n";
    return std::move(text_);
  }

 private:
  /// 0.1, not 0.10000000000000001: bounds have two digits.
  static std::string rounded(double bound) { return std::isinf(bound) ? "+Inf" : fmt::format("{:.6g}", bound); }

  const Registry::Format format_;
  std::string text_;
};

}  // namespace

std::string label_text(Labels labels) {
  std::string text;
  for (const auto& [name, value] : labels) {
    if (!text.empty()) text += ',';
    text.append(name).append("=\"");
    append_escaped(text, value, true);
    text += '"';
  }
  return text;
}

void Samples::add(const Family& family, Labels labels, double value) {
  families_.try_emplace(family.name, Series{&family, {}}).first->second.values.insert_or_assign(label_text(labels), value);
}

void Samples::merge(Samples other) {
  for (auto& [name, series] : other.families_) {
    auto& own = families_.try_emplace(name, Series{series.family, {}}).first->second;
    for (const auto& [labels, value] : series.values) own.values.insert_or_assign(labels, value);
  }
}

Registry::Series& Registry::series(const Family& family) {
  return families_.try_emplace(family.name, Series{&family, {}, {}, {}}).first->second;
}

Counter& Registry::counter(const Family& family, Labels labels) {
  const std::lock_guard lock(mutex_);
  auto& counter = series(family).counters[label_text(labels)];
  if (!counter) counter = std::make_unique<Counter>();
  return *counter;
}

Gauge& Registry::gauge(const Family& family, Labels labels) {
  const std::lock_guard lock(mutex_);
  auto& gauge = series(family).gauges[label_text(labels)];
  if (!gauge) gauge = std::make_unique<Gauge>();
  return *gauge;
}

Histogram& Registry::histogram(const Family& family, Labels labels) {
  const std::lock_guard lock(mutex_);
  auto& histogram = series(family).histograms[label_text(labels)];
  if (!histogram) histogram = std::make_unique<Histogram>(family.bounds);
  return *histogram;
}

std::string Registry::print(Format format, const Samples& samples) const {
  Page page(format);
  const std::lock_guard lock(mutex_);
  for (const auto& [name, series] : families_) {
    page.begin(*series.family);
    for (const auto& [labels, counter] : series.counters) page.line(name, "", labels, std::to_string(counter->value()));
    for (const auto& [labels, gauge] : series.gauges) page.line(name, "", labels, std::to_string(gauge->value()));
    for (const auto& [labels, histogram] : series.histograms) page.histogram(*series.family, labels, *histogram);
  }
  for (const auto& [name, series] : samples.families_) {
    page.begin(*series.family);
    for (const auto& [labels, value] : series.values) page.line(name, "", labels, number(value));
  }
  return std::move(page).take();
}

}  // namespace millrace::observe
