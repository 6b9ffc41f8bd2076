#include "sink/kafka_publisher.hpp"

#include "io/worker_pool.hpp"
#include "sink/kafka_session.hpp"

namespace millrace::sink {
namespace {

class KafkaPublisher final : public Publisher {
 public:
  KafkaPublisher(io::Loop& loop, KafkaOptions options) : loop_(loop), options_(std::move(options)) {}
  ~KafkaPublisher() override {
    if (reports_) reports_->end();
  }

  Task<Position> open() override {
    if (!thread_) thread_ = std::make_unique<io::WorkerPool>(io::WorkerPool::Options{.threads = 1});
    reports_ = std::make_shared<Reports>(loop_, [this] { call_(); });
    session_ = std::make_shared<KafkaSession>(options_, reports_);
    std::move_only_function<Result<>()> work = [session = session_] { return session->open(); };
    CO_TRY_OK(co_await thread_->run<void>(std::move(work)));
    // What the topic has would have to be read from every partition: repeats carry their position instead.
    co_return Position{0};
  }

  void send(std::vector<Event> events) override { session_->send(events); }
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
  const KafkaOptions options_;
  std::function<void()> call_ = [] {};
  std::shared_ptr<Reports> reports_;
  std::shared_ptr<KafkaSession> session_;
  std::unique_ptr<io::WorkerPool> thread_;  // the library's beginning and end block
};

}  // namespace

std::unique_ptr<Publisher> make_kafka_publisher(io::Loop& loop, KafkaOptions options) {
  return std::make_unique<KafkaPublisher>(loop, std::move(options));
}

}  // namespace millrace::sink
