// The storages of a model, opened, each with its feed.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "app/model.hpp"
#include "app/storage.hpp"
#include "base/result.hpp"
#include "document/feed.hpp"
#include "document/store.hpp"

namespace millrace::app {

class Storages {
 public:
  /// Errors are the stores' own. The model outlives them.
  static Result<std::unique_ptr<Storages>> open(const Model& model, const StorageContext& context);

  // By entity, as Model::entities.
  std::size_t size() const { return stores_.size(); }
  document::Store& store(std::size_t entity) const { return *stores_[entity]; }
  document::Feed& feed(std::size_t entity) const { return *feeds_[entity]; }
  /// As Model::attempts.
  document::Store& attempts(std::size_t index) const { return *attempts_[index]; }

  /// Whoever follows is told how far it has read.
  void end_feeds();
  /// Whether no feed reads.
  bool is_idle() const;

 private:
  Storages() = default;

  std::vector<std::unique_ptr<document::Feed>> feeds_;
  std::vector<std::unique_ptr<document::Store>> stores_;
  std::vector<std::unique_ptr<document::Store>> attempts_;
};

}  // namespace millrace::app
