// The door: who asks is found here, once, before anything behind it sees a request.
#pragma once

#include "auth/authenticator.hpp"
#include "http/message.hpp"
#include "observe/registry.hpp"

namespace millrace::auth {

/// Gives each request its principal and passes it on, or answers 401 itself (RFC 6750, with a problem document), 400 to two credentials at
/// a time, 503 while keys cannot be had. A request without credentials is passed on where they are not required, or where the handler
/// behind is open; credentials that are there must be right wherever they are sent. A stream that goes on ends when its principal expires.
class Gate : public http::Handler {
 public:
  /// All outlive it. `metrics`: where refusals are counted.
  Gate(http::Handler& behind, Authenticator& authenticator, observe::Registry* metrics = nullptr)
      : behind_(behind), authenticator_(authenticator), metrics_(metrics) {}

  /// Of a request that will be refused at once no body is taken.
  http::Intake intake(const http::Request& head) const override;
  bool is_open(const http::Request& head) const override { return behind_.is_open(head); }
  Task<http::Response> handle(const http::Request& request) override;

 private:
  bool lacks_credentials(const http::Request& head) const;
  Task<http::Response> admit(const http::Request& request);
  Task<std::shared_ptr<const Principal>> identify(const http::Request& request);
  http::Response refusal(const Error& error) const;

  http::Handler& behind_;
  Authenticator& authenticator_;
  observe::Registry* const metrics_;
};

}  // namespace millrace::auth
