// Runs one coroutine to its end on an io_context: how commands that wait for something are hosted.
#pragma once

#include <chrono>

#include <boost/asio/awaitable.hpp>
#include <boost/asio/io_context.hpp>

namespace tender::cli {

/// Blocks until `work` is done and everything it started has ended. Rethrows what `work` throws, at
/// once.
void run_to_end(boost::asio::io_context& io, boost::asio::awaitable<void> work);

/// After an exception has come out of the loop, and all that still runs on it was told to stop:
/// blocks until that has ended, or until `latest`. What it throws meanwhile follows from the first
/// fault and is not heeded. True when nothing is left: only then may what it works with go.
[[nodiscard]] bool run_out(boost::asio::io_context& io,
                           std::chrono::steady_clock::time_point latest);

}  // namespace tender::cli
