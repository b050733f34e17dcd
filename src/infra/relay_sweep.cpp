#include "tender/infra/relay_sweep.hpp"

#include <algorithm>
#include <cstdint>

#include "tender/store/portion.hpp"
#include "tender/store/transaction.hpp"

namespace tender::infra {
namespace {

constexpr int kSteps = 120;  // of a sweep
constexpr std::chrono::seconds kShortestInterval{1};

}  // namespace

RelaySweep::RelaySweep(store::Database& database, store::Query query, store::Command command,
                       RelayCheck& check, const config::Env& env, const Clock& clock)
    : database_(database),
      query_(query),
      command_(command),
      check_(check),
      env_(env),
      clock_(clock) {}

Milliseconds RelaySweep::interval() const {
  const bool off =
      env_.relay_sweep == Milliseconds::zero() || env_.relay_verify == config::RelayVerify::off;
  return off ? Milliseconds::zero()
             : std::max<Milliseconds>(env_.relay_sweep / kSteps, kShortestInterval);
}

std::int64_t RelaySweep::share() const {
  return query_.count_relays_in_step() * interval().count() / env_.relay_sweep.count() + 1;
}

std::int64_t RelaySweep::ask(std::int64_t most) {
  const TimePoint now = clock_.now();
  store::Portion portion(clock_);
  std::int64_t asked = 0;
  store::Transaction transaction(database_);
  const auto limit = std::min<std::int64_t>(most, store::Portion::kRows);
  for (const RelayId& id : query_.list_relays_to_look_at(now, now + 2 * env_.relay_sweep, limit)) {
    if (!portion.take()) {
      break;
    }
    check_.look_at(id);
    command_.plan_look(id, now + env_.relay_sweep);
    ++asked;
  }
  transaction.commit();
  return asked;
}

}  // namespace tender::infra
