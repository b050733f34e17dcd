#include "tender/zooid/config_watch.hpp"

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

#include "tender/zooid/config_directory.hpp"

namespace tender::zooid {

namespace asio = boost::asio;

struct ConfigWatch::Stream {
  explicit Stream(const asio::any_io_executor& executor) : descriptor(executor) {}
  asio::posix::stream_descriptor descriptor;
};

namespace {

// Not IN_MODIFY: a file that is being written is not complete.
constexpr std::uint32_t kChanges = IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE;

template <typename Use>
void for_each_name(std::string_view events, const Use& use) {
  while (events.size() >= sizeof(inotify_event)) {
    inotify_event event{};
    std::copy_n(events.data(), sizeof event, reinterpret_cast<char*>(&event));
    const std::size_t size = sizeof event + event.len;
    if (event.len > 0 && size <= events.size()) {
      const std::string_view padded = events.substr(sizeof event, event.len);
      use(padded.substr(0, padded.find('\0')));
    }
    events.remove_prefix(std::min(events.size(), size));
  }
}

}  // namespace

ConfigWatch::ConfigWatch(const asio::any_io_executor& executor,
                         const std::filesystem::path& directory)
    : stream_(std::make_unique<Stream>(executor)) {
  const int file = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (file < 0 || inotify_add_watch(file, directory.c_str(), kChanges) < 0) {
    fault_ = fmt::format("inotify on {}: {}", directory.string(), strerrordesc_np(errno));
    if (file >= 0) {
      close(file);
    }
    return;
  }
  stream_->descriptor.assign(file);
}

ConfigWatch::~ConfigWatch() = default;

asio::awaitable<void> ConfigWatch::run(std::function<void(const RelayId&)> on_change) {
  alignas(inotify_event) std::array<char, 4096> buffer{};
  while (stream_->descriptor.is_open()) {
    boost::system::error_code error;
    const auto into = asio::buffer(buffer);
    const std::size_t size = co_await stream_->descriptor.async_read_some(
        into, asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      break;
    }
    for_each_name(std::string_view(buffer.data(), size), [&](std::string_view name) {
      if (const auto id = relay_of_file(name)) {
        on_change(*id);
      }
    });
  }
}

void ConfigWatch::stop() {
  stream_->descriptor.close();
}

}  // namespace tender::zooid
