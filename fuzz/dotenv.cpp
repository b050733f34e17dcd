// The `.env` file: a line with a digit that chooses where a made-up secret is added to it, and with
// a + where the environment gives what must be given; then the file's text.
#include "tender/config/dotenv.hpp"

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <string>

#include <sys/mman.h>
#include <unistd.h>

#include "tender/config/env.hpp"

#include "expect.hpp"
#include "input.hpp"
#include "sample_env.hpp"

namespace tender::fuzz {
namespace {

using config::ConfigError;
using config::Dotenv;

constexpr std::string_view kSecret = "qXz7Wk2Vj9";

// Lines in which no fault may quote the secret: sound and broken ones, of ours and of others.
constexpr std::array<std::string_view, 8> kLines{"LIVEKIT_API_SECRET=",
                                                 "BLOSSOM_S3_SECRET_KEY='",
                                                 "ROBOT_SECRET=\"",
                                                 "ROBOT_SECRET=",
                                                 "ROBOT_SECRET ",
                                                 "SOMEBODY_ELSES='a' ",
                                                 "",
                                                 "export ROBOT_SECRET='a'"};

std::string with_secret(Input& input, std::string_view choice) {
  const std::size_t line = choice.empty() ? 0 : static_cast<unsigned char>(choice.front());
  std::string text(input.rest());
  return text.append("\n").append(kLines.at(line % kLines.size())).append(kSecret);
}

bool says_secret(std::string_view text) {
  return text.find(kSecret) != std::string_view::npos;
}

std::string in_quotes(std::string_view value) {
  std::string text = "\"";
  for (const char c : value) {
    const bool escape = c == '"' || c == '\\' || c == '\n';
    text += escape ? "\\" : "";
    text += c == '\n' ? 'n' : c;
  }
  return text + '"';
}

void check_syntax(std::string_view text) {
  const Dotenv parsed = config::parse_dotenv(text, ".env");
  std::set<std::string> keys;
  std::string again;
  for (const config::DotenvEntry& entry : parsed.entries) {
    expect(keys.insert(entry.key).second, "each name stands for one value");
    expect(entry.place.starts_with(".env:"), "an entry names its place");
    again += entry.key + '=' + in_quotes(entry.value.reveal()) + '\n';
  }
  for (const config::EnvFault& fault : parsed.faults) {
    expect(!says_secret(fault.variable + fault.problem + fault.remedy),
           "a broken line is not quoted");
  }
  const Dotenv same = config::parse_dotenv(again, ".env");
  expect(same.faults.empty(), "quoted, every value can be written");
  const auto equal = [](const config::DotenvEntry& a, const config::DotenvEntry& b) {
    return a.key == b.key && a.value.reveal() == b.value.reveal();
  };
  expect(std::ranges::equal(same.entries, parsed.entries, equal),
         "quoted, every value is read back as it was");
}

// A file in memory, since the settings are read from a path.
std::string in_file(std::string_view text) {
  static const int file = memfd_create("env", 0);
  expect(file >= 0 && ftruncate(file, 0) == 0 &&
             pwrite(file, text.data(), text.size(), 0) == static_cast<ssize_t>(text.size()),
         "a file in memory can be written");
  return "/proc/self/fd/" + std::to_string(file);
}

void check_env(const config::Env& env) {
  using std::chrono::milliseconds;
  expect(!env.relay_domain.empty() && is_one_line(env.relay_domain) &&
             env.relay_domain.back() != '.' && env.relay_domain.find('/') == std::string::npos,
         "the domain can stand in a host name");
  expect(!env.database_path.empty(), "there is a database");
  expect(env.zooid_api_timeout > milliseconds::zero(), "a request has time");
  expect(env.relay_sync_retry_base > milliseconds::zero() &&
             env.relay_sync_retry_cap >= env.relay_sync_retry_base,
         "the waits between retries grow");
  expect(env.relay_sync_retry_max_attempts >= 0 && env.relay_sync_retry_max_attempts <= 100 &&
             env.relay_sync_concurrency >= 1 && env.relay_sync_concurrency <= 256 &&
             env.relay_sync_rate >= 0 && env.relay_sync_rate <= 1000,
         "numbers are in their range");
  expect(env.relay_sync_settle > milliseconds::zero() &&
             env.reconcile_interval >= milliseconds::zero() &&
             env.activity_retention >= milliseconds::zero(),
         "durations are in their range");
  for (const std::string& warning : env.warnings) {
    expect(is_one_line(warning) && !says_secret(warning), "a warning is one line without a secret");
  }
}

void check_error(const ConfigError& error) {
  const std::string_view what = error.what();
  expect(!error.faults().empty(), "a refusal has a fault");
  expect(!says_secret(what), "a refusal shows no secret");
  const auto lines = static_cast<std::size_t>(std::ranges::count(what, '\n'));
  expect(lines == error.faults().size() + error.warnings().size(), "each fault is one line");
  for (const config::EnvFault& fault : error.faults()) {
    expect(!fault.variable.empty() && !fault.problem.empty() && !fault.remedy.empty(),
           "a fault says where, what and the remedy");
    expect(is_one_line(fault.variable + fault.problem + fault.remedy), "a fault is one line");
  }
}

std::optional<config::Env> load(const config::Environment& environment, const std::string& path) {
  try {
    return config::load_env(environment, {path, true});
  } catch (const ConfigError& error) {
    check_error(error);
    return std::nullopt;
  }
}

}  // namespace
}  // namespace tender::fuzz

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace tender;
  fuzz::Input input(data, size);
  const std::string_view choice = input.line();
  const std::string text = fuzz::with_secret(input, choice);
  if (fuzz::says_secret(text.substr(0, text.size() - fuzz::kSecret.size()))) {
    return 0;  // it stands where it may be quoted, too
  }
  fuzz::check_syntax(text);
  const bool given = choice.ends_with('+');
  const auto env = fuzz::load(
      given ? fuzz::sample_environment(false, false) : config::Environment(), fuzz::in_file(text));
  if (env) {
    fuzz::check_env(*env);
  }
  return 0;
}
