// Opening the store that a storage config asks for: the only place that names concrete stores.
#pragma once

#include <chrono>
#include <filesystem>
#include <memory>
#include <optional>

#include "app/model.hpp"
#include "base/result.hpp"
#include "document/store.hpp"
#include "document/traced.hpp"
#include "io/worker_pool.hpp"
#include "observe/instruments.hpp"

namespace millrace::app {

struct StorageContext {
  io::WorkerPool* workers = nullptr;
  std::optional<std::filesystem::path> embedded_folder = {};  // replaces every storage by a SQLite file there
  std::filesystem::path config_folder;                        // a relative SQLite file is looked up from here
  observe::Instruments* instruments = nullptr;                // outlives the store; null: it tells nothing
  std::size_t writes_max = 10'000;                            // waiting documents
  std::chrono::milliseconds write_wait{10'000};               // of each
};

/// Errors are the store's own.
/// `sql_filters` are prepared, and refused when they do not fit; they must stay where they are.
Result<std::unique_ptr<document::Store>> open_storage(const EntityModel& entity, const StorageContext& context,
                                                      std::vector<const document::Filter*> sql_filters = {});

/// What spans say of it (document/traced.hpp).
document::TracedAs traced_as(const EntityModel& entity, const StorageContext& context);

}  // namespace millrace::app
