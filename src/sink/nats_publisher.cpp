#include "sink/nats_publisher.hpp"

#include "io/worker_pool.hpp"
#include "sink/nats_session.hpp"

namespace millrace::sink {
namespace {

class NatsPublisher final : public Publisher {
 public:
  NatsPublisher(io::Loop& loop, NatsOptions options) : loop_(loop), options_(std::move(options)) {}
  ~NatsPublisher() override {
    if (reports_) reports_->end();
  }

  Task<Position> open() override {
    if (!thread_) thread_ = std::make_unique<io::WorkerPool>(io::WorkerPool::Options{.threads = 1, .queue_max = SIZE_MAX});
    reports_ = std::make_shared<Reports>(loop_, [this] { call_(); });
    session_ = std::make_shared<NatsSession>(options_, reports_, is_shared_);
    std::move_only_function<Result<Position>()> work = [session = session_] { return session->open(); };
    auto opened = co_await thread_->run<Position>(std::move(work));
    co_return opened;
  }

  void send(std::vector<Event> events) override {
    std::move_only_function<Result<>()> work = [session = session_, events = std::move(events)]() -> Result<> {
      session->send(events);
      return {};
    };
    start(thread_->run<void>(std::move(work)), [](const Result<>&) {});
  }

  Progress progress() override { return reports_ ? reports_->take() : Progress{}; }
  void on_progress(std::function<void()> call) override {
    call_ = call ? std::move(call) : [] {};
  }

  Task<void> close() override {
    if (!session_) co_return {};
    reports_->end();
    std::move_only_function<Result<>()> work = [session = std::exchange(session_, nullptr)]() -> Result<> {
      session->close();
      return {};
    };
    auto closed = co_await thread_->run<void>(std::move(work));
    co_return closed;
  }

 private:
  io::Loop& loop_;
  const NatsOptions options_;
  std::function<void()> call_ = [] {};
  std::shared_ptr<Reports> reports_;
  std::shared_ptr<NatsSession> session_;
  const std::shared_ptr<std::atomic<bool>> is_shared_ = std::make_shared<std::atomic<bool>>(false);
  std::unique_ptr<io::WorkerPool> thread_;  // calls of the library block
};

}  // namespace

std::unique_ptr<Publisher> make_nats_publisher(io::Loop& loop, NatsOptions options) {
  return std::make_unique<NatsPublisher>(loop, std::move(options));
}

}  // namespace millrace::sink
