// What requests are given instead of storages: each as its entity's rules let those see it who ask (docs/decisions/0028-access.md).
#pragma once

#include <cstddef>
#include <memory>
#include <optional>
#include <vector>

#include "access/audited.hpp"
#include "access/guard.hpp"
#include "app/model.hpp"
#include "app/storages.hpp"
#include "document/feed.hpp"

namespace millrace::app {

/// An entity without rules, whose reads are not recorded, has its storage itself here.
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
  /// A store as who asks sees it; then whoever keeps a record of what was seen.
  struct Face {
    std::optional<access::Guard> guard;
    std::optional<access::Audited> audited;
    document::Store* store = nullptr;
  };
  struct One {
    Face own;
    Face lifecycle;
    std::optional<document::Feed> feed;
  };
  void build(Face& face, std::size_t entity, std::optional<access::Right> as) const;

  const Model& model_;
  const Storages& storages_;
  std::vector<std::unique_ptr<One>> guards_;  // null: it needs none
  bool hide_members_ = false;
};

}  // namespace millrace::app
