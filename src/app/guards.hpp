// What requests are given instead of storages: each as its entity's rules let those see it who ask (docs/decisions/0028-access.md).
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "access/guard.hpp"
#include "app/model.hpp"
#include "app/storages.hpp"
#include "document/feed.hpp"

namespace millrace::app {

/// An entity without rules has its storage itself here.
class Guards {
 public:
  /// The model and the storages outlive it.
  Guards(const Model& model, const Storages& storages);
  Guards(const Guards&) = delete;

  // By entity, as Model::entities.
  document::Store& store(std::size_t entity) const;
  document::Feed& feed(std::size_t entity) const;
  /// Where every read takes the right `lifecycle`.
  document::Store& lifecycle(std::size_t entity) const;

  /// Whether there is a rule that hides members of documents.
  bool hide_members() const { return hide_members_; }

 private:
  struct One {
    One(document::Store& store, document::Feed& whole, const access::Rules& rules)
        : guard(store, rules), lifecycle(store, rules, access::Right::lifecycle), feed(whole, guard) {}
    access::Guard guard;
    access::Guard lifecycle;
    document::Feed feed;
  };
  const Storages& storages_;
  std::vector<std::unique_ptr<One>> guards_;  // null: it has no rules
  bool hide_members_ = false;
};

}  // namespace millrace::app
