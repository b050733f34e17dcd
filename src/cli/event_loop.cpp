#include "event_loop.hpp"

#include <exception>

#include <boost/asio/co_spawn.hpp>

namespace tender::cli {

void run_to_end(boost::asio::io_context& io, boost::asio::awaitable<void> work) {
  boost::asio::co_spawn(io, std::move(work), [](const std::exception_ptr& error) {
    if (error) {
      std::rethrow_exception(error);
    }
  });
  io.run();
}

}  // namespace tender::cli
