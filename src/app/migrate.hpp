// `millrace migrate`: what MeshQL left, with its history, into the store of an entity.
#pragma once

#include <filesystem>
#include <string>

namespace millrace::app {

struct MigrateOptions {
  std::filesystem::path config = "config/config.conf";  // or a folder as `millrace dev` takes it, with its embedded stores
  std::string to;                                       // "/raw-events", or the path of its REST or GraphQL API
  std::string from;                                     // a URI
  std::string name = {};                                // of the table or collection; empty: the entity's own
  bool skips_bad = false;
  bool drops_tokens = false;
};

/// Surveys the source, copies it in one commit, reads both again and compares. Prints figures, and every row that cannot be taken with its
/// place. Exit status 0 when the entity holds the history, now or from an earlier run, else 1.
int migrate_history(const MigrateOptions& options);

}  // namespace millrace::app
