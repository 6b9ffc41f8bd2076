// /sinks and /sinks/{name}: how far each sink has come.
#pragma once

#include <memory>
#include <string>
#include <vector>

#include "app/model.hpp"
#include "app/sinks.hpp"
#include "document/store.hpp"
#include "http/message.hpp"

namespace millrace::app {

inline constexpr std::string_view kSinksPath = "/sinks";

class SinksPage : public http::Handler {
 public:
  struct Row {
    const SinkModel* model;
    document::Store* store;  // of its entity
  };
  /// Rows in the order in which the sinks stand; `sinks` is null when there are none. All outlive the page.
  SinksPage(std::vector<Row> rows, const std::unique_ptr<Sinks>& sinks) : rows_(std::move(rows)), sinks_(sinks) {}
  Task<http::Response> handle(const http::Request& request) override;

 private:
  Task<void> write(std::string& out, std::size_t row);

  std::vector<Row> rows_;
  const std::unique_ptr<Sinks>& sinks_;
};

}  // namespace millrace::app
