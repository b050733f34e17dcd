// A dispatcher on a test's outbox, with an executor that follows a script and a log that can be
// read.
#pragma once

#include <algorithm>
#include <sstream>
#include <string>
#include <vector>

#include <gmock/gmock.h>

#include <boost/asio/co_spawn.hpp>

#include "tender/outbox/dispatcher.hpp"
#include "tender/store/transaction.hpp"

#include "fake_executor.hpp"
#include "outbox_fixture.hpp"
#include "registry.hpp"
#include "support/log_sink.hpp"
#include "support/seeded_random.hpp"

namespace tender::outbox {

using Keys = std::vector<std::string>;
using Plan = FakeExecutor::Plan;
using Settled = FakeExecutor::Settled;

struct DispatcherTest : OutboxTest {
  DispatcherTest() {
    database.set_commit_listener([this] { ++commits; });
  }

  void run(DestinationGate::Options here = at_once(16), Priority floor = Priority::bulk) {
    run(registry_of(executor, here), floor);
  }

  void run(Registry registry, Priority floor = Priority::bulk) {
    dispatcher = std::make_unique<Dispatcher>(
        database, clock, random, *logger, std::move(registry),
        Dispatcher::Options{.horizon = std::chrono::minutes(16), .floor = floor});
    boost::asio::co_spawn(io, dispatcher->run(), [this](const std::exception_ptr& error) {
      EXPECT_FALSE(error);
      ended = true;
    });
    clock.run_ready();
  }

  // A newer command asks for the work.
  void ask(const std::string& key, Priority priority = Priority::normal) {
    outbox.enqueue(job(key, priority), clock.now());
    if (dispatcher) {
      dispatcher->wake();
      clock.run_ready();
    }
  }

  [[nodiscard]] bool waits(const std::string& key) { return outbox.find(kSync, key).has_value(); }
  [[nodiscard]] Keys settled_keys() const {
    Keys list;
    for (const Settled& each : executor.settled) {
      list.push_back(each.key);
    }
    return list;
  }
  [[nodiscard]] std::string log() {
    logger->flush();
    return log_text.str();
  }
  [[nodiscard]] int errors_logged() {
    int count = 0;
    const std::string text = log();
    for (auto at = text.find("Z error "); at != std::string::npos;
         at = text.find("Z error ", at + 1)) {
      ++count;
    }
    return count;
  }

  test::SeededRandom random{1};
  FakeExecutor executor{clock};
  std::ostringstream log_text;
  std::shared_ptr<Logger> logger = std::make_shared<Logger>("test", test::log_sink(log_text));
  std::unique_ptr<Dispatcher> dispatcher;
  bool ended = false;
  int commits = 0;
  store::Database elsewhere{path, clock, {}};  // another program, as far as SQLite is concerned
};

}  // namespace tender::outbox
