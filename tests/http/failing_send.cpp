#include "failing_send.hpp"

#include <algorithm>
#include <cerrno>
#include <optional>

#include <dlfcn.h>
#include <sys/socket.h>

namespace tender::http {
namespace {

std::optional<std::size_t> allowed;

}  // namespace

void fail_send_after(std::size_t bytes) {
  allowed = bytes;
}

bool send_has_failed() {
  return !allowed.has_value();
}

}  // namespace tender::http

// The linker prefers this one to libc's.
extern "C" ssize_t send(int socket, const void* data, std::size_t size, int flags) {
  using tender::http::allowed;
  using Send = ssize_t (*)(int, const void*, std::size_t, int);
  static const auto real = reinterpret_cast<Send>(dlsym(RTLD_NEXT, "send"));
  if (!allowed) {
    return real(socket, data, size, flags);
  }
  const std::size_t part = std::min(size, *allowed);
  allowed.reset();
  if (part == 0) {
    errno = EPIPE;
    return -1;
  }
  const ssize_t sent = real(socket, data, part, flags);
  shutdown(socket, SHUT_WR);
  return sent;
}
