#include "tender/zooid/config_watch.hpp"

#include <utility>

#include <sys/inotify.h>

#include "tender/zooid/config_directory.hpp"

namespace tender::zooid {

namespace asio = boost::asio;

// Not IN_MODIFY: a file that is being written is not complete.
ConfigWatch::ConfigWatch(const asio::any_io_executor& executor,
                         const std::filesystem::path& directory)
    : watch_(executor, directory, IN_CLOSE_WRITE | IN_MOVED_TO | IN_MOVED_FROM | IN_DELETE) {}

asio::awaitable<void> ConfigWatch::run(std::function<void(const RelayId&)> on_change) {
  std::function<void(const DirectoryWatch::Batch&)> on_events =
      [on_change = std::move(on_change)](const DirectoryWatch::Batch& batch) {
        for (const std::string& name : batch.names) {
          if (const auto id = relay_of_file(name)) {
            on_change(*id);
          }
        }
      };
  return watch_.run(std::move(on_events));
}

}  // namespace tender::zooid
