#include "app/import.hpp"

#include <unistd.h>

#include <cstdio>
#include <cstdlib>
#include <fstream>
#include <iostream>

#include "app/commands.hpp"
#include "app/import_batch.hpp"
#include "app/model.hpp"
#include "app/storage.hpp"
#include "app/terminal.hpp"
#include "http/client.hpp"
#include "io/loop.hpp"
#include "rest/resource.hpp"

namespace millrace::app {
namespace {

constexpr std::string_view kLines = "application/x-ndjson";
constexpr std::string_view kDefaultUrl = "http://localhost:4055";

/// Where batches go: a service over HTTP, or the entity's own REST API in this process.
using Send = std::function<Task<http::Response>(std::string body)>;

std::string api_path(std::string path) {
  while (path.ends_with('/')) path.pop_back();
  return path.ends_with("/api") ? path : path + "/api";
}

/// Credentials come from the environment: what stands in a command line can be seen by all who share the machine.
std::vector<std::pair<std::string, std::string>> credentials() {
  const char* authorization = std::getenv("MILLRACE_AUTHORIZATION");
  if (authorization == nullptr) return {};
  return {{"Authorization", authorization}};
}

Send send_to_service(std::shared_ptr<http::Client> client, std::string path) {
  return [client = std::move(client), path = std::move(path), headers = credentials()](std::string body) {
    return client->send({http::Method::post, path + "/bulk?partial=true", std::string(kLines), std::move(body), headers});
  };
}

/// The stores and REST API of an entity, opened in this process.
struct LocalTarget {
  Model model;
  observe::Instruments instruments;
  std::unique_ptr<document::Store> store;
  std::unique_ptr<rest::Resource> resource;
};

Task<http::Response> send_to_resource(std::shared_ptr<LocalTarget> target, std::string path, std::string body) {
  http::Request request;
  request.method = http::Method::post;
  request.path = path;
  request.query = "partial=true";
  request.headers.emplace_back("content-type", kLines);
  request.body = body;
  auto response = co_await target->resource->handle(request);
  co_return response;
}

Result<Send> open_local(Model model, const ImportOptions& options, const std::string& path) {
  auto target = std::make_shared<LocalTarget>();
  target->model = std::move(model);
  auto restlette = std::ranges::find(target->model.restlettes, path, &RestletteModel::path);
  if (restlette == target->model.restlettes.end())
    return Failure(Error{ErrorKind::not_found, "import.target", fmt::format("The config has no REST API at \"{}\".", path)});
  StorageContext context;
  if (options.folder) context.embedded_folder = *options.folder / ".millrace";
  context.config_folder = std::filesystem::absolute(target->model.config.file).parent_path();
  context.instruments = &target->instruments;
  TRY(target->store, open_storage(target->model.entities[restlette->entity], context));
  rest::ResourceOptions resource;
  resource.path = path;
  resource.store = target->store.get();
  resource.schema = restlette->schema.get();
  target->resource = std::make_unique<rest::Resource>(std::move(resource));
  return Send([target, path](std::string body) { return send_to_resource(target, path + "/bulk", std::move(body)); });
}

/// A service that answers at the URL, or nothing.
std::shared_ptr<http::Client> find_service(io::Loop& loop, const http::Url& url) {
  auto client = std::make_shared<http::Client>(loop, url);
  auto health = loop.block_on(client->send({http::Method::get, "/health", {}, {}}));
  return health && health->status == 200 ? client : nullptr;
}

Result<Send> to_url(io::Loop& loop, const std::string& text, const std::string& path) {
  auto url = http::parse_url(text);
  if (!url) return Failure(Error{ErrorKind::invalid_argument, "import.url", fmt::format("\"{}\" is no URL of a service.", text)});
  auto client = find_service(loop, *url);
  if (client == nullptr)
    return Failure(Error{ErrorKind::unavailable, "import.unreachable", fmt::format("No service answers at {}.", text),
                         "Start it, name it with --url, or name the config whose store is written to with --config."});
  return send_to_service(std::move(client), path.empty() ? api_path(url->path) : path);
}

/// A URL says which service; else the config's service when it runs, else the config's store. Without a config: the service on the usual
/// port.
Result<Send> open_target(io::Loop& loop, const ImportOptions& options) {
  if (http::parse_url(options.to)) return to_url(loop, options.to, {});
  const std::string path = api_path(options.to);
  if (!options.url.empty()) return to_url(loop, options.url, path);
  if (!options.folder && !std::filesystem::exists(options.config)) return to_url(loop, std::string(kDefaultUrl), path);
  auto model = load_model(options.folder ? *options.folder / "config" / "config.conf" : options.config, std::nullopt);
  if (!model) {
    for (const Problem& problem : model.error()) print_line(to_string(problem));
    return Failure(Error{ErrorKind::invalid_argument, "import.config", "The config cannot be read.",
                         "Name it with --config, or a running service with --url."});
  }
  if (auto url = http::parse_url(fmt::format("http://localhost:{}", model->config.port)))
    if (auto client = find_service(loop, *url)) return send_to_service(std::move(client), path);
  return open_local(*std::move(model), options, path);
}

class Progress {
 public:
  void show(const ImportReader& reader, const ImportCounts& counts) {
    if (isatty(STDERR_FILENO) == 0) return;
    fmt::print(stderr, "\r{} lines read, {} stored, {} there already, {} refused ", reader.lines_read(), counts.stored,
               counts.already_there, counts.refused);
    std::fflush(stderr);
    is_shown_ = true;
  }
  void end_line() {
    if (std::exchange(is_shown_, false)) fmt::print(stderr, "\n");
  }

 private:
  bool is_shown_ = false;
};

int run(io::Loop& loop, const Send& send, ImportReader& reader, const std::string& file) {
  ImportCounts counts;
  Progress progress;
  auto report = [&](std::uint64_t line, std::string_view message) {
    progress.end_line();
    print_line(fmt::format("{}:{}: {}", file, line, message));
  };
  for (ImportBatch batch = reader.next(); !batch.lines.empty(); batch = reader.next()) {
    auto response = loop.block_on(send(batch.body));
    const bool is_answer = response && response->status == 200;
    auto counted = is_answer ? count_results(batch, response->body, counts, report) : Result<>();
    if (!is_answer || !counted) {
      progress.end_line();
      const std::string reason = !response ? response.error().message : is_answer ? counted.error().message : response->body;
      print_line(fmt::format("{}:{}: {}\nStopped here. Run the same import again to go on.", file, batch.lines.front(), reason));
      return 1;
    }
    progress.show(reader, counts);
  }
  progress.end_line();
  print_line(fmt::format("{} lines read: {} stored, {} there already, {} refused.", reader.lines_read(), counts.stored,
                         counts.already_there, counts.refused));
  return counts.refused == 0 ? 0 : 1;
}

/// The REST API's path, whether the target is a path or a URL: ids follow from it, so both forms give the same.
std::string target_path(const std::string& to) {
  auto url = http::parse_url(to);
  return api_path(url ? url->path : to);
}

}  // namespace

int import_lines(const ImportOptions& options) {
  std::ifstream stream;
  if (options.file != "-") stream.open(options.file, std::ios::binary);
  if (options.file != "-" && (!stream || std::filesystem::is_directory(options.file))) {
    print_line(fmt::format("The file \"{}\" cannot be read.", options.file));
    return 1;
  }
  io::Loop loop;
  auto send = open_target(loop, options);
  if (!send) {
    print_error(send.error());
    return 1;
  }
  // Standard input cannot be read again, so nothing of it can be there already.
  const bool is_file = options.file != "-";
  const std::string source = is_file ? std::filesystem::weakly_canonical(options.file).string() : std::string();
  ImportReader reader(is_file ? stream : std::cin,
                      {target_path(options.to) + ' ' + source, options.makes_ids && is_file, options.batch_lines});
  return run(loop, *send, reader, options.file == "-" ? "stdin" : options.file);
}

}  // namespace millrace::app
