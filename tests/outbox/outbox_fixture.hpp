// A database in a temporary directory with the outbox's tables, on a clock that stands still.
#pragma once

#include <string>
#include <string_view>
#include <vector>

#include <gtest/gtest.h>

#include "tender/outbox/dead_letters.hpp"
#include "tender/outbox/destination_gate.hpp"
#include "tender/outbox/outbox.hpp"
#include "tender/store/database.hpp"
#include "tender/store/store_error.hpp"

#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

namespace tender::outbox {

// Two kinds of work on one resource, and a destination.
inline constexpr std::string_view kSync = "relay_sync";
inline constexpr std::string_view kLook = "relay_check";
inline constexpr std::string_view kHere = "here";

inline Job job(const std::string& key, Priority priority = Priority::normal) {
  Job made;
  made.kind = kSync;
  made.key = key;
  made.destination = kHere;
  made.priority = priority;
  return made;
}

inline std::vector<std::string> keys(const std::vector<Job>& jobs) {
  std::vector<std::string> list;
  for (const Job& each : jobs) {
    list.push_back(each.key);
  }
  return list;
}

/// Of a host that bears that many from the first moment on.
inline DestinationGate::Options at_once(int concurrency, int rate = 0) {
  return {.rate = rate, .concurrency = concurrency, .first_concurrency = concurrency};
}

struct OutboxTest : testing::Test {
  [[nodiscard]] Job find(const std::string& key) { return outbox.find(kSync, key).value(); }

  /// Which rule of the schema, or which other fault, stops the statement; nothing: none.
  std::optional<store::StoreFault> fault_of(const std::string& sql) {
    try {
      database.execute(sql);
      return std::nullopt;
    } catch (const store::StoreError& error) {
      return error.fault();
    }
  }

  test::TempDir directory;
  std::filesystem::path path = directory.path() / "tender.db";
  test::VirtualClock clock{io};  // outlives the coroutines that die with io
  boost::asio::io_context io;
  const TimePoint start = clock.now();
  store::Database database{path, clock, {.busy_timeout = Milliseconds(0), .on_wait = {}}};
  Outbox outbox{database};
  DeadLetters letters{database};
};

}  // namespace tender::outbox
