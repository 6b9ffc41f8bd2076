#include "rest/list_stream.hpp"

#include <algorithm>
#include <utility>

namespace millrace::rest {
namespace {

// A page is this much text, or this many documents. The first are few, so that the client has something soon.
constexpr std::size_t kPageBytes = 64 * 1024;
constexpr std::size_t kPageMin = 64;
constexpr std::size_t kPageMax = 256;

class ListStream final : public http::BodyStream {
 public:
  ListStream(document::Store& store, ListAsked asked) : store_(store), asked_(std::move(asked)) {}

  Task<std::string_view> next() override {
    lines_.clear();
    const document::Page page{.limit = std::min(size_, asked_.page.limit), .after = asked_.page.after};
    if (page.limit == 0) co_return lines_;
    document::Query query{&asked_.filter, {}, page};
    document::View view = asked_.asker.view();
    view.at = asked_.at;
    view.bytes_max = kPageBytes;
    CO_TRY(const auto found, co_await store_.find({&query, 1}, view));
    write(found.front(), page.limit);
    co_return lines_;
  }

 private:
  void write(const document::Documents& page, std::size_t wanted) {
    for (std::size_t i = 0; i < page.size(); ++i) lines_.append(page.text(i)).append(1, '\n');
    const bool is_last = page.size() < wanted && !page.is_cut();
    asked_.page.limit = is_last ? 0 : asked_.page.limit - page.size();
    if (!page.empty()) asked_.page.after = page.envelope(page.size() - 1).position;
    // A store may fetch as many as it is asked for, however long they are: where they are long, it is asked for few.
    size_ = page.is_cut() ? page.size() + 1 : std::min(2 * size_, kPageMax);
  }

  document::Store& store_;
  ListAsked asked_;  // `page` is what is left
  std::size_t size_ = kPageMin;
  std::string lines_;
};

}  // namespace

std::unique_ptr<http::BodyStream> make_list_stream(document::Store& store, ListAsked asked) {
  return std::make_unique<ListStream>(store, std::move(asked));
}

}  // namespace millrace::rest
