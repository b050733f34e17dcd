// The command line in this process, on a database in a temporary directory that is also the working
// directory, so that no `.env` of the developer's is read.
#pragma once

#include <sstream>
#include <string>
#include <vector>

#include <gtest/gtest.h>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "tender/cli/command_line.hpp"
#include "tender/outbox/dead_letters.hpp"
#include "tender/store/command.hpp"
#include "tender/store/database.hpp"
#include "tender/store/query.hpp"

#include "support/temp_dir.hpp"

namespace tender::cli {

struct Ran {
  ExitCode code;
  std::string out;
  std::string err;
  std::string log;  // the process's own stderr

  [[nodiscard]] nlohmann::ordered_json json() const { return nlohmann::ordered_json::parse(out); }
};

struct CliTest : testing::Test {
  static constexpr const char* kTenant =
      "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
  static constexpr const char* kTenantNpub =
      "npub10xlxvlhemja6c4dqv22uapctqupfhlxm9h8z3k2e72q4k9hcz7vqpkge6d";

  CliTest() { std::filesystem::current_path(directory.path()); }
  ~CliTest() override { std::filesystem::current_path(before_); }

  /// A complete environment, with a zooid where nobody listens.
  void configure_zooid() {
    environment["ZOOID_API_URL"] = "http://127.0.0.1:9";
    environment["RELAY_DOMAIN"] = "relays.test";
    environment["ROBOT_SECRET"] = std::string(63, '0') + "1";
  }

  Ran run(const std::vector<std::string>& arguments) const {
    std::ostringstream out;
    std::ostringstream err;
    testing::internal::CaptureStderr();
    const ExitCode code = run_command_line(arguments, environment, out, err);
    return {code, out.str(), err.str(), testing::internal::GetCapturedStderr()};
  }

  /// `relay create` with these options besides tenant and subdomain; the new relay's id.
  std::string create(const std::string& subdomain,
                     const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments{"relay", "create",      "--tenant",
                                       kTenant, "--subdomain", subdomain};
    arguments.insert(arguments.end(), more.begin(), more.end());
    const Ran ran = run(arguments);
    EXPECT_EQ(ran.code, ExitCode::ok) << ran.err;
    return ran.out.substr(0, ran.out.find('\n'));
  }

  [[nodiscard]] nlohmann::ordered_json show(const std::string& relay) const {
    const Ran ran = run({"relay", "show", relay, "--json"});
    EXPECT_EQ(ran.code, ExitCode::ok) << ran.err;
    return ran.json();
  }

 private:
  std::filesystem::path before_ = std::filesystem::current_path();

 public:
  test::TempDir directory;
  std::filesystem::path path = directory.path() / "tender.db";
  config::Environment environment{{"DATABASE_URL", "sqlite://" + path.string()}};
};

/// What the sidecar and other programs write, beside the command line.
struct Behind {
  explicit Behind(const std::filesystem::path& path)
      : clock(io.get_executor()), database(path, clock, {}), notify(clock, 1) {}

  [[nodiscard]] Relay relay(const std::string& name) const {
    return query.find_relay(name).value();
  }

  boost::asio::io_context io;
  SystemClock clock;
  SystemRandom random;
  store::Database database;
  store::ActivityChannel notify;
  store::Query query{database};
  store::Command command{database, clock, random, notify};
  outbox::DeadLetters letters{database};
};

/// The names of an object's members, in their order.
inline std::vector<std::string> members(const nlohmann::ordered_json& object) {
  std::vector<std::string> names;
  for (const auto& [name, value] : object.items()) {
    names.push_back(name);
  }
  return names;
}

}  // namespace tender::cli
