// A socket that listens. Private to the server (it includes Asio).
#pragma once

#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>

#include "base/result.hpp"
#include "http/server.hpp"

namespace millrace::http {

using Acceptor = boost::asio::basic_socket_acceptor<boost::asio::ip::tcp, boost::asio::io_context::executor_type>;

/// Binds options.host and options.port and listens, ready to share the port with later loops of this process. Unless `share_port`, refuses
/// a port on which anybody listens already.
Result<Acceptor> open_listener(boost::asio::io_context& context, const ServerOptions& options, bool share_port);

/// Lets nobody connect any more, but finishes what is half done: beginnings are dropped, and whoever begins again a second later finds
/// another listener, or none.
void take_no_beginnings(Acceptor& acceptor);

}  // namespace millrace::http
