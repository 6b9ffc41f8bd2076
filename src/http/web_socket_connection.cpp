#include "http/web_socket_connection.hpp"

#include <boost/asio/buffer.hpp>
#include <boost/beast/core/buffers_to_string.hpp>
#include <boost/beast/core/flat_buffer.hpp>
#include <boost/beast/http/empty_body.hpp>
#include <boost/beast/http/message.hpp>
#include <boost/beast/websocket/stream.hpp>
#include <deque>
#include <utility>

#include "http/characters.hpp"
#include "io/loop.hpp"

namespace millrace::http {

namespace {

namespace beast = boost::beast;
namespace websocket = beast::websocket;
using ErrorCode = boost::system::error_code;
using Handshake = beast::http::request<beast::http::empty_body>;

constexpr std::size_t kReasonMax = 123;
constexpr std::uint16_t kTryAgain = 1013;
constexpr const char* kNoRoom = "The service holds too many large messages";
// What a connection keeps of the memory for messages.
constexpr std::size_t kBufferKept = 16 * 1024;
// What is read of one at a time.
constexpr std::size_t kReadMost = 64 * 1024;

/// A text on its way, in the frame of the send() that waits for it.
struct Outgoing {
  std::string text;
  io::Completion<bool> taken = {};
};

/// The socket, which knows whose it is.
struct Wire : Connection::Socket {
  Wire(Connection::Socket socket, WebSocketConnection& owner_in) : Connection::Socket(std::move(socket)), owner(owner_in) {}
  WebSocketConnection& owner;
};

/// Beast's way of ending a connection, which reads until the client has ended it too; only so long here.
template <class TeardownHandler>
void async_teardown(beast::role_type role, Wire& wire, TeardownHandler&& done) {
  wire.owner.linger();
  websocket::async_teardown(role, static_cast<Connection::Socket&>(wire), std::forward<TeardownHandler>(done));
}

/// What Beast calls at the end of an operation.
struct Ended {
  io::Completion<ErrorCode>* completion;
  void operator()(const ErrorCode& error, std::size_t = 0) const { completion->complete_here(error); }
};

Handshake handshake_of(const Request& request) {
  Handshake handshake(beast::http::verb::get, std::string(request.target), 11);
  for (const auto& [name, value] : request.headers) handshake.insert(std::string(name), std::string(value));
  return handshake;
}

/// Empties it, and gives much memory back.
void release(beast::flat_buffer& buffer) {
  buffer.clear();
  if (buffer.capacity() > kBufferKept) buffer = {};
}

/// As much of a reason as a close has room for; it ends with a whole character.
void cut_reason(std::string& reason) {
  const auto is_inside = [&reason](std::size_t at) { return (static_cast<unsigned char>(reason[at]) & 0xC0) == 0x80; };
  if (reason.size() <= kReasonMax) return;
  std::size_t end = kReasonMax;
  while (end > 0 && is_inside(end)) --end;
  reason.resize(end);
}

/// "Name: value\r\n" lines as fields.
void set_lines(beast::http::fields& fields, std::string_view lines) {
  while (!lines.empty()) {
    const std::size_t end = std::min(lines.find("\r\n"), lines.size());
    const std::string_view line = lines.substr(0, end);
    const std::size_t colon = line.find(": ");
    if (colon != std::string_view::npos) fields.set(std::string(line.substr(0, colon)), std::string(line.substr(colon + 2)));
    lines.remove_prefix(std::min(end + 2, lines.size()));
  }
}

}  // namespace

bool asks_for_web_socket(const Request& request) {
  return request.method == Method::get && equal_ignoring_case(request.header("upgrade"), "websocket");
}

struct WebSocketConnection::State {
  State(Wire wire, const Request& request, Response response_in)
      : stream(std::move(wire)), handshake(handshake_of(request)), response(std::move(response_in)) {}

  websocket::stream<Wire> stream;
  Handshake handshake;
  Response response;  // with the session
  beast::flat_buffer in;
  std::deque<Outgoing*> outgoing;
  std::size_t outgoing_bytes = 0;
  std::size_t counted_bytes = 0;  // of messages that are worked on
  bool is_writing = false;
  bool is_closing = false;
  bool is_lingering = false;  // waits for the client's end of it, and for nothing else
  bool is_over = false;
};

/// A message that is worked on. It may be let go after the connection's end.
class WebSocketConnection::Counted {
 public:
  Counted(Connection& owner, std::size_t bytes) : owner_(owner.weak_from_this()), bytes_(bytes) { change(owner, bytes); }
  ~Counted() {
    if (const auto owner = owner_.lock()) change(*owner, -bytes_);
  }
  Counted(const Counted&) = delete;

 private:
  static void change(Connection& owner, std::size_t by) {
    owner.web_socket_->state_->counted_bytes += by;
    owner.count_held();
  }

  const std::weak_ptr<Connection> owner_;
  const std::size_t bytes_;
};

WebSocketConnection::WebSocketConnection(Connection& owner, Connection::Socket socket, const Request& request, Response response)
    : owner_(owner), state_(std::make_unique<State>(Wire(std::move(socket), *this), request, std::move(response))) {
  auto& stream = state_->stream;
  stream.read_message_max(owner.shared_->options.body_bytes_max);
  stream.auto_fragment(false);
  stream.text(true);
  const std::string lines = std::string(owner.shared_->options.headers) + state_->response.headers;
  stream.set_option(websocket::stream_base::decorator([lines](websocket::response_type& answer) { set_lines(answer, lines); }));
}
WebSocketConnection::~WebSocketConnection() = default;

void WebSocketConnection::run(const std::shared_ptr<Connection>& owner) {
  start(owner->web_socket_->live(), [owner](const Result<>&) { owner->close(); });
}

Task<void> WebSocketConnection::live() {
  State& state = *state_;
  io::Completion<ErrorCode> accepted;
  wait_for_write(true);
  state.stream.async_accept(state.handshake, Ended{&accepted});
  const auto error = co_await accepted;
  wait_for_write(false);
  if (*error || state.is_over) co_return {};
  CO_TRY_OK(co_await state.response.session->run(*this));
  co_return {};
}

std::size_t WebSocketConnection::held() const {
  return state_->in.size() + state_->counted_bytes + state_->outgoing_bytes;
}

/// What comes after a close is dropped, until the client has ended the connection too or its time is up.
Task<std::optional<WebSocket::Message>> WebSocketConnection::receive() {
  State& state = *state_;
  bool is_whole = false;
  while (!is_whole) {
    if (state.is_over) co_return std::nullopt;
    io::Completion<ErrorCode> read;
    state.stream.async_read_some(state.in, kReadMost, Ended{&read});
    const auto error = co_await read;
    state.is_over |= static_cast<bool>(*error);
    if (!state.is_over && !state.is_closing && !owner_.try_hold()) close(kTryAgain, kNoRoom);
    const bool is_dropped = state.is_over || state.is_closing;
    if (is_dropped) {
      release(state.in);
      owner_.count_held();
    }
    is_whole = !is_dropped && state.stream.is_message_done();
  }
  Message message{state.stream.got_text(), beast::buffers_to_string(state.in.data())};
  release(state.in);
  // Beast looks no further where the last fragment is empty.
  if (message.is_text && !is_utf8(message.data)) {
    close(websocket::close_code::bad_payload, "The text is not UTF-8.");
    co_return std::nullopt;
  }
  message.counted = std::make_shared<const Counted>(owner_, message.data.size());
  co_return std::optional(std::move(message));
}

Task<bool> WebSocketConnection::send_if_room(std::string text) {
  state_->outgoing_bytes += text.size();
  const bool has_room = owner_.try_hold();
  state_->outgoing_bytes -= text.size();
  if (!has_room) {
    close(kTryAgain, kNoRoom);
    co_return false;
  }
  auto is_taken = co_await send(std::move(text));
  co_return is_taken;
}

Task<bool> WebSocketConnection::send(std::string text) {
  State& state = *state_;
  if (state.is_over || state.is_closing) co_return false;
  Outgoing outgoing{.text = std::move(text)};
  state.outgoing.push_back(&outgoing);
  state.outgoing_bytes += outgoing.text.size();
  owner_.count_held();
  if (!std::exchange(state.is_writing, true)) start(write_all(owner_.shared_from_this()), [](const Result<>&) {});
  co_return co_await outgoing.taken;
}

Task<void> WebSocketConnection::write_all(std::shared_ptr<Connection> /*kept*/) {
  State& state = *state_;
  while (!state.outgoing.empty()) {
    Outgoing& next = *state.outgoing.front();
    bool is_taken = false;
    if (!state.is_over) {
      io::Completion<ErrorCode> written;
      wait_for_write(true);
      state.stream.async_write(boost::asio::buffer(next.text), Ended{&written});
      const auto error = co_await written;
      wait_for_write(false);
      is_taken = !*error;
      state.is_over |= !is_taken;
    }
    state.outgoing.pop_front();
    state.outgoing_bytes -= next.text.size();
    owner_.count_held();
    next.taken.complete_here(is_taken);
  }
  state.is_writing = false;
  co_return {};
}

void WebSocketConnection::close(std::uint16_t code, std::string reason) {
  if (state_->is_over || std::exchange(state_->is_closing, true)) return;
  start(say_close(owner_.shared_from_this(), code, std::move(reason)), [](const Result<>&) {});
}

/// The client has its time to answer; check_time() cuts it after that.
Task<void> WebSocketConnection::say_close(std::shared_ptr<Connection> /*kept*/, std::uint16_t code, std::string reason) {
  cut_reason(reason);
  linger();
  io::Completion<ErrorCode> closed;
  websocket::close_reason why{beast::string_view(reason)};
  why.code = code;
  state_->stream.async_close(why, Ended{&closed});
  (void)co_await closed;
  cut();
  co_return {};
}

void WebSocketConnection::wait_for_write(bool waits) {
  if (!state_->is_lingering) owner_.wait_for(waits ? Connection::Waiting::write : Connection::Waiting::nothing);
}

void WebSocketConnection::linger() {
  state_->is_lingering = true;
  owner_.wait_for(Connection::Waiting::linger);
}

void WebSocketConnection::cut() {
  state_->is_over = true;
  ErrorCode ignored;  // it is over in any case
  beast::get_lowest_layer(state_->stream).close(ignored);
}

void WebSocketConnection::drain() {
  state_->response.session->drain();
}

}  // namespace millrace::http
