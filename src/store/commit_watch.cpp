#include "tender/store/commit_watch.hpp"

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

namespace tender::store {

namespace asio = boost::asio;

struct CommitWatch::Stream {
  explicit Stream(const asio::any_io_executor& executor) : descriptor(executor) {}
  asio::posix::stream_descriptor descriptor;
};

namespace {

// SQLite keeps the write-ahead log beside the file itself, not beside a symlink to it.
std::filesystem::path file_itself(const std::filesystem::path& database) {
  std::error_code error;
  auto canonical = std::filesystem::weakly_canonical(database, error);
  return error ? database : canonical;
}

// Whether one of the events in `bytes` is about the database's own files (FILE, FILE-wal, …).
bool mentions(std::string_view bytes, std::string_view file_name) {
  while (bytes.size() >= sizeof(inotify_event)) {
    inotify_event event{};
    std::copy_n(bytes.data(), sizeof event, reinterpret_cast<char*>(&event));
    const std::string_view name(bytes.data() + sizeof event);
    if ((event.mask & IN_Q_OVERFLOW) != 0 || (event.len > 0 && name.starts_with(file_name))) {
      return true;
    }
    bytes.remove_prefix(std::min(bytes.size(), sizeof event + event.len));
  }
  return false;
}

}  // namespace

CommitWatch::CommitWatch(const asio::any_io_executor& executor,
                         const std::filesystem::path& database)
    : stream_(std::make_unique<Stream>(executor)),
      file_name_(file_itself(database).filename().string()) {
  const std::filesystem::path parent = file_itself(database).parent_path();
  const std::string directory = parent.empty() ? "." : parent.string();
  const int file = inotify_init1(IN_NONBLOCK | IN_CLOEXEC);
  if (file < 0 || inotify_add_watch(file, directory.c_str(), IN_MODIFY | IN_CREATE) < 0) {
    fault_ = fmt::format("inotify on {}: {}", directory, strerrordesc_np(errno));
    if (file >= 0) {
      close(file);
    }
    return;
  }
  stream_->descriptor.assign(file);
}

CommitWatch::~CommitWatch() = default;

asio::awaitable<void> CommitWatch::run(std::function<void()> on_change) {
  alignas(inotify_event) std::array<char, 4096> buffer{};
  while (stream_->descriptor.is_open()) {
    boost::system::error_code error;
    const auto into = asio::buffer(buffer);
    const std::size_t size = co_await stream_->descriptor.async_read_some(
        into, asio::redirect_error(asio::use_awaitable, error));
    if (error) {
      break;
    }
    if (mentions(std::string_view(buffer.data(), size), file_name_)) {
      on_change();
    }
  }
}

void CommitWatch::stop() {
  stream_->descriptor.close();
}

}  // namespace tender::store
