// `tender check`: is everything as it must be for a sidecar to work? Each line is ok, or says what
// to do.
#include <array>
#include <chrono>
#include <cstdlib>
#include <filesystem>
#include <optional>
#include <ostream>
#include <span>

#include <fmt/ostream.h>
#include <unistd.h>

#include <nlohmann/json.hpp>

#include "tender/infra/kinds.hpp"
#include "tender/infra/setting_changes.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/migrations.hpp"
#include "tender/store/pause_table.hpp"
#include "tender/store/row_faults.hpp"
#include "tender/store/store_error.hpp"
#include "tender/store/transaction.hpp"
#include "tender/view/config_survey.hpp"
#include "tender/zooid/client.hpp"
#include "tender/zooid/config_directory.hpp"
#include "tender/zooid/outcome.hpp"

#include "command.hpp"
#include "event_loop.hpp"
#include "identity_text.hpp"
#include "output.hpp"
#include "pause_text.hpp"
#include "sidecar_api.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

enum class State : std::uint8_t {
  ok,
  fail,
  skip,  // there was nothing to look at
};

constexpr std::array<const char*, 3> kStates{"ok", "FAIL", "skip"};

struct Finding {
  std::string name;
  State state = State::fail;
  std::string text;
  ExitCode code = ExitCode::ok;  // what the process exits with when this is the worst
};

Finding check_environment(const config::Env& env) {
  return {.name = "environment",
          .state = State::ok,
          .text = fmt::format("configuration is complete; relays are subdomains of {}",
                              env.relay_domain)};
}

constexpr std::uintmax_t kLeastSpace = std::uintmax_t{1} << 20;

// A disk may have room for one page and for nothing else.
void require_space(const std::filesystem::path& database) {
  std::error_code error;
  const auto space =
      std::filesystem::space(database.has_parent_path() ? database.parent_path() : ".", error);
  if (!error && space.available < kLeastSpace) {
    throw store::StoreError(store::StoreFault::full,
                            fmt::format("the disk that holds {} has {} KiB left", database.string(),
                                        space.available >> 10),
                            "free some space on it");
  }
}

// A check creates nothing: where a volume is not mounted, a new database would look healthy.
std::optional<std::string> describe_new_database(const config::Env& env) {
  std::error_code error;
  if (std::filesystem::exists(env.database_path, error) ||
      std::filesystem::exists(env.database_path.string() + "-wal", error)) {
    return std::nullopt;
  }
  std::filesystem::path directory = std::filesystem::absolute(env.database_path).parent_path();
  while (!std::filesystem::exists(directory, error) && directory.has_relative_path()) {
    directory = directory.parent_path();
  }
  if (access(directory.c_str(), W_OK | X_OK) != 0) {
    return std::nullopt;
  }
  return fmt::format("{} does not exist yet; `tender run` creates it", env.database_path.string());
}

Finding check_database(StoreSession& session) {
  // Taking the lock alone proves nothing: SQLite grants it on a read-only file too. Rolled back.
  store::Transaction probe(session.database);
  session.database.prepare("UPDATE router_offset SET seq = seq").run();
  require_space(session.database.path());
  const auto holder = store::DatabaseLock::holder(session.database.path());
  const std::int64_t relays = session.query.count_relays().total;
  return {
      .name = "database",
      .state = State::ok,
      .text = fmt::format("{} can be written, schema version {}, {} relay{}, sidecar {}",
                          session.database.path().string(), store::schema_version(session.database),
                          relays, relays == 1 ? "" : "s", holder ? "running" : "not running")};
}

constexpr int kMostRows = 20;  // that are named

// A line for each row that needs a person, or one line for all that work as they are.
std::vector<Finding> check_rows(StoreSession& session, const config::Env& env) {
  std::vector<Finding> findings;
  int odd = 0;
  for (const store::RowFault& fault : store::find_row_faults(
           session.database, env.reserved_subdomains, store::RowLook::whole, kMostRows)) {
    odd += fault.harmful ? 0 : 1;
    if (fault.harmful) {
      findings.push_back({.name = "rows",
                          .state = State::fail,
                          .text = fmt::format("{}; {}", fault.what, fault.remedy),
                          .code = ExitCode::error});
    }
  }
  if (findings.empty() && odd > 0) {
    findings.push_back(
        {.name = "rows",
         .state = State::ok,
         .text =
             fmt::format("{}{} relay{} a schema that breaks today's rule for schemas; they work, "
                         "and zooid keeps their data under it",
                         odd == kMostRows ? "at least " : "", odd, odd == 1 ? " has" : "s have")});
  }
  return findings;
}

// What `tender run` would refuse to start with. A running sidecar was started with its settings.
std::vector<Finding> check_settings(StoreSession& session, const config::Env& env) {
  std::vector<Finding> findings;
  if (store::DatabaseLock::holder(session.database.path())) {
    return findings;
  }
  for (const infra::SettingChange& change : infra::SettingChanges(session.database, env).find()) {
    if (change.needs_consent) {
      findings.push_back(
          {.name = "settings",
           .state = State::fail,
           .text = fmt::format("{}; {}", infra::describe(change), infra::consent_remedy()),
           .code = ExitCode::error});
    }
  }
  return findings;
}

// Relays of which only a person can say whether their new key is right.
std::optional<Finding> check_identities(StoreSession& session) {
  const std::int64_t relays = session.query.count_relays().other_identity;
  if (relays == 0) {
    return std::nullopt;
  }
  return Finding{.name = "identity",
                 .state = State::fail,
                 .text = describe_identities(session.query, relays),
                 .code = ExitCode::error};
}

// What a running sidecar knows about zooid and a request to zooid does not show.
std::optional<Finding> check_sidecar(StoreSession& session) {
  const outbox::DestinationState destination =
      outbox::read_destination_state(session.database, infra::kZooid);
  if (!destination.failing_since || !store::DatabaseLock::holder(session.database.path())) {
    return std::nullopt;
  }
  return Finding{.name = "sidecar",
                 .state = State::fail,
                 .text = fmt::format("nothing has been sent since {}: {}",
                                     format_time(*destination.failing_since), destination.reason),
                 .code = ExitCode::unreachable};
}

// Whether the API of the running sidecar answers. If not, the check does not fail: this command may
// run where the sidecar's loopback cannot be reached, such as in a container of its own.
std::optional<Finding> check_api(StoreSession& session, const config::Env& env) {
  if (!env.admin.bind || !store::DatabaseLock::holder(session.database.path())) {
    return std::nullopt;
  }
  const auto fault = find_api_fault(*env.admin.bind);
  return Finding{.name = "api",
                 .state = fault ? State::skip : State::ok,
                 .text = fault ? *fault + "; if the sidecar has this ADMIN_BIND, see its log lines"
                               : "it answers at ADMIN_BIND"};
}

// An operator wants it so.
std::optional<Finding> check_pause(StoreSession& session) {
  const auto pause = store::PauseTable(session.database).find(session.clock.now());
  if (!pause) {
    return std::nullopt;
  }
  return Finding{.name = "pause",
                 .state = State::ok,
                 .text = fmt::format("{}: nothing is sent until then", text_of(*pause))};
}

// zooid's files beside the rows. A stranger, or a file that differs from its row, may be intended.
std::optional<Finding> check_config_directory(StoreSession& session, const config::Env& env) {
  if (!env.zooid_config_dir) {
    return std::nullopt;
  }
  const auto survey = view::survey_config_directory(session.query, *env.zooid_config_dir, &env);
  return Finding{.name = "config",
                 .state = view::is_bad(survey) ? State::fail : State::ok,
                 .text = view::describe(survey),
                 .code = view::is_bad(survey) ? ExitCode::error : ExitCode::ok};
}

// Before there is a database, every file is a stranger.
Finding check_unknown_directory(const std::filesystem::path& directory) {
  try {
    const auto files = zooid::ConfigDirectory(directory).list().size();
    return {.name = "config",
            .state = State::ok,
            .text = fmt::format("{}: {} file{}{}", directory.string(), files, files == 1 ? "" : "s",
                                files == 0 ? "" : "; `tender import` takes them over")};
  } catch (const zooid::ConfigDirectoryError& error) {
    return {.name = "config",
            .text = fmt::format("{}; {}", error.what(), error.remedy()),
            .code = ExitCode::error};
  }
}

// All that the database tells.
std::vector<Finding> check_store(const Invocation& invocation, const config::Env& env) {
  std::vector<Finding> findings;
  if (auto text = describe_new_database(env)) {
    findings.push_back({.name = "database", .state = State::ok, .text = *std::move(text)});
    if (env.zooid_config_dir) {
      findings.push_back(check_unknown_directory(*env.zooid_config_dir));
    }
    return findings;
  }
  try {
    StoreSession session(invocation, store::OpenMode::create);
    findings.push_back(check_database(session));
    for (Finding& finding : check_rows(session, env)) {
      findings.push_back(std::move(finding));
    }
    for (Finding& finding : check_settings(session, env)) {
      findings.push_back(std::move(finding));
    }
    if (auto finding = check_identities(session)) {
      findings.push_back(*std::move(finding));
    }
    if (auto finding = check_sidecar(session)) {
      findings.push_back(*std::move(finding));
    }
    if (auto finding = check_api(session, env)) {
      findings.push_back(*std::move(finding));
    }
    if (auto finding = check_pause(session)) {
      findings.push_back(*std::move(finding));
    }
    if (auto finding = check_config_directory(session, env)) {
      findings.push_back(*std::move(finding));
    }
  } catch (const Error& error) {
    findings = {{.name = "database",
                 .state = State::fail,
                 .text = fmt::format("{}; {}", error.what(), error.remedy()),
                 .code = ExitCode::error}};
  }
  return findings;
}

// The answer of one of zooid's addresses, and when it came.
struct Asked {
  http::Url address;
  http::Exchange exchange;
  TimePoint at{};
};

std::vector<Asked> ask(const config::Env& env) {
  boost::asio::io_context io;
  SystemClock clock(io.get_executor());
  SystemRandom random;
  http::Client transport(io.get_executor(), zooid::transport_options(env));
  zooid::Client client(env, transport, clock, random);
  std::vector<Asked> asked;
  const auto fetch = [&]() -> boost::asio::awaitable<void> {
    for (const http::Url& address : env.zooid_api_urls) {
      http::Exchange exchange = co_await client.probe(address);
      asked.push_back({.address = address, .exchange = std::move(exchange), .at = clock.now()});
    }
    transport.stop();
  };
  run_to_end(io, fetch());
  return asked;
}

// Told by the answer to the probe, which asks for members.
std::string_view describe_generation(const zooid::Verdict& verdict) {
  return verdict.outcome == zooid::Outcome::unsupported
             ? "; a zooid from before April 2026, which cannot list members"
             : "; a zooid that can list members";
}

Finding check_zooid(const config::Env& env, const Asked& asked) {
  const zooid::Verdict verdict = zooid::judge(asked.exchange, http::Method::get, asked.at);
  Finding finding;
  finding.name = "zooid";
  const bool ok = verdict.from_zooid && verdict.outcome != zooid::Outcome::storage_fault;
  finding.state = ok ? State::ok : State::fail;
  if (ok) {
    finding.text = fmt::format("{} accepts the key {}{}", asked.address.text(),
                               env.robot_key.public_key().npub(), describe_generation(verdict));
    return finding;
  }
  finding.text = fmt::format("{}: {}", asked.address.text(), verdict.reason);
  const bool whole_host = verdict.outcome == zooid::Outcome::host_fault ||
                          verdict.outcome == zooid::Outcome::storage_fault;
  finding.code = whole_host ? ExitCode::unreachable : ExitCode::error;
  return finding;
}

// By the first answer that shows zooid's.
Finding check_clock(std::span<const Asked> asked) {
  Finding finding{
      .name = "clock", .state = State::skip, .text = "zooid gave no time to compare with"};
  std::optional<std::chrono::seconds> skew;
  for (const Asked& each : asked) {
    skew = skew ? skew : zooid::clock_skew(each.exchange, each.at);
  }
  if (!skew) {
    return finding;
  }
  const bool ok = std::chrono::abs(*skew) < zooid::kMaxClockSkew;
  finding.state = ok ? State::ok : State::fail;
  finding.text = fmt::format("this machine's clock is {} s {} zooid's", std::abs(skew->count()),
                             skew->count() < 0 ? "behind" : "ahead of");
  if (!ok) {
    finding.text +=
        ", and zooid accepts 60 s at most; correct this machine's clock (NTP), or zooid's";
    finding.code = ExitCode::error;
  }
  return finding;
}

ExitCode report(const Invocation& invocation, const std::vector<Finding>& findings) {
  ExitCode code = ExitCode::ok;
  auto array = nlohmann::ordered_json::array();
  std::vector<std::vector<std::string>> rows;
  for (const Finding& finding : findings) {
    nlohmann::ordered_json ok = finding.state == State::ok;
    if (finding.state == State::skip) {
      ok = nullptr;
    }
    array.push_back({{"name", finding.name}, {"ok", ok}, {"text", finding.text}});
    rows.push_back(
        {kStates.at(static_cast<std::size_t>(finding.state)), finding.name, finding.text});
    code = std::max(code, finding.code);
  }
  if (invocation.json()) {
    print_json(invocation.out, array);
  } else {
    print_table(invocation.out, rows);
  }
  return code;
}

// Without a configuration there is nothing else to look at.
ExitCode report_faults(const Invocation& invocation, const config::ConfigError& error) {
  std::vector<Finding> findings;
  for (const config::EnvFault& fault : error.faults()) {
    findings.push_back(
        {.name = "environment",
         .state = State::fail,
         .text = fmt::format("{}: {}; {}", fault.variable, fault.problem, fault.remedy),
         .code = ExitCode::usage});
  }
  for (const std::string& warning : error.warnings()) {
    fmt::print(invocation.err, "note: {}\n", warning);
  }
  return report(invocation, findings);
}

ExitCode look_at_all(const Invocation& invocation, const config::Env& env) {
  std::vector<Finding> findings{check_environment(env)};
  for (Finding& finding : check_store(invocation, env)) {
    findings.push_back(std::move(finding));
  }
  const std::vector<Asked> asked = ask(env);
  for (const Asked& each : asked) {
    findings.push_back(check_zooid(env, each));
  }
  findings.push_back(check_clock(asked));
  return report(invocation, findings);
}

ExitCode check(const Invocation& invocation) {
  try {
    return look_at_all(invocation, config::load_env(invocation.environment, invocation.env_file));
  } catch (const config::ConfigError& error) {
    return report_faults(invocation, error);
  }
}

}  // namespace

const CommandSpec kCheck{.name = "check",
                         .arguments = "",
                         .min_names = 0,
                         .max_names = 0,
                         .summary = "Check configuration, database, key and clock; say what to do",
                         .example = "tender check",
                         .prints_data = true,
                         .options = nullptr,
                         .run = check};

}  // namespace tender::cli
