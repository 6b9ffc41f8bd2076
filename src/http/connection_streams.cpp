// Bodies that come and go in pieces.
#include <fmt/format.h>

#include <boost/asio/post.hpp>
#include <utility>

#include "http/connection.hpp"

namespace millrace::http {

namespace {

namespace asio = boost::asio;

// A stream whose client takes all at once lets others have their turn after so many pieces.
constexpr std::uint32_t kPiecesAtOnce = 8;

}  // namespace

// --- In --------------------------------------------------------------------------------------------------------------------------------

/// Suspends until bytes are there, the time is over, or the client is gone.
struct Connection::Upload::Bytes {
  Upload& upload;
  bool await_ready() const noexcept { return false; }
  void await_suspend(std::coroutine_handle<> awaiter) {
    upload.waiting_ = awaiter;
    upload.connection_.read_more();
  }
  void await_resume() const noexcept {}
};

Task<std::string_view> Connection::Upload::next() {
  Connection& connection = connection_;
  while (connection.is_open_) {
    switch (connection.reader_.step()) {
      case RequestReader::Step::piece: co_return connection.reader_.piece();
      case RequestReader::Step::request: co_return std::string_view();
      case RequestReader::Step::refused: co_return Failure(connection.reader_.refusal().error);
      case RequestReader::Step::head: CHECK(false);
      case RequestReader::Step::need_more: break;
    }
    connection.invite_body();
    Bytes bytes{*this};
    co_await bytes;
  }
  co_return Failure(Error{ErrorKind::unavailable, "http.disconnected", "The client is gone."});
}

/// Says `100 Continue`, once, to a client that waits for it.
void Connection::invite_body() {
  if (!std::exchange(has_invited_, true) && reader_.waits_for_continue()) out_.append("HTTP/1.1 100 Continue\r\n\r\n");
}

/// Lets the handler see that something has changed, not within the call that found it out.
void Connection::wake_upload() {
  if (!upload_.is_waiting()) return;
  asio::post(socket_.get_executor(), [self = shared_from_this()] {
    if (self->upload_.is_waiting()) self->upload_.resume();
  });
}

// --- Out -------------------------------------------------------------------------------------------------------------------------------

/// Asks for one piece after the other, each when the one before is out. Whether the stream has ended; else proceed() is called again.
bool Connection::pull() {
  while (is_open_ && stream_) {
    if (!flush()) return false;
    if (pulled_++ == kPiecesAtOnce) {
      pulled_ = 0;
      asio::post(socket_.get_executor(), [self = shared_from_this()] { self->proceed(); });
      return false;
    }
    is_answering_ = is_starting_ = true;
    wait_for(Waiting::nothing);
    auto done = [self = shared_from_this()](Result<std::string_view> piece) { self->on_piece(std::move(piece)); };
    start(stream_->next(), std::move(done));
    is_starting_ = false;
    if (is_answering_) return false;
  }
  return true;
}

void Connection::on_piece(Result<std::string_view> piece) {
  is_answering_ = false;
  if (!is_open_) return;
  if (!piece) return close();
  append_piece(*piece);
  if (piece->empty()) {
    stream_.reset();
    answer_bytes_ = 0;
    end_request();
  }
  if (!is_starting_) proceed();
}

void Connection::append_piece(std::string_view piece) {
  if (!is_chunked_) {
    out_.append(piece);
  } else if (piece.empty()) {
    out_.append("0\r\n\r\n");
  } else {
    fmt::format_to(std::back_inserter(out_), "{:x}\r\n", piece.size());
    out_.append(piece).append("\r\n");
  }
}

}  // namespace millrace::http
