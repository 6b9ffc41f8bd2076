#include "auth/gate.hpp"

#include <fmt/format.h>

#include <limits>

#include "http/characters.hpp"
#include "http/status.hpp"
#include "http/traffic.hpp"

namespace millrace::auth {
namespace {

using Who = std::shared_ptr<const Principal>;

constexpr observe::Family kRefused{"millrace_auth_refused_total", observe::Kind::counter,
                                   "Requests whose credentials were missing or not taken, by error code."};

struct Credentials {
  std::string_view text;
  bool is_key = false;  // else what `Authorization` says
  int count = 0;
};

Credentials credentials_of(const http::Request& request) {
  Credentials found;
  for (const auto& [name, value] : request.headers) {
    const bool is_key = http::equal_ignoring_case(name, kKeyHeader);
    if (!is_key && !http::equal_ignoring_case(name, "authorization")) continue;
    found = {value, is_key, found.count + 1};
  }
  return found;
}

/// Whose they are, where that is seen at once.
Who recall(Authenticator& door, const Credentials& credentials) {
  if (credentials.count != 1) return nullptr;
  return credentials.is_key ? door.recall_key(credentials.text) : door.recall(credentials.text);
}

/// A request with what was found out of it. Its body is here when it was not gathered before.
struct Admitted {
  http::Request request;
  std::string body;
};

Task<std::string> gather(http::BodyStream& stream, std::size_t bytes_max) {
  std::string body;
  while (true) {
    CO_TRY(const std::string_view piece, co_await stream.next());
    if (piece.empty()) co_return body;
    if (piece.size() > bytes_max - body.size())
      co_return Failure(Error{ErrorKind::too_large, "http.body_too_large",
                              fmt::format("The body is larger than the {} bytes that it may have.", bytes_max)});
    body += piece;
  }
}

/// What goes on as long as its client likes ends with what allows it. It keeps the request, which the stream may look at.
class AdmittedStream final : public http::BodyStream {
 public:
  struct Parts {
    std::unique_ptr<const Admitted> admitted;
    std::unique_ptr<http::BodyStream> stream;
    bool is_feed = false;
  };
  AdmittedStream(const Authenticator& door, Parts parts) : door_(door), parts_(std::move(parts)) {}

  Task<std::string_view> next() override {
    if (has_expired()) co_return std::string_view();
    auto piece = co_await parts_.stream->next();
    // What it waited for may have come too late.
    if (piece && !piece->empty() && has_expired()) co_return std::string_view();
    co_return piece;
  }
  void stop() override { parts_.stream->stop(); }

 private:
  bool has_expired() {
    const bool is_over = parts_.is_feed && door_.now() >= parts_.admitted->request.principal->expires;
    if (is_over) parts_.stream->stop();
    return is_over;
  }

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
  http::Intake unread{.body_bytes_max = std::numeric_limits<std::size_t>::max(), .streamed = true};
  if (lacks_credentials(head)) return unread;
  const http::Intake intake = behind_.intake(head);
  const Credentials credentials = credentials_of(head);
  if (intake.streamed || credentials.count == 0 || recall(authenticator_, credentials)) return intake;
  unread.under_overload = intake.under_overload;
  return unread;
}

Task<http::Response> Gate::handle(const http::Request& request) {
  if (lacks_credentials(request)) return answer(refusal(required()));
  return credentials_of(request).count == 0 ? behind_.handle(request) : admit(request);
}

Task<http::Response> Gate::admit(const http::Request& request) {
  auto who = co_await identify(request);
  if (!who) co_return refusal(who.error());
  auto response = co_await pass_on(request, *std::move(who));
  co_return response;
}

Task<http::Response> Gate::pass_on(const http::Request& request, Who who) {
  auto admitted = std::make_unique<Admitted>(request);
  admitted->request.principal = std::move(who);
  if (request.stream != nullptr) {
    const http::Intake intake = behind_.intake(request);
    if (!intake.streamed) {
      CO_TRY(admitted->body, co_await gather(*request.stream, intake.body_bytes_max.value_or(options_.body_bytes_max)));
      admitted->request.body = admitted->body;
      admitted->request.stream = nullptr;
    }
  }
  CO_TRY(http::Response response, co_await behind_.handle(admitted->request));
  if (response.stream) {
    AdmittedStream::Parts parts{std::move(admitted), std::move(response.stream), response.is_feed};
    response.stream = std::make_unique<AdmittedStream>(authenticator_, std::move(parts));
  }
  co_return response;
}

Task<Who> Gate::identify(const http::Request& request) {
  const Credentials credentials = credentials_of(request);
  if (auto known = recall(authenticator_, credentials)) co_return known;
  (void)behind_.is_open(request);  // so that it has its route
  const bool has_route = request.route != nullptr && *request.route != nullptr;
  const Asking asking{.method = http::to_string(request.method),
                      .route = has_route ? std::string_view((*request.route)->pattern()) : "none",
                      .client = request.remote,
                      .trace = request.trace};
  if (credentials.count > 1) {
    authenticator_.tell_refusal("a request is", "it has more than one set of credentials", asking);
    co_return Failure(Error{ErrorKind::invalid_argument, "auth.twice", "The request has more than one set of credentials.", "Send one."});
  }
  if (credentials.is_key) co_return authenticator_.identify_key(credentials.text, asking);
  auto who = co_await authenticator_.identify(std::string(credentials.text), asking);
  co_return who;
}

http::Response Gate::refusal(const Error& error) const {
  http::Response response = http::problem(error);
  if (options_.metrics != nullptr) options_.metrics->counter(kRefused, {{"code", error.code}}).add();
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
