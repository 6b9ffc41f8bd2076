// /health and /ready (specification section 9).
#pragma once

#include <atomic>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "base/instant.hpp"
#include "document/store.hpp"
#include "http/message.hpp"

namespace millrace::app {

/// Alive: answers 200 as long as the process serves.
class HealthPage : public http::Handler {
 public:
  http::Intake intake(const http::Request&) const override { return {.under_overload = true}; }
  bool is_open(const http::Request&) const override { return true; }
  Task<http::Response> handle(const http::Request& request) override;
};

/// Ready: 200 when every storage can be reached, else 503, with which cannot and since when. Why is for the log, and for whoever brought
/// credentials, since it names hosts; where there is no `auth` it is for all.
class ReadyPage : public http::Handler {
 public:
  struct Storage {
    std::string name;
    document::Store* store;                      // outlives the page
    std::function<void(std::string_view)> log;   // what changes
    std::unique_ptr<std::atomic<Instant>> away;  // since when; Instant{}: it is there
  };
  ReadyPage(std::vector<Storage> storages, bool tells_all) : storages_(std::move(storages)), tells_all_(tells_all) {}
  http::Intake intake(const http::Request&) const override { return {.under_overload = true}; }
  bool is_open(const http::Request&) const override { return true; }
  Task<http::Response> handle(const http::Request& request) override;

 private:
  static std::string look(const Storage& storage, const Result<>& reached, bool tells_why);

  const std::vector<Storage> storages_;
  const bool tells_all_;
};

}  // namespace millrace::app
