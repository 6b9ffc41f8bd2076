// One client's connection: bytes in, requests to the handler, answers out, in order. Private to the server (it includes Asio).
//
// States: reading (waits for bytes) -> answering (the handler's task runs; only a streamed body is read meanwhile, as the handler asks for
// it) -> streaming (an answer that comes in pieces: the next is asked for when the one before is out) -> reading ...; at any time output
// that the socket does not take at once waits for it, and nothing more is read until it is out. The last answer is followed by closing, or
// by lingering: reading and dropping for a while, since closing over unread bytes would take the answer from the client.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <coroutine>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "http/request_reader.hpp"
#include "http/response_head.hpp"
#include "http/server.hpp"

namespace millrace::http {

class Connection;
class WebSocketConnection;

/// What the connections of one server share. It lives as long as the last of them.
struct Shared {
  Shared(std::shared_ptr<Handler> handler_in, ServerOptions options_in) : handler(std::move(handler_in)), options(std::move(options_in)) {}

  std::shared_ptr<Handler> handler;  // of the next request
  ServerOptions options;
  DateText date;
  std::uint64_t tick = 0;  // coarse time: all time-outs count in these
  std::chrono::milliseconds tick_length{};
  bool is_draining = false;     // no further requests on any connection
  Connection* first = nullptr;  // a list through the connections
  std::size_t count = 0;

  Load& load() const { return *options.load; }
  Traffic* traffic() const { return options.traffic.get(); }
};

class Connection : public std::enable_shared_from_this<Connection> {
 public:
  using Executor = boost::asio::io_context::executor_type;
  using Socket = boost::asio::basic_stream_socket<boost::asio::ip::tcp, Executor>;

  Connection(std::shared_ptr<Shared> shared, Socket socket, std::string remote);
  ~Connection();
  Connection(const Connection&) = delete;
  Connection& operator=(const Connection&) = delete;

  void begin();
  /// Cuts it when its time is over.
  void check_time();
  /// Closes it when no request is under way, and none was at the call before.
  void close_if_idle();
  /// Lets its session end.
  void drain_session();
  /// Lets a session end whose handler gets no further requests.
  void leave_old_handler();
  /// Ends it now. A handler's task that still runs is let run; its answer goes nowhere.
  void close();
  Connection* next() const { return next_; }

 private:
  friend class WebSocketConnection;
  enum class Waiting : std::uint8_t { nothing, first_head, idle, head, body, write, linger };

  /// The body of a request whose handler takes it in pieces.
  class Upload final : public BodyStream {
   public:
    explicit Upload(Connection& connection) : connection_(connection) {}
    Task<std::string_view> next() override;
    bool is_waiting() const { return static_cast<bool>(waiting_); }
    /// Requires: is_waiting().
    void resume() { std::exchange(waiting_, {}).resume(); }

   private:
    struct Bytes;  // awaits some
    Connection& connection_;
    std::coroutine_handle<> waiting_;
  };

  void proceed();
  Handler& handler();
  void find_client();
  bool begin_body();
  bool unfold_body();
  bool answer();
  void on_answer(Result<Response> result);
  std::optional<Error> overload();
  bool admit(const Response& response, Method method);
  void end_request();
  void append(Response response, Method method);
  void tell(int status);
  void refuse(const Refusal& refusal);
  void become_web_socket(Response response);

  bool pull();
  void on_piece(Result<std::string_view> piece);
  void append_piece(std::string_view piece);
  void invite_body();
  std::size_t bodies() const;
  void count_held();
  bool try_hold();
  void wake_upload();

  void read_more();
  void wait_bare();
  void on_bytes_there(const boost::system::error_code& error);
  void on_read(const boost::system::error_code& error, std::size_t count);
  bool flush();
  void await_writable();
  void on_writable(const boost::system::error_code& error);
  void finish();
  void linger();

  Waiting waiting_for_bytes() const;
  void wait_for(Waiting waiting);
  void progressed(std::size_t count);
  void doze();

  std::shared_ptr<Shared> shared_;
  Socket socket_;
  std::string remote_;  // the other end's address
  std::string client_;  // the one that a proxy at the other end was asked from; empty: as far as is known there is none
  RequestReader reader_;
  std::shared_ptr<Handler> handler_;  // of the request that is under way, or of the session
  std::string out_;                   // heads and small bodies
  std::string large_body_;            // follows `out_`
  std::size_t written_ = 0;           // of both
  Upload upload_{*this};
  std::unique_ptr<BodyStream> unfolded_;             // `upload_` without its content coding
  std::string unfolded_body_;                        // a whole body without it
  std::string tags_;                                 // what restore_tags() keeps
  std::unique_ptr<BodyStream> stream_;               // the rest of the answer that is going out
  std::uint32_t pulled_ = 0;                         // pieces without a turn of the loop between them
  std::unique_ptr<WebSocketConnection> web_socket_;  // has the socket, and all that is said from then on
  bool has_head_ = false;                            // of the request that is under way
  bool has_invited_ = false;                         // `100 Continue` was said to this request
  bool is_chunked_ = false;                          // `stream_` goes out in chunks
  bool is_open_ = true;
  bool is_reading_ = false;       // an operation of the socket is under way
  bool is_waiting_bare_ = false;  // ... one that waits without a buffer
  bool is_writing_ = false;
  bool is_answering_ = false;  // the handler has the request, or the stream is making its next piece
  bool is_starting_ = false;   // within answer() or pull(): on_answer() or on_piece() need not go on by itself
  bool is_last_ = false;       // after what is in `out_` the connection ends
  bool must_linger_ = false;
  bool was_idle_ = false;            // at close_if_idle()
  std::unique_ptr<char[]> dropped_;  // where lingering reads to
  std::size_t dropped_bytes_ = 0;
  bool is_counted_ = false;  // as a request of Load
  Route* route_ = nullptr;   // of the request
  Traffic::Clock::time_point begun_ = {};
  std::size_t held_ = 0;          // bytes of bodies that Load knows of
  std::size_t answer_bytes_ = 0;  // of a large answer until all of it is out
  Waiting waiting_ = Waiting::nothing;
  std::uint64_t deadline_ = 0;  // tick; of `waiting_`
  std::size_t progress_ = 0;    // bytes since the deadline was set
  Connection* next_ = nullptr;
  Connection** link_ = nullptr;  // what points to this one
};

}  // namespace millrace::http
