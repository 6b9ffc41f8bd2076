// The door: who asks is found here, once, before anything behind it sees a request.
#pragma once

#include <string_view>

#include "auth/authenticator.hpp"
#include "http/message.hpp"
#include "observe/registry.hpp"

namespace millrace::auth {

/// Where an API key may stand, beside `Authorization: ApiKey ...`.
inline constexpr std::string_view kKeyHeader = "X-API-Key";

/// Gives each request its principal and passes it on, or answers 401 itself (RFC 6750, with a problem document), 400 to two credentials at
/// a time, 503 while keys cannot be had. A request without credentials is passed on where they are not required, or where the handler
/// behind is open; credentials that are there must be right wherever they are sent, empty ones included. Of whoever is refused no byte of
/// the body is read. A stream that goes on ends when its principal expires.
class Gate : public http::Handler {
 public:
  struct Options {
    observe::Registry* metrics = nullptr;  // where refusals are counted
    std::size_t body_bytes_max = 1 << 20;  // the server's own limit
  };
  /// All outlive it.
  Gate(http::Handler& behind, Authenticator& authenticator, Options options)
      : behind_(behind), authenticator_(authenticator), options_(options) {}

  /// A body is gathered only of whom is known by then: of all others handle() is called with the head.
  http::Intake intake(const http::Request& head) const override;
  bool is_open(const http::Request& head) const override { return behind_.is_open(head); }
  Task<http::Response> handle(const http::Request& request) override;

 private:
  bool lacks_credentials(const http::Request& head) const;
  Task<http::Response> admit(const http::Request& request);
  Task<std::shared_ptr<const Principal>> identify(const http::Request& request);
  Task<http::Response> pass_on(const http::Request& request, std::shared_ptr<const Principal> who);
  http::Response refusal(const Error& error) const;

  http::Handler& behind_;
  Authenticator& authenticator_;
  const Options options_;
};

}  // namespace millrace::auth
