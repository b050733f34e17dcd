// Runs one coroutine to its end on an io_context: how commands that wait for something are hosted.
#pragma once

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace tender::cli {

/// Blocks until `work` is done and everything it started has ended. Rethrows what `work` throws, at
/// once.
void run_to_end(boost::asio::io_context& io, boost::asio::awaitable<void> work);

}  // namespace tender::cli
