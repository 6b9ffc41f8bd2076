// The NATS publisher beside Debian's nats-server.
#include "sink/nats_publisher.hpp"

#include <arpa/inet.h>
#include <fmt/format.h>
#include <gtest/gtest.h>
#include <signal.h>
#include <stdlib.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <thread>

namespace millrace::sink {
namespace {

constexpr std::chrono::seconds kStartMax{30};

/// With JetStream, on a free port, in a folder of its own.
class Server {
 public:
  Server() {
    std::string name = (std::filesystem::temp_directory_path() / "millrace-nats-XXXXXX").string();
    folder_ = ::mkdtemp(name.data());
    address_.sin_family = AF_INET;
    address_.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const int probe = ::socket(AF_INET, SOCK_STREAM, 0);
    socklen_t size = sizeof(address_);
    CHECK(::bind(probe, reinterpret_cast<sockaddr*>(&address_), size) == 0);
    CHECK(::getsockname(probe, reinterpret_cast<sockaddr*>(&address_), &size) == 0);
    ::close(probe);
    start();
  }
  ~Server() {
    kill();
    std::filesystem::remove_all(folder_);
  }
  Server(const Server&) = delete;
  Server& operator=(const Server&) = delete;

  void start() {
    process_ = ::fork();
    if (process_ == 0) {
      ::prctl(PR_SET_PDEATHSIG, SIGKILL);
      CHECK(::freopen((folder_ / "log").c_str(), "a", stderr) != nullptr);
      const std::string port = std::to_string(ntohs(address_.sin_port));
      ::execlp("nats-server", "nats-server", "-a", "127.0.0.1", "-p", port.c_str(), "-js", "-sd", (folder_ / "store").c_str(), nullptr);
      ::_exit(127);
    }
    const auto deadline = std::chrono::steady_clock::now() + kStartMax;
    while (!is_open() && std::chrono::steady_clock::now() < deadline) std::this_thread::yield();
  }
  void kill() {
    if (process_ <= 0) return;
    ::kill(process_, SIGKILL);
    ::waitpid(process_, nullptr, 0);
    process_ = -1;
  }
  std::string url() const { return fmt::format("nats://127.0.0.1:{}", ntohs(address_.sin_port)); }

 private:
  bool is_open() const {
    const int socket = ::socket(AF_INET, SOCK_STREAM, 0);
    const bool open = ::connect(socket, reinterpret_cast<const sockaddr*>(&address_), sizeof(address_)) == 0;
    ::close(socket);
    return open;
  }
  std::filesystem::path folder_;
  sockaddr_in address_{};
  pid_t process_ = -1;
};

class NatsPublisherTest : public testing::Test {
 protected:
  NatsPublisherTest() : publisher_(make("S")) {}
  ~NatsPublisherTest() override {
    EXPECT_TRUE(loop_.block_on(publisher_->close()));
    publisher_.reset();
  }

  std::unique_ptr<Publisher> make(const std::string& stream) {
    NatsOptions options{.url = server_.url(), .subject = "raw.events", .entity = "e", .name = "test"};
    if (!stream.empty()) options.stream = {.name = stream};
    auto made = make_nats_publisher(loop_, std::move(options));
    made->on_progress([this] { take(); });
    return made;
  }

  static std::vector<Event> events(Position first, Position last, std::size_t bytes = 1) {
    auto documents = std::make_shared<document::Documents>();
    for (Position position = first; position <= last; ++position)
      documents->add(fmt::format("d{}", position), fmt::format(R"({{"t":"{}"}})", std::string(bytes, 'x')),
                     {1, position, {}, position % 7 == 0});
    std::vector<Event> all;
    for (std::size_t i = 0; i < documents->size(); ++i) all.push_back({documents, i});
    return all;
  }

  /// On the loop's thread, when it runs next.
  void send_over(Publisher& publisher, std::vector<Event> all) {
    loop_.post([&publisher, all = std::move(all)]() mutable { publisher.send(std::move(all)); });
  }
  void send(Position first, Position last, std::size_t bytes = 1) { send_over(*publisher_, events(first, last, bytes)); }

  void take() {
    Progress progress = publisher_->progress();
    accepted_.insert(accepted_.end(), progress.accepted.begin(), progress.accepted.end());
    if (progress.failure) failure_ = *progress.failure;
    if (accepted_.size() >= wanted_ || !failure_.empty()) loop_.stop();
  }
  void run_until(std::size_t wanted) {
    wanted_ = wanted;
    if (accepted_.size() < wanted_ && failure_.empty()) loop_.run();
  }

  Server server_;
  io::Loop loop_;
  std::unique_ptr<Publisher> publisher_;
  std::vector<Position> accepted_;
  std::string failure_;
  std::size_t wanted_ = 0;
};

TEST_F(NatsPublisherTest, AcceptsInOrderAndKnowsWhatIsThere) {
  EXPECT_EQ(*loop_.block_on(publisher_->open()), 0u);
  send(1, 200);
  send(201, 300);
  run_until(300);
  ASSERT_EQ(accepted_.size(), 300u) << failure_;
  EXPECT_TRUE(std::ranges::is_sorted(accepted_));
  ASSERT_TRUE(loop_.block_on(publisher_->close()));
  EXPECT_EQ(*loop_.block_on(publisher_->open()), 300u);
  // Repeats are accepted, and not there twice.
  send(250, 310);
  run_until(361);
  EXPECT_EQ(accepted_.size(), 361u) << failure_;
}

TEST_F(NatsPublisherTest, LetsNoGapBe) {
  ASSERT_TRUE(loop_.block_on(publisher_->open()));
  send(1, 5);
  run_until(5);
  send(7, 9);  // says that it follows 5; 8 and 9 say so of 7 and 8
  run_until(8);
  EXPECT_EQ(accepted_.size(), 8u) << failure_;
  auto other = make("");
  ASSERT_TRUE(loop_.block_on(other->open()));
  other->on_progress([this] { loop_.stop(); });
  send_over(*other, events(10, 10));
  loop_.run();
  EXPECT_EQ(other->progress().accepted.size(), 1u);
  ASSERT_TRUE(loop_.block_on(other->close()));
  send(11, 11);  // after 9, it thinks
  run_until(9);
  EXPECT_EQ(failure_, "Position 11: The server refused a message: wrong last msg ID: e 10.");
}

TEST_F(NatsPublisherTest, FailsWithTheServer) {
  ASSERT_TRUE(loop_.block_on(publisher_->open()));
  send(1, 5);
  run_until(5);
  server_.kill();
  run_until(SIZE_MAX);
  EXPECT_TRUE(failure_.starts_with("The connection has ended")) << failure_;
  send(6, 6);
  ASSERT_TRUE(loop_.block_on(publisher_->close()));
  EXPECT_FALSE(loop_.block_on(publisher_->open()));
  ASSERT_TRUE(loop_.block_on(publisher_->close()));
  server_.start();
  failure_.clear();
  EXPECT_EQ(*loop_.block_on(publisher_->open()), 5u);
}

TEST_F(NatsPublisherTest, ClosesWhileMessagesAreUnderWay) {
  ASSERT_TRUE(loop_.block_on(publisher_->open()));
  send(1, 500, 1'000);
  ASSERT_TRUE(loop_.block_on(publisher_->close()));
  EXPECT_TRUE(publisher_->progress().accepted.empty());
}

TEST_F(NatsPublisherTest, NamesWhatIsTooLong) {
  ASSERT_TRUE(loop_.block_on(publisher_->open()));
  send(1, 1, 2u << 20);
  run_until(1);
  EXPECT_TRUE(failure_.starts_with("Position 1 (2097")) << failure_;
}

}  // namespace
}  // namespace millrace::sink
