// `tender pause` and `tender resume`: send nothing that writes to zooid while it is maintained.
#include <cstdint>
#include <ostream>

#include <fmt/ostream.h>

#include <boost/asio/io_context.hpp>

#include "tender/base/utc_time.hpp"
#include "tender/base/wakeup.hpp"
#include "tender/config/duration.hpp"
#include "tender/store/database_lock.hpp"
#include "tender/view/status.hpp"

#include "command.hpp"
#include "event_loop.hpp"
#include "output.hpp"
#include "pause_text.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

// A sync is up to three requests and a look, of ZOOID_API_TIMEOUT each, which may not be known
// here.
constexpr std::chrono::seconds kLongestEnding{60};
constexpr Milliseconds kLook{50};

std::optional<TimePoint> read_end(const Invocation& invocation, TimePoint now) {
  if (invocation.has("until") && invocation.has("for")) {
    throw UsageError("--until and --for cannot be used together", "use one or the other");
  }
  if (invocation.has("for")) {
    const std::string& text = invocation.text("for");
    const auto length = config::parse_duration(text);
    if (!length || *length == Milliseconds::zero()) {
      throw UsageError(
          fmt::format("--for \"{}\" is not a duration above zero", printable(text, 40)),
          "write it as 30m, 2h or 1d");
    }
    return now + *length;
  }
  if (!invocation.has("until")) {
    return std::nullopt;
  }
  const std::string& text = invocation.text("until");
  const auto until = parse_time(text);
  if (!until) {
    throw UsageError(fmt::format("--until \"{}\" is not a time in UTC", printable(text, 40)),
                     fmt::format("write it as {}, or use --for 2h", format_time(now)));
  }
  return until;
}

enum class Waited : std::uint8_t {
  quiet,       // nothing is under way
  not_yet,     // the sidecar has not said so in time
  pause_over,  // somebody ended it, or it ended by itself
};

// The sidecar lets running requests finish. Without one, nothing is under way.
Waited wait_until_quiet(StoreSession& session) {
  boost::asio::io_context io;
  SystemClock clock(io.get_executor());
  Wakeup alarm(clock);
  Waited waited = Waited::not_yet;
  const auto watch = [&]() -> boost::asio::awaitable<void> {
    const SteadyTime end = clock.steady() + kLongestEnding;
    while (waited == Waited::not_yet && clock.steady() < end) {
      const auto pause = store::PauseTable(session.database).find(clock.now());
      if (!pause) {
        waited = Waited::pause_over;
      } else if (pause->quiet || !store::DatabaseLock::holder(session.database.path())) {
        waited = Waited::quiet;
      } else {
        const TimePoint next = clock.now() + kLook;
        co_await alarm.wait_until(next);
      }
    }
  };
  run_to_end(io, watch());
  return waited;
}

// Of two that swap their hosts, the pause may have caught one between.
void warn_of_parked(const StoreSession& session, std::ostream& err) {
  const auto parked = session.query.count_relays().parked;
  if (parked > 0) {
    fmt::print(err,
               "{} in the middle of a swap of hosts, and {} at a host `tender-parked-…` until "
               "`tender resume`; `tender relay list` with `-o json` shows which (host_in_zooid)\n",
               parked == 1 ? "1 relay is" : fmt::format("{} relays are", parked),
               parked == 1 ? "stays" : "stay");
  }
}

ExitCode pause(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  const auto until = read_end(invocation, session.clock.now());
  const store::SyncPause pause = session.command.pause_sync(
      until, invocation.has("reason") ? invocation.text("reason") : std::string());
  fmt::print(invocation.err, "{}: commands are accepted and wait\n", text_of(pause));
  switch (wait_until_quiet(session)) {
    case Waited::quiet:
      invocation.err << "nothing is under way: tender changes nothing in zooid now\n";
      warn_of_parked(session, invocation.err);
      return ExitCode::ok;
    case Waited::pause_over:
      invocation.err << "tender: the pause is over already, and tender changes zooid again\n"
                        "  what to do: run `tender pause` again before you touch zooid\n";
      return ExitCode::error;
    case Waited::not_yet:
      break;
  }
  fmt::print(invocation.err,
             "tender: the sidecar has not said within {} s that what was under way has ended\n"
             "  what to do: see its log lines; `tender status` says when it has ended\n",
             kLongestEnding.count());
  return ExitCode::error;
}

ExitCode resume(const Invocation& invocation) {
  StoreSession session(invocation, store::OpenMode::existing);
  if (!session.command.resume_sync()) {
    invocation.err << "tender is not paused: nothing to resume\n";
    return ExitCode::ok;
  }
  const std::int64_t waiting =
      view::count_waiting(view::take_snapshot(session.database, session.clock.now()));
  fmt::print(invocation.err, "resumed; {} relay{} waited\n", waiting, waiting == 1 ? "" : "s");
  session.hint_when_nobody_syncs(invocation.err);
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kPause{
    .name = "pause",
    .arguments = "",
    .min_names = 0,
    .max_names = 0,
    .summary = "Send nothing that changes zooid, while you maintain it; commands wait",
    .example = "tender pause --for 2h --reason \"upgrade of zooid\"",
    .prints_data = false,
    .options =
        [] {
          return std::vector<Option>{
              {"until", "When it ends by itself, in UTC (default: never)", "TIME"},
              {"for", "How long it lasts, instead of --until", "DURATION"},
              {"reason", "Why, for those who see it", "TEXT"}};
        },
    .run = pause};

const CommandSpec kResume{.name = "resume",
                          .arguments = "",
                          .min_names = 0,
                          .max_names = 0,
                          .summary = "End the pause: send what has waited",
                          .example = "tender resume",
                          .prints_data = false,
                          .options = nullptr,
                          .run = resume};

}  // namespace tender::cli
