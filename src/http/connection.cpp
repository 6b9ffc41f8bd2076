#include "http/connection.hpp"

#include <array>
#include <boost/asio/buffer.hpp>
#include <utility>

#include "http/content_coding.hpp"
#include "http/gzip.hpp"
#include "http/status.hpp"
#include "http/web_socket_connection.hpp"

namespace millrace::http {

namespace {

namespace asio = boost::asio;
using ErrorCode = boost::system::error_code;

// More waiting output than this is written before further pipelined requests are looked at.
constexpr std::size_t kOutputHeld = 64 * 1024;
// What a connection keeps of its output's memory between requests.
constexpr std::size_t kOutputKept = 4 * 1024;
// A body from this size on is not copied behind its head but written from where it is.
constexpr std::size_t kWrittenApart = 2 * 1024;
// A body from this size on is held against what all may hold.
constexpr std::size_t kLargeBody = 32 * 1024;
// A slow body or a slow reader gets its time anew for each such piece.
constexpr std::size_t kProgress = 64 * 1024;
// Load hears of what a connection holds in steps of this.
constexpr std::size_t kHeldStep = 64 * 1024;
// What works on a body in pieces holds about as much as has come of it, up to this.
constexpr std::size_t kUploadShare = 1 << 20;
constexpr std::size_t kDropBlock = 16 * 1024;

Error too_many_bodies() {
  return {ErrorKind::overloaded, "overloaded.memory", "The service holds too many large bodies."};
}

/// Gives the memory back, which assigning an empty string does not.
void drop(std::string& text) {
  std::string().swap(text);
}

}  // namespace

Connection::Connection(std::shared_ptr<Shared> shared, Socket socket, std::string remote)
    : shared_(std::move(shared)),
      socket_(std::move(socket)),
      remote_(std::move(remote)),
      reader_(shared_->options.header_bytes_max, shared_->options.headers_max) {
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
  if (is_counted_) shared_->load().leave_request();
  shared_->load().set_bodies(held_, 0);
  shared_->load().leave_connection();
}

void Connection::begin() {
  reader_.request().remote = remote_;
  if (shared_->traffic() != nullptr) reader_.request().route = &route_;
  wait_for(Waiting::first_head);
  wait_bare();
}

void Connection::close() {
  if (!is_open_) return;
  is_open_ = false;
  ErrorCode ignored;  // there is nobody left to tell
  socket_.close(ignored);
  if (web_socket_) web_socket_->cut();
  if (stream_) stream_->stop();
  wake_upload();
}

void Connection::close_if_idle() {
  if (web_socket_) return;
  const bool is_idle = (waiting_ == Waiting::idle || waiting_ == Waiting::first_head) && reader_.is_idle();
  ErrorCode ignored;  // then it is read from
  const bool has_more = socket_.available(ignored) > 0;
  if (is_idle && was_idle_ && !has_more) return close();
  was_idle_ = is_idle;
}

void Connection::drain_session() {
  if (web_socket_) web_socket_->drain();
}

void Connection::leave_old_handler() {
  if (handler_ != shared_->handler) drain_session();
}

// --- Requests --------------------------------------------------------------------------------------------------------------------------

void Connection::proceed() {
  while (is_open_ && !web_socket_) {
    if (stream_) {
      if (!pull()) return;
      continue;
    }
    if (is_last_) return finish();
    if ((out_.size() > kOutputHeld || !large_body_.empty()) && !flush()) return;
    switch (reader_.step()) {
      case RequestReader::Step::need_more: return read_more();
      case RequestReader::Step::head:
        has_head_ = true;
        find_client();
        if (begin_body()) break;
        if (!answer()) return;
        break;
      case RequestReader::Step::piece: break;  // of a body that its handler has left; cannot be, since that ends the connection
      case RequestReader::Step::request:
        if (unfold_body() && !answer()) return;
        break;
      case RequestReader::Step::refused: refuse(reader_.refusal()); break;
    }
  }
}

/// What answers this request: the same from its head to the end of its answer.
Handler& Connection::handler() {
  if (!handler_) handler_ = shared_->handler;
  return *handler_;
}

/// Who is behind the other end, by this request.
void Connection::find_client() {
  const Proxies* const proxies = shared_->options.proxies.get();
  if (proxies == nullptr && client_.empty()) return;
  client_ = proxies != nullptr ? proxies->client_of(remote_, reader_.request()) : remote_;
  reader_.request().remote = client_;
}

/// Whether the body is to be gathered before the handler gets the request.
bool Connection::begin_body() {
  const Framing& framing = reader_.framing();
  if (!framing.is_chunked && framing.content_length == 0) return true;
  if (shared_->traffic() != nullptr) begun_ = Traffic::Clock::now();  // where the body is refused; else answer() says when
  const Intake intake = handler().intake(reader_.request());
  reader_.set_body_limit(intake.body_bytes_max.value_or(shared_->options.body_bytes_max));
  const bool is_too_large = framing.content_length > intake.body_bytes_max.value_or(shared_->options.body_bytes_max);
  if (is_too_large) return true;  // the reader refuses it
  if (intake.streamed) {
    reader_.stream_body();
    reader_.request().stream = &upload_;
    if (framing.is_gzip) {
      unfolded_ = std::make_unique<GunzipStream>(upload_, reader_.body_limit());
      reader_.request().stream = unfolded_.get();
    }
    return false;
  }
  invite_body();
  return true;
}

/// Takes the content coding off a whole body. Whether that went well; else the reader refuses.
bool Connection::unfold_body() {
  if (!reader_.framing().is_gzip || reader_.request().body.empty()) return true;
  auto body = gunzip(reader_.request().body, reader_.body_limit());
  if (!body) {
    const int status = body.error().kind == ErrorKind::too_large ? 413 : 400;
    reader_.refuse({status, std::move(body).error()});
    return false;
  }
  unfolded_body_ = *std::move(body);
  reader_.request().body = unfolded_body_;
  return true;
}

/// Calls the handler. Whether it has answered already; else on_answer() goes on when it does.
bool Connection::answer() {
  is_answering_ = is_starting_ = true;
  wait_for(Waiting::nothing);
  const Traffic* const traffic = shared_->traffic();
  const std::string_view traceparent = reader_.framing().traceparent;
  reader_.request().trace = traffic != nullptr ? traffic->begin(traceparent) : continue_trace(traceparent);
  if (traffic != nullptr) begun_ = Traffic::Clock::now();
  if (reader_.framing().has_conditions) restore_tags(reader_.request(), tags_);
  if (auto error = overload()) {
    on_answer(Failure(*std::move(error)));
  } else {
    auto done = [self = shared_from_this()](Result<Response> result) { self->on_answer(std::move(result)); };
    start(handler().handle(reader_.request()), std::move(done));
  }
  is_starting_ = false;
  if (!is_answering_) return true;
  flush();  // the answers before this one do not wait for it
  return false;
}

/// Why the handler cannot have the request now.
std::optional<Error> Connection::overload() {
  is_counted_ = shared_->load().enter_request();
  if (!is_counted_ && !handler().intake(reader_.request()).under_overload) {
    return Error{ErrorKind::overloaded, "overloaded.requests", "The service has too many requests under way."};
  }
  if (!try_hold()) return too_many_bodies();
  return std::nullopt;
}

/// Whether there is room for the answer until the client has taken it. What a write has done is told in any case: sent again for a 503, it
/// would be done twice. So is what an overloaded service is asked for.
bool Connection::admit(const Response& response, Method method) {
  if (response.body.size() < kLargeBody) return true;
  answer_bytes_ = response.body.size();
  if (try_hold()) return true;
  const bool is_read = method == Method::get || method == Method::head || response.only_reads;
  if (!is_read || handler().intake(reader_.request()).under_overload) return true;
  answer_bytes_ = 0;
  return false;
}

void Connection::on_answer(Result<Response> result) {
  is_answering_ = false;
  if (!is_open_) return;
  const Method method = reader_.request().method;
  if (!reader_.framing().keeps_alive || shared_->is_draining) is_last_ = true;
  Response response = result ? *std::move(result) : problem(result.error());
  if (response.session && !is_last_) return become_web_socket(std::move(response));
  // What is here of a streamed body that the handler left is dropped; were more to come, the connection would end.
  if (reader_.request().stream && !response.stream) {
    while (reader_.step() == RequestReader::Step::piece) {
    }
  }
  if (reader_.is_in_body() || reader_.is_refused()) is_last_ = must_linger_ = true;
  // What was wrong with the body itself has a status of its own. A handler that could make use of the beginning says so by a success.
  if (reader_.is_refused() && response.status >= 400) response = problem(reader_.refusal().status, reader_.refusal().error);
  if (!admit(response, method)) response = problem(too_many_bodies());
  if (response.status == 304 && !tags_.empty()) mark_tag(response);
  encode(response, reader_.framing().accept_encoding);
  tell(response.status);
  append(std::move(response), method);
  if (!stream_) end_request();
  if (!is_starting_) proceed();
}

/// The request and all views into it are done with.
void Connection::end_request() {
  reader_.request().stream = nullptr;
  unfolded_.reset();
  drop(unfolded_body_);
  tags_.clear();
  route_ = nullptr;
  begun_ = {};
  has_head_ = has_invited_ = false;
  if (!web_socket_) handler_.reset();
  if (std::exchange(is_counted_, false)) shared_->load().leave_request();
  if (reader_.is_in_body() || reader_.is_refused()) return;  // there is no next one
  reader_.finish();
  must_linger_ = reader_.rest_size() > 0;
}

/// The answer begins.
void Connection::tell(int status) {
  Traffic* const traffic = shared_->traffic();
  if (traffic == nullptr) return;
  const bool has_begun = begun_ != Traffic::Clock::time_point{};
  const auto took = has_begun ? Traffic::Clock::now() - begun_ : Traffic::Clock::duration{};
  traffic->answered(reader_.request(), route_ != nullptr ? *route_ : traffic->no_route(), status, took);
}

void Connection::append(Response response, Method method) {
  const bool is_streamed = response.stream != nullptr;
  // Who does not know chunks finds the end of the body where the connection ends.
  is_chunked_ = is_streamed && !response.stream_length && !reader_.framing().is_http_1_0;
  if (is_streamed && !response.stream_length && !is_chunked_) is_last_ = true;
  const Ending ending{!is_last_, reader_.framing().is_http_1_0, shared_->date.at(std::time(nullptr)), shared_->options.headers};
  append_response_head(out_, response, ending);
  if (!has_body(response.status, method)) return;
  if (is_streamed) {
    stream_ = std::move(response.stream);
  } else if (response.body.size() < kWrittenApart) {
    out_.append(response.body);
  } else {
    large_body_ = std::move(response.body);
  }
}

/// The socket is handed over when all before is out; a client that has said more already does not keep to the protocol.
void Connection::become_web_socket(Response response) {
  const bool is_clean = flush() && !reader_.is_in_body() && reader_.rest_size() == 0;
  if (!is_clean) return close();
  tell(101);
  web_socket_ = std::make_unique<WebSocketConnection>(*this, std::move(socket_), reader_.request(), std::move(response));
  end_request();
  WebSocketConnection::run(shared_from_this());
}

void Connection::refuse(const Refusal& refusal) {
  is_last_ = must_linger_ = true;
  Response response = problem(refusal.status, refusal.error);
  if (refusal.status == 415) response.add("Accept-Encoding", "gzip, identity");
  Request& request = reader_.request();
  if (!has_head_) request.method = Method::other;  // what there is of a request is that before
  const bool may_tell = has_head_ && shared_->traffic() != nullptr;
  request.trace = may_tell ? shared_->traffic()->begin(reader_.framing().traceparent) : Trace{};
  tell(refusal.status);
  append(std::move(response), Method::get);
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

/// Waits for bytes without holding memory for them: for who has nothing to say for a while.
void Connection::wait_bare() {
  is_reading_ = is_waiting_bare_ = true;
  reader_.release();
  drop(out_);
  socket_.async_wait(Socket::wait_read, [self = shared_from_this()](const ErrorCode& error) { self->on_bytes_there(error); });
}

void Connection::on_bytes_there(const ErrorCode& error) {
  is_reading_ = is_waiting_bare_ = false;
  if (!is_open_) return;
  if (error) return close();
  read_more();
}

void Connection::on_read(const ErrorCode& error, std::size_t count) {
  is_reading_ = false;
  if (!is_open_) return;
  if (error == asio::error::operation_aborted) return wait_bare();  // check_time() asked for it
  if (error) return close();                                        // the client is gone, or has said all that it will
  if (waiting_ == Waiting::linger) {
    dropped_bytes_ += count;
    return linger();
  }
  if (reader_.is_refused() || (is_last_ && !upload_.is_waiting())) return;  // refused while this was on its way
  reader_.received(count);
  if (shared_->traffic() != nullptr) shared_->traffic()->received(count);
  progressed(count);
  if (reader_.is_in_body() && !try_hold()) reader_.refuse({503, too_many_bodies()});
  if (upload_.is_waiting()) return upload_.resume();
  proceed();
}

/// Writes what there is to write. Whether all of it is out; else on_writable() goes on.
bool Connection::flush() {
  if (is_writing_) {
    if (!is_answering_ || upload_.is_waiting()) wait_for(Waiting::write);  // it was no hurry while the handler ran
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
    if (shared_->traffic() != nullptr) shared_->traffic()->sent(count);
    progressed(count);
  }
  out_.clear();
  if (out_.capacity() > kOutputKept) drop(out_);
  drop(large_body_);
  written_ = 0;
  if (!stream_) answer_bytes_ = 0;
  if (held_ > 0) count_held();
  return true;
}

/// What Load is to know of: nothing where it is little, and nothing new where it has hardly changed.
std::size_t Connection::bodies() const {
  const std::size_t upload = reader_.request().stream ? std::min<std::uint64_t>(kUploadShare, reader_.body_seen()) : 0;
  const std::size_t messages = web_socket_ ? web_socket_->held() : 0;
  const std::size_t held =
      reader_.held() + out_.size() + std::max(answer_bytes_, large_body_.size()) + unfolded_body_.size() + upload + messages;
  if (held < held_ + kHeldStep && held_ < held + kHeldStep) return held_;
  return held < kHeldStep ? 0 : held;
}

void Connection::count_held() {
  const std::size_t now = bodies();
  if (now != held_) shared_->load().set_bodies(std::exchange(held_, now), now);
}

/// Counts what it holds, unless that is too much.
bool Connection::try_hold() {
  const std::size_t now = bodies();
  const bool has_room = now == held_ || shared_->load().hold_bodies(held_, now);
  if (has_room) held_ = now;
  return has_room;
}

void Connection::await_writable() {
  count_held();
  is_writing_ = true;
  if (!is_answering_ || upload_.is_waiting()) wait_for(Waiting::write);
  socket_.async_wait(Socket::wait_write, [self = shared_from_this()](const ErrorCode& error) { self->on_writable(error); });
}

void Connection::on_writable(const ErrorCode& error) {
  is_writing_ = false;
  if (!is_open_) return;
  if (error) return close();
  if (upload_.is_waiting()) {
    read_more();
  } else if (is_answering_) {
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
  if (!is_open_ || waiting_ == Waiting::nothing) return;
  // The time of a body runs while it is waited for, and stands still while the handler is busy with what came.
  if (waiting_ == Waiting::body && is_answering_ && !upload_.is_waiting()) ++deadline_;
  if (shared_->tick < deadline_) return doze();
  const bool is_slow_request = waiting_ == Waiting::head || waiting_ == Waiting::body;
  if (!is_slow_request) return close();
  const Refusal refusal{408, Error{ErrorKind::timed_out, "http.timed_out", "The request took too long to arrive."}};
  if (upload_.is_waiting()) {
    reader_.refuse(refusal);
    return wake_upload();
  }
  refuse(refusal);
  finish();
}

/// Gives the buffers of a connection back that has been idle for a moment.
void Connection::doze() {
  if (waiting_ != Waiting::idle || is_waiting_bare_ || !is_reading_ || !reader_.is_idle()) return;
  const std::uint64_t idle_ticks = static_cast<std::uint64_t>(shared_->options.idle_timeout / shared_->tick_length);
  if (shared_->tick + idle_ticks < deadline_) return;  // not for a whole tick yet
  ErrorCode ignored;                                   // then it stays as it is
  socket_.cancel(ignored);
}

}  // namespace millrace::http
