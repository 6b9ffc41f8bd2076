#include "io/descriptor.hpp"

#include <boost/asio/posix/stream_descriptor.hpp>

namespace millrace::io {

using boost::asio::posix::stream_descriptor;

struct Descriptor::State {
  stream_descriptor descriptor;
  std::shared_ptr<bool> alive = std::make_shared<bool>(true);  // a wait that is over may still be on its way to its handler

  void wait(stream_descriptor::wait_type event, std::move_only_function<void()> ready) {
    descriptor.async_wait(event, [is_alive = std::weak_ptr(alive), ready = std::move(ready)](boost::system::error_code) mutable {
      // An error meets whoever uses the descriptor next.
      if (!is_alive.expired()) ready();
    });
  }
};

Descriptor::Descriptor(Loop& loop, int descriptor)
    : state_(std::make_unique<State>(State{.descriptor = stream_descriptor(loop.context(), descriptor)})) {}

Descriptor::~Descriptor() {
  state_->descriptor.release();
}

void Descriptor::when_readable(std::move_only_function<void()> ready) {
  state_->wait(stream_descriptor::wait_read, std::move(ready));
}

void Descriptor::when_writable(std::move_only_function<void()> ready) {
  state_->wait(stream_descriptor::wait_write, std::move(ready));
}

}  // namespace millrace::io
