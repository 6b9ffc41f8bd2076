#include "auth/key_source.hpp"

#include <fstream>
#include <utility>

#include "base/uri.hpp"

namespace millrace::auth {
namespace {

Failure unusable(std::string why) {
  return Failure(Error{ErrorKind::unavailable, "auth.keys", std::move(why)});
}

}  // namespace

KeySource::KeySource(io::Loop& loop, KeySourceOptions options)
    : loop_(loop), options_(std::move(options)), url_(http::parse_url(options_.place)), keys_(options_.known) {}

KeySource::~KeySource() = default;

std::shared_ptr<const KeySet> KeySource::keys() const {
  const std::lock_guard lock(mutex_);
  return keys_;
}

Result<> KeySource::read_now() {
  return take(read_file());
}

void KeySource::begin() {
  if (url_) {
    http::ClientOptions options{.connect_timeout = options_.timeout, .timeout = options_.timeout};
    options.response_bytes_max = options_.limits.bytes;
    client_ = std::make_unique<http::Client>(loop_, *url_, options);
  }
  attempt();
}

Task<void> KeySource::refresh() {
  io::Completion<void> done;
  if (!enlist(&done)) co_return {};
  loop_.post([this] {
    if (is_awaited()) attempt();  // else one that was ending then has answered
  });
  CO_TRY_OK(co_await done);
  co_return {};
}

/// Whether there is something to wait for.
bool KeySource::enlist(io::Completion<void>* waiting) {
  const std::lock_guard lock(mutex_);
  if (is_stopped_ || waiting_.size() >= options_.waiting_max) return false;
  const bool is_too_soon = begun_ && Clock::now() < *begun_ + std::min(options_.pause, options_.refresh);
  if (!is_under_way_ && waiting_.empty() && is_too_soon) return false;
  waiting_.push_back(waiting);
  return true;
}

bool KeySource::is_awaited() const {
  const std::lock_guard lock(mutex_);
  return !waiting_.empty();
}

void KeySource::attempt() {
  {
    const std::lock_guard lock(mutex_);
    if (std::exchange(is_under_way_, true)) return;
    begun_ = Clock::now();
  }
  ++attempts_;
  start(fetch(), [this](Result<std::string> text) {
    if (has_stopped()) return;
    const auto taken = take(text);
    report(taken);
    let_go();
    attempt_later(taken ? options_.refresh : std::min(options_.pause, options_.refresh));
  });
}

/// Unless somebody else's attempt comes before: then that one sets the next.
void KeySource::attempt_later(std::chrono::milliseconds delay) {
  loop_.after(delay, [this, attempts = attempts_] {
    if (attempts == attempts_) attempt();
  });
}

Task<std::string> KeySource::fetch() {
  if (!url_) co_return read_file();
  auto response = co_await client_->send({.target = url_->path.empty() ? "/" : url_->path, .headers = {{"Accept", "application/json"}}});
  if (!response) {
    std::string why = response.error().message;
    if (why.ends_with('.')) why.pop_back();  // report() makes a sentence of it
    co_return unusable(std::move(why));
  }
  if (response->status != 200) co_return unusable(fmt::format("the server answers {}", response->status));
  co_return std::move(response->body);
}

Result<std::string> KeySource::read_file() const {
  std::ifstream file(options_.place, std::ios::binary);
  std::string text(options_.limits.bytes + 1, '\0');
  if (!file.read(text.data(), static_cast<std::streamsize>(text.size())) && file.gcount() == 0)
    return unusable("the file cannot be read, or is empty");
  text.resize(static_cast<std::size_t>(file.gcount()));
  return text;
}

Result<> KeySource::take(const Result<std::string>& text) {
  if (!text) return std::unexpected(text.error());
  TRY(KeySet set, read_key_set(*text, options_.limits));
  const auto known = keys();
  if (known && known->digest == set.digest) return {};
  for (const std::string& why : set.left_out)
    options_.log(fmt::format("of the keys at {}, {}: it is left out.", without_credentials(options_.place), why));
  {
    const std::lock_guard lock(mutex_);
    keys_ = std::make_shared<const KeySet>(std::move(set));
  }
  options_.changed();
  return {};
}

/// Once when it begins to fail, and once when that is over.
void KeySource::report(const Result<>& taken) {
  if (taken.has_value() != has_failed_) return;
  has_failed_ = !taken;
  if (taken) return options_.log(fmt::format("the keys at {} are there again.", without_credentials(options_.place)));
  options_.log(fmt::format("no keys from {}: {}. {}", without_credentials(options_.place), taken.error().message,
                           keys() ? "Those of before go on being used." : "Until there are any, no token of that issuer is taken."));
}

void KeySource::let_go() {
  std::vector<io::Completion<void>*> waiting;
  {
    const std::lock_guard lock(mutex_);
    is_under_way_ = false;
    waiting = std::exchange(waiting_, {});
  }
  for (io::Completion<void>* one : waiting) one->complete({});
}

void KeySource::stop() {
  {
    const std::lock_guard lock(mutex_);
    is_stopped_ = true;
  }
  client_.reset();  // what is under way ends with it
  let_go();
}

bool KeySource::has_stopped() const {
  const std::lock_guard lock(mutex_);
  return is_stopped_;
}

}  // namespace millrace::auth
