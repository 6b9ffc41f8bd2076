#include "document/measures.hpp"

namespace millrace::document {
namespace {

using observe::Family;
using observe::Kind;

constexpr Family kReads = observe::seconds("millrace_store_read_duration_seconds", "How long reads take, by entity and kind of read.");
constexpr Family kCommits = observe::seconds("millrace_store_commit_duration_seconds", "How long commits take, by entity.");
constexpr Family kBatches{"millrace_store_commit_documents", Kind::histogram, "How many versions one commit has, by entity.",
                          observe::kSizes};
constexpr Family kWaiting{"millrace_store_writes_waiting", Kind::gauge, "Versions that wait to be committed, by entity."};

}  // namespace

Measures Measures::of(observe::Registry& metrics, std::string_view entity, std::string_view storage) {
  const auto reads = [&](std::string_view operation) {
    return &metrics.histogram(kReads, {{"entity", entity}, {"storage", storage}, {"operation", operation}});
  };
  return {.read = reads("read"),
          .find = reads("find"),
          .count = reads("count"),
          .history = reads("history"),
          .changes = reads("changes"),
          .commits = &metrics.histogram(kCommits, {{"entity", entity}, {"storage", storage}}),
          .batches = &metrics.histogram(kBatches, {{"entity", entity}, {"storage", storage}}),
          .waiting = &metrics.gauge(kWaiting, {{"entity", entity}, {"storage", storage}})};
}

}  // namespace millrace::document
