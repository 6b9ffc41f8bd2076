// The head of a response as it goes out: status line, the server's own headers, then the handler's.
#pragma once

#include <cstddef>
#include <ctime>
#include <string>
#include <string_view>

#include "http/message.hpp"

namespace millrace::http {

/// What the head says about the connection.
struct Ending {
  bool keeps_alive = true;
  bool is_http_1_0 = false;  // of the request: such a client must be told when the connection stays
  std::string_view date;
  std::string_view headers = {};  // lines of every response
};

/// Whether a response to such a request carries its body (RFC 9112, section 6.3).
bool has_body(int status, Method method);

/// Appends the head with its empty line. A stream of unknown length goes in chunks, to an HTTP/1.0 client until the connection ends. Else
/// Content-Length is the body's, also where the body itself does not follow (HEAD); a status that
/// never has a body gets none.
void append_response_head(std::string& out, const Response& response, const Ending& ending);

/// The Date header's value (RFC 9110, section 5.6.7), made once a second.
class DateText {
 public:
  /// The view holds until the next call.
  std::string_view at(std::time_t now);

 private:
  std::time_t made_ = -1;
  std::string text_;
};

}  // namespace millrace::http
