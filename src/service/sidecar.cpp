#include "tender/service/sidecar.hpp"

#include <utility>

#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>

#include "tender/base/log_messages.hpp"
#include "tender/infra/setting_changes.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/store/integrity.hpp"
#include "tender/store/row_faults.hpp"

#include "active_sidecar.hpp"

namespace tender::service {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kStandbyLook{500};

}  // namespace

struct Sidecar::Own {
  Own(const config::Env& env, const asio::any_io_executor& executor, Logger& logger)
      : clock(executor),
        integrity(store::check_integrity(env.database_path, store::kLargestCheckedFirst)),
        database(env.database_path, clock, store::open_options(store::OpenMode::create, logger)) {}

  SystemClock clock;
  SystemRandom random;
  store::Integrity integrity;  // before the database: opening it writes
  store::Database database;
};

Sidecar::Sidecar(const config::Env& env, asio::any_io_executor executor, Logger& logger,
                 Options options)
    : Sidecar(env, executor, logger, std::make_unique<Own>(env, executor, logger), options) {}

Sidecar::Sidecar(const config::Env& env, asio::any_io_executor executor, Logger& logger,
                 std::unique_ptr<Own> own, Options options)
    : Sidecar(env, std::move(executor), logger, Runtime{own->database, own->clock, own->random},
              options) {
  integrity_ = own->integrity;
  own_ = std::move(own);
}

Sidecar::Sidecar(const config::Env& env, asio::any_io_executor executor, Logger& logger,
                 Runtime runtime, Options options)
    : env_(env),
      executor_(std::move(executor)),
      logger_(logger),
      runtime_(runtime),
      options_(options),
      damage_search_(executor_, runtime.database.path(), runtime.clock),
      feed_(executor_, runtime.database, runtime.clock, logger),
      alarm_(runtime.clock) {
  runtime_.database.measure(metrics_);
}

Sidecar::~Sidecar() = default;

store::Command Sidecar::command() {
  return {runtime_.database, runtime_.clock, runtime_.random, feed_.channel()};
}

Sidecar::Condition Sidecar::condition() const {
  if (!active_) {
    return {.standby = standby_ && !stopping_, .stopping = stopping_};
  }
  const infra::Infra& infra = active_->infra();
  Condition now{.active = true,
                .begun = infra.has_begun(),
                .outage = infra.waits_for_database(),
                .stopping = stopping_ || infra.is_stopping(),
                .lost = infra.count_lost()};
  if (const auto& error = infra.database_error(); now.outage && error) {
    now.outage_reason = fmt::format("{}; {}", error->what(), error->remedy());
  }
  return now;
}

asio::awaitable<std::optional<infra::MemberList>> Sidecar::list_relay_members(RelayId id) {
  const std::shared_ptr<ActiveSidecar> active = active_;
  if (!active) {
    co_return std::nullopt;
  }
  co_return co_await active->list_relay_members(std::move(id));
}

asio::awaitable<std::optional<infra::RelayComparison>> Sidecar::compare_relay(Relay relay) {
  const std::shared_ptr<ActiveSidecar> active = active_;
  if (!active) {
    co_return std::nullopt;
  }
  co_return co_await active->compare_relay(std::move(relay));
}

void Sidecar::note_fault(const store::StoreError& fault) {
  if (active_ && fault.fault() != store::StoreFault::busy) {
    active_->hold(fault);
  }
}

std::size_t Sidecar::in_flight() const {
  return active_ ? active_->in_flight() : 0;
}

asio::awaitable<bool> Sidecar::run() {
  using namespace asio::experimental::awaitable_operators;
  co_await (work() && feed_.run());
  const bool was_active = active_ != nullptr;
  active_.reset();  // and with it the lock: another one may take over
  if (error_) {
    std::rethrow_exception(error_);
  }
  co_return was_active;
}

void Sidecar::stop() {
  stopping_ = true;
  alarm_.notify();
  if (active_) {
    active_->stop();
  }
}

// What it fails with is kept until the feed has ended too.
asio::awaitable<void> Sidecar::work() {
  try {
    co_await become_active();
    if (active_) {
      using namespace asio::experimental::awaitable_operators;
      co_await (run_active() && look_for_damage());
    }
  } catch (...) {
    error_ = std::current_exception();
  }
  feed_.stop();
}

// Leaves active_ empty when it does not get the lock.
asio::awaitable<void> Sidecar::become_active() {
  const auto& path = runtime_.database.path();
  auto lock = store::DatabaseLock::try_acquire(path);
  standby_ = !lock && options_.standby;
  if (standby_) {
    const auto holder = store::DatabaseLock::holder(path);
    if (holder && holder->pid) {
      write_log(logger_, logs::kStandby, "database", path.string(), "pid", *holder->pid);
    } else {
      write_log(logger_, logs::kStandby, "database", path.string());
    }
  }
  while (!lock && options_.standby && !stopping_) {
    const TimePoint look = runtime_.clock.now() + kStandbyLook;
    co_await alarm_.wait_until(look);
    lock = store::DatabaseLock::try_acquire(path);
  }
  standby_ = false;
  if (lock && !stopping_) {
    infra::SettingChanges(runtime_.database, env_).require_consent();
    write_log(logger_, logs::kStarted, "version", TENDER_VERSION, "zooid", env_.zooid_api_text(),
              "database", path.string(), "npub", env_.robot_key.public_key().npub());
    warn_of_odd_rows();
    active_ = std::make_shared<ActiveSidecar>(executor_, env_, runtime_, std::move(*lock),
                                              command(), logger_, options_, metrics_);
  }
}

asio::awaitable<void> Sidecar::run_active() {
  try {
    co_await active_->run();
  } catch (...) {
    error_ = std::current_exception();
  }
  damage_search_.stop();
}

// They are only named: what to do with a relay that exists is the operator's decision.
void Sidecar::warn_of_odd_rows() {
  if (!logger_.should_log(spdlog::level::warn)) {
    return;
  }
  for (const store::RowFault& fault :
       store::find_row_faults(runtime_.database, env_.reserved_subdomains, store::RowLook::quick)) {
    const auto level = fault.harmful ? spdlog::level::warn : spdlog::level::info;
    write_log(logger_, level, logs::kOddRow, "cause", fault.what, "remedy", fault.remedy);
  }
}

asio::awaitable<void> Sidecar::look_for_damage() {
  if (integrity_ == store::Integrity::too_large) {
    const store::DamageSearch::Result result = co_await damage_search_.run();
    integrity_ = result.integrity;
    if (result.error && result.error->fault() == store::StoreFault::corrupt) {
      active_->hold(*result.error);
    } else if (result.error) {
      write_log(logger_, logs::kDamageUnknown, "cause", result.error->what(), "remedy",
                result.error->remedy());
    }
  }
  if (integrity_ == store::Integrity::odd_rows) {
    write_log(logger_, logs::kOddRows, "database", runtime_.database.path().string());
  }
}

}  // namespace tender::service
