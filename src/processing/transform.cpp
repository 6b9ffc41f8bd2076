#include "processing/transform.hpp"

namespace millrace::processing {

Task<std::vector<Transformed>> run_to_end(Transform& transform, std::vector<Event> events) {
  CO_TRY(std::vector<Transformed> made, co_await transform.run(events));
  for (std::size_t i = 0; i < made.size(); ++i) {
    while (made[i].kind == Transformed::Kind::late) {
      CO_TRY(std::vector<Transformed> again, co_await transform.run({events[i]}));
      made[i] = std::move(again.front());
    }
  }
  co_return std::move(made);
}

}  // namespace millrace::processing
