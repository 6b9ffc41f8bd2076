#include "http/server_fixture_test.hpp"

#include <arpa/inet.h>
#include <netinet/in.h>
#include <sys/socket.h>
#include <sys/time.h>
#include <unistd.h>

#include <array>
#include <charconv>

namespace millrace::http {

namespace {

std::size_t number(std::string_view text) {
  std::size_t value = 0;
  std::from_chars(text.data(), text.data() + text.size(), value);
  return value;
}

}  // namespace

std::string Answer::header(std::string_view name) const {
  const std::string line = "\r\n" + std::string(name) + ": ";
  const std::size_t at = head.find(line);
  if (at == std::string::npos) return "";
  const std::size_t begin = at + line.size();
  return head.substr(begin, head.find('\r', begin) - begin);
}

TestClient::TestClient(std::uint16_t port) : socket_(::socket(AF_INET, SOCK_STREAM, 0)) {
  const timeval limit{.tv_sec = 20, .tv_usec = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_RCVTIMEO, &limit, sizeof(limit));
  ::setsockopt(socket_, SOL_SOCKET, SO_SNDTIMEO, &limit, sizeof(limit));
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(port);
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  EXPECT_EQ(::connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof(address)), 0);
}

TestClient::~TestClient() {
  if (socket_ >= 0) ::close(socket_);
}

void TestClient::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (count <= 0) return;
    bytes.remove_prefix(static_cast<std::size_t>(count));
  }
}

void TestClient::finish_sending() {
  ::shutdown(socket_, SHUT_WR);
}

void TestClient::reset() {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  ::setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  ::close(socket_);
  socket_ = -1;
}

bool TestClient::read_some() {
  std::array<char, 65536> block;
  const ssize_t count = ::recv(socket_, block.data(), block.size(), 0);
  if (count < 0) EXPECT_NE(errno, EAGAIN) << "The server did not answer in time.";
  if (count <= 0) return false;
  read_.append(block.data(), static_cast<std::size_t>(count));
  return true;
}

Answer TestClient::answer(bool to_head) {
  Answer answer;
  while (!read_.contains("\r\n\r\n")) {
    if (!read_some()) return answer;
  }
  const std::size_t end = read_.find("\r\n\r\n") + 4;
  answer.head = read_.substr(0, end);
  read_.erase(0, end);
  answer.status = static_cast<int>(number(std::string_view(answer.head).substr(9, 3)));
  const std::size_t length = to_head ? 0 : number(answer.header("Content-Length"));
  while (read_.size() < length) {
    if (!read_some()) break;
  }
  answer.body = read_.substr(0, length);
  read_.erase(0, length);
  return answer;
}

Answer TestClient::ask(std::string_view request) {
  send(request);
  return answer();
}

std::string TestClient::take(std::size_t count) {
  while (read_.size() < count && read_some()) {
  }
  std::string taken = read_.substr(0, count);
  read_.erase(0, taken.size());
  return taken;
}

std::string TestClient::rest() {
  while (read_some()) {
  }
  return std::exchange(read_, {});
}

namespace {

/// So many bytes in pieces of a thousand.
class Counted : public BodyStream {
 public:
  Counted(std::size_t count, std::move_only_function<void()> stopped) : left_(count), stopped_(std::move(stopped)) {}
  Task<std::string_view> next() override {
    const std::size_t size = std::min(left_, piece_.size());
    left_ -= size;
    co_return std::string_view(piece_).substr(0, size);
  }
  void stop() override { stopped_(); }

 private:
  const std::string piece_ = std::string(1000, 'x');
  std::size_t left_;
  std::move_only_function<void()> stopped_;
};

class Broken : public BodyStream {
 public:
  Task<std::string_view> next() override {
    if (!std::exchange(is_first_, false)) co_return Failure(Error{ErrorKind::internal, "test.broken", "It broke."});
    co_return std::string_view("some");
  }

 private:
  bool is_first_ = true;
};

class Echo : public BodyStream {
 public:
  explicit Echo(BodyStream& body) : body_(body) {}
  Task<std::string_view> next() override { return body_.next(); }

 private:
  BodyStream& body_;
};

}  // namespace

Intake TestHandler::intake(const Request& head) const {
  if (head.path == "/vital") return {.under_overload = true};
  if (head.path == "/bulk") return {.body_bytes_max = 1000};
  const bool is_streamed = head.path == "/count" || head.path == "/echo" || head.path == "/ignore" || head.path == "/upload";
  if (is_streamed) return {.body_bytes_max = 100 << 20, .streamed = true};
  return {};
}

Task<Response> TestHandler::handle_stream(const Request& request) {
  Response response;
  const std::string_view path = request.path;
  if (path.starts_with("/pieces/") || path.starts_with("/known/")) {
    const std::size_t count = number(path.substr(path.rfind('/') + 1));
    response.stream = std::make_unique<Counted>(count, [this] { ended("stopped"); });
    if (path.starts_with("/known/")) response.stream_length = count;
  } else if (path == "/broken") {
    response.stream = std::make_unique<Broken>();
  } else if (path == "/echo") {
    response.stream = std::make_unique<Echo>(*request.stream);
  } else if (path == "/count" || path == "/upload") {
    if (path == "/upload") {
      CO_TRY_OK(co_await wait());
    }
    std::size_t count = 0;
    while (true) {
      auto piece = co_await request.stream->next();
      if (!piece) ended(piece.error().code);
      if (!piece) co_return Failure(piece.error());
      if (piece->empty()) break;
      count += piece->size();
    }
    response.body = std::to_string(count);
  }
  co_return response;
}

Task<void> TestHandler::wait() {
  io::Completion<int> completion;
  {
    std::lock_guard lock(mutex_);
    waiting_.push_back(&completion);
  }
  arrived_.release();
  Result<int> result = co_await completion;
  co_return result ? Result<>() : Failure(result.error());
}

void TestHandler::ended(std::string_view how) {
  {
    std::lock_guard lock(mutex_);
    how_ = how;
  }
  ended_.release();
}

std::string TestHandler::await_end() {
  ended_.acquire();
  std::lock_guard lock(mutex_);
  return how_;
}

Task<Response> TestHandler::handle(const Request& request) {
  Response response;
  const bool gives_pieces = request.path.starts_with("/pieces/") || request.path.starts_with("/known/") || request.path == "/broken";
  if (request.stream || gives_pieces) {
    auto streamed = co_await handle_stream(request);
    co_return streamed;
  }
  if (request.path.starts_with("/size/")) {
    response.body.assign(number(request.path.substr(6)), 'x');
    co_return response;
  }
  if (request.path.starts_with("/status/")) {
    response.status = static_cast<int>(number(request.path.substr(8)));
    co_return response;
  }
  if (request.path == "/error") co_return Failure(Error{ErrorKind::conflict, "test.conflict", "It is there already."});
  if (request.path == "/later") {
    io::Completion<int> completion;
    completion.complete(200);
    Result<int> result = co_await completion;
    response.status = *result;
  }
  if (request.path == "/wait") {
    CO_TRY_OK(co_await wait());
  }
  response.add("Content-Type", "text/plain").add("X-Remote", request.remote);
  response.body.append(to_string(request.method)).append(" ").append(request.target).append(" ").append(request.body);
  co_return response;
}

void TestHandler::release() {
  std::lock_guard lock(mutex_);
  waiting_.front()->complete(200);
  waiting_.erase(waiting_.begin());
}

ServerTest::~ServerTest() {
  if (!thread_.joinable()) return;
  loop_.post([this] {
    server_.reset();
    loop_.stop();
  });
  thread_.join();
}

void ServerTest::serve(ServerOptions options) {
  options.host = "127.0.0.1";
  options.port = 0;
  auto server = Server::listen(loop_, handler(), std::move(options), false);
  ASSERT_TRUE(server) << server.error().message;
  server_ = *std::move(server);
  port_ = server_->port();
  thread_ = std::thread([this] { loop_.run(); });
}

void ServerTest::on_loop(std::move_only_function<void()> work) {
  std::binary_semaphore done(0);
  loop_.post([&] {
    work();
    done.release();
  });
  done.acquire();
}

void ServerTest::await_connections(std::size_t count) {
  const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(20);
  std::size_t open = count + 1;
  while (open != count && std::chrono::steady_clock::now() < end) {
    on_loop([&] { open = server_->open_connections(); });
  }
  EXPECT_EQ(open, count);
}

}  // namespace millrace::http
