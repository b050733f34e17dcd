// Looks for damage in a database that is too large to be checked before work begins: quick_check on
// a thread and a connection of its own, while the loop works. The two share nothing but the order
// to stop. The sidecar owns it.
#pragma once

#include <atomic>
#include <filesystem>
#include <optional>
#include <thread>

#include <boost/asio/any_io_executor.hpp>

#include "tender/base/wakeup.hpp"
#include "tender/store/integrity.hpp"
#include "tender/store/store_error.hpp"

namespace tender::store {

class DamageSearch {
 public:
  /// Borrows the clock. Nothing happens before run().
  DamageSearch(boost::asio::any_io_executor executor, std::filesystem::path path, Clock& clock);

  /// Stops, and waits for the thread: some milliseconds.
  ~DamageSearch();
  DamageSearch(const DamageSearch&) = delete;
  DamageSearch& operator=(const DamageSearch&) = delete;

  struct Result {
    Integrity integrity = Integrity::stopped;
    std::optional<StoreError>
        error{};  // the damage (StoreFault::corrupt), or what stopped the check
  };
  /// Returns when everything was checked, or soon after stop(). To be called once.
  boost::asio::awaitable<Result> run();
  void stop() { stop_ = true; }

 private:
  void look();

  boost::asio::any_io_executor executor_;
  std::filesystem::path path_;
  std::atomic<bool> stop_ = false;
  std::thread thread_;
  Wakeup ended_;
  bool has_ended_ = false;
  Result result_;
};

}  // namespace tender::store
