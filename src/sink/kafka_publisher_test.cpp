// The Kafka publisher beside librdkafka's mock of a cluster, in one process.
#include "sink/kafka_publisher.hpp"

#include <gtest/gtest.h>
#include <librdkafka/rdkafka.h>
#include <librdkafka/rdkafka_mock.h>

#include <array>

namespace millrace::sink {
namespace {

constexpr const char* kTopic = "raw-events";
constexpr std::int16_t kProduce = 0;  // the number of that request

class KafkaPublisherTest : public testing::Test {
 protected:
  KafkaPublisherTest() {
    std::array<char, 512> reason{};
    host_ = rd_kafka_new(RD_KAFKA_PRODUCER, rd_kafka_conf_new(), reason.data(), reason.size());
    cluster_ = rd_kafka_mock_cluster_new(host_, 1);
    rd_kafka_mock_topic_create(cluster_, kTopic, 1, 1);
    publisher_ = make_kafka_publisher(loop_, {.brokers = rd_kafka_mock_cluster_bootstraps(cluster_), .topic = kTopic, .entity = "e"});
    publisher_->on_progress([this] { take(); });
  }
  ~KafkaPublisherTest() override {
    publisher_.reset();
    rd_kafka_mock_cluster_destroy(cluster_);
    rd_kafka_destroy(host_);
  }

  static std::vector<Event> events(Position first, Position last) {
    auto documents = std::make_shared<document::Documents>();
    for (Position position = first; position <= last; ++position)
      documents->add("d" + std::to_string(position), R"({"n":1})", {1, position, {}, position % 7 == 0});
    std::vector<Event> all;
    for (std::size_t i = 0; i < documents->size(); ++i) all.push_back({documents, i});
    return all;
  }

  void take() {
    Progress progress = publisher_->progress();
    accepted_.insert(accepted_.end(), progress.accepted.begin(), progress.accepted.end());
    if (progress.failure) failure_ = *progress.failure;
    if (accepted_.size() >= wanted_ || !failure_.empty()) loop_.stop();
  }

  /// Until so many are accepted, or it fails.
  void run_until(std::size_t wanted) {
    wanted_ = wanted;
    if (accepted_.size() < wanted_ && failure_.empty()) loop_.run();
  }

  io::Loop loop_;
  rd_kafka_t* host_ = nullptr;
  rd_kafka_mock_cluster_t* cluster_ = nullptr;
  std::unique_ptr<Publisher> publisher_;
  std::vector<Position> accepted_;
  std::string failure_;
  std::size_t wanted_ = 0;
};

TEST_F(KafkaPublisherTest, AcceptsInOrder) {
  ASSERT_TRUE(loop_.block_on(publisher_->open()));
  publisher_->send(events(1, 100));
  publisher_->send(events(101, 200));
  run_until(200);
  ASSERT_EQ(accepted_.size(), 200u) << failure_;
  EXPECT_TRUE(std::ranges::is_sorted(accepted_));
  ASSERT_TRUE(loop_.block_on(publisher_->close()));
}

TEST_F(KafkaPublisherTest, TriesAgainWhatABrokerMayTakeLater) {
  ASSERT_TRUE(loop_.block_on(publisher_->open()));
  rd_kafka_mock_push_request_errors(cluster_, kProduce, 2, RD_KAFKA_RESP_ERR_NOT_LEADER_FOR_PARTITION,
                                    RD_KAFKA_RESP_ERR_NOT_ENOUGH_REPLICAS);
  publisher_->send(events(1, 50));
  run_until(50);
  EXPECT_EQ(accepted_.size(), 50u) << failure_;
  ASSERT_TRUE(loop_.block_on(publisher_->close()));
}

TEST_F(KafkaPublisherTest, AcceptsNothingAfterWhatIsRefused) {
  ASSERT_TRUE(loop_.block_on(publisher_->open()));
  publisher_->send(events(1, 10));
  run_until(10);
  rd_kafka_mock_push_request_errors(cluster_, kProduce, 1, RD_KAFKA_RESP_ERR_MSG_SIZE_TOO_LARGE);
  publisher_->send(events(11, 11));
  run_until(11);
  EXPECT_EQ(failure_, "Position 11 (18 bytes) was refused: Broker: Message size too large.");
  publisher_->send(events(12, 20));
  ASSERT_TRUE(loop_.block_on(publisher_->close()));
  EXPECT_EQ(accepted_.size(), 10u);
  failure_.clear();
  ASSERT_TRUE(loop_.block_on(publisher_->open()));
  publisher_->send(events(11, 20));
  run_until(20);
  EXPECT_EQ(accepted_.size(), 20u) << failure_;
  ASSERT_TRUE(loop_.block_on(publisher_->close()));
}

TEST_F(KafkaPublisherTest, ClosesWhileMessagesAreUnderWay) {
  ASSERT_TRUE(loop_.block_on(publisher_->open()));
  rd_kafka_mock_broker_set_down(cluster_, 1);
  publisher_->send(events(1, 100));
  ASSERT_TRUE(loop_.block_on(publisher_->close()));
  EXPECT_TRUE(publisher_->progress().accepted.empty());
}

TEST(KafkaPublisher, SaysThatNoBrokerAnswers) {
  io::Loop loop;
  const auto publisher = make_kafka_publisher(
      loop, {.brokers = "127.0.0.1:1", .topic = kTopic, .entity = "e", .connect_timeout = std::chrono::milliseconds{200}});
  const auto opened = loop.block_on(publisher->open());
  ASSERT_FALSE(opened);
  EXPECT_TRUE(opened.error().message.starts_with("No broker answers: ")) << opened.error().message;
  ASSERT_TRUE(loop.block_on(publisher->close()));
}

TEST(KafkaSetting, IsCheckedByTheLibrary) {
  EXPECT_TRUE(check_kafka_setting("compression.type", "zstd"));
  EXPECT_TRUE(check_kafka_setting("security.protocol", "ssl"));
  EXPECT_EQ(check_kafka_setting("compression.type", "bzip9").error().code, "sink.setting");
  EXPECT_EQ(check_kafka_setting("no.such", "1").error().message, "No such configuration property: \"no.such\".");
  for (const char* own : {"acks", "request.required.acks", "bootstrap.servers", "enable.idempotence", "message.timeout.ms"})
    EXPECT_EQ(check_kafka_setting(own, "1").error().message, std::string(own) + " is set by the sink itself.");
}

}  // namespace
}  // namespace millrace::sink
