// `tender backup`: a copy of the database, made while others work on it.
#include "tender/store/backup.hpp"

#include <ostream>

#include <fmt/ostream.h>

#include <boost/asio/io_context.hpp>
#include <nlohmann/json.hpp>

#include "tender/base/log.hpp"
#include "tender/base/number.hpp"
#include "tender/store/backup_series.hpp"

#include "command.hpp"
#include "output.hpp"
#include "schedule_options.hpp"
#include "store_session.hpp"

namespace tender::cli {
namespace {

constexpr int kMostKept = 10'000;
constexpr int kKeptByDefault = 7;  // of those that --every makes

int read_keep(const std::string& text) {
  const auto keep = parse_integer(text);
  if (!keep || *keep < 1 || *keep > kMostKept) {
    throw UsageError(fmt::format("--keep \"{}\" is not a number of backups", printable(text, 40)),
                     fmt::format("give one from 1 to {}", kMostKept));
  }
  return static_cast<int>(*keep);
}

ExitCode backup_in_series(const Invocation& invocation, const config::StoreEnv& env) {
  if (invocation.has("force")) {
    throw UsageError("--force and --keep cannot be used together",
                     "--keep gives each backup a name of its own");
  }
  const int keep = read_keep(invocation.text("keep"));
  boost::asio::io_context io;
  const SystemClock clock(io.get_executor());
  const auto made =
      store::back_up_in_series(env.database_path, invocation.names[0], keep, clock.now());
  if (invocation.json()) {
    auto removed = nlohmann::ordered_json::array();
    for (const auto& old : made.removed) {
      removed.push_back(old.string());
    }
    print_json(invocation.out,
               {{"path", made.path.string()}, {"bytes", made.bytes}, {"removed", removed}});
    return ExitCode::ok;
  }
  fmt::print(invocation.out, "{}: {} bytes\n", visible(made.path.string()), made.bytes);
  for (const auto& old : made.removed) {
    fmt::print(invocation.err, "removed {}\n", visible(old.string()));
  }
  return ExitCode::ok;
}

// The sidecar writes there, perhaps from another working directory.
ExitCode schedule_backup(const Invocation& invocation) {
  namespace fs = std::filesystem;
  refuse_with_schedule(invocation, {"force"});
  const int keep = invocation.has("keep") ? read_keep(invocation.text("keep")) : kKeptByDefault;
  const fs::path directory = fs::absolute(invocation.names[0]).lexically_normal();
  if (!fs::is_directory(directory)) {
    throw Error(fmt::format("there is no directory {}", directory.string()),
                "make it, writable for the user of `tender run`");
  }
  StoreSession session(invocation, store::OpenMode::existing);
  return schedule_work(
      invocation, session,
      {{.command = ScheduledCommand::back_up, .directory = directory.string(), .keep = keep}});
}

ExitCode backup(const Invocation& invocation) {
  if (is_scheduled(invocation)) {
    return schedule_backup(invocation);
  }
  const auto env = config::load_store_env(invocation.environment, invocation.env_file);
  static_cast<void>(start_logging(env));
  if (invocation.has("keep")) {
    return backup_in_series(invocation, env);
  }
  const std::filesystem::path target = invocation.names[0];
  if (!target.has_filename()) {
    throw UsageError(fmt::format("\"{}\" is not a file name", target.string()),
                     "give the name of the file to write: tender backup FILE");
  }
  // Not through a StoreSession: an older database is backed up as it is, before it is migrated.
  const std::uintmax_t size = store::back_up(
      env.database_path, target,
      invocation.has("force") ? store::IfPresent::replace : store::IfPresent::refuse);
  if (invocation.json()) {
    print_json(invocation.out, {{"path", target.string()}, {"bytes", size}});
  } else {
    fmt::print(invocation.out, "{}: {} bytes\n", target.string(), size);
  }
  return ExitCode::ok;
}

}  // namespace

const CommandSpec kBackup{.name = "backup",
                          .arguments = "FILE|DIR",
                          .min_names = 1,
                          .max_names = 1,
                          .summary = "Copy the database to a file, even while tender runs",
                          .example = "tender backup /var/backups/tender.db --force",
                          .prints_data = true,
                          .options =
                              [] {
                                return std::vector<Option>{
                                    {"force", "Replace FILE if it exists"},
                                    {"keep",
                                     "Write DIR/tender-YYYYmmddTHHMMSSZ.db, and then remove the "
                                     "oldest such files: N are left",
                                     "N"},
                                    every_option()};
                              },
                          .run = backup};

}  // namespace tender::cli
