// Requests of pages from other origins (the CORS protocol of the Fetch standard): one place for every service, open to all.
#pragma once

#include "http/message.hpp"

namespace millrace::http {

/// What every answer says, whoever asks: any page may read it, the headers that our APIs give it included. So caches need not tell requests
/// with `Origin` from others. For ServerOptions::headers, which errors of the server itself have as well.
extern const std::string_view kCorsHeaders;

/// Answers preflight requests itself, also under overload. Refuses what writes and comes from a page of another site without one (403
/// "http.cross_site"), since a browser sends it with whatever a proxy in front takes for credentials. Passes everything else on.
/// Credentials are never allowed: cookies of a browser mean nothing here.
class Cors : public Handler {
 public:
  /// The handler must outlive it.
  explicit Cors(Handler& behind) : behind_(behind) {}
  Intake intake(const Request& head) const override;
  Task<Response> handle(const Request& request) override;

 private:
  Handler& behind_;
};

}  // namespace millrace::http
