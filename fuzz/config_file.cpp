// A config file of zooid's: its text, after a secret key that no output may show.
#include "tender/zooid/config_file.hpp"

#include <string>

#include "tender/zooid/config_comparison.hpp"

#include "expect.hpp"
#include "input.hpp"
#include "sample_env.hpp"

namespace tender::fuzz {
namespace {

using zooid::ConfigFile;

constexpr std::string_view kKey =
    "7f7ff03d123792d6ac594bfa67bf6d0c0ab55b6b1fdb6249303fe861f1ccba9a";
constexpr std::size_t kLongest = 20;  // of what is told instead of a credential, "(another value)"

bool contains(std::string_view text, std::string_view part) {
  return text.find(part) != std::string_view::npos;
}

void check_file(const ConfigFile& file) {
  expect(file.whole() == file.fault.empty(), "a fault is named");
  expect(!file.whole() || !file.text("/host").empty(), "a whole file has a host");
  expect(file.identity.empty() || file.identity.size() == 64, "an identity is a key");
  expect(!contains(file.fault, kKey.substr(0, 8)), "a fault quotes nothing");
  for (const auto& each : file.values) {
    expect(!contains(each.second, kKey), "no value is the secret");
  }
}

Relay sample_relay() {
  Relay relay;
  relay.id.text = "r1";
  relay.tenant = "79be667ef9dcbbac55a06295ce870b07029bfcdb2dce28d959f2815b16f81798";
  relay.subdomain = "blue";
  relay.schema = "blue";
  relay.blossom_enabled = true;
  return relay;
}

// A credential may be told only where the file has the same text in another place.
void check_observed(const ConfigFile& file, const std::string& observed) {
  for (const auto& each : file.secrets) {
    const std::string& secret = each.second.reveal();
    if (secret.size() <= kLongest || !contains(observed, secret)) {
      continue;
    }
    bool elsewhere = false;
    for (const auto& value : file.values) {
      elsewhere = elsewhere || contains(value.second, secret);
    }
    expect(elsewhere, "no credential is told");
  }
}

void check_comparison(const ConfigFile& file) {
  static const config::Env env = config::load_env(sample_environment(true, false));
  const zooid::FileComparison comparison =
      zooid::compare(sample_relay(), env, file, TimePoint(Milliseconds(0)));
  const std::string text = zooid::describe(comparison);
  expect(is_one_line(text), "differences are told on one line");
  expect(comparison.same() == text.empty(), "each difference is told");
  for (const FieldDrift& each : comparison.differences) {
    check_observed(file, each.observed);
  }
}

}  // namespace
}  // namespace tender::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tender;
  using namespace tender::fuzz;
  Input input(data, size);
  const std::string_view text = input.rest();
  if (contains(text, kKey.substr(0, 8))) {
    return 0;  // it would be told as a value of its own
  }
  std::string toml = "secret = \"";
  toml.append(kKey).append("\"\n").append(text);
  const ConfigFile file = zooid::parse_config_file(RelayId{"r1"}, toml);
  check_file(file);
  if (file.whole()) {
    check_comparison(file);
  }
  return 0;
}
