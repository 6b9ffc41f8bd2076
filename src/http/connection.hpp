// One client's connection: bytes in, requests to the handler, answers out, in order. Private to the server (it includes Asio).
//
// States: reading (waits for bytes) -> answering (the handler's task runs; nothing is read meanwhile) -> reading ...; at any time output
// that the socket does not take at once waits for it, and nothing more is read until it is out. The last answer is followed by closing, or
// by lingering: reading and dropping for a while, since closing over unread bytes would take the answer from the client.
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <cstdint>
#include <memory>
#include <string>

#include "http/request_reader.hpp"
#include "http/response_head.hpp"
#include "http/server.hpp"

namespace millrace::http {

class Connection;

/// What the connections of one server share. It lives as long as the last of them.
struct Shared {
  Shared(Handler& handler_in, ServerOptions options_in) : handler(handler_in), options(std::move(options_in)) {}

  Handler& handler;
  ServerOptions options;
  DateText date;
  std::uint64_t tick = 0;  // coarse time: all time-outs count in these
  std::chrono::milliseconds tick_length{};
  bool is_draining = false;     // no further requests on any connection
  Connection* first = nullptr;  // a list through the connections
  std::size_t count = 0;
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
  /// Closes it when no request is under way.
  void close_if_idle();
  /// Ends it now. A handler's task that still runs is let run; its answer goes nowhere.
  void close();
  Connection* next() const { return next_; }

 private:
  enum class Waiting : std::uint8_t { nothing, first_head, idle, head, body, write, linger };

  void proceed();
  void begin_body();
  bool answer();
  void on_answer(Result<Response> result);
  void append(Response response, Method method);
  void refuse(const Refusal& refusal);

  void read_more();
  void on_read(const boost::system::error_code& error, std::size_t count);
  bool flush();
  void await_writable();
  void on_writable(const boost::system::error_code& error);
  void finish();
  void linger();

  Waiting waiting_for_bytes() const;
  void wait_for(Waiting waiting);
  void progressed(std::size_t count);

  std::shared_ptr<Shared> shared_;
  Socket socket_;
  std::string remote_;
  RequestReader reader_;
  std::string out_;          // heads and small bodies
  std::string large_body_;   // follows `out_`
  std::size_t written_ = 0;  // of both
  bool is_open_ = true;
  bool is_reading_ = false;  // an operation of the socket is under way
  bool is_writing_ = false;
  bool is_answering_ = false;  // the handler has the request
  bool is_starting_ = false;   // within answer(): on_answer() need not go on by itself
  bool is_last_ = false;       // after what is in `out_` the connection ends
  bool must_linger_ = false;
  std::unique_ptr<char[]> dropped_;  // where lingering reads to
  std::size_t dropped_bytes_ = 0;
  Waiting waiting_ = Waiting::nothing;
  std::uint64_t deadline_ = 0;  // tick; of `waiting_`
  std::size_t progress_ = 0;    // bytes since the deadline was set
  Connection* next_ = nullptr;
  Connection** link_ = nullptr;  // what points to this one
};

}  // namespace millrace::http
