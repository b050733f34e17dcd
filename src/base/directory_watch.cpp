#include "tender/base/directory_watch.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <string_view>

#include <fmt/format.h>
#include <string.h>  // NOLINT(modernize-deprecated-headers): strerrordesc_np is glibc's
#include <sys/inotify.h>
#include <unistd.h>

#include <boost/asio/buffer.hpp>
#include <boost/asio/posix/stream_descriptor.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/use_awaitable.hpp>

namespace tender {

namespace asio = boost::asio;

struct DirectoryWatch::Stream {
  explicit Stream(const asio::any_io_executor& executor) : descriptor(executor) {}
  asio::posix::stream_descriptor descriptor;
};

namespace {

DirectoryWatch::Batch read_batch(std::string_view bytes) {
  DirectoryWatch::Batch batch;
  while (bytes.size() >= sizeof(inotify_event)) {
    inotify_event event{};
    std::copy_n(bytes.data(), sizeof event, reinterpret_cast<char*>(&event));
    const std::size_t size = std::min(bytes.size(), sizeof event + event.len);
    batch.dropped = batch.dropped || (event.mask & IN_Q_OVERFLOW) != 0;
    if (event.len > 0) {
      const std::string_view padded = bytes.substr(sizeof event, size - sizeof event);
      batch.names.emplace_back(padded.substr(0, padded.find('\0')));
    }
    bytes.remove_prefix(size);
  }
  return batch;
}

}  // namespace

DirectoryWatch::DirectoryWatch(const asio::any_io_executor& executor,
                               const std::filesystem::path& directory, std::uint32_t events)
    : stream_(std::make_unique<Stream>(executor)) {
  const int file = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (file < 0 || inotify_add_watch(file, directory.c_str(), events) < 0) {
    fault_ = fmt::format("inotify on {}: {}", directory.string(), strerrordesc_np(errno));
    if (file >= 0) {
      close(file);
    }
    return;
  }
  stream_->descriptor.assign(file);
}

DirectoryWatch::~DirectoryWatch() = default;

asio::awaitable<void> DirectoryWatch::run(std::function<void(const Batch&)> on_events) {
  alignas(inotify_event) std::array<char, 4096> buffer{};
  while (stream_->descriptor.is_open()) {
    boost::system::error_code error;
    const auto into = asio::buffer(buffer);
    const std::size_t size = co_await stream_->descriptor.async_read_some(
        into, asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      break;
    }
    on_events(read_batch(std::string_view(buffer.data(), size)));
  }
}

void DirectoryWatch::stop() {
  stream_->descriptor.close();
}

}  // namespace tender
