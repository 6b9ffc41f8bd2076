#include "auth/gate.hpp"

#include <limits>

#include "http/characters.hpp"
#include "http/status.hpp"

namespace millrace::auth {
namespace {

using Who = std::shared_ptr<const Principal>;

constexpr observe::Family kRefused{"millrace_auth_refused_total", observe::Kind::counter,
                                   "Requests whose credentials were missing or not taken, by error code."};
constexpr std::string_view kKeyHeader = "X-API-Key";

struct Credentials {
  std::string_view authorization;
  std::string_view key;
  int count = 0;
};

Credentials credentials_of(const http::Request& request) {
  Credentials found;
  for (const auto& [name, value] : request.headers) {
    const bool is_key = http::equal_ignoring_case(name, kKeyHeader);
    if (value.empty() || (!is_key && !http::equal_ignoring_case(name, "authorization"))) continue;
    (is_key ? found.key : found.authorization) = value;
    ++found.count;
  }
  return found;
}

/// What goes on as long as its client likes ends with what allows it. It keeps the request, which the stream may look at.
class AdmittedStream final : public http::BodyStream {
 public:
  struct Parts {
    std::unique_ptr<const http::Request> request;
    std::unique_ptr<http::BodyStream> stream;
    bool is_feed = false;
  };
  AdmittedStream(const Authenticator& door, Parts parts) : door_(door), parts_(std::move(parts)) {}

  Task<std::string_view> next() override {
    if (parts_.is_feed && door_.now() >= parts_.request->principal->expires) {
      parts_.stream->stop();
      co_return std::string_view();
    }
    auto piece = co_await parts_.stream->next();
    co_return piece;
  }
  void stop() override { parts_.stream->stop(); }

 private:
  const Authenticator& door_;
  const Parts parts_;
};

Task<http::Response> answer(http::Response response) {
  co_return response;
}

Error required() {
  return {ErrorKind::unauthenticated, "auth.required", "Credentials are required here."};
}

}  // namespace

bool Gate::lacks_credentials(const http::Request& head) const {
  return authenticator_.is_required() && credentials_of(head).count == 0 && !behind_.is_open(head);
}

http::Intake Gate::intake(const http::Request& head) const {
  return lacks_credentials(head) ? http::Intake{.body_bytes_max = std::numeric_limits<std::size_t>::max(), .streamed = true}
                                 : behind_.intake(head);
}

Task<http::Response> Gate::handle(const http::Request& request) {
  if (lacks_credentials(request)) return answer(refusal(required()));
  return credentials_of(request).count == 0 ? behind_.handle(request) : admit(request);
}

Task<http::Response> Gate::admit(const http::Request& request) {
  auto who = co_await identify(request);
  if (!who) {
    (void)behind_.is_open(request);  // so that it has its route
    co_return refusal(who.error());
  }
  auto admitted = std::make_unique<http::Request>(request);
  admitted->principal = *std::move(who);
  CO_TRY(http::Response response, co_await behind_.handle(*admitted));
  if (response.stream) {
    AdmittedStream::Parts parts{std::move(admitted), std::move(response.stream), response.is_feed};
    response.stream = std::make_unique<AdmittedStream>(authenticator_, std::move(parts));
  }
  co_return response;
}

Task<Who> Gate::identify(const http::Request& request) {
  const Credentials credentials = credentials_of(request);
  if (credentials.count > 1)
    co_return Failure(Error{ErrorKind::invalid_argument, "auth.twice", "The request has more than one set of credentials.", "Send one."});
  if (credentials.authorization.empty()) co_return authenticator_.identify_key(credentials.key);
  if (auto known = authenticator_.recall(credentials.authorization)) co_return known;
  auto who = co_await authenticator_.identify(std::string(credentials.authorization));
  co_return who;
}

http::Response Gate::refusal(const Error& error) const {
  http::Response response = http::problem(error);
  if (metrics_ != nullptr) metrics_->counter(kRefused, {{"code", error.code}}).add();
  if (response.status == 503) return response;
  std::string challenge = R"(Bearer realm="millrace")";
  if (error.code == "auth.token")
    challenge += R"(, error="invalid_token", error_description="The access token is not valid here, or has expired")";
  if (error.code == "auth.twice") challenge += R"(, error="invalid_request")";
  if (authenticator_.takes_tokens()) response.add("WWW-Authenticate", challenge);
  if (authenticator_.takes_keys()) response.add("WWW-Authenticate", R"(ApiKey realm="millrace")");
  response.add("Cache-Control", "no-store");
  return response;
}

}  // namespace millrace::auth
