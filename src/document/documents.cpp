#include <algorithm>
#include <span>
#include <utility>

#include "base/json/canonical.hpp"
#include "base/json/scan.hpp"
#include "base/json/slices.hpp"
#include "document/document.hpp"

namespace millrace::document {
namespace {

constexpr std::string_view kOpening = R"({"id":)";

char* write(char* at, std::string_view text) {
  return std::copy(text.begin(), text.end(), at);
}

}  // namespace

void Documents::add(std::string_view id, std::string_view payload, const Envelope& envelope) {
  constexpr std::size_t kAround = 32;  // what stands around id and payload
  if (entries_.empty()) reserve(1, id.size() + payload.size() + kAround);
  Entry entry{.envelope = envelope, .begin = text_.size() + 1, .found = true};
  // "{}" and the empty payload of a tombstone have no members to follow the id.
  const std::string_view members = payload.size() > 2 ? payload.substr(1) : std::string_view("}");
  const std::string_view comma = payload.size() > 2 ? "," : "";
  if (const char* const end = id.data() + id.size(); json::scan::plain_end(id.data(), end) == end) {
    entry.id_size = static_cast<std::uint32_t>(id.size() + 2);
    entry.end = entry.begin + kOpening.size() + entry.id_size + comma.size() + members.size();
    const auto fill = [&](char* at, std::size_t) {
      at[entry.begin - 1] = entry.begin == 1 ? '[' : ',';
      write(write(write(write(write(write(at + entry.begin, kOpening), "\""), id), "\""), comma), members);
      return entry.end;
    };
    text_.resize_and_overwrite(entry.end, fill);
  } else {
    text_ += text_.empty() ? '[' : ',';
    text_ += kOpening;
    json::append_string(text_, id);
    entry.id_size = static_cast<std::uint32_t>(text_.size() - entry.begin - kOpening.size());
    text_.append(comma).append(members);
    entry.end = text_.size();
  }
  entries_.push_back(entry);
}

void Documents::set_author(std::string_view author) {
  if (author.empty()) return;
  authors_.resize(entries_.size());
  authors_.back() = author;
}

void Documents::drop_last() {
  if (found(size() - 1)) text_.resize(entries_.back().begin - 1);
  entries_.pop_back();
  if (authors_.size() > entries_.size()) authors_.pop_back();
}

bool Documents::cut_to(std::size_t bytes_max) {
  const bool is_first = entries_.back().begin == 1;
  if (text_.size() <= bytes_max || (is_first && bytes_max > 0)) return false;
  drop_last();
  return is_cut_ = true;
}

void Documents::reserve(std::size_t documents, std::size_t bytes) {
  entries_.reserve(documents);
  text_.reserve(bytes);
}

std::string Documents::take_array(std::size_t count) && {
  std::size_t end = 0;
  for (const Entry& entry : std::span(entries_).first(std::min(count, entries_.size()))) end = std::max(end, entry.end);
  text_.resize(end);
  if (end == 0) text_ = '[';
  text_ += ']';
  return std::move(text_);
}

std::string Documents::id(std::size_t i) const {
  return json::decode_string(quoted_id(i));
}

std::string Documents::payload(std::size_t i) const {
  if (envelope(i).deleted) return {};
  std::string_view members = text(i).substr(kOpening.size() + entries_[i].id_size);
  // What follows the id is ",MEMBERS}" or "}".
  if (members.front() == ',') members.remove_prefix(1);
  std::string payload = "{";
  payload += members;
  return payload;
}

}  // namespace millrace::document
