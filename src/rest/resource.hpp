// The REST API of one entity (specification section 4): a function from a request to a response, over a store and a JSON Schema.
#pragma once

#include <chrono>
#include <string>
#include <string_view>
#include <vector>

#include "consumers/consumers.hpp"
#include "document/feed.hpp"
#include "document/idempotency.hpp"
#include "document/store.hpp"
#include "http/message.hpp"
#include "http/traffic.hpp"
#include "io/spool.hpp"
#include "io/worker_pool.hpp"
#include "jsonschema/schema.hpp"
#include "processing/lifecycle.hpp"
#include "rest/fields.hpp"

namespace millrace::rest {

/// By what somebody may say who they are.
struct Credentials {
  bool tokens = false;
  bool api_keys = false;
  bool are_required = false;
};

struct ResourceOptions {
  std::string path;                             // "/raw-events/api"
  document::Store* store = nullptr;             // outlives the resource
  document::Feed* feed = nullptr;               // the store's; outlives the resource
  std::chrono::milliseconds heartbeat{15'000};  // who follows the feed hears something at least so often
  const jsonschema::Schema* schema = nullptr;   // outlives the resource; null: any object
  /// Scheme, host and port by which strangers reach this service, for absolute links: "https://events.example.com". Empty: as each request
  /// names them.
  std::string public_url = {};
  std::string public_path = {};  // before `path`, as strangers reach it: "/base"
  std::size_t list_limit = 100;  // documents of a list when the request does not say
  std::size_t list_limit_max = 10'000;
  std::size_t list_bytes_max = 32u << 20;  // of the documents of an answer; a longer list goes on with the next page
  std::size_t bulk_bytes_max = 64u << 20;
  std::size_t document_bytes_max = 1 << 20;  // of a document that a patch makes, or in a bulk request
  document::CreationRules creation = {};
  bool takes_envelopes = true;        // lines of a bulk request; Resource clears it where documents may have the members of an envelope
  io::Spool::Options spool = {};      // where a bulk request waits until all of it is there
  io::WorkerPool* workers = nullptr;  // for what blocks; outlives the resource; null: on the calling thread
  /// What became of the entity's documents; outlives the resource. Null: nothing but their own versions is told.
  const processing::Lifecycle* lifecycle = nullptr;
  http::Traffic* traffic = nullptr;                    // by which each operation is a route; outlives the resource; null: not counted
  std::vector<consumers::Target> result_targets = {};  // entities that results of consumers may be written to
  std::size_t ack_bytes_max = 8u << 20;                // of the body of an acknowledgement, with its results
  Credentials credentials = {};                        // for the API's document: who asks is found before the resource is
  bool immutable = false;                              // no update, no delete
  bool redirects_creator = false;                      // POST answers 303 to the document instead of 201 with it
};

class Resource : public http::Handler {
 public:
  explicit Resource(ResourceOptions options);
  ~Resource() override;

  http::Intake intake(const http::Request& head) const override;
  /// Answers every path at and below options.path.
  Task<http::Response> handle(const http::Request& request) override;
  consumers::Consumers& consumers() { return consumers_; }

 private:
  Task<http::Response> dispatch(const http::Request& request);

  ResourceOptions options_;
  Fields fields_;
  consumers::Consumers consumers_;
  std::vector<http::Route*> routes_;  // by target; empty: not counted
};

}  // namespace millrace::rest
