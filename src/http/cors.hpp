// Requests of pages from other origins (the CORS protocol of the Fetch standard): one place for every service, open to all.
#pragma once

#include "http/message.hpp"

namespace millrace::http {

/// Answers preflight requests itself and passes everything else on. An answer to a request with `Origin` lets any page read it, the headers
/// that our APIs give it included. Credentials are never allowed: cookies of a browser mean nothing here.
class Cors : public Handler {
 public:
  /// The handler must outlive it.
  explicit Cors(Handler& behind) : behind_(behind) {}
  Intake intake(const Request& head) const override { return behind_.intake(head); }
  Task<Response> handle(const Request& request) override;

 private:
  Task<Response> handle_page(const Request& request);

  Handler& behind_;
};

}  // namespace millrace::http
