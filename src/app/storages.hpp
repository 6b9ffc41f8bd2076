// The storages of a model, opened, each with its feed.
#pragma once

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "app/model.hpp"
#include "app/storage.hpp"
#include "base/result.hpp"
#include "document/feed.hpp"
#include "document/store.hpp"

namespace millrace::app {

class Storages {
 public:
  /// Errors are the stores' own. The model outlives them. What is opened in the same way in `before` is not opened again but shared with
  /// it, and what is in memory in any case; feeds never are.
  static Result<std::unique_ptr<Storages>> open(const Model& model, const StorageContext& context, const Storages* before = nullptr);

  // By entity, as Model::entities.
  std::size_t size() const { return stores_.size(); }
  document::Store& store(std::size_t entity) const { return *stores_[entity]; }
  document::Feed& feed(std::size_t entity) const { return *feeds_[entity]; }
  /// As Model::attempts.
  document::Store& attempts(std::size_t index) const { return *attempts_[index]; }

  /// The names of those in memory that these have and the others have not.
  std::vector<std::string> lost_to(const Storages& others) const;

  /// Whoever follows is told how far it has read.
  void end_feeds();
  /// Whether no feed reads.
  bool is_idle() const;

 private:
  /// A store, and what tells that another one would be the same.
  struct Opened {
    std::string as;  // empty: nothing would
    std::string name;
    bool is_in_memory = false;
    std::shared_ptr<document::Store> store;
  };
  Storages() = default;
  Result<std::shared_ptr<document::Store>> open_one(const EntityModel& entity, const StorageContext& context,
                                                    std::vector<const document::Filter*> sql_filters, const Storages* before);
  std::shared_ptr<document::Store> find(std::string_view as) const;

  std::vector<Opened> opened_;
  std::vector<std::unique_ptr<document::Feed>> feeds_;
  std::vector<std::unique_ptr<document::Store>> stores_;
  std::vector<std::shared_ptr<document::Store>> attempts_;
};

}  // namespace millrace::app
