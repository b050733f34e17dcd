#include "health.hpp"

#include <algorithm>
#include <string>

#include <fmt/format.h>

#include "tender/admin/readiness.hpp"
#include "tender/base/log.hpp"
#include "tender/outbox/destination_state.hpp"
#include "tender/store/store_error.hpp"
#include "tender/view/status.hpp"

namespace tender::admin {
namespace {

enum class State : std::uint8_t { ok, degraded, failed };

struct Check {
  std::string_view name;
  State state = State::ok;
  std::string text{};
};

std::string_view to_string(State state) {
  switch (state) {
    case State::ok:
      return "ok";
    case State::degraded:
      return "degraded";
    case State::failed:
      break;
  }
  return "failed";
}

Check check_sidecar(const service::Sidecar::Condition& now) {
  if (now.stopping) {
    return {"sidecar", State::failed, "it is stopping"};
  }
  if (!now.active) {
    return {"sidecar", State::failed, "it is on standby: another sidecar works on the database"};
  }
  return now.begun ? Check{"sidecar", State::ok, "it works"}
                   : Check{"sidecar", State::failed, "it has not begun to look for pending relays"};
}

// What the database has said is not for everybody.
Check broken_database(bool verbose, const std::string& reason) {
  return {"database", State::failed, verbose ? reason : "it cannot be used; see the sidecar's log"};
}

Check broken_database(bool verbose, const store::StoreError& error) {
  return broken_database(verbose, fmt::format("{}; {}", error.what(), error.remedy()));
}

Check check_database(service::Sidecar& sidecar, bool verbose) {
  if (const auto now = sidecar.condition(); now.outage) {
    return broken_database(verbose, now.outage_reason);
  }
  try {
    static_cast<void>(sidecar.query().last_activity_seq());
    return {"database", State::ok, "it can be read and written"};
  } catch (const store::StoreError& error) {
    return broken_database(verbose, error);
  }
}

void add_destinations(service::Sidecar& sidecar, TimePoint now, bool verbose,
                      std::vector<Check>& checks) {
  for (const auto& each : outbox::list_destination_states(sidecar.database())) {
    const std::string& name = each.first;
    const outbox::DestinationState& state = each.second;
    if (state.failing_since) {
      checks.push_back({"destination", State::degraded,
                        fmt::format("{} is unusable{}{}", name, verbose ? ": " : "",
                                    verbose ? printable(state.reason, 600) : "")});
    } else if (state.paused_until && *state.paused_until > now) {
      checks.push_back(
          {"destination", State::degraded, fmt::format("{} has asked tender to wait", name)});
    } else {
      checks.push_back({"destination", State::ok,
                        fmt::format("{} is usable; {}", name, view::describe_answer(state, now))});
    }
  }
}

std::vector<Check> check_all(service::Sidecar& sidecar, TimePoint now, bool verbose) {
  std::vector<Check> checks{check_sidecar(sidecar.condition()), check_database(sidecar, verbose)};
  if (checks.back().state == State::ok) {
    try {
      add_destinations(sidecar, now, verbose, checks);
    } catch (const store::StoreError& error) {
      checks.push_back(broken_database(verbose, error));
    }
  }
  return checks;
}

// The first of the worst.
const Check& worst_of(const std::vector<Check>& checks) {
  return *std::ranges::max_element(checks, {}, &Check::state);
}

http::Response text_response(int status, std::string text) {
  return {.status = status,
          .headers = {{"Content-Type", "text/plain; charset=utf-8"}, {"Cache-Control", "no-store"}},
          .body = std::move(text)};
}

}  // namespace

http::Response answer_healthz() {
  return text_response(200, "ok\n");
}

http::Response answer_readyz(service::Sidecar& sidecar, TimePoint now, bool verbose) {
  const std::vector<Check> checks = check_all(sidecar, now, verbose);
  const State worst = worst_of(checks).state;
  std::string text;
  if (verbose) {
    for (const Check& each : checks) {
      text += fmt::format("{}: {}: {}\n", each.name, to_string(each.state), each.text);
    }
  } else if (worst != State::ok) {
    text = worst_of(checks).text + '\n';
  }
  return text_response(worst == State::failed ? 503 : 200,
                       fmt::format("{}\n{}", to_string(worst), text));
}

std::string readiness_line(service::Sidecar& sidecar, TimePoint now) {
  const std::vector<Check> checks = check_all(sidecar, now, /*verbose=*/false);
  const Check& worst = worst_of(checks);
  return fmt::format("{}: {}", worst.name, worst.text);
}

}  // namespace tender::admin
