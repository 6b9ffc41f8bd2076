// Values by name, in the order in which the names came.
//
// Documents mostly hold a few names: those are searched one by one. Many names are searched in a tree and never by hash, since whoever
// wrote the document could make hashes collide.
#pragma once

#include <algorithm>
#include <cstdint>
#include <map>
#include <string_view>
#include <utility>
#include <vector>

namespace millrace::graphql::validation {

/// How many names are searched one by one.
inline constexpr std::size_t kSearchedOneByOne = 16;

template <class T>
class NameMap {
 public:
  struct Entry {
    std::string_view name;
    T value;
  };

  T* find(std::string_view name) {
    const std::size_t at = position_of(name);
    return at == entries_.size() ? nullptr : &entries_[at].value;
  }
  const T* find(std::string_view name) const {
    const std::size_t at = position_of(name);
    return at == entries_.size() ? nullptr : &entries_[at].value;
  }
  bool contains(std::string_view name) const { return find(name) != nullptr; }

  /// The value of the name, made when the name is new. Valid until the next name comes.
  T& operator[](std::string_view name) {
    if (T* found = find(name)) return *found;
    const auto at = static_cast<std::uint32_t>(entries_.size());
    if (at == 0) entries_.reserve(kExpected);
    entries_.push_back({name, T{}});
    if (!tree_.empty()) tree_.emplace(name, at);
    if (entries_.size() == kSearchedOneByOne) grow_tree();
    return entries_.back().value;
  }

  /// Notes the name. Whether it is new.
  bool insert(std::string_view name, T value) {
    const std::size_t size_before = entries_.size();
    T& place = (*this)[name];
    if (entries_.size() == size_before) return false;
    place = std::move(value);
    return true;
  }

  std::size_t size() const { return entries_.size(); }
  bool empty() const { return entries_.empty(); }
  auto begin() const { return entries_.begin(); }
  auto end() const { return entries_.end(); }

 private:
  static constexpr std::size_t kExpected = 4;

  std::size_t position_of(std::string_view name) const {
    if (!tree_.empty()) {
      const auto found = tree_.find(name);
      return found == tree_.end() ? entries_.size() : found->second;
    }
    std::size_t at = 0;
    while (at < entries_.size() && entries_[at].name != name) ++at;
    return at;
  }
  void grow_tree() {
    for (std::uint32_t at = 0; at < entries_.size(); ++at) tree_.emplace(entries_[at].name, at);
  }

  std::vector<Entry> entries_;
  std::map<std::string_view, std::uint32_t> tree_;
};

/// Whether no two items have one name. Does not allocate for a few.
template <class Items, class NameOf>
bool are_names_distinct(const Items& items, NameOf name_of) {
  using Item = Items::value_type;
  NameMap<bool> names;
  const bool are_few = items.size() <= kSearchedOneByOne;
  for (auto item = items.begin(); item != items.end(); ++item) {
    const std::string_view name = name_of(*item);
    if (!are_few) {
      if (!names.insert(name, true)) return false;
    } else if (std::any_of(items.begin(), item, [&](const Item& before) { return name_of(before) == name; })) {
      return false;
    }
  }
  return true;
}

}  // namespace millrace::graphql::validation
