// Makes the kernel refuse a send in this test executable: the one way in which a connection that
// looked alive a moment ago turns out to be dead.
#pragma once

#include <cstddef>

namespace tender::http {

/// The process's next send takes only `bytes` bytes and ends the connection, so that the rest fails
/// with EPIPE; with 0 bytes the send itself fails, and the connection stays.
void fail_send_after(std::size_t bytes);

/// That send has been made since.
[[nodiscard]] bool send_has_failed();

}  // namespace tender::http
