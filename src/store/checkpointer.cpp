#include "tender/store/checkpointer.hpp"

#include <filesystem>
#include <utility>

#include "tender/base/log_messages.hpp"
#include "tender/store/database.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/store_error.hpp"

namespace tender::store {
namespace {

constexpr Milliseconds kLook{5'000};
constexpr Milliseconds kLongestWait{60'000};
constexpr std::uintmax_t kLargeLog = std::uintmax_t{4} << 20;

}  // namespace

Checkpointer::Checkpointer(Database& database, Clock& clock, Logger& logger)
    : database_(database), clock_(clock), logger_(logger), wakeup_(clock), last_(clock.now()) {}

boost::asio::awaitable<void> Checkpointer::run() {
  while (!stopping_) {
    if (wanted()) {
      checkpoint();
    }
    const TimePoint next = clock_.now() + kLook;
    co_await wakeup_.wait_until(next);
  }
  checkpoint();
}

void Checkpointer::stop() {
  stopping_ = true;
  wakeup_.notify();
}

bool Checkpointer::wanted() const {
  const std::uintmax_t size = wal_size(database_);
  return size > kLargeLog || (size > 0 && clock_.now() - last_ >= kLongestWait);
}

void Checkpointer::checkpoint() {
  try {
    if (database_.checkpoint()) {
      last_ = clock_.now();
    }
    failing_ = false;
  } catch (const StoreError& error) {
    if (!std::exchange(failing_, true)) {
      write_log(logger_, logs::kCheckpointFails, "cause", error.what(), "remedy", error.remedy());
    }
  }
}

std::uintmax_t wal_size(const Database& database) {
  std::error_code error;
  const auto size = std::filesystem::file_size(database.path().string() + "-wal", error);
  return error ? 0 : size;
}

void checkpoint_unattended(Database& database, std::uintmax_t limit) {
  if (wal_size(database) <= limit) {
    return;
  }
  try {
    if (const auto lock = DatabaseLock::try_acquire(database.path())) {
      static_cast<void>(database.checkpoint());
    }
  } catch (const StoreError&) {
    // The command's own work is done and committed.
  }
}

}  // namespace tender::store
