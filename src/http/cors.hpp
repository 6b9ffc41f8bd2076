// Requests of pages from other origins (the CORS protocol of the Fetch standard): one place for every service.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "http/message.hpp"

namespace millrace::http {

/// Which pages of other origins may read answers.
struct CorsOptions {
  bool allows_all = true;
  std::vector<std::string> origins = {};  // else these alone, as browsers send them: "https://app.example"

  bool allows(std::string_view origin) const;
};

/// What every answer says, whoever asks, for ServerOptions::headers, which errors of the server itself have as well: where any page may
/// read it, caches need not tell requests with `Origin` from others.
std::string cors_headers(const CorsOptions& options);

/// Answers preflight requests itself, also under overload, and tells pages of listed origins that they may read an answer. Refuses
/// WebSockets of pages of other sites that are not listed, where there is a list, since a browser asks for no leave (403
/// "http.cross_site"). Refuses what writes and comes from a page of another site without one (403 "http.cross_site"), since a browser sends
/// it with whatever a proxy in front takes for credentials. Passes everything else on. Credentials are never allowed: cookies of a browser
/// mean nothing here.
class Cors : public Handler {
 public:
  /// The handler must outlive it.
  explicit Cors(Handler& behind, CorsOptions options = {}) : behind_(behind), options_(std::move(options)) {}
  Intake intake(const Request& head) const override;
  Task<Response> handle(const Request& request) override;

 private:
  Task<Response> with_leave(const Request& request);

  Handler& behind_;
  const CorsOptions options_;
};

}  // namespace millrace::http
