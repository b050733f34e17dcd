// Environments for the tests of the config room.
#pragma once

#include <fstream>
#include <memory>
#include <optional>
#include <stdexcept>
#include <string>
#include <vector>

#include "tender/config/env.hpp"

#include "support/temp_dir.hpp"

namespace tender::test {

inline const std::string kAdminKey =
    "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
inline const std::string kRobotKey =
    "7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a";

/// What must be given to talk to zooid, and no more.
inline config::Environment required_only() {
  return {{"ZOOID_API_URL", "http://localhost:3334"},
          {"RELAY_DOMAIN", "relays.example.com"},
          {"ROBOT_SECRET", kRobotKey}};
}

/// `required_only` with one variable more, or another value for one of them.
inline config::Environment with(const std::string& name, const std::string& value) {
  config::Environment environment = required_only();
  environment[name] = value;
  return environment;
}

/// Both groups given whole, besides what is required.
inline config::Environment with_groups() {
  config::Environment environment = required_only();
  environment.insert({{"BLOSSOM_S3_ENDPOINT", "https://s3.example.com"},
                      {"BLOSSOM_S3_REGION", "eu-central-1"},
                      {"BLOSSOM_S3_BUCKET", "relay-media"},
                      {"BLOSSOM_S3_ACCESS_KEY", "access"},
                      {"BLOSSOM_S3_SECRET_KEY", "secret"},
                      {"LIVEKIT_URL", "wss://livekit.example.com"},
                      {"LIVEKIT_API_KEY", "key"},
                      {"LIVEKIT_API_SECRET", "hidden"},
                      {"ADMIN_TOKEN", "open-sesame-to-admins"}});
  return environment;
}

/// The faults that load_env finds; none when it finds the environment sound.
inline std::vector<config::EnvFault> faults_of(const config::Environment& environment,
                                               const config::EnvFile& file = {}) {
  try {
    (void)config::load_env(environment, file);
    return {};
  } catch (const config::ConfigError& error) {
    return error.faults();
  }
}

/// What an optional holds; the test fails with an exception when that is nothing.
template <class T>
const T& present(const std::optional<T>& value) {
  if (!value) {
    throw std::runtime_error("a value is absent");
  }
  return *value;
}

/// A file of its own for a test, readable by its owner alone.
class SampleFile {
 public:
  explicit SampleFile(const std::string& text) {
    std::ofstream(path()) << text;
    allow(std::filesystem::perms::owner_read | std::filesystem::perms::owner_write);
  }

  [[nodiscard]] std::filesystem::path path() const { return directory_.path() / "file"; }
  void allow(std::filesystem::perms permissions) const {
    std::filesystem::permissions(path(), permissions);
  }

 private:
  TempDir directory_;
};

}  // namespace tender::test
