// `tender run`: the sidecar as a process.
#include <csignal>
#include <cstdlib>
#include <exception>
#include <filesystem>
#include <memory>
#include <optional>

#include <boost/asio/experimental/awaitable_operators.hpp>
#include <boost/asio/redirect_error.hpp>
#include <boost/asio/signal_set.hpp>
#include <boost/asio/use_awaitable.hpp>

#include "tender/admin/admin_server.hpp"
#include "tender/admin/readiness.hpp"
#include "tender/base/clock.hpp"
#include "tender/base/error.hpp"
#include "tender/base/log_messages.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/infra/setting_changes.hpp"
#include "tender/service/sidecar.hpp"

#include "command.hpp"
#include "event_loop.hpp"
#include "service_notifier.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

namespace asio = boost::asio;

constexpr std::chrono::seconds kListenAgain{5};
constexpr std::chrono::seconds kDrain{15};  // after a fault; the sidecar's own takes 10 s

bool is_missing(const std::filesystem::path& file) {
  std::error_code error;
  return !std::filesystem::exists(file, error) && !error;
}

class Run {
 public:
  Run(const config::Env& env, bool accept_settings)
      : logger_(start_logging(env)),
        database_(env.database_path),
        is_new_(is_missing(env.database_path)),
        signals_(io_, SIGTERM, SIGINT),
        env_(env),
        clock_(io_.get_executor()),
        sidecar_(env, io_.get_executor(), *logger_, {}),
        notifier_(clock_, *logger_, [this] { return state(); }),
        admin_alarm_(clock_) {
    if (accept_settings) {
      infra::SettingChanges(sidecar_.database(), env).accept();
    }
  }

  void to_end() {
    try {
      run_to_end(io_, serve());
    } catch (...) {  // of something that runs beside all that is waited for
      fault_ = std::current_exception();
      drain();
    }
    if (fault_) {
      std::rethrow_exception(fault_);
    }
  }

 private:
  // What is under way works with members of this object, which go before the io_context does.
  // The fault may have taken with it what would have ended a part of them.
  void drain() {
    sidecar_.stop();
    stop_admins();
    if (!run_out(io_, std::chrono::steady_clock::now() + kDrain)) {
      write_log(*logger_, logs::kStoppedByFault, "cause", what(fault_));
      std::_Exit(static_cast<int>(ExitCode::error));
    }
  }

  static std::string what(const std::exception_ptr& fault) {
    try {
      std::rethrow_exception(fault);
    } catch (const std::exception& error) {
      return error.what();
    } catch (...) {
      return "unknown";
    }
  }

  asio::awaitable<void> serve() {
    using namespace asio::experimental::awaitable_operators;
    co_await (do_all() && heed_signals() && notifier_.run());
  }

  // As long as it runs, a second signal ends the process at once.
  asio::awaitable<void> do_all() {
    using namespace asio::experimental::awaitable_operators;
    co_await (work() && serve_admins());
    signals_.cancel();
    notifier_.stop();
  }

  // A standby is ready, and so is one that waits for its database: each does all that can be done.
  ServiceNotifier::State state() {
    const service::Sidecar::Condition now = sidecar_.condition();
    const bool known = now.active || now.standby || now.stopping;
    return {.ready = now.begun || now.standby || now.outage,
            .stopping = now.stopping,
            .status = known ? admin::readiness_line(sidecar_, clock_.now()) : "starting"};
  }

  // A wrong path, or a volume that is not mounted, looks like a fleet without relays.
  void warn_of_new_database() const {
    if (is_new_) {
      write_log(*logger_, logs::kNewDatabase, "database", database_.string());
    }
  }

  // What it fails with is kept until the requests under way have been answered.
  asio::awaitable<void> work() {
    try {
      warn_of_new_database();
      co_await sidecar_.run();
      write_log(*logger_, logs::kStopped);
    } catch (...) {
      fault_ = std::current_exception();
    }
    stop_admins();
  }

  // An address that is in use, by a sidecar on standby for instance, is no reason not to work.
  asio::awaitable<void> serve_admins() {
    bool said = false;
    while (env_.admin.bind && !stopping_ && !listen(said)) {
      said = true;
      const TimePoint again = clock_.now() + kListenAgain;
      co_await admin_alarm_.wait_until(again);
    }
    if (!admin_) {
      co_return;
    }
    try {
      co_await admin_->run();
    } catch (const std::exception& error) {
      write_log(*logger_, logs::kAdminStopped, "cause", error.what());
    }
  }

  bool listen(bool said) {
    try {
      admin_.emplace(env_, sidecar_, io_.get_executor(), clock_, *logger_);
      write_log(*logger_, logs::kAdminListens, "address", admin_->name());
      return true;
    } catch (const Error& error) {
      write_log(*logger_, said ? spdlog::level::debug : spdlog::level::warn,
                logs::kAdminCannotListen, "cause", error.what(), "remedy", error.remedy());
      return false;
    }
  }

  void stop_admins() {
    stopping_ = true;
    admin_alarm_.notify();
    if (admin_) {
      admin_->stop();
    }
  }

  asio::awaitable<void> heed_signals() {
    boost::system::error_code ended;
    co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (ended) {
      co_return;
    }
    write_log(*logger_, logs::kStopping, "in_flight", sidecar_.in_flight());
    sidecar_.stop();
    notifier_.look_again();
    co_await signals_.async_wait(asio::redirect_error(asio::use_awaitable, ended));
    if (!ended) {
      write_log(*logger_, logs::kStoppedBySignal);
      std::_Exit(static_cast<int>(ExitCode::error));
    }
  }

  std::shared_ptr<Logger> logger_;
  std::filesystem::path database_;
  bool is_new_;  // before the sidecar opens it
  asio::io_context io_{1};
  asio::signal_set
      signals_;  // before all that takes its time: an early signal waits for heed_signals
  const config::Env& env_;
  SystemClock clock_;
  service::Sidecar sidecar_;
  ServiceNotifier notifier_;
  Wakeup admin_alarm_;
  bool stopping_ = false;
  std::exception_ptr fault_;                 // of the sidecar
  std::optional<admin::AdminServer> admin_;  // nothing: ADMIN_BIND is off
};

ExitCode run(const Invocation& invocation) {
  const config::Env env = config::load_env(invocation.environment, invocation.env_file);
  Run(env, invocation.has("accept-settings")).to_end();
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kRun{
    .name = "run",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "Run the sidecar until SIGTERM or SIGINT",
    .example = "tender run --env-file /etc/tender/tender.env",
    .prints_data = false,
    .options =
        [] {
          return std::vector<Option>{{"accept-settings",
                                      "Agree to environment changes that switch something off for "
                                      "relays or move them (see `tender settings show`)"}};
        },
    .run = run};

}  // namespace tender::cli
