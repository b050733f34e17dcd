// A database in a temporary directory with Query and Command on it, on a clock that stands still.
#pragma once

#include <functional>

#include <gtest/gtest.h>

#include "tender/store/command.hpp"
#include "tender/store/database.hpp"
#include "tender/store/query.hpp"
#include "tender/store/store_error.hpp"

#include "support/seeded_random.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"

namespace tender {

/// The fault that `action` is stopped by; it must come with a remedy.
inline store::StoreFault fault_of(const std::function<void()>& action) {
  try {
    action();
  } catch (const store::StoreError& error) {
    EXPECT_FALSE(error.remedy().empty());
    return error.fault();
  }
  ADD_FAILURE() << "nothing was thrown";
  return store::StoreFault::other;
}

struct StoreTest : testing::Test {
  static constexpr const char* kTenant =
      "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";

  Relay create(const std::string& subdomain) {
    RelayChange change;
    change.tenant = kTenant;
    change.subdomain = subdomain;
    return command.create_relay(change);
  }

  [[nodiscard]] Relay get(const Relay& relay) const { return query.get_relay(relay.id).value(); }

  [[nodiscard]] std::vector<std::string> log() const {
    std::vector<std::string> types;
    for (const Activity& activity :
         query.list_activity({.after_seq = 0, .relay = std::nullopt, .limit = 1000})) {
      types.push_back(activity.activity_type);
    }
    return types;
  }

  test::TempDir directory;
  std::filesystem::path path = directory.path() / "data" / "tender.db";
  boost::asio::io_context io;
  test::VirtualClock clock{io};
  test::SeededRandom random{7};
  store::Database database{path, clock, {}};
  store::ActivityChannel channel{clock, 16};
  store::Query query{database};
  store::Command command{database, clock, random, channel};
};

}  // namespace tender
