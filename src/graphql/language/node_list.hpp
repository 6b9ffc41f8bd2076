// Nodes below a node: many of one kind in their order, or perhaps one. Both are views into the document's arena and cost nothing to copy.
#pragma once

#include <cstddef>
#include <cstdint>
#include <iterator>

#include "graphql/language/arena.hpp"

namespace millrace::graphql {

/// A list that grows at its end and never moves its items, so that building a large one takes no more memory than it holds. Empty ones,
/// which are most, are a pointer.
template <class T>
class NodeList {
  struct Link {
    T node;
    Link* next = nullptr;
  };
  struct Head {
    Link first;
    Link* last = nullptr;
    std::uint32_t size = 0;
  };

 public:
  class Iterator {
   public:
    using value_type = T;
    using difference_type = std::ptrdiff_t;
    using iterator_category = std::forward_iterator_tag;
    using pointer = const T*;
    using reference = const T&;

    Iterator() = default;
    const T& operator*() const { return link_->node; }
    const T* operator->() const { return &link_->node; }
    Iterator& operator++() {
      link_ = link_->next;
      return *this;
    }
    Iterator operator++(int) {
      Iterator before = *this;
      link_ = link_->next;
      return before;
    }
    friend bool operator==(Iterator, Iterator) = default;

   private:
    friend class NodeList;
    explicit Iterator(const Link* link) : link_(link) {}
    const Link* link_ = nullptr;
  };
  using value_type = T;
  using iterator = Iterator;
  using const_iterator = Iterator;

  /// A new item at the end.
  T& add(Arena& arena) {
    if (head_ == nullptr) {
      head_ = arena.make<Head>();
      head_->last = &head_->first;
    } else {
      head_->last = head_->last->next = arena.make<Link>();
    }
    ++head_->size;
    return head_->last->node;
  }

  Iterator begin() const { return Iterator(head_ == nullptr ? nullptr : &head_->first); }
  Iterator end() const { return Iterator(); }
  std::size_t size() const { return head_ == nullptr ? 0 : head_->size; }
  bool empty() const { return head_ == nullptr; }
  /// Requires: not empty.
  const T& front() const { return head_->first.node; }
  const T& back() const { return head_->last->node; }
  /// Walks there from the first: for short lists. Requires: so many.
  const T& operator[](std::size_t number) const { return *std::next(begin(), static_cast<std::ptrdiff_t>(number)); }

 private:
  Head* head_ = nullptr;
};

/// A node that may be there; used as std::optional is.
template <class T>
class OptionalNode {
 public:
  T& emplace(Arena& arena) { return *(node_ = arena.make<T>()); }

  explicit operator bool() const { return node_ != nullptr; }
  bool has_value() const { return node_ != nullptr; }
  const T& operator*() const { return *node_; }
  const T* operator->() const { return node_; }
  const T* get() const { return node_; }

 private:
  T* node_ = nullptr;
};

}  // namespace millrace::graphql
