#include "http/connection.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <utility>

#include "http/status.hpp"

namespace millrace::http {

namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

// More waiting output than this is written before further pipelined requests are looked at.
constexpr std::size_t kOutputHeld = 64 * 1024;
// A body from this size on is not copied behind its head but written from where it is.
constexpr std::size_t kLargeBody = 32 * 1024;
// A slow body or a slow reader gets its time anew for each such piece.
constexpr std::size_t kProgress = 64 * 1024;
constexpr std::size_t kDropBlock = 16 * 1024;

}  // namespace

Connection::Connection(std::shared_ptr<Shared> shared, Socket socket, std::string remote)
    : shared_(std::move(shared)), socket_(std::move(socket)), remote_(std::move(remote)), reader_(shared_->options.header_bytes_max) {
  next_ = shared_->first;
  link_ = &shared_->first;
  if (next_) next_->link_ = &next_;
  shared_->first = this;
  ++shared_->count;
}

Connection::~Connection() {
  *link_ = next_;
  if (next_) next_->link_ = link_;
  --shared_->count;
}

void Connection::begin() {
  reader_.request().remote = remote_;
  wait_for(Waiting::first_head);
  proceed();
}

void Connection::close() {
  if (!is_open_) return;
  is_open_ = false;
  ErrorCode ignored;  // there is nobody left to tell
  socket_.close(ignored);
}

void Connection::close_if_idle() {
  if ((waiting_ == Waiting::idle || waiting_ == Waiting::first_head) && reader_.is_idle()) close();
}

// --- Requests --------------------------------------------------------------------------------------------------------------------------

void Connection::proceed() {
  while (is_open_) {
    if (is_last_) return finish();
    if ((out_.size() > kOutputHeld || !large_body_.empty()) && !flush()) return;
    switch (reader_.step()) {
      case RequestReader::Step::need_more: return read_more();
      case RequestReader::Step::head: begin_body(); break;
      case RequestReader::Step::request:
        if (!answer()) return;
        break;
      case RequestReader::Step::refused: refuse(reader_.refusal()); break;
    }
  }
}

void Connection::begin_body() {
  const ServerOptions& options = shared_->options;
  reader_.set_body_limit(options.body_limit ? options.body_limit(reader_.request()) : options.body_bytes_max);
  if (!reader_.waits_for_continue()) return;
  // Unless the size that it announces refuses it: then the answer is that.
  if (reader_.step() != RequestReader::Step::refused) out_.append("HTTP/1.1 100 Continue\r\n\r\n");
}

/// Calls the handler. Whether it has answered already; else on_answer() goes on when it does.
bool Connection::answer() {
  is_answering_ = is_starting_ = true;
  wait_for(Waiting::nothing);
  auto done = [self = shared_from_this()](Result<Response> result) { self->on_answer(std::move(result)); };
  start(shared_->handler.handle(reader_.request()), std::move(done));
  is_starting_ = false;
  if (!is_answering_) return true;
  flush();  // the answers before this one do not wait for it
  return false;
}

void Connection::on_answer(Result<Response> result) {
  is_answering_ = false;
  if (!is_open_) return;
  const Method method = reader_.request().method;
  if (!reader_.framing().keeps_alive || shared_->is_draining) is_last_ = true;
  append(result ? *std::move(result) : problem(result.error()), method);
  reader_.finish();
  must_linger_ = reader_.rest_size() > 0;
  if (!is_starting_) proceed();
}

void Connection::append(Response response, Method method) {
  const Ending ending{!is_last_, reader_.framing().is_http_1_0, shared_->date.at(std::time(nullptr))};
  append_response_head(out_, response, ending);
  if (!has_body(response.status, method)) return;
  if (response.body.size() < kLargeBody) {
    out_.append(response.body);
  } else {
    large_body_ = std::move(response.body);
  }
}

void Connection::refuse(const Refusal& refusal) {
  is_last_ = must_linger_ = true;
  append(problem(refusal.status, refusal.error), Method::get);
}

// --- Bytes -----------------------------------------------------------------------------------------------------------------------------

void Connection::read_more() {
  if (!flush() || is_reading_) return;
  wait_for(waiting_for_bytes());
  is_reading_ = true;
  const std::span<char> space = reader_.space();
  socket_.async_read_some(asio::buffer(space.data(), space.size()),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t count) { self->on_read(error, count); });
}

void Connection::on_read(const ErrorCode& error, std::size_t count) {
  is_reading_ = false;
  if (!is_open_) return;
  if (error) return close();  // the client is gone, or has said all that it will
  if (waiting_ == Waiting::linger) {
    dropped_bytes_ += count;
    return linger();
  }
  if (is_last_) return;  // refused while this was on its way
  reader_.received(count);
  progressed(count);
  proceed();
}

/// Writes what there is to write. Whether all of it is out; else on_writable() goes on.
bool Connection::flush() {
  if (is_writing_) {
    if (!is_answering_) wait_for(Waiting::write);  // it was no hurry while the handler ran
    return false;
  }
  while (written_ < out_.size() + large_body_.size()) {
    const std::size_t of_head = std::min(written_, out_.size());
    const std::size_t of_body = written_ - of_head;
    const std::array<asio::const_buffer, 2> rest = {asio::buffer(out_.data() + of_head, out_.size() - of_head),
                                                    asio::buffer(large_body_.data() + of_body, large_body_.size() - of_body)};
    ErrorCode error;
    const std::size_t count = large_body_.empty() ? socket_.write_some(rest[0], error) : socket_.write_some(rest, error);
    if (error == asio::error::would_block) {
      await_writable();
      return false;
    }
    if (error) {
      close();
      return false;
    }
    written_ += count;
    progressed(count);
  }
  out_.clear();
  if (out_.capacity() > kOutputHeld * 2) out_.shrink_to_fit();
  large_body_ = {};
  written_ = 0;
  return true;
}

void Connection::await_writable() {
  is_writing_ = true;
  if (!is_answering_) wait_for(Waiting::write);
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const ErrorCode& error) { self->on_writable(error); });
}

void Connection::on_writable(const ErrorCode& error) {
  is_writing_ = false;
  if (!is_open_) return;
  if (error) return close();
  if (is_answering_) {
    flush();
  } else {
    proceed();
  }
}

void Connection::finish() {
  if (!flush()) return;
  if (!must_linger_) return close();
  ErrorCode ignored;  // a client that is gone shows in the read that follows
  socket_.shutdown(Socket::shutdown_send, ignored);
  wait_for(Waiting::linger);
  linger();
}

void Connection::linger() {
  if (dropped_bytes_ > shared_->options.linger_bytes_max) return close();
  if (is_reading_) return;
  is_reading_ = true;
  if (!dropped_) dropped_ = std::make_unique_for_overwrite<char[]>(kDropBlock);
  socket_.async_read_some(asio::buffer(dropped_.get(), kDropBlock),
                          [self = shared_from_this()](const ErrorCode& error, std::size_t count) { self->on_read(error, count); });
}

// --- Time ------------------------------------------------------------------------------------------------------------------------------

Connection::Waiting Connection::waiting_for_bytes() const {
  if (reader_.is_in_body()) return Waiting::body;
  if (!reader_.is_idle()) return Waiting::head;
  return waiting_ == Waiting::first_head ? Waiting::first_head : Waiting::idle;
}

/// Sets the deadline when it begins to wait for something else.
void Connection::wait_for(Waiting waiting) {
  if (waiting_ == waiting) return;
  const ServerOptions& options = shared_->options;
  std::chrono::milliseconds time{};
  switch (waiting) {
    case Waiting::nothing: break;
    case Waiting::first_head:
    case Waiting::head: time = options.header_timeout; break;
    case Waiting::idle: time = options.idle_timeout; break;
    case Waiting::body: time = options.body_timeout; break;
    case Waiting::write: time = options.write_timeout; break;
    case Waiting::linger: time = options.linger_timeout; break;
  }
  // The head of a first request has its time since the connection came.
  if (!(waiting_ == Waiting::first_head && waiting == Waiting::head)) {
    deadline_ = shared_->tick + static_cast<std::uint64_t>(time / shared_->tick_length) + 2;
  }
  waiting_ = waiting;
  progress_ = 0;
}

/// A body that comes, or output that goes, gets its time anew now and then.
void Connection::progressed(std::size_t count) {
  progress_ += count;
  if (progress_ < kProgress || (waiting_ != Waiting::body && waiting_ != Waiting::write)) return;
  const Waiting same = std::exchange(waiting_, Waiting::nothing);
  wait_for(same);
}

void Connection::check_time() {
  if (!is_open_ || waiting_ == Waiting::nothing || shared_->tick < deadline_) return;
  const bool is_slow_request = waiting_ == Waiting::head || waiting_ == Waiting::body;
  if (!is_slow_request) return close();
  refuse({408, Error{ErrorKind::timed_out, "http.timed_out", "The request took too long to arrive."}});
  finish();
}

}  // namespace millrace::http
