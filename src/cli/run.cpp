// `tender run`: the sidecar.
#include <csignal>
#include <cstdlib>
#include <memory>
#include <ostream>

#include <fmt/format.h>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tender/store/damage_search.hpp"
#include "tender/store/integrity.hpp"
#include "tender/store/row_faults.hpp"

#include "command.hpp"
#include "event_loop.hpp"
#include "log_feed.hpp"
#include "sidecar.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;

constexpr Milliseconds kStandbyLook{500};

// The database's path, when what is there is sound or nothing: damage is refused before anything
// is written to it. What is too large for that is looked at while it is worked on.
const std::filesystem::path& checked(const std::filesystem::path& database, Integrity& found) {
  found = check_integrity(database, kLargestCheckedFirst);
  return database;
}

// They are only named: what to do with a relay that exists is the operator's decision.
void warn_of_odd_rows(Database& database, const config::Env& env, Logger& logger) {
  for (const RowFault& fault : find_row_faults(database, env.reserved_subdomain, RowLook::quick)) {
    if (fault.harmful) {
      logger.warn("{}; {}", fault.what, fault.remedy);
    } else {
      logger.info("{}; {}", fault.what, fault.remedy);
    }
  }
}

class Run {
 public:
  explicit Run(const config::Env& env)
      : env_(env),
        logger_(start_logging(env_)),
        signals_(io_, SIGTERM, SIGINT),
        clock_(io_.get_executor()),
        database_(checked(env_.database_path, integrity_), clock_,
                  open_options(OpenMode::create, *logger_)),
        damage_search_(io_.get_executor(), env_.database_path, clock_),
        feed_(io_.get_executor(), database_, clock_, *logger_),
        alarm_(clock_) {}

  void to_end() { run_to_end(io_, serve()); }

 private:
  asio::awaitable<void> serve() {
    using namespace asio::experimental::awaitable_operators;
    co_await (work() && heed_signals());
  }

  asio::awaitable<void> work() {
    co_await become_active();
    if (sidecar_) {
      using namespace asio::experimental::awaitable_operators;
      co_await (run_sidecar() && feed_.run() && look_for_damage());
    }
    logger_->info("stopped");
    signals_.cancel();
  }

  // Waits for the database's lock, and leaves sidecar_ empty when it is told to stop before it has
  // it.
  asio::awaitable<void> become_active() {
    auto lock = DatabaseLock::try_acquire(database_.path());
    if (!lock) {
      const auto holder = DatabaseLock::holder(database_.path());
      logger_->warn("another sidecar{} works on {}; waiting as a standby until it ends",
                    holder && holder->pid ? fmt::format(" (pid {})", *holder->pid) : "",
                    database_.path().string());
    }
    while (!lock && !stopping_) {
      const TimePoint look = clock_.now() + kStandbyLook;
      co_await alarm_.wait_until(look);
      lock = DatabaseLock::try_acquire(database_.path());
    }
    if (lock && !stopping_) {
      logger_->info("tender {} keeps {} in step with {}, as {}", TENDER_VERSION,
                    env_.zooid_api_url.text(), database_.path().string(),
                    env_.robot_key.public_key().npub());
      warn_of_odd_rows(database_, env_, *logger_);
      const Command command(database_, clock_, random_, feed_.channel());
      sidecar_ =
          std::make_unique<Sidecar>(io_.get_executor(), env_, database_, std::move(*lock), clock_,
                                    random_, command, *logger_, infra::Infra::Options{});
    }
  }

  asio::awaitable<void> run_sidecar() {
    co_await sidecar_->run();
    feed_.stop();
    damage_search_.stop();
  }

  asio::awaitable<void> look_for_damage() {
    if (integrity_ == Integrity::too_large) {
      const DamageSearch::Result result = co_await damage_search_.run();
      integrity_ = result.integrity;
      if (result.error && result.error->fault() == StoreFault::corrupt) {
        sidecar_->infra().hold(*result.error);
      } else if (result.error) {
        logger_->warn("could not look for damage: {}; {}", result.error->what(),
                      result.error->remedy());
      }
    }
    if (integrity_ == Integrity::odd_rows) {
      logger_->warn(
          "{}: another program wrote rows that break the rules of their tables; `tender check` "
          "names the relays among them",
          database_.path().string());
    }
  }

  asio::awaitable<void> heed_signals() {
    boost::system::error_code ended;
    co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (ended) {
      co_return;
    }
    logger_->info("stopping: claiming nothing more, finishing {} in flight",
                  sidecar_ ? sidecar_->infra().in_flight() : 0);
    stopping_ = true;
    alarm_.notify();
    if (sidecar_) {
      sidecar_->stop();
    }
    co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (!ended) {
      logger_->warn(
          "stopped at once by a second signal; what was in flight is due again at the "
          "next start");
      std::_Exit(static_cast<int>(ExitCode::error));
    }
  }

  const config::Env& env_;
  std::shared_ptr<Logger> logger_;
  asio::io_context io_{1};
  asio::signal_set
      signals_;  // before all that takes its time: an early signal waits for heed_signals
  SystemClock clock_;
  SystemRandom random_;
  Integrity integrity_ = Integrity::absent;  // as far as it was looked at
  Database database_;
  DamageSearch damage_search_;
  LogFeed feed_;
  Wakeup alarm_;
  std::unique_ptr<Sidecar> sidecar_;
  bool stopping_ = false;
};

ExitCode run(const Invocation& invocation) {
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  Run(env).to_end();
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kRun{.name = "run",
                       .arguments = "",
                       .min_names = 0,
                       .max_names = 0,
                       .summary = "Keep zooid in step until SIGTERM or SIGINT",
                       .example = "tender run --env-file /etc/tender.env",
                       .prints_data = false,
                       .options = nullptr,
                       .run = run};

}  // namespace tender::cli
