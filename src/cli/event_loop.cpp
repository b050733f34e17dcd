#include "event_loop.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>
#include <boost/asio/multiple_exceptions.hpp>

namespace tender::cli {
namespace {

// Of operations that ran side by side and failed together, the first one's error counts: the others
// were stopped because of it.
[[noreturn]] void rethrow_first(const std::exception_ptr& error) {
  try {
    std::rethrow_exception(error);
  } catch (const boost::asio::multiple_exceptions& several) {
    rethrow_first(several.first_exception());
  }
}

}  // namespace

void run_to_end(boost::asio::io_context& io, boost::asio::awaitable<void> work) {
  boost::asio::co_spawn(io, std::move(work), [](const std::exception_ptr& error) {
    if (error) {
      rethrow_first(error);
    }
  });
  io.run();
}

bool run_out(boost::asio::io_context& io, std::chrono::steady_clock::time_point latest) {
  while (true) {
    try {
      io.restart();
      io.run_until(latest);
      return io.stopped();
    } catch (...) {
      if (std::chrono::steady_clock::now() >= latest) {
        return false;
      }
    }
  }
}

}  // namespace tender::cli
