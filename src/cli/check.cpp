// `tender check`: is everything as it must be for a sidecar to work? Each line is ok, or says what
// to do.
#include <array>
#include <chrono>
#include <cmath>
#include <iomanip>
#include <locale>
#include <ostream>
#include <sstream>

#include <fmt/ostream.h>

#include <nlohmann/json.hpp>

#include "tender/store/database_lock.hpp"
#include "tender/store/migrations.hpp"
#include "tender/store/transaction.hpp"
#include "tender/zooid/outcome.hpp"

#include "command.hpp"
#include "event_loop.hpp"
#include "output.hpp"
#include "sidecar.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

// zooid takes tokens within a minute of its own clock (zooid-api.md).
constexpr std::chrono::seconds kMaxSkew{60};

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

// RFC 9110, 5.6.7: the preferred form, which every server of today sends.
std::optional<TimePoint> parse_http_date(std::string_view text) {
  std::tm time{};
  std::istringstream in{std::string(text)};
  in.imbue(std::locale::classic());
  in >> std::get_time(&time, "%a, %d %b %Y %H:%M:%S GMT");
  if (in.fail()) {
    return std::nullopt;
  }
  return TimePoint(std::chrono::seconds(timegm(&time)));
}

Finding check_environment(const config::Env& env) {
  return {.name = "environment",
          .state = State::ok,
          .text = fmt::format("configuration is complete; relays live below {}", env.relay_domain)};
}

Finding check_database(const Invocation& invocation) {
  Finding finding;
  finding.name = "database";
  try {
    StoreSession session(invocation, OpenMode::create);
    // A lock alone does not tell: SQLite gives it on a read-only file too. Rolled back.
    Transaction probe(session.database);
    session.database.prepare("UPDATE router_offset SET seq = seq").run();
    const auto holder = DatabaseLock::holder(session.database.path());
    finding.state = State::ok;
    finding.text =
        fmt::format("{} can be written, schema version {}, {} relays, sidecar {}",
                    session.database.path().string(), schema_version(session.database),
                    session.query.count_relays().total, holder ? "running" : "not running");
  } catch (const Error& error) {
    finding.text = fmt::format("{}; {}", error.what(), error.remedy());
    finding.code = ExitCode::error;
  }
  return finding;
}

http::Exchange ask(const config::Env& env) {
  boost::asio::io_context io;
  SystemClock clock(io.get_executor());
  SystemRandom random;
  http::Client transport(io.get_executor(), transport_options(env));
  zooid::Client client(env, transport, clock, random);
  http::Exchange exchange;
  const auto fetch = [&]() -> boost::asio::awaitable<void> {
    // A relay that nobody has: the answer to a good key is zooid's own "relay not found".
    std::string path = zooid::relay_path(RelayId{random.uuid()}) + "/members";
    exchange = co_await client.request(http::Method::get, std::move(path), std::string());
    transport.stop();
  };
  run_to_end(io, fetch());
  return exchange;
}

Finding check_zooid(const config::Env& env, const http::Exchange& exchange) {
  const zooid::Verdict verdict = zooid::judge(exchange, http::Method::get);
  Finding finding;
  finding.name = "zooid";
  const bool ok =
      verdict.outcome == zooid::Outcome::not_found || verdict.outcome == zooid::Outcome::done;
  finding.state = ok ? State::ok : State::fail;
  finding.text = ok ? fmt::format("{} accepts the key {}", env.zooid_api_url.text(),
                                  env.robot_key.public_key().npub())
                    : fmt::format("{}: {}", env.zooid_api_url.text(), verdict.reason);
  if (!ok) {
    finding.code =
        verdict.outcome == zooid::Outcome::host_fault ? ExitCode::unreachable : ExitCode::error;
  }
  return finding;
}

Finding check_clock(const http::Exchange& exchange) {
  Finding finding{
      .name = "clock", .state = State::skip, .text = "zooid shows no time to compare with"};
  const auto* response = std::get_if<http::Response>(&exchange.result);
  const auto date = response == nullptr ? std::nullopt : response->header("Date");
  const auto theirs = date ? parse_http_date(*date) : std::nullopt;
  if (!theirs) {
    return finding;
  }
  const auto ours = std::chrono::system_clock::now();
  const auto skew = std::chrono::round<std::chrono::seconds>(ours - *theirs);
  const bool ok = std::chrono::abs(skew) < kMaxSkew;
  finding.state = ok ? State::ok : State::fail;
  finding.text = fmt::format("{} s {} zooid's", std::abs(skew.count()),
                             skew.count() < 0 ? "behind" : "ahead of");
  if (!ok) {
    finding.text += ", and zooid takes 60 s at most; set this machine's clock (NTP), or zooid's";
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
  std::vector<Finding> findings{check_environment(env), check_database(invocation)};
  const http::Exchange exchange = ask(env);
  findings.push_back(check_zooid(env, exchange));
  findings.push_back(check_clock(exchange));
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
                         .summary = "Check environment, database, key and clock; say what to do",
                         .example = "tender check",
                         .prints_data = true,
                         .options = nullptr,
                         .run = check};

}  // namespace tender::cli
