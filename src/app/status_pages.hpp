// /health and /ready (specification section 9).
#pragma once

#include <string>
#include <vector>

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

/// Ready: 200 when every storage can be reached, else 503 with what each said.
class ReadyPage : public http::Handler {
 public:
  struct Storage {
    std::string name;
    document::Store* store;  // outlives the page
  };
  explicit ReadyPage(std::vector<Storage> storages) : storages_(std::move(storages)) {}
  http::Intake intake(const http::Request&) const override { return {.under_overload = true}; }
  bool is_open(const http::Request&) const override { return true; }
  Task<http::Response> handle(const http::Request& request) override;

 private:
  std::vector<Storage> storages_;
};

}  // namespace millrace::app
