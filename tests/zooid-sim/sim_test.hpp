// The fixture of the sim's tests: a sim on a free port, a clock that the test drives, a robot that
// the whitelist knows, and a client on the same io_context.
#pragma once

#include <functional>
#include <memory>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "tender/nostr/keys.hpp"

#include "support/seeded_random.hpp"
#include "support/temp_dir.hpp"
#include "support/virtual_clock.hpp"
#include "zooid-sim/client.hpp"
#include "zooid-sim/server.hpp"

namespace zooid_sim::test {

/// A secret key that differs per number, for tests only.
[[nodiscard]] tender::nostr::SecretKey test_key(int number);

/// A valid whole config for a relay of that name; its secret is test_key(100)'s.
[[nodiscard]] nlohmann::json relay_config(const std::string& name);

/// A request that a test is about to send; absent parts are filled in by SimTest::send.
struct Outgoing {
  std::string method;
  std::string path;
  std::string body;
  std::string host;                  // empty: the API's
  std::vector<std::string> headers;  // "Name: value"
};

/// A request under way.
struct Pending {
  std::shared_ptr<Client> client;
  Received received;
  bool done = false;
};

struct SimTest : testing::Test {
  SimTest();
  ~SimTest() override;

  /// A new sim on the same directory, as after a restart of zooid.
  void restart();

  /// The request's bytes, as they go over the wire.
  [[nodiscard]] std::string bytes_of(const Outgoing& outgoing) const;
  /// The Authorization header of `key` for the request.
  [[nodiscard]] std::string token(const Outgoing& outgoing, const tender::nostr::SecretKey& key);
  [[nodiscard]] std::string token(const Outgoing& outgoing) { return token(outgoing, robot); }

  /// Sends as it is, without a token; waits for the answer.
  Received send(const Outgoing& outgoing);
  /// Sends without waiting, on the connection of an earlier request or on a new one.
  std::shared_ptr<Pending> begin(const Outgoing& outgoing, std::shared_ptr<Client> on = nullptr);
  /// The same with the robot's token.
  Received call(const std::string& method, const std::string& path, const nlohmann::json& body);
  Received call(const std::string& method, const std::string& path);
  std::shared_ptr<Pending> begin_call(const std::string& method, const std::string& path,
                                      const nlohmann::json& body);
  /// Asks the control API; the parsed answer, with its status in "http_status".
  nlohmann::json control(const std::string& method, const std::string& path,
                         const nlohmann::json& body = nullptr);

  /// Runs the io_context until the condition holds; fails the test after ten seconds.
  void run_until(const std::function<bool()>& condition);

  /// The config that the sim holds, null when there is no such relay.
  [[nodiscard]] nlohmann::json held(const std::string& id);

  boost::asio::io_context io;
  tender::test::VirtualClock clock{io};
  tender::test::SeededRandom random{1};
  tender::test::TempDir directory;
  tender::nostr::SecretKey robot = test_key(1);
  Options options;  // for restart() to use
  std::unique_ptr<Server> sim;
};

/// The "error" of an answer's JSON body; fails the test when it is not zooid's error form.
[[nodiscard]] std::string error_of(const Received& received);

}  // namespace zooid_sim::test
